// SPDX-License-Identifier: MIT
#include "restarts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <hone/random.hpp>
#include <hone/sdk/portable_math.hpp>

namespace cmaes {
namespace {
constexpr int most_enlargements = 9;
}

Restarts::Restarts(RestartStrategy strategy, Eigen::Index lambda, double sigma, double factor, std::uint64_t seed)
    : strategy_(strategy),
      lambda_(lambda),
      sigma_(sigma),
      factor_(factor),
      seed_(seed),
      current_{0, lambda, sigma, 0},
      large_lambda_(lambda) {}

Run Restarts::larger() {
  enlarged_ = std::min(enlarged_ + 1, most_enlargements);
  const double size = static_cast<double>(lambda_) * std::pow(factor_, enlarged_);
  large_lambda_ = std::max(lambda_, static_cast<Eigen::Index>(size));
  return {current_.number + 1, large_lambda_, sigma_, 0};
}

Run Restarts::smaller() {
  using hone::sdk::portable::exp;
  using hone::sdk::portable::log;
  hone::RandomStream random(seed_, current_.number + 1, "cmaes/restart size");
  const double u = random.uniform();
  const double ratio = static_cast<double>(large_lambda_) / static_cast<double>(lambda_);
  const double size = static_cast<double>(lambda_) * exp(u * u * log(std::max(1.0, 0.5 * ratio)));
  const double sigma = sigma_ * exp(-2.0 * random.uniform() * std::numbers::ln10);
  return {current_.number + 1, static_cast<Eigen::Index>(size), sigma, std::max<std::int64_t>(1, last_large_ / 2)};
}

void Restarts::next(std::int64_t evaluations) {
  if (strategy_ == RestartStrategy::none) {
    over_ = true;
    return;
  }
  if (current_is_small_) {
    used_small_ += evaluations;
  } else {
    last_large_ = evaluations;
    if (current_.number > 0) used_large_ += evaluations;  // the first run belongs to neither
  }
  current_is_small_ = strategy_ == RestartStrategy::bipop && used_small_ < used_large_;
  current_ = current_is_small_ ? smaller() : larger();
}

}  // namespace cmaes
