// SPDX-License-Identifier: MIT
#include "sqlite_session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <hone/error.hpp>

namespace hone::relational {
namespace {

// A missing file counts as one without studies; an empty one was made by somebody who has come no further.
bool has_content(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && status.st_size != 0;
}

void check_place(const SqliteTarget& target) {
  const std::filesystem::path file(target.file);
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw StorageError(target.location + ": this is a folder; name a file in it");
  }
  if (!std::filesystem::is_directory(file.parent_path(), error)) {
    throw StorageError(target.location + ": the folder " + file.parent_path().string() +
                       " does not exist; make it first, or name another file");
  }
}

}  // namespace

SqliteSession::SqliteSession(SqliteTarget target)
    : target_(std::move(target)), connection_(std::make_unique<Connection>()) {
  check_place(target_);
  connection_->process = ::getpid();
  const std::unique_lock held = lock();
  readable();
}

SqliteSession::~SqliteSession() {
  if (connection_->process != ::getpid() && connection_->database) connection_->database->abandon();
}

std::unique_lock<std::mutex> SqliteSession::lock() {
  {
    const std::lock_guard swapping(swap_);
    if (connection_->process != ::getpid()) {
      // In a forked child. Neither the parent's connection nor a mutex that one of its threads held may be touched.
      if (connection_->database) connection_->database->abandon();
      static_cast<void>(connection_.release());
      connection_ = std::make_unique<Connection>();
      connection_->process = ::getpid();
    }
  }
  return std::unique_lock(connection_->mutex);
}

void SqliteSession::open(bool create) {
  connection_->database = std::make_unique<Database>(target_, create);
  connection_->schema = {};
  ++generation_;
}

Database* SqliteSession::readable() {
  if (!connection_->database) {
    if (!has_content(target_.file)) return nullptr;
    open(false);
  }
  if (!connection_->schema.studies || !connection_->schema.own) {
    look_at_schema(*connection_->database, target_.location, connection_->schema);
  }
  return connection_->schema.studies ? connection_->database.get() : nullptr;
}

Database& SqliteSession::writable() {
  if (!connection_->database) open(true);
  if (connection_->database->read_only()) {
    throw StorageError(
        target_.location +
        ": the file or its folder is read-only; it can be read, but not written. Change its permissions, "
        "or copy it");
  }
  return *connection_->database;
}

void SqliteSession::prepare_write() {
  if (connection_->schema.studies && connection_->schema.own) return;
  look_at_schema(*connection_->database, target_.location, connection_->schema);
  if (!connection_->schema.studies || !connection_->schema.own)
    complete_schema(*connection_->database, connection_->schema);
}

void SqliteSession::forget_schema() { connection_->schema = {}; }

}  // namespace hone::relational
