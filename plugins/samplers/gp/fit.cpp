// SPDX-License-Identifier: MIT
#include "fit.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "bounded_minimum.hpp"
#include "marginal_likelihood.hpp"

namespace gp {
namespace {

// Lengths beyond these make no difference: neighbours know nothing of each other, or everything.
constexpr double shortest_length = 5e-3;
constexpr double longest_length = 1e3;
constexpr double smallest_scale = 1e-2;
constexpr double largest_scale = 1e3;
constexpr double largest_noise = 1.0;
constexpr double largest_exponent = 8.0;

struct Bounds {
  Eigen::VectorXd low, high;
};

Bounds bounds_of(const Priors& priors, const HyperParameters& like) {
  const Eigen::Index d = like.dimensions();
  const Eigen::Index size = like.theta.size();
  Bounds bounds{Eigen::VectorXd::Constant(size, -std::log(largest_exponent)),
                Eigen::VectorXd::Constant(size, std::log(largest_exponent))};
  bounds.low.head(d).setConstant(std::log(shortest_length));
  bounds.high.head(d).setConstant(std::log(longest_length));
  bounds.low[d] = std::log(smallest_scale);
  bounds.high[d] = std::log(largest_scale);
  bounds.low[d + 1] = std::log(priors.fixed_noise.value_or(least_noise));
  bounds.high[d + 1] = std::log(priors.fixed_noise.value_or(largest_noise));
  return bounds;
}

}  // namespace

Priors Priors::of_dimension(Eigen::Index dimensions) {
  Priors priors;
  priors.length_mean = std::numbers::sqrt2 + 0.5 * std::log(static_cast<double>(dimensions));
  priors.length_deviation = std::numbers::sqrt3;
  return priors;
}

double log_prior(const Priors& priors, const HyperParameters& parameters, Eigen::VectorXd& gradient) {
  const Eigen::Index d = parameters.dimensions();
  gradient.resize(parameters.theta.size());
  const auto normal = [](double x, double mean, double deviation, double& slope) {
    const double z = (x - mean) / deviation;
    slope = -z / deviation;
    return -0.5 * z * z;
  };
  double value = 0.0;
  for (Eigen::Index j = 0; j < d; ++j) {
    value += normal(parameters.theta[j], priors.length_mean, priors.length_deviation, gradient[j]);
    // The density is that of the length, not of its logarithm.
    value -= parameters.theta[j];
    gradient[j] -= 1.0;
  }
  value += normal(parameters.theta[d], 0.0, priors.scale_deviation, gradient[d]);
  gradient[d + 1] = 0.0;
  if (!priors.fixed_noise)
    value += normal(parameters.theta[d + 1], priors.noise_mean, priors.noise_deviation, gradient[d + 1]);
  for (Eigen::Index j = d + 2; j < gradient.size(); ++j) {
    value += normal(parameters.theta[j], 0.0, priors.warp_deviation, gradient[j]);
  }
  return value;
}

HyperParameters prior_start(const Priors& priors, Eigen::Index dimensions) {
  // The mode of a length's density.
  const double length = std::exp(priors.length_mean - priors.length_deviation * priors.length_deviation);
  return HyperParameters::of(Eigen::VectorXd::Constant(dimensions, length), 1.0,
                             priors.fixed_noise.value_or(std::exp(priors.noise_mean)));
}

Fit fit(const Inputs& inputs, const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs, const Priors& priors,
        const std::vector<HyperParameters>& starts) {
  MarginalLikelihood likelihood(inputs, points, outputs);
  Eigen::VectorXd prior_gradient;
  const auto loss = [&](const Eigen::VectorXd& theta, Eigen::VectorXd& gradient) {
    const HyperParameters parameters{theta, starts.front().warps};
    double value = likelihood(parameters, gradient);
    value += log_prior(priors, parameters, prior_gradient);
    gradient = -(gradient + prior_gradient);
    if (priors.fixed_noise) gradient[inputs.size() + 1] = 0.0;
    return -value;
  };
  const Bounds bounds = bounds_of(priors, starts.front());
  Fit best{starts.front(), -std::numeric_limits<double>::infinity(), false};
  for (const HyperParameters& start : starts) {
    const Eigen::VectorXd inside = start.theta.cwiseMax(bounds.low).cwiseMin(bounds.high);
    const Minimum found = bounded_minimum(loss, inside, bounds.low, bounds.high, {1e-2, 1e-5, 50});
    if (-found.value > best.value) best = {HyperParameters{found.x, start.warps}, -found.value, true};
  }
  return best;
}

Fit first_fit(const Inputs& inputs, const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs, const Priors& priors,
              bool warps) {
  Fit plain = fit(inputs, points, outputs, priors, {prior_start(priors, inputs.size())});
  if (!warps) return plain;
  HyperParameters start = plain.parameters;
  start.warps = true;
  start.theta.conservativeResizeLike(Eigen::VectorXd::Zero(3 * inputs.size() + 2));
  return fit(inputs, points, outputs, priors, {start});
}

}  // namespace gp
