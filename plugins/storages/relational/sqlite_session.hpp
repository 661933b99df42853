// SPDX-License-Identifier: MIT
// The connection of a storage object: opened when first needed, and again after a fork.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "sqlite_database.hpp"
#include "sqlite_schema.hpp"

namespace hone::relational {

/// Caller holds `lock()` while using what the others return.
class SqliteSession {
 public:
  /// Opens the file if it exists. @throws ConfigError, StorageError
  explicit SqliteSession(SqliteTarget target);
  ~SqliteSession();

  std::unique_lock<std::mutex> lock();
  /// For reading; null if there is no file yet, or no study in it.
  Database* readable();
  /// For writing: creates the file if it is missing. Call `prepare_write` within the transaction.
  Database& writable();
  /// Makes the missing tables; in a write transaction.
  void prepare_write();
  /// Whether `prepare_write` has nothing left to do.
  bool is_prepared() const { return connection_->schema.complete; }
  /// The schema must be looked at again: the file was changed by others, or a transaction was rolled back.
  void forget_schema();

  const SqliteTarget& target() const { return target_; }
  /// Grows with each connection, so that what was learned through an earlier one is not relied on.
  std::uint64_t generation() const { return generation_; }

 private:
  struct Connection {
    Connection();
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    std::mutex mutex;
    const pid_t process;
    std::unique_ptr<Database> database;
    SchemaState schema;
  };
  /// The connections of this process, and those that a child has inherited.
  struct Connections;
  static Connections& connections();

  /// Closes what was inherited. @throws StorageError if a thread of the parent was using it
  static void close_inherited(const std::string& location);
  void open(bool create);

  SqliteTarget target_;
  std::mutex swap_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t generation_ = 0;
};

}  // namespace hone::relational
