// SPDX-License-Identifier: MIT
#include "space_config.hpp"

#include <algorithm>
#include <limits>

#include <hone/config.hpp>
#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone {
namespace {

std::string below(std::string_view where, std::string_view key) { return std::string(where) + "." + std::string(key); }

[[noreturn]] void refuse(const Json& found, const std::string& expected, std::string where) {
  throw ConfigError(
      "expected " + expected + ", but found " + std::string(found.type_name()) + ": " + to_json_text(found),
      std::move(where));
}

const Json& required(const Json& json, const char* key, std::string_view where) {
  const Json* found = json.find(key);
  if (found == nullptr) throw ConfigError(std::string("\"") + key + "\" is missing", std::string(where));
  return *found;
}

double real(const Json& json, const std::string& where) {
  if (!json.number()) refuse(json, "a number", where);
  return *json.number();
}

// 1e3 is written for 1000 as well.
std::int64_t whole(const Json& json, const std::string& where) {
  if (const std::int64_t* value = json.as_int()) return *value;
  const double* value = json.as_double();
  if (value == nullptr || *value != std::floor(*value) || std::abs(*value) > static_cast<double>(max_exact_int)) {
    refuse(json, "a whole number", where);
  }
  return static_cast<std::int64_t>(*value);
}

bool flag(const Json& json, const char* key, std::string_view where) {
  const Json* found = json.find(key);
  if (found == nullptr) return false;
  if (found->as_bool() == nullptr) refuse(*found, "true or false", below(where, key));
  return *found->as_bool();
}

CategoricalDistribution categorical_from(const Json& json, std::string_view where) {
  CategoricalDistribution result;
  const Json& choices = required(json, "choices", where);
  if (choices.as_array() == nullptr) refuse(choices, "a list of choices", below(where, "choices"));
  for (const Json& item : *choices.as_array()) {
    const std::optional<Choice> choice = choice_from(item);
    if (!choice) {
      refuse(item, "a choice (null, true, false, a number or a string)",
             below(where, "choices") + "[" + std::to_string(result.choices.size()) + "]");
    }
    result.choices.push_back(*choice);
  }
  return result;
}

Distribution number_from(const Json& json, bool is_real, std::string_view where) {
  const Json& low = required(json, "low", where);
  const Json& high = required(json, "high", where);
  const Json* step = json.find("step");
  if (step != nullptr && step->is_null()) step = nullptr;
  const bool log = flag(json, "log", where);
  if (is_real) {
    FloatDistribution result{real(low, below(where, "low")), real(high, below(where, "high")), log, {}};
    if (step != nullptr) result.step = real(*step, below(where, "step"));
    return result;
  }
  return IntDistribution{whole(low, below(where, "low")), whole(high, below(where, "high")), log,
                         step == nullptr ? 1 : whole(*step, below(where, "step"))};
}

std::string in_words(const Distribution& distribution) {
  const Json attributes = *to_json(distribution).find("attributes");
  if (const Json* choices = attributes.find("choices")) return "one of " + to_json_text(*choices);
  return "a number from " + to_json_text(*attributes.find("low")) + " to " + to_json_text(*attributes.find("high"));
}

// A value of `when`, as the named parameter would have it.
Choice condition_value(const Json& json, const DeclaredParameter& on, const std::string& where) {
  const std::optional<Choice> choice = choice_from(json);
  const std::optional<double> value = choice ? to_internal(on.distribution, *choice) : std::nullopt;
  if (!value || !contains(on.distribution, *value)) {
    throw ConfigError(
        "the parameter '" + on.name + "' is never " + to_json_text(json) + "; it is " + in_words(on.distribution),
        where);
  }
  return to_external(on.distribution, *value);
}

void read_range(const Json& json, const DeclaredParameter& on, Condition& condition, const std::string& where) {
  check_members(json, {"low", "high"}, where);
  const Json* low = json.find("low");
  const Json* high = json.find("high");
  if (low == nullptr && high == nullptr) throw ConfigError("a range needs \"low\", \"high\" or both", where);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  condition.low = low == nullptr ? -infinity : real(*low, where + ".low");
  condition.high = high == nullptr ? infinity : real(*high, where + ".high");
  if (!(condition.low <= condition.high)) throw ConfigError("low must not exceed high", where);
  const auto* categories = std::get_if<CategoricalDistribution>(&on.distribution);
  if (categories != nullptr && std::ranges::none_of(categories->choices, [](const Choice& choice) {
        return std::holds_alternative<std::int64_t>(choice) || std::holds_alternative<double>(choice);
      })) {
    throw ConfigError("the choices of '" + on.name + "' are no numbers, so a range cannot hold; name a choice", where);
  }
}

Condition condition_from(const Json& json, const DeclaredParameter& on, const std::string& where) {
  Condition condition;
  condition.parameter = on.name;
  if (json.as_object() != nullptr) {
    read_range(json, on, condition, where);
  } else if (const Json::Array* values = json.as_array()) {
    if (values->empty()) throw ConfigError("the list is empty, so the parameter would never be active", where);
    for (const Json& value : *values) condition.values.push_back(condition_value(value, on, where));
  } else {
    condition.values.push_back(condition_value(json, on, where));
  }
  return condition;
}

const DeclaredParameter* find(const DeclaredSpace& space, std::string_view name) {
  const auto found = std::ranges::find(space, name, &DeclaredParameter::name);
  return found == space.end() ? nullptr : &*found;
}

void read_conditions(const Json& when, DeclaredParameter& parameter, const DeclaredSpace& space,
                     const std::string& where) {
  if (when.as_object() == nullptr) {
    refuse(when, "an object that names parameters and their values, such as {\"optimizer\": \"sgd\"}", where);
  }
  for (const auto& [name, json] : *when.as_object()) {
    const DeclaredParameter* on = find(space, name);
    if (on == nullptr) {
      std::vector<std::string> names;
      for (const DeclaredParameter& other : space) names.push_back(other.name);
      const std::optional<std::string> near = nearest(name, names);
      throw ConfigError(
          "there is no parameter '" + name + "' in the space" + (near ? "; did you mean '" + *near + "'?" : ""),
          below(where, name));
    }
    parameter.when.push_back(condition_from(json, *on, below(where, name)));
  }
}

// Each parameter after those that its conditions name; among those that may come next, the first of the file.
DeclaredSpace sorted(DeclaredSpace space, std::string_view where) {
  DeclaredSpace result;
  while (!space.empty()) {
    const auto next = std::ranges::find_if(space, [&result](const DeclaredParameter& parameter) {
      return std::ranges::all_of(parameter.when,
                                 [&result](const Condition& c) { return find(result, c.parameter) != nullptr; });
    });
    if (next == space.end()) {
      // Every parameter that is left waits for one that is left: following them leads into a cycle.
      std::vector<std::string> path{space.front().name};
      for (;;) {
        const auto& when = find(space, path.back())->when;
        const auto blocked = std::ranges::find_if(
            when, [&space](const Condition& condition) { return find(space, condition.parameter) != nullptr; });
        const auto seen = std::ranges::find(path, blocked->parameter);
        const bool closes = seen != path.end();
        if (closes) path.erase(path.begin(), seen);
        path.push_back(blocked->parameter);
        if (closes) break;
      }
      std::string cycle;
      for (const std::string& name : path) cycle += (cycle.empty() ? "'" : " depends on '") + name + "'";
      throw ConfigError("conditions run in a circle: " + cycle, below(where, path.front()) + ".when");
    }
    result.push_back(std::move(*next));
    space.erase(next);
  }
  return result;
}

}  // namespace

Distribution distribution_from_config(const Json& json, std::string_view where) {
  if (json.as_object() == nullptr) {
    refuse(json, "an object such as {\"type\": \"float\", \"low\": 0, \"high\": 1}", std::string(where));
  }
  const Json& type = required(json, "type", where);
  const std::vector<std::string> types{"float", "int", "categorical"};
  if (type.as_string() == nullptr || std::ranges::find(types, *type.as_string()) == types.end()) {
    const std::optional<std::string> near =
        type.as_string() != nullptr ? nearest(*type.as_string(), types) : std::nullopt;
    throw ConfigError("expected \"float\", \"int\" or \"categorical\", but found " + to_json_text(type) +
                          (near ? "; did you mean \"" + *near + "\"?" : ""),
                      below(where, "type"));
  }
  const bool categorical = *type.as_string() == "categorical";
  check_members(json,
                categorical ? std::vector<std::string>{"type", "choices", "when"}
                            : std::vector<std::string>{"type", "low", "high", "log", "step", "when"},
                where);
  const Distribution result = categorical ? Distribution(categorical_from(json, where))
                                          : number_from(json, *type.as_string() == "float", where);
  if (const std::optional<std::string> problem = problem_of(result)) throw ConfigError(*problem, std::string(where));
  return normalized(result);
}

DeclaredSpace space_from_config(const Json& json, std::string_view where) {
  if (json.as_object() == nullptr) refuse(json, "an object with one member per parameter", std::string(where));
  DeclaredSpace space;
  for (const auto& [name, parameter] : *json.as_object()) {
    if (name.empty()) throw ConfigError("a parameter needs a name", std::string(where));
    space.push_back({name, distribution_from_config(parameter, below(where, name)), {}});
  }
  for (DeclaredParameter& parameter : space) {
    const Json* when = json.find(parameter.name)->find("when");
    if (when != nullptr) read_conditions(*when, parameter, space, below(where, parameter.name) + ".when");
  }
  return sorted(std::move(space), where);
}

}  // namespace hone
