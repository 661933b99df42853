// SPDX-License-Identifier: MIT
// Distributions and choices as JSON, in the form that Optuna's files use (optuna.distributions).
#pragma once

#include <optional>
#include <string>

#include <hone/distribution.hpp>
#include <hone/json.hpp>

namespace hone {

inline Json to_json(const Choice& choice) {
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
          return Json();
        else
          return Json(value);
      },
      choice);
}

/// Nothing for lists and objects, which are no choices.
inline std::optional<Choice> choice_from(const Json& json) {
  if (json.is_null()) return Choice();
  if (const bool* b = json.as_bool()) return Choice(*b);
  if (const std::int64_t* i = json.as_int()) return Choice(*i);
  if (const double* d = json.as_double()) return Choice(*d);
  if (const std::string* s = json.as_string()) return Choice(*s);
  return std::nullopt;
}

/// `{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}`
inline Json to_json(const Distribution& distribution) {
  Json attributes;
  std::string name;
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) {
    name = "FloatDistribution";
    attributes.set("step", d->step ? Json(*d->step) : Json());
    attributes.set("low", d->low);
    attributes.set("high", d->high);
    attributes.set("log", d->log);
  } else if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    name = "IntDistribution";
    attributes.set("log", i->log);
    attributes.set("step", i->step);
    attributes.set("low", i->low);
    attributes.set("high", i->high);
  } else {
    name = "CategoricalDistribution";
    Json::Array choices;
    for (const Choice& choice : std::get<CategoricalDistribution>(distribution).choices)
      choices.push_back(to_json(choice));
    attributes.set("choices", std::move(choices));
  }
  Json result;
  result.set("name", name);
  result.set("attributes", std::move(attributes));
  return result;
}

/// Reads the form above, the names of Optuna before 3.0 (UniformDistribution and its kin), and the short form
/// `{"type": "float", "low": 0, "high": 1, "log": true}`. Nothing if it is none of these.
inline std::optional<Distribution> distribution_from(const Json& json) {
  const Json* name = json.find("name");
  const Json* type = json.find("type");
  const Json* attributes = name != nullptr ? json.find("attributes") : &json;
  const std::string* kind = name != nullptr ? name->as_string() : type != nullptr ? type->as_string() : nullptr;
  if (kind == nullptr || attributes == nullptr || attributes->as_object() == nullptr) return std::nullopt;
  const auto number = [&](const char* key) -> std::optional<double> {
    const Json* member = attributes->find(key);
    return member == nullptr ? std::nullopt : member->number();
  };
  const auto flag = [&](const char* key) {
    const Json* member = attributes->find(key);
    return member != nullptr && member->as_bool() != nullptr && *member->as_bool();
  };
  if (*kind == "CategoricalDistribution" || *kind == "categorical") {
    const Json* choices = attributes->find("choices");
    if (choices == nullptr || choices->as_array() == nullptr) return std::nullopt;
    CategoricalDistribution result;
    for (const Json& item : *choices->as_array()) {
      const std::optional<Choice> choice = choice_from(item);
      if (!choice) return std::nullopt;
      result.choices.push_back(*choice);
    }
    return result;
  }
  const std::optional<double> low = number("low"), high = number("high"), step = number("step");
  if (!low || !high) return std::nullopt;
  if (*kind == "FloatDistribution" || *kind == "float") return FloatDistribution{*low, *high, flag("log"), step};
  if (*kind == "UniformDistribution") return FloatDistribution{*low, *high, false, {}};
  if (*kind == "LogUniformDistribution") return FloatDistribution{*low, *high, true, {}};
  if (*kind == "DiscreteUniformDistribution") return FloatDistribution{*low, *high, false, number("q")};
  const bool log_int = *kind == "IntLogUniformDistribution";
  if (*kind == "IntDistribution" || *kind == "int" || *kind == "IntUniformDistribution" || log_int) {
    const double limit = static_cast<double>(max_exact_int);
    if (!(std::abs(*low) <= limit && std::abs(*high) <= limit)) return std::nullopt;
    return IntDistribution{static_cast<std::int64_t>(*low), static_cast<std::int64_t>(*high), log_int || flag("log"),
                           log_int ? 1 : static_cast<std::int64_t>(step.value_or(1.0))};
  }
  return std::nullopt;
}

}  // namespace hone
