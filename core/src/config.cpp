// SPDX-License-Identifier: MIT
// A study's config, section by section.
#include <hone/config.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "config_override.hpp"
#include "plugin_spec.hpp"
#include "space_config.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const Json& found, const std::string& expected, std::string where) {
  throw ConfigError("expected " + expected + ", but found " + to_json_text(found), std::move(where));
}

const Json& object(const Json& json, const std::string& where) {
  if (json.as_object() == nullptr) refuse(json, "an object", where);
  return json;
}

std::string text(const Json& json, const std::string& where) {
  if (json.as_string() == nullptr || json.as_string()->empty()) refuse(json, "a string that is not empty", where);
  return *json.as_string();
}

std::int64_t whole_of_at_least(std::int64_t least, const Json& json, const std::string& where) {
  if (json.as_int() == nullptr || *json.as_int() < least) {
    refuse(json, "a whole number of at least " + std::to_string(least), where);
  }
  return *json.as_int();
}

std::vector<std::string> texts(const Json& json, const std::string& where) {
  if (json.as_array() == nullptr) refuse(json, "a list of strings", where);
  std::vector<std::string> result;
  for (const Json& item : *json.as_array()) {
    result.push_back(text(item, where + "[" + std::to_string(result.size()) + "]"));
  }
  return result;
}

Direction direction(const Json& json, const std::string& where) {
  for (const Direction each : {Direction::minimize, Direction::maximize}) {
    if (json.as_string() != nullptr && *json.as_string() == to_string(each)) return each;
  }
  refuse(json, "\"minimize\" or \"maximize\"", where);
}

void read_study(const Json& json, StudyConfig& config, const std::string& where) {
  check_members(object(json, where), {"name", "direction", "directions", "metric_names"}, where);
  if (const Json* name = json.find("name")) config.name = text(*name, where + ".name");
  const Json* one = json.find("direction");
  const Json* several = json.find("directions");
  if (one != nullptr && several != nullptr) {
    throw ConfigError("give \"direction\" for one objective or \"directions\" for several, not both", where);
  }
  if (one != nullptr) config.directions = {direction(*one, where + ".direction")};
  if (several != nullptr) {
    const std::string path = where + ".directions";
    if (several->as_array() == nullptr || several->as_array()->empty()) {
      refuse(*several, "a list with one direction per objective", path);
    }
    config.directions.clear();
    for (const Json& each : *several->as_array()) {
      config.directions.push_back(direction(each, path + "[" + std::to_string(config.directions.size()) + "]"));
    }
  }
  if (const Json* names = json.find("metric_names")) {
    config.metric_names = texts(*names, where + ".metric_names");
    if (config.metric_names.size() != config.directions.size()) {
      throw ConfigError("there are " + std::to_string(config.metric_names.size()) + " metric names for " +
                            std::to_string(config.directions.size()) + " objectives; give one per objective",
                        where + ".metric_names");
    }
  }
}

// A relative path of a plugin's file counts from the folder of the config.
std::string from_folder(const std::string& name, const fs::path& folder) {
  if (!reference_from(name).is_path || folder.empty()) return name;
  return (folder / name).lexically_normal().string();
}

// The same in options that hold inner plugins.
void anchor_paths(Json& json, const fs::path& folder) {
  if (Json::Array* list = json.as_array()) {
    for (Json& item : *list) anchor_paths(item, folder);
  } else if (Json::Object* members = json.as_object()) {
    for (auto& [key, value] : *members) {
      if (key == "plugin" && value.as_string() != nullptr) value = from_folder(*value.as_string(), folder);
      anchor_paths(value, folder);
    }
  }
}

PluginSpec plugin(const Json& json, const fs::path& folder, const std::string& where) {
  PluginSpec spec = plugin_spec_from(json, where);
  spec.name = from_folder(spec.name, folder);
  anchor_paths(spec.options, folder);
  return spec;
}

void read_storage(const Json& json, StudyConfig& config, const fs::path& folder, const std::string& where) {
  if (json.as_string() == nullptr) {
    config.storage = plugin(json, folder, where);
  } else {
    config.storage = storage_spec_from_url(text(json, where));
    config.storage.name = from_folder(config.storage.name, folder);
  }
}

void read_sampler(const Json& json, StudyConfig& config, const fs::path& folder, const std::string& where) {
  config.sampler = plugin(json, folder, where);
  // The seed is the study's, not an option of the plugin.
  Json::Object& options = *config.sampler.options.as_object();
  const auto seed = std::ranges::find(options, "seed", &Json::Member::first);
  if (seed == options.end()) return;
  if (!seed->second.is_null()) {
    config.seed = static_cast<std::uint64_t>(whole_of_at_least(0, seed->second, where + ".seed"));
  }
  options.erase(seed);
}

std::chrono::milliseconds duration(const Json& json, const std::string& where) {
  const std::optional<std::chrono::milliseconds> read = duration_from(json);
  if (!read) refuse(json, "a duration: seconds as a number, or a string such as \"90s\", \"10m\" or \"1.5h\"", where);
  return *read;
}

void read_run(const Json& json, StudyConfig& config, const std::string& where) {
  RunConfig& run = config.run;
  check_members(object(json, where),
                {"trials", "jobs", "timeout", "max_crashes", "heartbeat_grace", "fail_foreign_after"}, where);
  if (const Json* trials = json.find("trials")) run.trials = whole_of_at_least(1, *trials, where + ".trials");
  if (const Json* jobs = json.find("jobs")) run.jobs = whole_of_at_least(1, *jobs, where + ".jobs");
  if (const Json* timeout = json.find("timeout")) run.timeout = duration(*timeout, where + ".timeout");
  if (const Json* crashes = json.find("max_crashes"))
    run.max_crashes = whole_of_at_least(1, *crashes, where + ".max_crashes");
  if (const Json* grace = json.find("heartbeat_grace"))
    run.heartbeat_grace = duration(*grace, where + ".heartbeat_grace");
  if (const Json* age = json.find("fail_foreign_after"))
    run.fail_foreign_after = duration(*age, where + ".fail_foreign_after");
}

void read_plugin_path(const Json& json, StudyConfig& config, const fs::path& folder, const std::string& where) {
  const std::vector<std::string> paths =
      json.as_string() != nullptr ? std::vector<std::string>{text(json, where)} : texts(json, where);
  for (const std::string& path : paths) {
    config.plugin_path.push_back(fs::absolute(folder / path).lexically_normal());
  }
}

StudyConfig config_from(const Json& json, const fs::path& folder) {
  if (json.as_object() == nullptr)
    refuse(json, "an object with sections such as \"study\" and \"space\"", "the config");
  check_members(json, {"$schema", "study", "storage", "sampler", "pruner", "space", "objective", "run", "plugin_path"},
                "");
  StudyConfig config;
  if (const Json* section = json.find("study")) read_study(*section, config, "study");
  if (const Json* section = json.find("storage")) read_storage(*section, config, folder, "storage");
  if (const Json* section = json.find("sampler")) read_sampler(*section, config, folder, "sampler");
  if (const Json* section = json.find("pruner")) config.pruner = plugin(*section, folder, "pruner");
  if (const Json* section = json.find("space")) config.space = space_from_config(*section, "space");
  if (const Json* section = json.find("objective")) config.objective = *section;
  if (const Json* section = json.find("run")) read_run(*section, config, "run");
  if (const Json* section = json.find("plugin_path")) read_plugin_path(*section, config, folder, "plugin_path");
  return config;
}

StudyConfig read(std::string_view text, std::string_view source, const fs::path& folder,
                 const std::vector<std::string>& overrides) {
  Json json = parse_json(text, source);
  for (const std::string& each : overrides) apply_override(json, each);
  try {
    return config_from(json, folder);
  } catch (const ConfigError& error) {
    // The sections know their JSON paths; the file is known here.
    const std::string_view message = error.what();
    const std::string path = error.where;
    const std::size_t prefix = path.empty() ? 0 : path.size() + 2;
    throw ConfigError(std::string(message.substr(prefix)), std::string(source) + (path.empty() ? "" : ": " + path));
  }
}

}  // namespace

void check_members(const Json& json, const std::vector<std::string>& known, std::string_view where) {
  const Json::Object* members = json.as_object();
  if (members == nullptr) refuse(json, "an object", std::string(where));
  for (const auto& [key, value] : *members) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::optional<std::string> near = nearest(key, known);
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    throw ConfigError(
        "unknown key '" + key + "'" + (near ? "; did you mean '" + *near + "'?" : ".") + " Known here: " + names,
        std::string(where) + (where.empty() ? "" : ".") + key);
  }
}

StudyConfig parse_config(std::string_view text, std::string_view source, const std::vector<std::string>& overrides) {
  return read(text, source, fs::current_path(), overrides);
}

StudyConfig load_config(const fs::path& file, const std::vector<std::string>& overrides) {
  std::error_code code;
  if (fs::is_directory(file, code)) throw ConfigError("this is a folder, but a config file is expected", file.string());
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw ConfigError(
        fs::exists(file, code) ? "the config cannot be read; check its permissions" : "there is no such config file",
        file.string());
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const fs::path absolute = fs::absolute(file);
  StudyConfig config = read(text, file.string(), absolute.parent_path(), overrides);
  config.file = absolute;
  return config;
}

}  // namespace hone
