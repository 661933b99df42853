// SPDX-License-Identifier: MIT
// The tables: Optuna's own, and what is ours alone beside them.
#pragma once

#include <string>

#include "sqlite_database.hpp"

namespace hone::relational {

/// Which tables the file has, as far as this connection knows.
struct SchemaState {
  bool studies = false;        ///< Optuna's tables, of the version that is read here
  bool own = false;            ///< the hone_* tables are in the file
  bool own_temporary = false;  ///< empty ones stand in for them on this connection, so that it can read
  bool complete = false;       ///< nothing is missing that a writer needs
};

/// Looks at the file, and refuses what it cannot read. Without hone_* tables in the file, empty temporary ones are made
/// for this connection: a reader leaves the files of others as they are.
/// @throws StorageError that names the versions found and expected
void look_at_schema(Database& database, const std::string& location, SchemaState& state);

/// Makes what is missing. Within a write transaction, after `look_at_schema`.
void complete_schema(Database& database, SchemaState& state);

}  // namespace hone::relational
