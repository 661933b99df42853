// SPDX-License-Identifier: MIT
// A study's config file: JSON with comments.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hone/json.hpp>
#include <hone/registry.hpp>
#include <hone/search_space.hpp>
#include <hone/types.hpp>

namespace hone {

/// The `run` section. What is absent is as `StudyOptions` has it.
struct RunConfig {
  std::optional<std::int64_t> trials;  ///< the study's budget: finished trials of all workers together
  std::int64_t jobs = 1;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::int64_t> max_crashes;
  std::optional<std::chrono::milliseconds> heartbeat_grace;
  std::optional<std::chrono::milliseconds> fail_foreign_after;
};

/// A config, checked but for what needs plugins. Field by field what the file says; see docs/config.md.
struct StudyConfig {
  std::string name;  ///< empty: not given
  std::vector<Direction> directions{Direction::minimize};
  std::vector<std::string> metric_names;
  PluginSpec storage{"memory"};
  PluginSpec sampler{"tpe"};
  PluginSpec pruner{""};              ///< empty name: `median` for one objective, `nop` for several
  std::optional<std::uint64_t> seed;  ///< of the study (`sampler.seed`)
  DeclaredSpace space;
  Json objective;  ///< the section as written; null if absent. Its reader is who runs it.
  RunConfig run;
  std::vector<std::filesystem::path> plugin_path;  ///< absolute
  std::filesystem::path file;                      ///< empty when the config did not come from a file
};

/// Reads a config. `overrides` are `PATH=JSON`, such as `run.jobs=4` or `sampler.plugin="random"`, applied before the
/// checks; a value that is no JSON is taken as a string.
/// @throws ConfigError: syntax errors with file, line and column; others with the JSON path and, for unknown keys, the
///         nearest known one.
HONE_API StudyConfig load_config(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// The same from text.
HONE_API StudyConfig parse_config(std::string_view text, std::string_view source = "config",
                                  const std::vector<std::string>& overrides = {});

/// One parameter as the `space` section writes it. @throws ConfigError
HONE_API Distribution distribution_from_config(const Json& json, std::string_view where);

/// `90`, `"90s"`, `"10m"`, `"1.5h"`, `"2d"`, `"500ms"`; a bare number counts seconds. Nothing if it is no duration.
HONE_API std::optional<std::chrono::milliseconds> duration_from(const Json& json);

/// The JSON Schema (2020-12) of the sections that the core reads, with the plugins that the registry finds.
/// `objective_schema` is put in for the objective.
HONE_API Json config_schema(PluginRegistry& registry, Json objective_schema);

/// Refuses members that are not among `known`, with the nearest suggestion. @throws ConfigError
HONE_API void check_members(const Json& object, const std::vector<std::string>& known, std::string_view where);

}  // namespace hone
