// SPDX-License-Identifier: MIT
// What is to be tried of each parameter.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <hone/distribution.hpp>
#include <hone/sdk/fixed_parameters.hpp>

namespace brute_force {

/// All values of a parameter, or the only one of a fixed parameter, by their index.
class ParameterValues {
 public:
  ParameterValues() = default;
  explicit ParameterValues(hone::sdk::FixedParameters fixed) : fixed_(std::move(fixed)) {}

  bool is_fixed(std::string_view name) const { return fixed_.contains(name); }
  /// How many values are to be tried.
  /// @throws std::invalid_argument if the parameter is continuous and not fixed, has more than a million values, or
  /// cannot take its fixed value
  std::int64_t count(std::string_view name, const hone::Distribution& distribution) const;
  /// The index of a value (internal representation); nothing if the parameter is fixed at another one.
  /// @throws std::invalid_argument if the only value of the parameter is not its fixed one
  std::optional<std::int64_t> index(std::string_view name, const hone::Distribution& distribution, double value) const;

 private:
  hone::sdk::FixedParameters fixed_;
};

}  // namespace brute_force
