// SPDX-License-Identifier: MIT
#include "stopping.hpp"

#include <algorithm>
#include <cmath>

namespace cmaes {
namespace {

constexpr double tol_fun = 1e-11;
constexpr double tol_x = 1e-11;  // the range of a parameter is 1
constexpr double condition_limit = 1e14;

double median(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  const auto middle = copy.begin() + static_cast<std::ptrdiff_t>(copy.size() / 2);
  std::ranges::nth_element(copy, middle);
  return *middle;
}

bool no_effect(const CmaEs& es) {
  const Eigen::VectorXd& m = es.mean();
  if (((m + 0.2 * es.deviations()).array() == m.array()).any()) return true;
  const Axes& axes = *es.C().axes();
  const Eigen::Index i = es.generation() % m.size();
  const Eigen::VectorXd unit = Eigen::VectorXd::Unit(m.size(), i);
  return m + 0.1 * es.sigma() * axes.D[i] * axes.rotated(unit) == m;
}

}  // namespace

StoppingCriteria::StoppingCriteria(Eigen::Index n, Eigen::Index lambda) {
  const auto dimension = static_cast<double>(n);
  const auto size = static_cast<double>(lambda);
  window_ = static_cast<std::size_t>(10.0 + std::ceil(30.0 * dimension / size));
  stagnation_ = static_cast<std::size_t>(120.0 + 30.0 * dimension / size);
  most_generations_ = 100.0 + 150.0 * (dimension + 3.0) * (dimension + 3.0) / std::sqrt(size);
}

bool StoppingCriteria::is_stagnating() const {
  // The last fifth of the run, but no less than stagnation_ and no more than 20,000 generations.
  const std::size_t length = std::clamp<std::size_t>(all_best_.size() / 5, stagnation_, 20000);
  if (all_best_.size() < length) return false;
  const std::size_t part = length * 3 / 10;
  const auto got_no_better = [&](const std::vector<double>& all) {
    const std::span<const double> recent = std::span(all).last(length);
    return median(recent.last(part)) >= median(recent.first(part));
  };
  return got_no_better(all_best_) && got_no_better(all_median_);
}

std::optional<std::string_view> StoppingCriteria::check(const CmaEs& es, std::span<const double> f) {
  const double best = f.front();
  best_.push_back(best);
  flat_.push_back(best == f[std::min(f.size() - 1, static_cast<std::size_t>(std::ceil(0.1 + f.size() / 4.0)))]);
  if (best_.size() > window_) {
    best_.pop_front();
    flat_.pop_front();
  }
  all_best_.push_back(best);
  all_median_.push_back(f[f.size() / 2]);

  const Axes& axes = *es.C().axes();
  if (!std::isfinite(es.sigma()) || !es.mean().allFinite() || !axes.D.allFinite()) return "not finite";
  if (best_.size() == window_) {
    const auto [least, most] = std::ranges::minmax(best_);
    if (f.back() - best < tol_fun && most - least < tol_fun) return "tolfun";
    if (3 * std::ranges::count(flat_, true) > static_cast<std::ptrdiff_t>(window_)) return "equalfunvals";
  }
  const double widest = es.sigma() * std::max(es.p_c().cwiseAbs().maxCoeff(), std::sqrt(es.C().diagonal().maxCoeff()));
  if (widest < tol_x) return "tolx";
  if (std::pow(axes.D.maxCoeff() / axes.D.minCoeff(), 2) > condition_limit) return "conditioncov";
  if (no_effect(es)) return "noeffect";
  if (es.generation() % 20 == 0 && is_stagnating()) return "stagnation";
  if (static_cast<double>(es.generation()) > most_generations_) return "maxiter";
  return std::nullopt;
}

}  // namespace cmaes
