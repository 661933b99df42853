// SPDX-License-Identifier: MIT
// The mathematics of CMA-ES against other implementations, and its parts on their own.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

#include "box_transform.hpp"
#include "categorical_distribution.hpp"
#include "cma_es.hpp"
#include "integer_mutation.hpp"
#include "margin.hpp"
#include "reference.hpp"
#include "restarts.hpp"
#include "stopping.hpp"
#include "warm_start.hpp"

using namespace cmaes;
using hone::test::member;
using hone::test::numbers;

namespace {

Eigen::VectorXd vector_of(const hone::Json& json) {
  const std::vector<double> all = numbers(json);
  return Eigen::Map<const Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
}

double number(const hone::Json& json, const char* name) { return *member(json, name).number(); }

// The populations of data/make_cmaes_reference.py: points as columns.
class Populations {
 public:
  Populations(Eigen::Index n, Eigen::Index popsize, std::int64_t seed = 1) : X_(n, popsize), state_(seed) {}
  const Eigen::MatrixXd& next() {
    for (Eigen::Index k = 0; k < X_.cols(); ++k) {
      for (Eigen::Index j = 0; j < X_.rows(); ++j) {
        state_ = (1103515245 * state_ + 12345) % (std::int64_t{1} << 31);
        X_(j, k) = static_cast<double>(state_) / (1 << 30) - 1.0 + 0.02 * generation_ * static_cast<double>(j % 3);
      }
    }
    ++generation_;
    return X_;
  }

 private:
  Eigen::MatrixXd X_;
  std::int64_t state_;
  int generation_ = 0;
};

CmaEs es_of(const hone::Json& reference) {
  const auto n = static_cast<Eigen::Index>(number(reference, "n"));
  StrategyParameters p;
  p.n = n;
  p.lambda = static_cast<Eigen::Index>(number(reference, "popsize"));
  p.mu = p.lambda / 2;
  p.w = Eigen::VectorXd::Zero(p.lambda);
  const Eigen::VectorXd w = vector_of(member(reference, "weights"));
  p.w.head(w.size()) = w;
  p.mu_eff = number(reference, "mu_eff");
  p.c_sigma = number(reference, "c_sigma");
  p.d_sigma = number(reference, "d_sigma");
  p.c_c = number(reference, "c_c");
  p.c_1 = number(reference, "c_1");
  p.c_mu = number(reference, "c_mu");
  p.chi_n = number(reference, "chi_n");
  const std::string& kind = *member(reference, "kind").as_string();
  Covariance C(n, kind == "sep" ? Shape::diagonal : Shape::full);
  if (reference.find("C0") != nullptr) {
    const Eigen::VectorXd C0 = vector_of(member(reference, "C0"));
    C.set(Eigen::Map<const Eigen::MatrixXd>(C0.data(), n, n));
  }
  return {p, Eigen::VectorXd::Constant(n, number(reference, "mean0")), number(reference, "sigma0"), std::move(C),
          kind == "lr_adapt" ? std::optional(LearningRates(n)) : std::nullopt};
}

void check_close(const Eigen::MatrixXd& found, const Eigen::VectorXd& expected, double tolerance, const char* what) {
  INFO(what);
  REQUIRE(found.size() == expected.size());
  const Eigen::Map<const Eigen::VectorXd> flat(found.data(), found.size());
  CHECK((flat - expected).cwiseAbs().maxCoeff() <= tolerance * std::max(1.0, expected.cwiseAbs().maxCoeff()));
}

void check_state(const CmaEs& es, const hone::Json& reference, double tolerance) {
  check_close(es.mean(), vector_of(member(reference, "mean")), tolerance, "mean");
  CHECK(es.sigma() == Approx(number(reference, "sigma")).epsilon(tolerance));
  check_close(es.C().matrix(), vector_of(member(reference, "C")), tolerance, "C");
  check_close(es.p_c(), vector_of(member(reference, "p_c")), tolerance, "p_c");
  check_close(es.p_sigma(), vector_of(member(reference, "p_sigma")), tolerance, "p_sigma");
}

const hone::Json::Array& references() {
  static const hone::Json all = hone::test::reference_from(HONE_CMAES_REFERENCE);
  return *all.as_array();
}

Eigen::VectorXd normals(hone::RandomStream& random, Eigen::Index n) {
  Eigen::VectorXd z(n);
  for (double& one : z) one = hone::sdk::normal_quantile(random.uniform_open());
  return z;
}

// Generations until the best value is below `target`; the state as tested has no bounds.
template <class F>
int generations_to(F f, Eigen::Index n, double target, Shape shape = Shape::full, int most = 20000) {
  const Eigen::Index lambda = default_population_size(n);
  CmaEs es(shape == Shape::full ? strategy_parameters(n, lambda) : separable_parameters(n, lambda),
           Eigen::VectorXd::Constant(n, 1.0), 0.5, Covariance(n, shape));
  hone::RandomStream random(7, n, "test");
  for (int g = 1; g <= most; ++g) {
    std::vector<std::pair<double, Eigen::VectorXd>> points;
    for (Eigen::Index k = 0; k < lambda; ++k) {
      Eigen::VectorXd x = es.distribution().point(normals(random, n));
      const double value = f(x);
      points.emplace_back(value, std::move(x));
    }
    std::ranges::sort(points, {}, [](const auto& point) { return point.first; });
    if (points.front().first < target) return g;
    Eigen::MatrixXd X(n, lambda);
    for (Eigen::Index k = 0; k < lambda; ++k) X.col(k) = points[static_cast<std::size_t>(k)].second;
    es.tell(X);
  }
  return most + 1;
}

double sphere(const Eigen::VectorXd& x) { return x.squaredNorm(); }
double ellipsoid(const Eigen::VectorXd& x) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] * x[i];
  }
  return sum;
}

}  // namespace

TEST_CASE("after 50 updates the state is pycma's to 1e-9") {
  int compared = 0;
  for (const hone::Json& reference : references()) {
    if (*member(reference, "kind").as_string() != "pycma") continue;
    INFO("dimension " << number(reference, "n"));
    CmaEs es = es_of(reference);
    const auto seed = static_cast<std::int64_t>(number(reference, "seed"));
    Populations populations(es.parameters().n, es.parameters().lambda, seed);
    for (int g = 0; g < 50; ++g) es.tell(populations.next());
    check_state(es, reference, 1e-9);
    ++compared;
  }
  CHECK(compared == 4);
}

TEST_CASE("the state is that of the package cmaes as well, also with a diagonal matrix and adapted learning rates") {
  for (const hone::Json& reference : references()) {
    const std::string& kind = *member(reference, "kind").as_string();
    if (kind != "cmaes" && kind != "lr_adapt" && kind != "sep") continue;
    INFO(kind << ", dimension " << number(reference, "n"));
    CmaEs es = es_of(reference);
    Populations populations(es.parameters().n, es.parameters().lambda);
    for (int g = 0; g < 50; ++g) es.tell(populations.next());
    // It guards a division by 1e-8 where pycma has 1e-9.
    check_state(es, reference, kind == "sep" ? 1e-10 : 1e-7);
  }
}

TEST_CASE("means and scales with a margin are those of the package cmaes") {
  for (const hone::Json& reference : references()) {
    if (*member(reference, "kind").as_string() != "margin") continue;
    CmaEs es = es_of(reference);
    const Eigen::Index n = es.parameters().n;
    const double alpha = number(reference, "margin");
    CHECK(alpha == Approx(1.0 / static_cast<double>(n * es.parameters().lambda)));
    Eigen::VectorXd A = Eigen::VectorXd::Ones(n);
    Populations populations(n, es.parameters().lambda);
    for (std::size_t g = 0; g < 50; ++g) {
      es.tell(populations.next());
      Eigen::VectorXd mean = es.mean();
      for (Eigen::Index j = 0; j < n / 2; ++j) {
        const double cell = std::clamp(std::round(mean[j]), -2.0, 2.0);
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const MarginState state = with_margin({mean[j], A[j]}, es.deviations()[j], cell > -2.0 ? cell - 0.5 : -infinity,
                                              cell < 2.0 ? cell + 0.5 : infinity, alpha);
        mean[j] = state.mean;
        A[j] = state.scale;
      }
      es.set_mean(mean);
      if (g % 10 != 9) continue;
      INFO("generation " << g);
      check_close(A, vector_of((*member(reference, "A").as_array())[g / 10]), 1e-7, "A");
      check_close(mean, vector_of((*member(reference, "means").as_array())[g / 10]), 1e-7, "mean");
    }
  }
}

TEST_CASE("probabilities of choices are those of the package's CatCMA, next to its normal distribution") {
  for (const hone::Json& reference : references()) {
    if (*member(reference, "kind").as_string() != "catcma") continue;
    CmaEs es = es_of(reference);
    const Eigen::Index lambda = es.parameters().lambda;
    std::vector<Eigen::Index> choices;
    for (const double K : numbers(member(reference, "choices"))) choices.push_back(static_cast<Eigen::Index>(K));
    CategoricalDistribution categories(choices, choices.size());
    Populations populations(es.parameters().n, lambda);
    for (Eigen::Index g = 0; g < 50; ++g) {
      std::vector<std::vector<Eigen::Index>> chosen;
      for (Eigen::Index k = 0; k < lambda; ++k) {
        std::vector<Eigen::Index>& one = chosen.emplace_back();
        for (Eigen::Index i = 0; i < 3; ++i) {
          one.push_back((g / (i + 3) + k * (i + 1)) % choices[static_cast<std::size_t>(i)]);
        }
      }
      categories.tell(chosen, es.parameters().w);
      es.tell(populations.next());
      if (g % 10 != 9) continue;
      INFO("generation " << g);
      const hone::Json& q = (*member(reference, "q").as_array())[static_cast<std::size_t>(g / 10)];
      for (std::size_t i = 0; i < 3; ++i) check_close(categories.q(i), vector_of((*q.as_array())[i]), 1e-10, "q");
    }
    check_state(es, reference, 1e-9);
  }
}

TEST_CASE("centering puts mutations on their values, and keeps the average as far as it can") {
  std::vector<double> v{0.1, 0.3, -0.2, 1.4, 0.9};
  const std::vector<double> middles{0.0, 0.0, 0.0, 1.0, 1.0};
  // The mutations move by -0.4 + 0.1; the one below its middle could move up by 0.2 only.
  CHECK(center_integers(v, middles, 0.0));
  CHECK(v == std::vector<double>{0.1, 0.3, 0.0, 1.0, 1.0});
  std::vector<double> balanced{0.1, -0.4, 1.2};
  CHECK(center_integers(balanced, std::vector<double>{0.0, 0.0, 1.0}, 0.0));
  CHECK(balanced[0] + balanced[1] + balanced[2] == Approx(0.9));
  CHECK(balanced[1] == Approx(-0.2));
  std::vector<double> still{0.1, -0.4};
  CHECK_FALSE(center_integers(still, std::vector<double>{0.0, 0.0}, 0.0));
  CHECK(still == std::vector<double>{0.1, -0.4});
}

TEST_CASE("an integer is left more often only after it was left with success, and never less often than the margin") {
  using hone::sdk::normal_cdf;
  const auto leaving = [](const MutationState& state, double deviation, double low, double high) {
    return normal_cdf((low - state.mean) / (deviation * state.scale)) +
           normal_cdf((state.mean - high) / (deviation * state.scale));
  };
  const double alpha = mutation_margin(3);
  CHECK(std::pow(1.0 - alpha, 3) == Approx(0.73));
  const CellPlace inner{0.4, 0.6, 0.5};
  MutationState state{0.52, 1.0, 0.2};
  const MutationState held = with_mutation_margin(state, false, 0.2, inner, alpha);
  CHECK(leaving(held, 0.2, 0.4, 0.6) == Approx(0.2));
  CHECK(held.rate == Approx(0.2));
  const MutationState freed = with_mutation_margin(state, true, 0.2, inner, alpha);
  CHECK(leaving(freed, 0.2, 0.4, 0.6) == Approx(leaving(state, 0.2, 0.4, 0.6)));
  CHECK(freed.rate > 0.5);
  const MutationState small = with_mutation_margin(state, false, 1e-6, inner, alpha);
  CHECK(leaving(small, 1e-6, 0.4, 0.6) == Approx(alpha));
  // In the last cell, whose one end counts.
  const CellPlace last{0.9, std::numeric_limits<double>::infinity(), 0.95};
  state.mean = 0.97;
  const MutationState edge = with_mutation_margin(state, false, 1e-6, last, alpha);
  CHECK(edge.mean > 0.9);
  CHECK(normal_cdf((0.9 - edge.mean) / (1e-6 * edge.scale)) == Approx(alpha));
}

TEST_CASE("every choice stays possible") {
  CategoricalDistribution categories({2, 4}, 2);
  const Eigen::VectorXd w = Eigen::Vector2d(0.6, 0.4);
  for (int g = 0; g < 500; ++g) categories.tell({{0, 3}, {0, 3}}, w);
  CHECK(categories.q(0)[0] == Approx(1.0 - (1.0 - std::sqrt(0.73))));
  CHECK(categories.q(1)[3] == Approx(std::sqrt(0.73)));
  CHECK(categories.q(1).minCoeff() > 0.04);
  CHECK(choice_at(categories.q(1), 0.0) == 0);
  CHECK(choice_at(categories.q(1), 0.999) == 3);
}

TEST_CASE("a warm start has the mean, step and matrix of the package cmaes") {
  for (const hone::Json& reference : references()) {
    if (*member(reference, "kind").as_string() != "warm_start") continue;
    const auto n = static_cast<Eigen::Index>(number(reference, "n"));
    const auto count = static_cast<Eigen::Index>(number(reference, "count"));
    const Eigen::MatrixXd points = Populations(n, count).next();  // of the first generation: the same numbers
    // The cube of the script moves every ten points; the best tenth are the first ten.
    const Gaussian found = warm_start(points.leftCols(count / 10), warm_start_alpha);
    check_close(found.mean, vector_of(member(reference, "mean")), 1e-12, "mean");
    CHECK(found.sigma == Approx(number(reference, "sigma")).epsilon(1e-12));
    check_close(found.C, vector_of(member(reference, "C")), 1e-11, "C");
  }
}

TEST_CASE("the default constants are those of the tutorial") {
  const StrategyParameters p = strategy_parameters(10, 10);
  CHECK(p.w.head(5).sum() == Approx(1.0));
  CHECK(p.w[5] <= 0.0);
  CHECK(p.mu_eff == Approx(3.1672).epsilon(1e-4));  // printed by pycma for popsize 10
  CHECK(p.c_1 + p.c_mu < 1.0);
  CHECK(p.w.sum() > -(1.0 + p.c_1 / p.c_mu));  // C stays positive definite (eq. 50)
  CHECK(default_population_size(1) == 4);
  CHECK(default_population_size(10) == 10);
  CHECK(default_population_size(40) == 15);
  for (const Eigen::Index n : {1, 2, 100, 500}) {
    for (const Eigen::Index lambda : {2, 3, 4, 50}) {
      const StrategyParameters q = strategy_parameters(n, lambda);
      INFO(n << ' ' << lambda);
      CHECK(q.w.allFinite());
      CHECK(q.c_mu > 0.0);
      CHECK(q.c_sigma < 1.0);
    }
  }
}

TEST_CASE("CMA-ES converges in any dimension, as fast as it should") {
  CHECK(generations_to(sphere, 1, 1e-20) < 250);
  CHECK(generations_to(sphere, 10, 1e-20) < 350);
  CHECK(generations_to(sphere, 100, 1e-6, Shape::full) < 1000);
  CHECK(generations_to(ellipsoid, 10, 1e-12) < 900);
  CHECK(generations_to(ellipsoid, 10, 1e-12, Shape::diagonal) < 500);  // learns its axes at once
  CHECK(generations_to(sphere, 500, 1.0, Shape::diagonal) < 3000);
}

TEST_CASE("the line folds onto the box without steps, and back") {
  double before = BoxTransform::to_box(-3.0);
  for (double x = -3.0; x < 3.0; x += 1e-4) {
    const double y = BoxTransform::to_box(x);
    CHECK((y >= 0.0 && y <= 1.0));
    CHECK(std::abs(y - before) < 1.01e-4);
    before = y;
    CHECK(BoxTransform::to_box(BoxTransform::from_box(y)) == Approx(y).margin(1e-14));
    CHECK(BoxTransform::from_box_near(y, x) == Approx(x).margin(2e-8));
  }
  CHECK(BoxTransform::to_box(0.25) == Approx(0.25));
  CHECK(BoxTransform::from_box(0.0) == Approx(-BoxTransform::a));
  CHECK(BoxTransform::from_box(1.0) == Approx(1.0 + BoxTransform::a));
}

TEST_CASE("a margin keeps a neighbouring integer probable, and leaves alone what is probable enough") {
  const double alpha = 0.05;
  // A deviation so small that nothing but the cell of the mean would ever be drawn.
  const MarginState inner = with_margin({2.1, 1.0}, 1e-3, 1.5, 2.5, alpha);
  const auto below = [](const MarginState& s, double border) {
    return hone::sdk::normal_cdf((border - s.mean) / (1e-3 * s.scale));
  };
  CHECK(below(inner, 1.5) == Approx(alpha / 2.0).epsilon(0.05));
  CHECK(1.0 - below(inner, 2.5) == Approx(alpha / 2.0).epsilon(0.05));
  const MarginState first = with_margin({-0.4, 1.0}, 1e-3, -std::numeric_limits<double>::infinity(), 0.5, alpha);
  CHECK(1.0 - below(first, 0.5) == Approx(alpha));
  CHECK(first.scale == 1.0);
  const MarginState wide = with_margin({2.1, 1.0}, 3.0, 1.5, 2.5, alpha);
  CHECK(wide.mean == 2.1);
  CHECK(wide.scale == 1.0);
}

TEST_CASE("bipop gives its small runs as many evaluations as its large ones") {
  Restarts restarts(RestartStrategy::bipop, 10, 0.2, 2.0, 3);
  std::int64_t small = 0, large = 0, largest = 10;
  restarts.next(1000);
  for (int i = 0; i < 60; ++i) {
    const Run& run = restarts.current();
    REQUIRE(run.lambda >= 10);
    std::int64_t used = 100 * run.lambda;
    if (run.most_evaluations > 0) {
      used = std::min(used, run.most_evaluations);
      small += used;
      CHECK(run.lambda <= std::max<std::int64_t>(10, largest / 2));
      CHECK(run.sigma <= 0.2);
      CHECK(run.sigma >= 0.002);
    } else {
      large += used;
      CHECK(run.lambda == std::min<std::int64_t>(2 * largest, 5120));
      largest = run.lambda;
    }
    restarts.next(used);
    if (i > 3) CHECK(std::abs(small - large) <= 100 * largest);
  }
  CHECK(small > 0);
  Restarts none(RestartStrategy::none, 10, 0.2, 2.0, 3);
  none.next(5);
  CHECK(none.is_over());
}

TEST_CASE("a run ends when its values have become flat, and not before") {
  StoppingCriteria stopping(4, 8);
  CmaEs es(strategy_parameters(4, 8), Eigen::VectorXd::Zero(4), 0.3, Covariance(4, Shape::full));
  for (int g = 0; g < 100; ++g) {
    const double best = 1.0 / (1.0 + g);
    REQUIRE_FALSE(stopping.check(es, std::vector<double>{best, 2, 3, 4, 5, 6, 7, 8}));
  }
  const std::vector<double> flat(8, 1.0);
  int until = 0;
  while (!stopping.check(es, flat)) ++until;
  CHECK(until < 30);
  CHECK(until > 5);
}
