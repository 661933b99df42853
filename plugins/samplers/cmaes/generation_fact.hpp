// SPDX-License-Identifier: MIT
// What workers publish about a generation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/types.hpp>

namespace cmaes {

/// Which trials made up a generation. As JSON: {"at": 31, "trials": [12, 14], "left_out": []}.
struct GenerationFact {
  hone::TrialNumber at = 0;                 ///< the trial that was about to be drawn when it was decided
  std::vector<hone::TrialNumber> trials;    ///< their results
  std::vector<hone::TrialNumber> left_out;  ///< late results of the run before a restart, which count for nothing

  std::string text() const;
  /// @throws std::runtime_error if the text is not of that form
  static GenerationFact from(const hone::Host& host, const std::string& key, std::string_view text);
};

}  // namespace cmaes
