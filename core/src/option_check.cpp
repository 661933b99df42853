// SPDX-License-Identifier: MIT
#include "option_check.hpp"

#include <algorithm>
#include <cmath>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone {
namespace {

std::string number_text(double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  return whole ? std::to_string(static_cast<std::int64_t>(value)) : to_json_text(Json(value));
}

std::string range_in_words(const OptionInfo& option) {
  std::string words;
  if (option.minimum) words = (option.minimum_is_open ? " above " : " of at least ") + number_text(*option.minimum);
  if (option.maximum) {
    words += words.empty() ? "" : " and";
    words += (option.maximum_is_open ? " below " : " at most ") + number_text(*option.maximum);
  }
  return words;
}

std::string type_in_words(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::boolean: return "true or false";
    case OptionType::integer: return "a whole number" + range_in_words(option);
    case OptionType::real: return "a number" + range_in_words(option);
    case OptionType::text: return "a string";
    case OptionType::list: return "a list";
    case OptionType::map: return "an object";
    case OptionType::sampler:
    case OptionType::pruner:
    case OptionType::storage:
      return "a " + std::string(to_string(*inner_kind(option.type))) +
             " (its name, or an object with \"plugin\" and its options)";
    case OptionType::enumeration: break;
  }
  std::string words = option.choices.size() == 1 ? "" : "one of ";
  for (const std::string& choice : option.choices) {
    if (&choice != &option.choices.front()) words += ", ";
    words += '"' + choice + '"';
  }
  return words;
}

bool in_range(const OptionInfo& option, double value) {
  if (std::isnan(value)) return false;
  if (option.minimum && (option.minimum_is_open ? value <= *option.minimum : value < *option.minimum)) return false;
  return !option.maximum || (option.maximum_is_open ? value < *option.maximum : value <= *option.maximum);
}

bool fits(const OptionInfo& option, const Json& value) {
  switch (option.type) {
    case OptionType::boolean: return value.as_bool() != nullptr;
    case OptionType::integer:
      return value.as_int() != nullptr && in_range(option, static_cast<double>(*value.as_int()));
    case OptionType::real: return value.number().has_value() && in_range(option, *value.number());
    case OptionType::text: return value.as_string() != nullptr;
    case OptionType::enumeration:
      return value.as_string() != nullptr &&
             std::ranges::find(option.choices, *value.as_string()) != option.choices.end();
    case OptionType::list: return value.as_array() != nullptr;
    case OptionType::map: return value.as_object() != nullptr;
    case OptionType::sampler:
    case OptionType::pruner:
    case OptionType::storage:
      // Null is "none"; an option without a default asks for a plugin all the same.
      return value.is_null() || value.as_string() != nullptr || value.find("plugin") != nullptr;
  }
  return false;
}

bool is_auto(const Json& value) {
  return value.is_null() || (value.as_string() != nullptr && *value.as_string() == "auto");
}

std::string shown(const Json& value) {
  constexpr std::size_t longest = 80;
  const std::string text = to_json_text(value);
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string names_of(const PluginInfo& plugin) {
  std::string names;
  for (const OptionInfo& option : plugin.options) names += (names.empty() ? "" : ", ") + option.name;
  return names;
}

void refuse_unknown(const PluginInfo& plugin, const Json& given, std::string_view where) {
  for (const Json::Member& member : *given.as_object()) {
    std::vector<std::string> names;
    for (const OptionInfo& option : plugin.options) names.push_back(option.name);
    if (std::ranges::find(names, member.first) != names.end()) continue;
    const std::string who = "the " + std::string(to_string(plugin.kind)) + " '" + plugin.name + "'";
    const std::optional<std::string> near = nearest(member.first, names);
    throw ConfigError(who + " has no option '" + member.first + "'" + (near ? "; did you mean '" + *near + "'?" : ".") +
                          (names.empty() ? " It has no options." : " Its options: " + names_of(plugin)),
                      std::string(where) + "." + member.first);
  }
}

// An integer written as 10.0 or 1e3 is meant as one.
Json as_integer(const OptionInfo& option, const Json& value) {
  constexpr double exact = 9007199254740992.0;
  const double* real = value.as_double();
  if (option.type != OptionType::integer || real == nullptr) return value;
  return std::abs(*real) <= exact && *real == std::floor(*real) ? Json(static_cast<std::int64_t>(*real)) : value;
}

}  // namespace

std::optional<PluginKind> inner_kind(OptionType type) {
  switch (type) {
    case OptionType::sampler: return PluginKind::sampler;
    case OptionType::pruner: return PluginKind::pruner;
    case OptionType::storage: return PluginKind::storage;
    default: return std::nullopt;
  }
}

std::string allowed_in_words(const OptionInfo& option) {
  return type_in_words(option) + (option.allows_auto ? ", or \"auto\"" : "");
}

std::optional<std::string> option_problem(const OptionInfo& option, const Json& value) {
  if ((option.allows_auto && is_auto(value)) || fits(option, value)) return std::nullopt;
  return "found " + shown(value) + ", but expected " + allowed_in_words(option);
}

Json complete_options(const PluginInfo& plugin, const Json& given, std::string_view where) {
  Json complete = Json::Object{};
  const Json nothing = Json::Object{};
  const Json& options = given.is_null() ? nothing : given;
  if (options.as_object() == nullptr) {
    throw ConfigError("the options must be an object, but are " + std::string(options.type_name()), std::string(where));
  }
  refuse_unknown(plugin, options, where);
  for (const OptionInfo& option : plugin.options) {
    const std::string path = std::string(where) + "." + option.name;
    const Json* value = options.find(option.name);
    if (value == nullptr) {
      if (!option.default_value) {
        throw ConfigError("the " + std::string(to_string(plugin.kind)) + " '" + plugin.name + "' needs the option '" +
                              option.name + "': " + allowed_in_words(option) + " (" + option.doc + ")",
                          path);
      }
      complete.set(option.name, *option.default_value);
      continue;
    }
    const Json meant = as_integer(option, *value);
    if (const auto problem = option_problem(option, meant)) {
      throw ConfigError("option '" + option.name + "' of the " + std::string(to_string(plugin.kind)) + " '" +
                            plugin.name + "': " + *problem,
                        path);
    }
    complete.set(option.name, meant);
  }
  return complete;
}

}  // namespace hone
