// SPDX-License-Identifier: MIT
// What other implementations computed, as the scripts in data/ wrote it down.
#pragma once

#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <hone/json_text.hpp>

namespace hone::test {

inline Json reference_from(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("missing: " + path);
  std::stringstream text;
  text << file.rdbuf();
  return parse_json(text.str(), path);
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
