// SPDX-License-Identifier: MIT
// How a sampler that goes through a finite set learns that some parameters keep one value.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <hone/choice.hpp>

namespace hone::sdk {

/// Names of parameters, each with the only value it takes.
using FixedParameters = std::map<std::string, Choice, std::less<>>;

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
