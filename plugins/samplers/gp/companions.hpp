// SPDX-License-Identifier: MIT
// Which parameters each parameter always occurs with.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include <hone/study_view.hpp>

namespace gp {

/// Follows the COMPLETE trials. A cache: does not depend on the order in which they arrived.
class Companions {
 public:
  struct Companion {
    hone::ParameterId id;
    double value;  ///< in one of the trials
    bool varies;   ///< whether another trial has another value
  };

  /// Takes in what is new.
  void update(const hone::HistoryView& view);
  /// The parameters that every trial with this one has, itself among them, ascending; those of one group are alike.
  const std::vector<Companion>& of(hone::ParameterId id) const { return all_.at(id); }

 private:
  std::size_t revision_ = 0;
  std::map<hone::ParameterId, std::vector<Companion>> all_;
};

}  // namespace gp
