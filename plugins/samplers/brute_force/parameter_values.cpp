// SPDX-License-Identifier: MIT
#include "parameter_values.hpp"

#include <stdexcept>
#include <string>

#include "possible_values.hpp"

namespace brute_force {

std::int64_t ParameterValues::count(std::string_view name, const hone::Distribution& distribution) const {
  constexpr std::int64_t most_values = 1'000'000;
  if (fixed_.contains(name)) return 1;
  if (const auto count = value_count(distribution)) {
    if (*count <= most_values) return *count;
    throw std::invalid_argument("the parameter '" + std::string(name) +
                                "' has more than a million values; give it a wider step, or take another sampler");
  }
  throw std::invalid_argument("the parameter '" + std::string(name) +
                              "' is continuous, and not all its values can be tried; give it a step, or take another "
                              "sampler, such as qmc");
}

std::optional<std::int64_t> ParameterValues::index(std::string_view name, const hone::Distribution& distribution,
                                                   double value) const {
  const auto fixed = fixed_.find(name);
  if (fixed == fixed_.end()) return index_of(distribution, value);
  if (hone::to_internal(distribution, fixed->second) == value) return 0;
  return std::nullopt;
}

}  // namespace brute_force
