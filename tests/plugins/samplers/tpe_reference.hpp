// SPDX-License-Identifier: MIT
// What Optuna computed, as data/make_reference.py wrote it down.
#pragma once

#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <hone/json_text.hpp>

namespace hone::test {

inline const Json& tpe_reference() {
  static const Json reference = [] {
    std::ifstream file(HONE_TPE_REFERENCE);
    if (!file) throw std::runtime_error("missing: " HONE_TPE_REFERENCE);
    std::stringstream text;
    text << file.rdbuf();
    return parse_json(text.str(), HONE_TPE_REFERENCE);
  }();
  return reference;
}

inline const Json& member(const Json& object, const char* name) {
  const Json* found = object.find(name);
  if (found == nullptr) throw std::runtime_error(std::string("the reference has no ") + name);
  return *found;
}

/// The numbers of a list, nested ones one after another; null is NaN.
inline std::vector<double> numbers(const Json& json) {
  if (json.is_null()) return {std::numeric_limits<double>::quiet_NaN()};
  if (const auto number = json.number()) return {*number};
  std::vector<double> all;
  for (const Json& item : *json.as_array()) {
    const std::vector<double> part = numbers(item);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace hone::test
