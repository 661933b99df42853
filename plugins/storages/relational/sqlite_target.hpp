// SPDX-License-Identifier: MIT
// What stands after `sqlite:` in a storage URL, and the options beside it.
#pragma once

#include <string>
#include <string_view>

#include <hone/options.hpp>

namespace hone::relational {

struct SqliteTarget {
  std::string file;               ///< absolute path
  std::string location;           ///< the URL, for messages
  bool full_sync = false;         ///< survive a loss of power, not only a crash of the process
  double timeout = 60.0;          ///< seconds to wait for another process's lock
  double foreign_grace = 3600.0;  ///< seconds for which a silent running trial of another library counts as alive
};

/// Reads `///relative.db`, `////absolute.db` or a plain path, each with `?synchronous=full&timeout=5` if wanted.
/// @throws ConfigError
SqliteTarget sqlite_target_from(const Options& options);

}  // namespace hone::relational
