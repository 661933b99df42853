// SPDX-License-Identifier: MIT
// The acquisition at points of the space, with trials running.
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Cholesky>
#include <hone/random.hpp>

#include "acquisition.hpp"
#include "quasi_random.hpp"

using namespace gp;

namespace {

using Index = Eigen::Index;

constexpr Index dimensions = 3;
constexpr Index observed = 12;
constexpr Index pending = 3;

// Of a random function at random points; the third coordinate is categorical.
class Model {
 public:
  explicit Model(std::int64_t seed) : random_(7, seed, "model") {
    Eigen::VectorXd lengths(dimensions);
    lengths << 0.4, 0.8, 1.5;
    points_ = Eigen::MatrixXd::NullaryExpr(observed + pending, dimensions, [&] { return random_.uniform(); });
    for (double& choice : points_.col(2)) choice = choice < 0.5 ? 0.0 : 1.0;
    outputs_ = Eigen::VectorXd::NullaryExpr(observed, [&] { return 2.0 * random_.uniform() - 1.0; });
    parameters_ = HyperParameters::of(lengths, 1.3, 0.05);
  }

  Eigen::MatrixXd pending_points() const { return points_.bottomRows(pending).transpose(); }
  Posterior before() const {
    Posterior posterior({Kernel::matern52, {0, 0, 1}}, parameters_, points_.topRows(observed), observed + pending);
    posterior.observe(outputs_);
    return posterior;
  }
  // With the pending points appended, as if they had returned what is expected.
  Posterior after() const {
    Posterior posterior = before();
    Eigen::VectorXd outputs(observed + pending);
    outputs.head(observed) = outputs_;
    for (Index i = 0; i < pending; ++i) outputs[observed + i] = posterior.mean(pending_points().col(i));
    for (Index i = 0; i < pending; ++i) posterior.append(pending_points().col(i));
    posterior.observe(outputs);
    return posterior;
  }

 private:
  hone::RandomStream random_;
  Eigen::MatrixXd points_;
  Eigen::VectorXd outputs_;
  HyperParameters parameters_;
};

Eigen::MatrixXd base_samples(std::int64_t seed) {
  return normal_base_samples(pending, 16, hone::RandomStream(3, seed, "base"));
}

void require_gradient(const Acquisition& acquisition) {
  hone::RandomStream random(11, 0, "points");
  for (int i = 0; i < 10; ++i) {
    Eigen::VectorXd x(dimensions);
    x << random.uniform(), random.uniform(), (i % 2 == 0 ? 0.0 : 1.0);
    Eigen::VectorXd gradient;
    const double value = acquisition(x, gradient);
    CHECK(acquisition(x) == Approx(value).epsilon(1e-12));
    CHECK(gradient[2] == 0.0);
    for (Index j = 0; j < 2; ++j) {
      const Eigen::VectorXd step = 1e-6 * Eigen::VectorXd::Unit(dimensions, j);
      const double difference = (acquisition(x + step) - acquisition(x - step)) / 2e-6;
      CHECK(gradient[j] == Approx(difference).epsilon(1e-5).margin(1e-6));
    }
  }
}

}  // namespace

TEST_CASE("The weights of a conditional prediction are those of the joint distribution with the pending points") {
  const Model model(1);
  const Posterior before = model.before();
  Eigen::MatrixXd points(dimensions, pending + 1);
  points << model.pending_points(), Eigen::Vector3d(0.3, 0.6, 1.0);
  Eigen::VectorXd means;
  const Eigen::MatrixXd joint = before.joint_covariance(points, means);
  Eigen::MatrixXd seen = joint.topLeftCorner(pending, pending);
  seen.diagonal().array() += before.parameters().noise() + before.jitter();
  const Eigen::MatrixXd L = seen.llt().matrixL();
  const Eigen::VectorXd weights = L.triangularView<Eigen::Lower>().solve(joint.col(pending).head(pending));

  const Posterior after = model.after();
  const ConditionalPrediction found = after.predict_all_given(points.rightCols<1>(), pending).front();
  CHECK(found.mean == Approx(means[pending]).epsilon(1e-10));
  CHECK(found.weights.isApprox(weights, 1e-9));
  CHECK(found.deviation == Approx(std::sqrt(joint(pending, pending) - weights.squaredNorm())).epsilon(1e-9));

  // The function's values are smoothed: C (C + noise)^-1 times what is observed beyond the mean.
  const Eigen::MatrixXd z = base_samples(1);
  Eigen::MatrixXd values = joint.topLeftCorner(pending, pending) * seen.llt().solve(L * z);
  values.colwise() += means.head(pending);
  CHECK(after.pending_outcomes(z).values.isApprox(values, 1e-9));
}

TEST_CASE("The gradient with trials running is that of differences") {
  const Posterior first = Model(1).after(), second = Model(2).after(), third = Model(3).after();
  const std::vector outcomes{first.pending_outcomes(base_samples(1)), second.pending_outcomes(base_samples(2)),
                             third.pending_outcomes(base_samples(3))};
  SECTION("one objective") {
    require_gradient(Acquisition({&first}, {}, QLogExpectedImprovement({outcomes[0]}, 0.4), pending));
  }
  SECTION("an objective and constraints") {
    require_gradient(Acquisition({&first}, {&second, &third}, QLogExpectedImprovement(outcomes, 0.4), pending));
  }
  SECTION("nothing feasible yet") {
    require_gradient(
        Acquisition({&first}, {&second, &third}, QLogExpectedImprovement(outcomes, std::nullopt), pending));
  }
  SECTION("two objectives and a constraint") {
    const std::vector<double> front{0.5, -0.2, 0.1, 0.4}, reference{-1.0, -1.0};
    require_gradient(Acquisition({&first, &second}, {&third},
                                 QLogExpectedHypervolumeImprovement(outcomes, nondominated_boxes(front, reference), 2),
                                 pending));
  }
}

TEST_CASE("A point is worth less where another is running") {
  const Posterior after = Model(1).after();
  const Posterior before = Model(1).before();
  const Eigen::MatrixXd at = Model(1).pending_points();
  const Acquisition alone({&before}, {}, 0.4);
  const Acquisition beside({&after}, {}, QLogExpectedImprovement({after.pending_outcomes(base_samples(1))}, 0.4),
                           pending);
  for (Index i = 0; i < pending; ++i) CHECK(beside(at.col(i)) < alone(at.col(i)));
}
