// SPDX-License-Identifier: MIT
// The SQLite storage as a plugin.
#include <hone/sdk/plugin.hpp>

#include "sqlite_storage.hpp"

namespace {

constexpr const char* synchronous_words[] = {"normal", "full", nullptr};

constexpr hone_option options[] = {
    hone::sdk::string_option("target", nullptr, "the file: ///relative.db, ////absolute/path.db or a path"),
    hone::sdk::enum_option("synchronous", R"("normal")", synchronous_words,
                           "normal survives a crash of the process, full a loss of power"),
    hone::sdk::float_option("timeout", "60.0", "0", nullptr, "seconds to wait for another process's lock"),
    hone::sdk::float_option("foreign_grace", "3600.0", "0", nullptr,
                            "seconds for which a silent running trial of another library counts as alive"),
};

}  // namespace

HONE_PLUGINS(hone::sdk::storage<hone::relational::SqliteStorage>(
    {.name = "sqlite",
     .version = "1.0",
     .description = "keeps studies in a SQLite file that Optuna can open, and opens Optuna's",
     .options = options}));
