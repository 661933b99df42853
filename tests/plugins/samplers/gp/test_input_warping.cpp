// SPDX-License-Identifier: MIT
// Bent inputs and outputs: their gradients, and that a bent function is explained better.
#include <catch2/catch.hpp>

#include <cmath>

#include <hone/random.hpp>

#include "../reference.hpp"
#include "fit.hpp"
#include "input_warping.hpp"
#include "marginal_likelihood.hpp"
#include "output_scale.hpp"
#include "posterior.hpp"
#include "yeo_johnson.hpp"

using namespace gp;
using hone::test::member;
using hone::test::numbers;

namespace {

constexpr double h = 1e-5;

Eigen::MatrixXd points_of(Eigen::Index n, Eigen::Index d) {
  hone::RandomStream stream(4, 0, "warped");
  return Eigen::MatrixXd::NullaryExpr(n, d, [&] { return stream.uniform(); });
}

// Two numbers and a choice, with the exponents of the numbers.
const Inputs mixed{Kernel::matern52, {0, 0, 1}};

HyperParameters mixed_parameters() {
  HyperParameters parameters{Eigen::VectorXd(11), true};
  parameters.theta << std::log(0.4), std::log(0.7), std::log(1.2), 0.2, std::log(0.01), 0.6, -0.5, 0.0, -0.3, 0.4, 0.0;
  return parameters;
}

Eigen::MatrixXd mixed_points() {
  Eigen::MatrixXd points = points_of(12, 3);
  points.col(2) = (3.0 * points.col(2).array()).floor();
  // At the ends of the range, too, and beyond.
  points(0, 0) = 0.0;
  points(1, 0) = 1.0;
  points(2, 0) = 1.2;
  return points;
}

Eigen::VectorXd outputs_at(const Eigen::MatrixXd& points) {
  return (3.0 * points.col(0).array()).sin() + points.col(1).array().square() - 0.3 * points.col(2).array();
}

// Even in x^0.3: fast near 0, and slow towards 1.
Eigen::VectorXd steep(const Eigen::MatrixXd& points) {
  return (6.0 * points.col(0).array().pow(0.3)).sin() + points.col(1).array();
}

}  // namespace

TEST_CASE("warping maps the unit interval onto itself, in order") {
  for (const double a : {0.2, 1.0, 4.0}) {
    for (const double b : {0.3, 1.0, 5.0}) {
      CHECK(warped(0.0, a, b) == 0.0);
      CHECK(warped(1.0, a, b) == 1.0);
      CHECK(warped(-0.5, a, b) == -0.5);
      double before = 0.0;
      for (double x = 0.05; x < 0.99; x += 0.05) {
        const double w = warped(x, a, b);
        CHECK(w > before);
        CHECK(w == Approx(1.0 - std::pow(1.0 - std::pow(x, a), b)).margin(1e-12));
        CHECK(warped_slope(x, a, b) ==
              Approx((warped(x + h, a, b) - warped(x - h, a, b)) / (2 * h)).epsilon(1e-6).margin(1e-9));
        before = w;
      }
      CHECK(std::isfinite(warped_slope(0.0, a, b)));
      CHECK(std::isfinite(warped_slope(1.0, a, b)));
    }
  }
  CHECK(warped(0.3, 1.0, 1.0) == Approx(0.3).epsilon(1e-15));
}

TEST_CASE("the gradient of the likelihood by the warping's exponents is that of its differences") {
  for (const Kernel kernel : {Kernel::matern52, Kernel::rbf}) {
    Inputs inputs = mixed;
    inputs.kernel = kernel;
    const Eigen::MatrixXd points = mixed_points();
    const Eigen::VectorXd outputs = outputs_at(points);
    MarginalLikelihood likelihood(inputs, points, outputs);
    const HyperParameters at = mixed_parameters();
    Eigen::VectorXd gradient, ignored;
    likelihood(at, gradient);
    REQUIRE(gradient.size() == at.theta.size());
    for (Eigen::Index k = 0; k < gradient.size(); ++k) {
      HyperParameters above = at, below = at;
      above.theta[k] += h;
      below.theta[k] -= h;
      const double difference = (likelihood(above, ignored) - likelihood(below, ignored)) / (2 * h);
      CHECK(std::abs(gradient[k] - difference) < 1e-6 * gradient.norm());
    }
    // The choice has no exponents.
    CHECK(gradient[7] == 0.0);
    CHECK(gradient[10] == 0.0);
  }
}

TEST_CASE("the derivatives of a prediction under warping are those of its differences") {
  const Eigen::MatrixXd points = mixed_points();
  Posterior posterior(mixed, mixed_parameters(), points.topRows(8), 12);
  for (Eigen::Index i = 8; i < 12; ++i) posterior.append(points.row(i).transpose());
  posterior.observe(outputs_at(points));
  Posterior at_once(mixed, mixed_parameters(), points, 12);
  at_once.observe(outputs_at(points));
  const Eigen::Vector3d x(0.35, 0.8, 1.0);
  CHECK(posterior.predict(x).mean == Approx(at_once.predict(x).mean).epsilon(1e-12));
  CHECK(posterior.predict_all(x)[0].deviation == Approx(at_once.predict(x).deviation).epsilon(1e-10));
  const PredictionWithGradient found = posterior.predict_with_gradient(x);
  for (Eigen::Index j = 0; j < 2; ++j) {
    Eigen::Vector3d above = x, below = x;
    above[j] += h;
    below[j] -= h;
    const Prediction high = posterior.predict(above), low = posterior.predict(below);
    CHECK(found.mean_gradient[j] == Approx((high.mean - low.mean) / (2 * h)).epsilon(1e-6).margin(1e-9));
    CHECK(found.deviation_gradient[j] == Approx((high.deviation - low.deviation) / (2 * h)).epsilon(1e-5));
  }
}

TEST_CASE("a function that varies unevenly is more probable with warped inputs") {
  const Inputs inputs{Kernel::matern52, {0, 0}};
  const Eigen::MatrixXd points = points_of(40, 2);
  const Eigen::VectorXd outputs = scaled_outputs({.worse_half = WorseHalf::as_is}, steep(points));
  const Priors priors = Priors::of_dimension(2);
  const Fit plain = first_fit(inputs, points, outputs, priors, false);
  const Fit bent = first_fit(inputs, points, outputs, priors, true);
  REQUIRE(bent.converged);
  MarginalLikelihood likelihood(inputs, points, outputs);
  Eigen::VectorXd ignored;
  CHECK(likelihood(bent.parameters, ignored) > likelihood(plain.parameters, ignored) + 5.0);
  CHECK(bent.value > plain.value + 5.0);
  // x^a with a < 1 evens it out.
  CHECK(bent.parameters.warp_a(0) < 0.7);
}

TEST_CASE("the exponent of Yeo and Johnson is SciPy's") {
  const hone::Json reference = hone::test::reference_from(HONE_GP_DATA "/yeo_johnson_reference.json");
  for (const hone::Json& json : *member(reference, "cases").as_array()) {
    const std::vector<double> y = numbers(member(json, "y")), z = numbers(member(json, "z"));
    const double exponent = *member(json, "exponent").number();
    const Eigen::VectorXd all = Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Eigen::Index>(y.size()));
    CHECK(yeo_johnson_exponent(all) == Approx(exponent).margin(1e-4));
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(yeo_johnson(y[i], exponent) == Approx(z[i]).epsilon(1e-12));
  }
}

TEST_CASE("a power makes skewed outputs look normal, in their order, whatever their size") {
  const Eigen::MatrixXd points = points_of(60, 1);
  const OutputTransform power{.worse_half = WorseHalf::as_is, .power = true};
  for (const double size : {1e-200, 1.0, 1e200}) {
    const Eigen::VectorXd y = -size * (4.0 * points.col(0)).array().exp();
    const Eigen::VectorXd z = scaled_outputs(power, y);
    REQUIRE(z.allFinite());
    for (Eigen::Index i = 0; i < y.size(); ++i) CHECK((y[i] < y[0]) == (z[i] < z[0]));
    const auto skewness = [](const Eigen::VectorXd& of) { return std::abs(of.array().cube().mean()); };
    CHECK(skewness(z) < 0.5 * skewness(scaled_outputs({.worse_half = WorseHalf::as_is}, y)));
  }
  CHECK(scaled_outputs(power, Eigen::VectorXd::Constant(5, 3.0)).isZero());
}
