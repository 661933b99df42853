// SPDX-License-Identifier: MIT
// What Optuna computed, as data/make_reference.py wrote it down.
#pragma once

#include <hone/distribution.hpp>

#include "reference.hpp"

namespace hone::test {

inline const Json& tpe_reference() {
  static const Json reference = reference_from(HONE_TPE_REFERENCE);
  return reference;
}

/// A distribution as the scripts in data/ describe it.
inline Distribution distribution_of(const Json& json) {
  const std::string& type = *member(json, "type").as_string();
  if (type == "categorical") {
    CategoricalDistribution result;
    for (std::int64_t i = 0; i < *member(json, "choices").as_int(); ++i) result.choices.emplace_back(i);
    return result;
  }
  const bool log = *member(json, "log").as_bool();
  if (type == "int") {
    return IntDistribution{*member(json, "low").as_int(), *member(json, "high").as_int(), log,
                           *member(json, "step").as_int()};
  }
  FloatDistribution result{*member(json, "low").number(), *member(json, "high").number(), log};
  result.step = member(json, "step").number();
  return result;
}

}  // namespace hone::test
