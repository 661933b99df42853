// SPDX-License-Identifier: MIT
// What proposals are to improve upon: the models' means, and not too many of them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <hone/random.hpp>

#include "improvement_goal.hpp"

using namespace gp;

namespace {

std::vector<Eigen::Index> first(Eigen::Index n) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  return all;
}

Posterior model(const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs, double noise) {
  Posterior posterior({Kernel::matern52, std::vector<std::uint8_t>(static_cast<std::size_t>(points.cols()), 0)},
                      HyperParameters::of(Eigen::VectorXd::Constant(points.cols(), 0.5), 1.0, noise), points,
                      points.rows());
  posterior.observe(outputs);
  return posterior;
}

}  // namespace

TEST_CASE("noise makes no record on the front", "[gp]") {
  constexpr Eigen::Index n = 30;
  const Eigen::MatrixXd points = Eigen::VectorXd::LinSpaced(n, 0.0, 1.0);
  Eigen::VectorXd one = points.col(0), two = 1.0 - points.col(0).array();
  hone::RandomStream random(1, 0, "noise");
  for (Eigen::Index i = 0; i < n; ++i) {
    one[i] += 0.2 * (random.uniform() - 0.5);
    two[i] += 0.2 * (random.uniform() - 0.5);
  }
  // One lucky trial dominates all others.
  one[15] = two[15] = 1.5;
  const Posterior first_model = model(points, one, 0.1), second_model = model(points, two, 0.1);
  const std::vector both{&first_model, &second_model};
  const ImprovementGoal goal = expected_goal(both, first(n));
  CHECK(goal.front.size() > 2 * 5);
  for (std::size_t i = 0; i < goal.front.size(); i += 2) {
    // Where there is no noise the sum is 1.
    CHECK(goal.front[i] + goal.front[i + 1] < 1.5);
    CHECK(goal.front[i] > goal.reference[0]);
    CHECK(goal.front[i + 1] > goal.reference[1]);
  }
  // The same results without noise are what they are.
  const Posterior exact_one = model(points, one, 1e-8), exact_two = model(points, two, 1e-8);
  const std::vector exact{&exact_one, &exact_two};
  CHECK(expected_goal(exact, first(n)).front.size() == 2);
  CHECK(expected_goal(exact, first(n)).front[0] == Approx(1.5).margin(0.01));
}

TEST_CASE("of one objective the best mean at a feasible point counts", "[gp]") {
  const Eigen::MatrixXd points = Eigen::VectorXd::LinSpaced(3, 0.0, 1.0);
  const Posterior posterior = model(points, Eigen::Vector3d(1.0, 2.0, 3.0), 1e-8);
  const std::vector<const Posterior*> objective{&posterior};
  CHECK(expected_goal(objective, first(2)).front == std::vector{posterior.fitted()[1]});
  CHECK(expected_goal(objective, {}).front.empty());
}

TEST_CASE("a long front is represented by the points that keep most of its hypervolume", "[gp]") {
  for (const std::size_t m : {2U, 3U, 4U}) {
    constexpr Eigen::Index n = 300;
    hone::RandomStream random(2, m, "front");
    const Eigen::MatrixXd points = Eigen::MatrixXd::NullaryExpr(n, 6, [&] { return random.uniform(); });
    Eigen::MatrixXd outputs =
        Eigen::MatrixXd::NullaryExpr(n, static_cast<Eigen::Index>(m), [&] { return 0.01 + random.uniform(); });
    outputs.rowwise().normalize();
    std::vector<Posterior> models;
    models.reserve(m);
    std::vector<const Posterior*> objectives;
    for (std::size_t k = 0; k < m; ++k) {
      models.push_back(model(points, outputs.col(static_cast<Eigen::Index>(k)), 1e-8));
      objectives.push_back(&models.back());
    }
    const ImprovementGoal goal = expected_goal(objectives, first(n));
    CHECK(goal.front.size() >= most_front_points(m) * m);
    CHECK(goal.front.size() <= (most_front_points(m) + m) * m);
    // The optimum of each objective is among them.
    for (std::size_t k = 0; k < m; ++k) {
      double best = -1.0;
      for (std::size_t i = k; i < goal.front.size(); i += m) best = std::max(best, goal.front[i]);
      CHECK(best == Approx(outputs.col(static_cast<Eigen::Index>(k)).maxCoeff()).margin(0.002));
    }
  }
}
