// SPDX-License-Identifier: MIT
// SQLite without hone, to look at files and to act as another program.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace hone::test {

class RawSqlite {
 public:
  explicit RawSqlite(const std::string& file) {
    if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("cannot open " + file);
  }
  ~RawSqlite() { sqlite3_close(handle_); }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  /// Runs statements; the first column of each row as text, NULL as "NULL".
  std::vector<std::string> run(const std::string& sql) {
    std::vector<std::string> result;
    const auto take = [](void* to, int, char** columns, char**) {
      static_cast<std::vector<std::string>*>(to)->emplace_back(columns[0] == nullptr ? "NULL" : columns[0]);
      return 0;
    };
    char* message = nullptr;
    if (sqlite3_exec(handle_, sql.c_str(), take, &result, &message) != SQLITE_OK) {
      const std::string text = message == nullptr ? "unknown" : message;
      sqlite3_free(message);
      throw std::runtime_error(sql + ": " + text);
    }
    return result;
  }
  std::string one(const std::string& sql) { return run(sql).at(0); }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace hone::test
