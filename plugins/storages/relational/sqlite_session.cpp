// SPDX-License-Identifier: MIT
#include "sqlite_session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

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

// SQLite keeps one record of the locks on a file for the whole process. A forked child inherits the record but not the
// locks, so a connection that it opens beside the inherited one would believe itself protected. What is inherited must
// therefore be closed first, whichever storage it belongs to.
struct SqliteSession::Connections {
  std::mutex mutex;
  std::set<Connection*> all;
};

SqliteSession::Connections& SqliteSession::connections() {
  // Never destroyed: a storage may be closed by a destructor that runs later.
  static auto& all = *new Connections;
  return all;
}

SqliteSession::Connection::Connection() : process(::getpid()) {
  const std::lock_guard held(connections().mutex);
  connections().all.insert(this);
}

SqliteSession::Connection::~Connection() {
  const std::lock_guard held(connections().mutex);
  connections().all.erase(this);
}

void SqliteSession::close_inherited(const std::string& location) {
  const std::lock_guard held(connections().mutex);
  for (Connection* connection : connections().all) {
    if (connection->process == ::getpid() || !connection->database) continue;
    // Its mutex is held during every use. A thread of the parent that held it does not exist here.
    const std::unique_lock idle(connection->mutex, std::try_to_lock);
    if (!idle) {
      throw StorageError(location +
                         ": this process was forked while another thread used the database, and cannot use it; fork "
                         "before the threads start, or start a program of its own");
    }
    connection->database->leave_to_parent();
    connection->database.reset();
  }
}

SqliteSession::SqliteSession(SqliteTarget target)
    : target_(std::move(target)), connection_(std::make_unique<Connection>()) {
  check_place(target_);
  const std::unique_lock held = lock();
  readable();
}

SqliteSession::~SqliteSession() {
  if (connection_->process == ::getpid() || !connection_->database) return;
  try {
    close_inherited(target_.location);
  } catch (const StorageError&) {
    // In use by a thread that does not exist here: neither its mutex nor the connection may be touched.
    static_cast<void>(connection_.release());
  }
}

std::unique_lock<std::mutex> SqliteSession::lock() {
  {
    const std::lock_guard swapping(swap_);
    if (connection_->process != ::getpid()) {
      close_inherited(target_.location);
      connection_ = std::make_unique<Connection>();
    }
  }
  return std::unique_lock(connection_->mutex);
}

void SqliteSession::open(bool create) {
  close_inherited(target_.location);
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
  if (connection_->schema.complete) return;
  look_at_schema(*connection_->database, target_.location, connection_->schema);
  complete_schema(*connection_->database, connection_->schema);
}

void SqliteSession::forget_schema() { connection_->schema = {}; }

}  // namespace hone::relational
