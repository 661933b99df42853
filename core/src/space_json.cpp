// SPDX-License-Identifier: MIT
#include "space_json.hpp"

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>

namespace hone {
namespace {

const Json& member(const Json& json, const char* key) {
  const Json* found = json.find(key);
  if (found == nullptr) throw StorageError(std::string("a stored search space lacks '") + key + "'");
  return *found;
}

std::string text(const Json& json) {
  if (json.as_string() == nullptr) throw StorageError("a stored search space has a name that is no string");
  return *json.as_string();
}

Json to_json(const Condition& condition) {
  Json clause;
  clause.set("parameter", condition.parameter);
  if (condition.values.empty()) {
    clause.set("low", condition.low);
    clause.set("high", condition.high);
  } else {
    Json::Array values;
    for (const Choice& value : condition.values) values.push_back(hone::to_json(value));
    clause.set("values", std::move(values));
  }
  return clause;
}

Condition condition_from(const Json& clause) {
  Condition condition;
  condition.parameter = text(member(clause, "parameter"));
  if (const Json* values = clause.find("values"); values != nullptr && values->as_array() != nullptr) {
    for (const Json& value : *values->as_array()) condition.values.push_back(choice_from(value).value_or(Choice()));
  } else {
    condition.low = member(clause, "low").number().value_or(0.0);
    condition.high = member(clause, "high").number().value_or(0.0);
  }
  return condition;
}

}  // namespace

Json space_to_json(const DeclaredSpace& space) {
  Json::Array list;
  for (const DeclaredParameter& parameter : space) {
    Json item;
    item.set("name", parameter.name);
    item.set("distribution", hone::to_json(parameter.distribution));
    Json::Array when;
    for (const Condition& condition : parameter.when) when.push_back(to_json(condition));
    if (!when.empty()) item.set("when", std::move(when));
    list.push_back(std::move(item));
  }
  return list;
}

DeclaredSpace space_from_json(const Json& json) {
  DeclaredSpace space;
  if (json.as_array() == nullptr) throw StorageError("a stored search space is no list");
  for (const Json& item : *json.as_array()) {
    DeclaredParameter parameter;
    parameter.name = text(member(item, "name"));
    const std::optional<Distribution> distribution = distribution_from(member(item, "distribution"));
    if (!distribution) throw StorageError("the stored distribution of '" + parameter.name + "' cannot be read");
    parameter.distribution = *distribution;
    if (const Json* when = item.find("when"); when != nullptr && when->as_array() != nullptr) {
      for (const Json& clause : *when->as_array()) parameter.when.push_back(condition_from(clause));
    }
    space.push_back(std::move(parameter));
  }
  return space;
}

}  // namespace hone
