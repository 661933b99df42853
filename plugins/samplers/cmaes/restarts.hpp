// SPDX-License-Identifier: MIT
// What follows when a run of CMA-ES has ended: IPOP and BIPOP.
#pragma once

#include <cstdint>
#include <optional>

#include <Eigen/Core>

namespace cmaes {

enum class RestartStrategy : std::uint8_t { none, ipop, bipop };

/// How one run begins.
struct Run {
  std::int64_t number = 0;  ///< 0 is the first
  Eigen::Index lambda = 0;
  double sigma = 0.0;
  std::int64_t most_evaluations = 0;  ///< 0: as many as it takes
};

/// IPOP: each run has a population `factor` times as large (Auger and Hansen, "A Restart CMA Evolution Strategy With
/// Increasing Population Size", CEC 2005). BIPOP: such runs, and between them runs with a small population and step,
/// for as many evaluations together (Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009 Function Testbed",
/// GECCO 2009).
class Restarts {
 public:
  Restarts(RestartStrategy strategy, Eigen::Index lambda, double sigma, double factor, std::uint64_t seed);

  const Run& current() const { return current_; }
  bool is_over() const { return over_; }
  /// The current run has ended after so many evaluations. With `none` nothing follows.
  void next(std::int64_t evaluations);

 private:
  Run larger();
  Run smaller();

  RestartStrategy strategy_;
  Eigen::Index lambda_;
  double sigma_;
  double factor_;
  std::uint64_t seed_;
  Run current_;
  bool over_ = false;
  bool current_is_small_ = false;
  int enlarged_ = 0;
  Eigen::Index large_lambda_;
  std::int64_t used_large_ = 0;
  std::int64_t used_small_ = 0;
  std::int64_t last_large_ = 0;
};

}  // namespace cmaes
