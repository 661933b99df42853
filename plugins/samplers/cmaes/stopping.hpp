// SPDX-License-Identifier: MIT
// When a run of CMA-ES has nothing more to find.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cma_es.hpp"

namespace cmaes {

/// The criteria of Hansen's tutorial (B.3) and of Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009
/// function testbed" (2009), with pycma's numbers where these leave a choice.
class StoppingCriteria {
 public:
  StoppingCriteria(Eigen::Index n, Eigen::Index lambda);

  /// After `es.tell`: why the run should end, if it should. `f`: the generation's values, ascending; infinite for
  /// points without a value.
  std::optional<std::string_view> check(const CmaEs& es, std::span<const double> f);

 private:
  bool is_stagnating() const;

  std::size_t window_;      // generations that "recent" means
  std::size_t stagnation_;  // the least history to call it stagnation
  double most_generations_;
  std::deque<double> best_;  // newest last
  std::deque<bool> flat_;
  std::vector<double> all_best_;
  std::vector<double> all_median_;
};

}  // namespace cmaes
