// SPDX-License-Identifier: MIT
// What SQLite refuses, in words that say what to do.
#pragma once

#include <string>

#include <sqlite3.h>

namespace hone::relational {

/// Throws the StorageError for a result code. `db` may be null.
[[noreturn]] void throw_sqlite_error(sqlite3* db, int code, const std::string& location);

}  // namespace hone::relational
