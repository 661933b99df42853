// SPDX-License-Identifier: MIT
// What every plugin must do, tried on a plugin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <hone/registry.hpp>

namespace hone::cli {

struct Check {
  enum class Outcome { ok, failed, skipped };
  std::string what;
  Outcome outcome = Outcome::ok;
  std::string detail;  ///< why it failed or was skipped
};

/// Runs a check's body, which returns what is wrong, or nothing; what it throws is wrong as well.
Check tried(std::string what, const std::function<std::string()>& body);

/// The file: exports its table and nothing else, and needs no symbol of hone.
std::vector<Check> check_file(const std::filesystem::path& file);

/// Which generated studies a sampler is tried in.
struct SamplerTrial {
  std::uint64_t seed = 1;  ///< of the first study; the next ones count on from it
  std::uint64_t cases = 8;
};

/// The plugin's behaviour. The spec names the file and the options to build it with.
std::vector<Check> check_sampler(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec,
                                 const PluginInfo& info, const SamplerTrial& trial);
std::vector<Check> check_pruner(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec);
std::vector<Check> check_storage(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec);

}  // namespace hone::cli
