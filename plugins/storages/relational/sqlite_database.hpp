// SPDX-License-Identifier: MIT
// One connection to a SQLite file, with its prepared statements.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include <sqlite3.h>

#include "sqlite_target.hpp"

namespace hone::relational {

/// A statement's text: a literal, so that its address is the key of the prepared statement.
struct Sql {
  consteval Sql(const char* literal) : text(literal) {}
  const char* text;
};

/// The rows of a running statement; ends it when destroyed. Texts are valid until the next row.
class Rows {
 public:
  Rows(sqlite3* db, sqlite3_stmt* statement, const std::string& location)
      : db_(db), statement_(statement), location_(&location) {}
  ~Rows() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }
  Rows(Rows&& other) noexcept
      : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)), location_(other.location_) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  Rows& operator=(Rows&&) = delete;

  /// Moves to the next row; false after the last. @throws StorageError
  bool next();

  /// How many columns the row has.
  int columns() const { return sqlite3_data_count(statement_); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  /// Empty for NULL.
  std::string_view text(int column) const {
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return begin == nullptr
               ? std::string_view{}
               : std::string_view(begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
  const std::string* location_;
};

/// A connection; used by one thread at a time. Every function may throw StorageError.
class Database {
 public:
  /// Opens the file, and creates it (in WAL mode) if it is missing and `create` is set.
  Database(const SqliteTarget& target, bool create);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Starts a statement with its parameters: integers, reals, texts, nullptr, or optionals of these.
  template <class... Arguments>
  Rows query(Sql sql, const Arguments&... arguments) {
    sqlite3_stmt* const statement = prepared(sql);
    int index = 0;
    (bind(statement, ++index, arguments), ...);
    return Rows(handle_, statement, location_);
  }

  /// Runs a statement to its end.
  template <class... Arguments>
  void execute(Sql sql, const Arguments&... arguments) {
    Rows rows = query(sql, arguments...);
    while (rows.next()) {
    }
  }

  /// Runs statements that are not worth keeping.
  void script(const char* text);

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const { return sqlite3_changes64(handle_); }
  std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
  /// Changes when another connection has committed; asked within a transaction it holds for the transaction.
  std::int64_t data_version();
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  bool read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

  /// In a forked child, before closing what the parent opened: the log is still the parent's.
  void leave_to_parent() noexcept { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void open(const SqliteTarget& target, bool create);
  void configure(const SqliteTarget& target);
  void use_wal_if_new();
  [[noreturn]] void fail(int code) const;
  sqlite3_stmt* prepared(Sql sql);
  static int wait_while_busy(void* self, int tries);

  void bind(sqlite3_stmt* statement, int index, std::nullptr_t) { sqlite3_bind_null(statement, index); }
  void bind(sqlite3_stmt* statement, int index, double value) { sqlite3_bind_double(statement, index, value); }
  void bind(sqlite3_stmt* statement, int index, std::string_view value) {
    // Bound by address: the caller's text outlives the statement's run.
    sqlite3_bind_text64(statement, index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  template <class Integer>
  requires std::is_integral_v<Integer>
  void bind(sqlite3_stmt* statement, int index, Integer value) {
    sqlite3_bind_int64(statement, index, static_cast<sqlite3_int64>(value));
  }
  template <class Value>
  void bind(sqlite3_stmt* statement, int index, const std::optional<Value>& value) {
    if (value)
      bind(statement, index, *value);
    else
      bind(statement, index, nullptr);
  }

  sqlite3* handle_ = nullptr;
  std::string location_;
  std::chrono::duration<double> timeout_;
  std::chrono::steady_clock::time_point waiting_since_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

/// A transaction, rolled back unless committed.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Database& database, Kind kind) : database_(database) {
    if (kind == Kind::write)
      database.execute("BEGIN IMMEDIATE");
    else
      database.execute("BEGIN");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() { database_.execute("COMMIT"); }

 private:
  Database& database_;
};

}  // namespace hone::relational
