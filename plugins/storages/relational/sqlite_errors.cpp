// SPDX-License-Identifier: MIT
#include "sqlite_errors.hpp"

#include <cerrno>
#include <cstring>

#include <hone/error.hpp>

namespace hone::relational {
namespace {

std::string detail_of(sqlite3* db, int code) {
  const char* message = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  return " (SQLite: " + std::string(message) + ", code " + std::to_string(code) + ")";
}

constexpr bool no_space(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

// What the system last said about a file of the connection: the rollback that follows a failed commit hides it
// elsewhere.
int last_error_of(sqlite3_file* file) {
  int error = 0;
  if (file != nullptr && file->pMethods != nullptr) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

// SQLite reports only ENOSPC as a full disk; quotas and limits on a file's size are the same to the user.
bool is_disk_full(sqlite3* db, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  if ((code & 0xff) != SQLITE_IOERR || db == nullptr) return false;
  sqlite3_file *data = nullptr, *log = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &data);
  sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  return no_space(sqlite3_system_errno(db)) || no_space(last_error_of(data)) || no_space(last_error_of(log));
}

}  // namespace

void throw_sqlite_error(sqlite3* db, int code, const std::string& location) {
  const std::string where = location + ": ";
  // The message first: what is asked of the connection below replaces it.
  const std::string detail = detail_of(db, code);
  if (is_disk_full(db, code)) {
    throw StorageError(where +
                       "the disk is full, or the file may not grow; nothing of this write was kept. Free some "
                       "space and start again" +
                       detail);
  }
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw StorageError(where + "the file is not a SQLite database; name another file, or the right storage for it" +
                         detail);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StorageError(where +
                             "another process has kept the database locked for longer than the timeout; try again, "
                             "or give a longer 'timeout'" +
                             detail,
                         true);
    case SQLITE_READONLY:
      throw StorageError(where +
                         "the file or its folder is read-only; it can be read, but not written. Change its "
                         "permissions, or copy it" +
                         detail);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: {
      const int error = db != nullptr ? sqlite3_system_errno(db) : 0;
      throw StorageError(where + "the file cannot be opened" +
                         (error != 0 ? ": " + std::string(std::strerror(error)) : "") +
                         "; check that its folder exists and that both may be read and written" + detail);
    }
    case SQLITE_CORRUPT:
      throw StorageError(where +
                         "the database is damaged; restore a copy, or save what can be read with "
                         "`sqlite3 FILE .recover`" +
                         detail);
    default: throw StorageError(where + "the database refused a call" + detail);
  }
}

}  // namespace hone::relational
