// SPDX-License-Identifier: MIT
// One point's expected improvement while others are pending.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Cholesky>
#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

#include "../reference.hpp"
#include "q_log_expected_improvement.hpp"
#include "quasi_random.hpp"

using namespace gp;
using hone::test::member;
using hone::test::numbers;

namespace {

// The joint distribution of an output at the pending points and, last, at a further point.
struct Joint {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;

  Eigen::Index pending() const { return mean.size() - 1; }
  // With a little noise, which makes up for what rounding does to equal points.
  Eigen::MatrixXd factor() const {
    const Eigen::Index size = mean.size();
    return (covariance + 1e-10 * Eigen::MatrixXd::Identity(size, size)).llt().matrixL();
  }
  PendingOutcomes outcomes(const Eigen::MatrixXd& base_samples) const {
    return pending_outcomes(mean.head(pending()), factor().topLeftCorner(pending(), pending()), 0.0, base_samples);
  }
  // The last row of the joint covariance's factor is the point, given the pending ones.
  ConditionalPrediction point() const {
    const Eigen::MatrixXd L = factor();
    return {{mean[pending()], L(pending(), pending())}, L.row(pending()).head(pending()).transpose()};
  }
};

Joint random_joint(Eigen::Index pending, std::int64_t seed) {
  hone::RandomStream random(1, seed, "joint");
  const auto draw = [&] { return 2.0 * random.uniform() - 1.0; };
  const Eigen::MatrixXd root = Eigen::MatrixXd::NullaryExpr(pending + 1, pending + 1, draw);
  return {Eigen::VectorXd::NullaryExpr(pending + 1, draw),
          root * root.transpose() + 0.1 * Eigen::MatrixXd::Identity(pending + 1, pending + 1)};
}

Eigen::MatrixXd base_samples(Eigen::Index pending, Eigen::Index count, std::int64_t seed = 0) {
  return normal_base_samples(pending, count, hone::RandomStream(5, seed, "base"));
}

// Compares the derivatives of a function of conditional predictions with differences of its values.
template <typename Function>
void require_slopes(const Function& function, std::vector<ConditionalPrediction> point) {
  std::vector<ConditionalSlopes> slopes(point.size());
  std::vector<ConditionalSlopes> ignored(point.size());
  function(point, slopes);
  const auto require_slope = [&](double& variable, double slope) {
    constexpr double step = 1e-6;
    const double middle = variable;
    variable = middle + step;
    const double right = function(point, ignored);
    variable = middle - step;
    const double left = function(point, ignored);
    variable = middle;
    REQUIRE(slope == Approx((right - left) / (2.0 * step)).epsilon(1e-6).margin(1e-7));
  };
  for (std::size_t o = 0; o < point.size(); ++o) {
    require_slope(point[o].mean, slopes[o].by_mean);
    require_slope(point[o].deviation, slopes[o].by_deviation);
    for (Eigen::Index j = 0; j < point[o].weights.size(); ++j) {
      require_slope(point[o].weights[j], slopes[o].by_weights[j]);
    }
  }
}

}  // namespace

TEST_CASE("Sobol points are even: each of 2^k strips of each dimension holds one of 2^k points", "[gp]") {
  constexpr Eigen::Index count = 64;
  const Eigen::MatrixXd points = sobol_points(20, count, hone::RandomStream(1, 2, "sobol"));
  for (Eigen::Index k = 0; k < points.rows(); ++k) {
    std::array<int, count> hits{};
    for (Eigen::Index i = 0; i < count; ++i) ++hits.at(static_cast<std::size_t>(points(k, i) * count));
    CHECK(std::all_of(hits.begin(), hits.end(), [](int n) { return n == 1; }));
  }
  CHECK(points == sobol_points(20, count, hone::RandomStream(1, 2, "sobol")));
  CHECK(points != sobol_points(20, count, hone::RandomStream(1, 3, "sobol")));
  CHECK(sobol_points(4000, 2, hone::RandomStream(1, 2, "sobol")).minCoeff() > 0.0);
}

TEST_CASE("qEI's growth by a point converges to the numerical integral", "[gp]") {
  const hone::Json all = hone::test::reference_from(std::string(HONE_GP_DATA) + "/q_log_ei_reference.json");
  for (const hone::Json& json : *all.as_array()) {
    const std::vector<double> mean = numbers(member(json, "mean"));
    const std::vector<double> covariance = numbers(member(json, "covariance"));
    const auto size = static_cast<Eigen::Index>(mean.size());
    const Joint joint{Eigen::Map<const Eigen::VectorXd>(mean.data(), size),
                      Eigen::Map<const Eigen::MatrixXd>(covariance.data(), size, size)};
    const double best = *member(json, "best").number();
    const double expected = *member(json, "expected").number();
    for (const auto& [count, tolerance] : {std::pair{128, 0.05}, std::pair{1 << 15, 5e-4}}) {
      const QLogExpectedImprovement q_log_ei({joint.outcomes(base_samples(joint.pending(), count))}, best);
      std::vector<ConditionalSlopes> slopes(1);
      CAPTURE(count, mean, best);
      CHECK(q_log_ei(std::array{joint.point()}, slopes) == Approx(expected).margin(tolerance));
    }
  }
}

TEST_CASE("With the samples fixed, the value is the mean over them of the improvement given each", "[gp]") {
  for (const Eigen::Index pending : {1, 3, 8}) {
    const Joint joint = random_joint(pending, 7 * pending);
    const Eigen::MatrixXd z = base_samples(pending, 32);
    const double best = 0.2;
    const Eigen::MatrixXd L = joint.factor();
    double sum = 0.0;
    for (Eigen::Index i = 0; i < z.cols(); ++i) {
      const Eigen::VectorXd outcomes = joint.mean + L.leftCols(pending) * z.col(i);
      const double threshold = std::max(best, outcomes.head(pending).maxCoeff());
      sum += std::exp(log_expected_improvement({outcomes[pending], L(pending, pending)}, threshold).value);
    }
    const QLogExpectedImprovement q_log_ei({joint.outcomes(z)}, best);
    std::vector<ConditionalSlopes> slopes(1);
    CHECK(q_log_ei(std::array{joint.point()}, slopes) == Approx(std::log(sum / 32.0)).epsilon(1e-12));
    require_slopes(q_log_ei, {joint.point()});
  }
}

TEST_CASE("With nothing pending, it is constrained log EI", "[gp]") {
  const Joint objective = random_joint(0, 1), constraint = random_joint(0, 2);
  const Eigen::MatrixXd none(0, 1);
  const std::vector point{objective.point(), constraint.point()};
  std::array<double, 4> expected{};
  std::vector<ConditionalSlopes> slopes(2);
  for (const std::optional<double> best : {std::optional(0.4), std::optional<double>()}) {
    const QLogExpectedImprovement q_log_ei({objective.outcomes(none), constraint.outcomes(none)}, best);
    const double value =
        constrained_log_expected_improvement(point[0], best, std::array<Prediction, 1>{point[1]}, expected);
    CHECK(q_log_ei(point, slopes) == Approx(value).epsilon(1e-14));
    CHECK(slopes[0].by_mean == Approx(expected[0]));
    CHECK(slopes[1].by_mean == Approx(expected[2]));
  }
}

TEST_CASE("A pending point counts where it is feasible in the sample", "[gp]") {
  const Joint objective = random_joint(2, 3);
  Joint constraint = random_joint(2, 4);
  const std::vector point{objective.point(), constraint.point()};
  const auto value = [&] {
    const QLogExpectedImprovement q(
        {objective.outcomes(base_samples(2, 64, 1)), constraint.outcomes(base_samples(2, 64, 2))}, -3.0);
    require_slopes(q, point);
    std::vector<ConditionalSlopes> slopes(2);
    return q(point, slopes);
  };
  const double uncertain = value();
  constraint.mean.head(2).setConstant(100.0);
  const double counting = value();
  constraint.mean.head(2).setConstant(-100.0);
  const double ignored = value();
  CHECK(counting < uncertain);
  CHECK(uncertain < ignored);
}

TEST_CASE("While nothing is feasible, it is the probability that the point is the first", "[gp]") {
  // P(point >= 0 and pending < 0) of a normal pair with means of 0 is known.
  const double correlation = 0.6;
  const Joint objective = random_joint(1, 5);
  const Joint constraint{Eigen::VectorXd::Zero(2), Eigen::Matrix2d{{1.0, correlation}, {correlation, 1.0}}};
  const QLogExpectedImprovement q(
      {objective.outcomes(base_samples(1, 4096, 1)), constraint.outcomes(base_samples(1, 4096, 2))}, std::nullopt);
  const std::vector point{objective.point(), constraint.point()};
  std::vector<ConditionalSlopes> slopes(2);
  constexpr double pi = 3.14159265358979324;
  CHECK(std::exp(q(point, slopes)) == Approx(0.25 - std::asin(correlation) / (2.0 * pi)).margin(1e-4));
  require_slopes(q, point);

  // A pending point that is feasible for sure leaves the point's own probability.
  const Joint sure{Eigen::Vector2d{100.0, 0.0}, constraint.covariance};
  const QLogExpectedImprovement after(
      {objective.outcomes(base_samples(1, 64, 1)), sure.outcomes(base_samples(1, 64, 2))}, std::nullopt);
  CHECK(std::exp(after(std::array{objective.point(), sure.point()}, slopes)) == Approx(0.5).margin(1e-3));
}

TEST_CASE("A pending point itself is worth next to nothing, but has a value", "[gp]") {
  Joint joint = random_joint(2, 6);
  joint.mean[2] = joint.mean[0];
  joint.covariance.row(2) = joint.covariance.row(0);
  joint.covariance.col(2) = joint.covariance.col(0);
  joint.covariance(2, 2) = joint.covariance(0, 0);
  const QLogExpectedImprovement q_log_ei({joint.outcomes(base_samples(2, 64))}, 0.0);
  std::vector<ConditionalSlopes> slopes(1);
  const double there = q_log_ei(std::array{joint.point()}, slopes);
  CHECK(std::isfinite(there));
  CHECK(there < -7.0);
  CHECK(slopes[0].by_weights.allFinite());
}

TEST_CASE("Two equal pending points are as good as one", "[gp]") {
  const Joint one = random_joint(1, 8);
  const Eigen::MatrixXd& c = one.covariance;
  const Joint two{
      Eigen::Vector3d{one.mean[0], one.mean[0], one.mean[1]},
      Eigen::Matrix3d{{c(0, 0), c(0, 0), c(0, 1)}, {c(0, 0), c(0, 0), c(0, 1)}, {c(1, 0), c(1, 0), c(1, 1)}}};
  std::vector<ConditionalSlopes> slopes(1);
  const Eigen::MatrixXd z = base_samples(2, 256);
  const double of_one = QLogExpectedImprovement({one.outcomes(z.topRows(1))}, 0.1)(std::array{one.point()}, slopes);
  const double of_two = QLogExpectedImprovement({two.outcomes(z)}, 0.1)(std::array{two.point()}, slopes);
  CHECK(of_two == Approx(of_one).margin(1e-4));
}

TEST_CASE("log NEI: the best is what the samples say", "[gp]") {
  const Joint joint = random_joint(4, 9);
  const Eigen::MatrixXd z = base_samples(4, 128);
  const QLogExpectedImprovement noisy({joint.outcomes(z)}, -std::numeric_limits<double>::infinity());
  const QLogExpectedImprovement low({joint.outcomes(z)}, -1e6);
  std::vector<ConditionalSlopes> slopes(1);
  CHECK(noisy(std::array{joint.point()}, slopes) == low(std::array{joint.point()}, slopes));
  require_slopes(noisy, {joint.point()});
}

TEST_CASE("qLogEHVI of one objective is qLogEI", "[gp]") {
  const Joint joint = random_joint(3, 10);
  const Eigen::MatrixXd z = base_samples(3, 64);
  const QLogExpectedImprovement q_log_ei({joint.outcomes(z)}, 0.3);
  const QLogExpectedHypervolumeImprovement q_log_ehvi({joint.outcomes(z)},
                                                      nondominated_boxes(std::array{0.3}, std::array{0.1}), 1);
  std::vector<ConditionalSlopes> slopes(1), others(1);
  CHECK(q_log_ehvi(std::array{joint.point()}, slopes) ==
        Approx(q_log_ei(std::array{joint.point()}, others)).epsilon(1e-12));
  CHECK(slopes[0].by_mean == Approx(others[0].by_mean).epsilon(1e-12));
  CHECK(slopes[0].by_deviation == Approx(others[0].by_deviation).epsilon(1e-12));
}

TEST_CASE("qLogEHVI is the mean over the samples of the fronts that they lead to", "[gp]") {
  const std::vector<double> front{0.5, -0.2, 0.1, 0.4};
  const std::vector<double> reference{-1.0, -1.0};
  for (const Eigen::Index pending : {0, 2}) {
    const Joint first = random_joint(pending, 11), second = random_joint(pending, 12),
                third = random_joint(pending, 13);
    const std::vector outputs{first.outcomes(base_samples(pending, 16, 1)),
                              second.outcomes(base_samples(pending, 16, 2)),
                              third.outcomes(base_samples(pending, 16, 3))};
    const std::vector point{first.point(), second.point(), third.point()};
    double sum = 0.0;
    for (Eigen::Index i = 0; i < 16; ++i) {
      std::vector<double> points = front;
      for (Eigen::Index j = 0; j < pending; ++j) {
        if (outputs[2].values(j, i) < 0.0) continue;
        points.insert(points.end(), {outputs[0].values(j, i), outputs[1].values(j, i)});
      }
      std::array<Prediction, 3> y{};
      for (std::size_t o = 0; o < 3; ++o) {
        y.at(o) = {point[o].mean + point[o].weights.dot(outputs[o].base_samples.col(i)), point[o].deviation};
      }
      std::array<double, 4> ignored{};
      sum += std::exp(LogExpectedHypervolumeImprovement(points, reference)(std::span(y).first(2), ignored)) *
             hone::sdk::normal_cdf(y[2].mean / y[2].deviation);
    }
    const QLogExpectedHypervolumeImprovement q_log_ehvi(outputs, nondominated_boxes(front, reference), 2);
    std::vector<ConditionalSlopes> slopes(3);
    CHECK(q_log_ehvi(point, slopes) == Approx(std::log(sum / 16.0)).epsilon(1e-12));
    require_slopes(q_log_ehvi, point);
  }
}
