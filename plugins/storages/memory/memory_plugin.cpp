// SPDX-License-Identifier: MIT
// The memory storage as a plugin.
#include <hone/sdk/plugin.hpp>

#include "memory_storage.hpp"

HONE_PLUGINS(hone::sdk::storage<hone::memory::MemoryStorage>(
    {.name = "memory", .version = "1.0", .description = "keeps studies in this process; gone when it ends"}));
