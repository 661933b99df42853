// SPDX-License-Identifier: MIT
#include "sqlite_database.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include <hone/error.hpp>

#include "sqlite_errors.hpp"

namespace hone::relational {
namespace {

// Large enough that the sync of a checkpoint is rare, small enough that the log stays below 32 MB.
constexpr const char* connection_settings = R"(
  PRAGMA wal_autocheckpoint = 16000;
  PRAGMA cache_size = -32000;
  PRAGMA temp_store = MEMORY;
)";

// The path as a file: URI, in which only these characters have a meaning.
std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    switch (c) {
      case '%': uri += "%25"; break;
      case '?': uri += "%3f"; break;
      case '#': uri += "%23"; break;
      default: uri += c;
    }
  }
  return uri;
}

bool has_unsaved_log(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return !error && size != 0;
}

}  // namespace

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_sqlite_error(db_, sqlite3_extended_errcode(db_), *location_);
}

Database::Database(const SqliteTarget& target, bool create) : location_(target.location), timeout_(target.timeout) {
  try {
    open(target, create);
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

void Database::open(const SqliteTarget& target, bool create) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | (create ? SQLITE_OPEN_CREATE : 0);
  const std::string uri = uri_of(target.file);
  if (const int code = sqlite3_open_v2(uri.c_str(), &handle_, flags, nullptr); code != SQLITE_OK) fail(code);
  const auto first_read = [this] {
    return sqlite3_exec(handle_, "SELECT 1 FROM sqlite_master", nullptr, nullptr, nullptr);
  };
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, &Database::wait_while_busy, this);
  int code = first_read();
  const bool no_side_files = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
  if (no_side_files && !has_unsaved_log(target.file)) {
    // A file in WAL mode that lies where its side files cannot be made can still be read, if nobody writes to it.
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    code = sqlite3_open_v2((uri + "?immutable=1").c_str(), &handle_,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
    if (code == SQLITE_OK) code = first_read();
  }
  if (code != SQLITE_OK) fail(code);
  configure(target);
}

void Database::configure(const SqliteTarget& target) {
  script(connection_settings);
  script(target.full_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  if (!read_only()) use_wal_if_new();
}

// A file that others made keeps its journal mode.
void Database::use_wal_if_new() {
  {
    Rows pages = query("PRAGMA page_count");
    if (!pages.next() || pages.integer(0) != 0) return;
  }
  // A trial changes a dozen pages by a few rows each, and each is written whole to the log.
  script("PRAGMA page_size = 2048");
  // Several processes may be creating the same file; the mode is set by whichever comes first.
  for (int tries = 0; sqlite3_exec(handle_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) != SQLITE_OK;
       ++tries) {
    const int code = sqlite3_extended_errcode(handle_);
    if ((code & 0xff) != SQLITE_BUSY || wait_while_busy(this, tries) == 0) fail(code);
  }
}

void Database::fail(int code) const { throw_sqlite_error(handle_, code, location_); }

void Database::script(const char* text) {
  if (sqlite3_exec(handle_, text, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sqlite3_extended_errcode(handle_));
}

std::int64_t Database::data_version() {
  Rows rows = query("PRAGMA data_version");
  rows.next();
  return rows.integer(0);
}

sqlite3_stmt* Database::prepared(Sql sql) {
  auto& statement = statements_[sql.text];
  if (!statement) {
    sqlite3_stmt* compiled = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &compiled, nullptr) != SQLITE_OK) {
      fail(sqlite3_extended_errcode(handle_));
    }
    statement.reset(compiled);
  }
  return statement.get();
}

// Short waits at first: hone's own transactions take well below a millisecond.
int Database::wait_while_busy(void* self, int tries) {
  auto& database = *static_cast<Database*>(self);
  const auto now = std::chrono::steady_clock::now();
  if (tries == 0) database.waiting_since_ = now;
  if (now - database.waiting_since_ >= database.timeout_) return 0;
  // Threads that failed together should not try again together.
  const auto spread = static_cast<unsigned>(now.time_since_epoch().count()) % 128;
  const unsigned base = 50u << std::min(tries, 7);
  std::this_thread::sleep_for(std::chrono::microseconds(base / 2 + base * spread / 128));
  return 1;
}

Transaction::~Transaction() {
  if (!database_.in_transaction()) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const StorageError&) {
    // The error that led here is the one to report; SQLite has rolled back by itself.
  }
}

}  // namespace hone::relational
