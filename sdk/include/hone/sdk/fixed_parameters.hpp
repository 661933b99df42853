// SPDX-License-Identifier: MIT
// How a sampler that goes through a finite set learns that some parameters keep one value.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <hone/choice.hpp>
#include <hone/distribution.hpp>

namespace hone::sdk {

/// Names of parameters, each with the only value it takes.
using FixedParameters = std::map<std::string, Choice, std::less<>>;

/// A given value as a parameter has it (internal representation); nothing if the parameter cannot take it.
inline std::optional<double> value_in(const Distribution& distribution, const Choice& given) {
  const std::optional<double> value = to_internal(distribution, given);
  return value && contains(distribution, *value) ? value : std::nullopt;
}

/// The same of a fixed value, without which there is no going on.
/// @throws std::invalid_argument if the parameter cannot take it
inline double fixed_value(std::string_view name, const Distribution& distribution, const Choice& fixed) {
  if (const std::optional<double> value = value_in(distribution, fixed)) return *value;
  throw std::invalid_argument("the fixed value of '" + std::string(name) +
                              "' is none that the parameter can take; change it or the parameter's range");
}

/// Extension of a sampler that counts what is left to try: without it, values that nobody proposes would be waited for.
class FixedParametersExtension {
 public:
  static constexpr std::string_view id = "hone.fixed_parameters/1";
  /// Called before any proposal; what a later call says counts.
  virtual void fix_parameters(const FixedParameters& fixed) = 0;

 protected:
  ~FixedParametersExtension() = default;
};

}  // namespace hone::sdk
