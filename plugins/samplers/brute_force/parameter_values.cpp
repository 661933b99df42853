// SPDX-License-Identifier: MIT
#include "parameter_values.hpp"

#include <bit>
#include <stdexcept>
#include <string>

#include "possible_values.hpp"

namespace brute_force {
namespace {

// A continuous value has none by its place; its bits tell it from others.
std::int64_t any_index_of(const hone::Distribution& distribution, double value) {
  return value_count(distribution) ? index_of(distribution, value) : std::bit_cast<std::int64_t>(value);
}

}  // namespace

std::int64_t ParameterValues::count(std::string_view name, const hone::Distribution& distribution) const {
  constexpr std::int64_t most_values = 1'000'000;
  if (const auto fixed = fixed_.find(name); fixed != fixed_.end()) {
    hone::sdk::fixed_value(name, distribution, fixed->second);
    return 1;
  }
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
  // Its only value is taken without asking a sampler, who would have refused.
  if (hone::is_single(distribution)) hone::sdk::fixed_value(name, distribution, fixed->second);
  const std::optional<double> only = hone::sdk::value_in(distribution, fixed->second);
  // By the index, for what was written as 0.3 may be the third step of 0.1.
  const std::int64_t index = any_index_of(distribution, value);
  return only && any_index_of(distribution, *only) == index ? std::optional(index) : std::nullopt;
}

}  // namespace brute_force
