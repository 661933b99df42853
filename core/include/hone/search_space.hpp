// SPDX-License-Identifier: MIT
// Parameters as samplers see them, and the declared space with its conditions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <hone/choice.hpp>
#include <hone/distribution.hpp>
#include <hone/history.hpp>

namespace hone {

/// A parameter with the distribution it is to be drawn from. `id` and `distribution_id` belong to the study's history;
/// name and distribution are borrowed from it and live as long.
struct Parameter {
  std::string_view name;
  const Distribution* distribution = nullptr;
  ParameterId id = 0;
  DistributionId distribution_id = 0;
};

/// A joint space, in ascending order of names (an order of arrival would differ between processes).
using SearchSpace = std::vector<Parameter>;

/// One clause of `when`: the named parameter is active and its value is one of `values`, or lies in [low, high].
struct Condition {
  std::string parameter;
  std::vector<Choice> values;  ///< empty: the range counts
  double low = 0.0;
  double high = 0.0;

  bool accepts(const Choice& value) const {
    for (const Choice& allowed : values) {
      if (same_choice(allowed, value)) return true;
    }
    if (!values.empty()) return false;
    if (const auto* real = std::get_if<double>(&value)) return low <= *real && *real <= high;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      return low <= static_cast<double>(*whole) && static_cast<double>(*whole) <= high;
    }
    return false;
  }
};

/// A parameter of a declared space; active when all its conditions hold.
struct DeclaredParameter {
  std::string name;
  Distribution distribution;
  std::vector<Condition> when;
};

/// The space that a config declares, each parameter after those its conditions name. Empty when the objective defines
/// the space by running.
using DeclaredSpace = std::vector<DeclaredParameter>;

}  // namespace hone
