// SPDX-License-Identifier: MIT
// Values that are typed on the command line.
#include "arguments.hpp"

#include <algorithm>
#include <charconv>

#include <hone/config.hpp>
#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone::cli {
namespace {

Choice checked_choice(const std::string& name, const Json& value, std::string_view option) {
  if (const std::optional<Choice> choice = choice_from(value)) return *choice;
  throw ConfigError("a parameter is a text, a number, true, false or null, not " + std::string(value.type_name()),
                    std::string(option) + ": " + name);
}

Json object_from(const std::string& text, std::string_view option) {
  Json json = parse_json(text, option);
  if (json.as_object() == nullptr) {
    throw ConfigError("expected a JSON object of names and values, found " + std::string(json.type_name()),
                      std::string(option));
  }
  return json;
}

void fit(const std::string& name, Choice& value, const Distribution& distribution) {
  std::optional<double> internal = to_internal(distribution, value);
  if (!internal && is_categorical(distribution) && !std::holds_alternative<std::string>(value)) {
    const Choice as_text = to_json_text(to_json(value));
    if ((internal = to_internal(distribution, as_text))) value = as_text;
  }
  if (internal && contains(distribution, *internal)) return;
  throw ConfigError(to_json_text(to_json(value)) + " is not in its range: " + to_json_text(to_json(distribution)),
                    "--param: " + name);
}

}  // namespace

std::optional<double> real_from(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" +");
  if (first == std::string_view::npos) return std::nullopt;
  text.remove_prefix(first);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Json json_or_text(const std::string& text) {
  try {
    return parse_json(text);
  } catch (const ConfigError&) {
    return text;
  }
}

std::pair<std::string, std::string> split_assignment(const std::string& text, std::string_view option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError("expected name=value, found '" + text + "'", std::string(option));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::map<std::string, Choice> params_from(const std::vector<std::string>& assignments,
                                          const std::vector<std::string>& objects) {
  std::map<std::string, Choice> params;
  for (const std::string& text : objects) {
    const Json object = object_from(text, "--params");
    for (const auto& [name, value] : *object.as_object()) {
      params[name] = checked_choice(name, value, "--params");
    }
  }
  for (const std::string& text : assignments) {
    const auto [name, value] = split_assignment(text, "--param");
    params[name] = checked_choice(name, json_or_text(value), "--param");
  }
  return params;
}

void fit_to_space(std::map<std::string, Choice>& params, const DeclaredSpace& space) {
  for (auto& [name, value] : params) {
    const auto declared = std::ranges::find(space, name, &DeclaredParameter::name);
    if (declared != space.end()) {
      fit(name, value, declared->distribution);
      continue;
    }
    std::vector<std::string> names;
    for (const DeclaredParameter& each : space) names.push_back(each.name);
    const std::optional<std::string> near = nearest(name, names);
    throw ConfigError(
        "the config's space has no parameter '" + name + "'" + (near ? "; did you mean '" + *near + "'?" : ""),
        "--param");
  }
}

std::vector<std::pair<std::string, Distribution>> distributions_from(const std::string& text, std::string_view option) {
  const Json object = object_from(text, option);
  std::vector<std::pair<std::string, Distribution>> result;
  for (const auto& [name, json] : *object.as_object()) {
    const std::string where = std::string(option) + ": " + name;
    const bool is_long_form = json.find("name") != nullptr;
    const std::optional<Distribution> distribution =
        is_long_form ? distribution_from(json) : distribution_from_config(json, where);
    if (!distribution) throw ConfigError("this is no distribution: " + to_json_text(json), where);
    if (const auto problem = problem_of(*distribution)) throw ConfigError(*problem, where);
    result.emplace_back(name, *distribution);
  }
  return result;
}

}  // namespace hone::cli
