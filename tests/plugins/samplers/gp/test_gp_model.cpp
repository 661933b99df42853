// SPDX-License-Identifier: MIT
// The Gaussian process of the sampler gp, against scikit-learn's and against itself.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <set>

#include <hone/random.hpp>

#include "../reference.hpp"
#include "bounded_minimum.hpp"
#include "coordinates.hpp"
#include "fit.hpp"
#include "marginal_likelihood.hpp"
#include "output_model.hpp"
#include "output_scale.hpp"
#include "posterior.hpp"
#include "refit_schedule.hpp"

using namespace gp;
using hone::test::member;
using hone::test::numbers;

namespace {

struct Case {
  Inputs inputs;
  HyperParameters parameters;
  Eigen::MatrixXd points, at;  // rows
  Eigen::VectorXd outputs;
  const hone::Json* expected;
};

Eigen::VectorXd vector_of(const hone::Json& json) {
  const std::vector<double> all = numbers(json);
  return Eigen::Map<const Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
}

Eigen::MatrixXd rows_of(const hone::Json& json, Eigen::Index columns) {
  return vector_of(json).reshaped<Eigen::RowMajor>(static_cast<Eigen::Index>(json.as_array()->size()), columns);
}

std::vector<Case> cases() {
  static const hone::Json reference = hone::test::reference_from(HONE_GP_DATA "/gp_reference.json");
  std::vector<Case> all;
  for (const hone::Json& json : *member(reference, "cases").as_array()) {
    Case c;
    c.inputs.kernel = *member(json, "kernel").as_string() == "rbf" ? Kernel::rbf : Kernel::matern52;
    for (const double flag : numbers(member(json, "categorical"))) {
      c.inputs.categorical.push_back(static_cast<std::uint8_t>(flag));
    }
    c.parameters = HyperParameters::of(vector_of(member(json, "lengths")), *member(json, "scale").number(),
                                       *member(json, "noise").number());
    c.points = rows_of(member(json, "points"), c.inputs.size());
    c.at = rows_of(member(json, "at"), c.inputs.size());
    c.outputs = vector_of(member(json, "outputs"));
    c.expected = &json;
    all.push_back(std::move(c));
  }
  return all;
}

Inputs numeric(Eigen::Index d) { return {Kernel::matern52, std::vector<std::uint8_t>(static_cast<std::size_t>(d), 0)}; }

Eigen::MatrixXd random_points(Eigen::Index n, Eigen::Index d, std::uint64_t seed) {
  hone::RandomStream stream(seed, 0, "points");
  return Eigen::MatrixXd::NullaryExpr(n, d, [&] { return stream.uniform(); });
}

Observations observations_of(const Eigen::MatrixXd& points) {
  Observations all(points.cols(), 1);
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    const double output = -(points.row(i).array() - 0.3).square().sum();
    all.insert(i, points.row(i), std::span(&output, 1));
  }
  return all;
}

void copy(const Observations& from, Eigen::Index row, Observations& to) {
  const double output = from.outputs(0)[row];
  to.insert(from.numbers()[static_cast<std::size_t>(row)], from.points().row(row), std::span(&output, 1));
}

double prior_at(const Priors& priors, const std::vector<double>& theta, Eigen::VectorXd& gradient) {
  HyperParameters parameters;
  parameters.theta = Eigen::Map<const Eigen::VectorXd>(theta.data(), static_cast<Eigen::Index>(theta.size()));
  return log_prior(priors, parameters, gradient);
}

const RowSelection everything = [](std::size_t size) {
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < size; ++i) rows.push_back(static_cast<Eigen::Index>(i));
  return rows;
};

}  // namespace

TEST_CASE("the log marginal likelihood and its gradient are scikit-learn's") {
  for (const Case& c : cases()) {
    MarginalLikelihood likelihood(c.inputs, c.points, c.outputs);
    Eigen::VectorXd gradient;
    CHECK(likelihood(c.parameters, gradient) == Approx(*member(*c.expected, "value").number()).epsilon(1e-10));
    const Eigen::VectorXd expected = vector_of(member(*c.expected, "gradient"));
    REQUIRE(gradient.size() == expected.size());
    CHECK((gradient - expected).norm() < 1e-8 * (1.0 + expected.norm()));
  }
}

TEST_CASE("means and deviations are scikit-learn's") {
  for (const Case& c : cases()) {
    Posterior posterior(c.inputs, c.parameters, c.points, c.points.rows());
    posterior.observe(c.outputs);
    const Eigen::VectorXd means = vector_of(member(*c.expected, "means"));
    const Eigen::VectorXd deviations = vector_of(member(*c.expected, "deviations"));
    const std::vector<Prediction> together = posterior.predict_all(c.at.transpose());
    for (Eigen::Index i = 0; i < c.at.rows(); ++i) {
      const Prediction y = posterior.predict(c.at.row(i).transpose());
      CHECK(y.mean == Approx(means[i]).epsilon(1e-8));
      CHECK(y.deviation == Approx(deviations[i]).epsilon(1e-7));
      CHECK(together[static_cast<std::size_t>(i)].mean == Approx(y.mean).epsilon(1e-12));
      CHECK(together[static_cast<std::size_t>(i)].deviation == Approx(y.deviation).epsilon(1e-9));
      CHECK(posterior.mean(c.at.row(i).transpose()) == y.mean);
    }
    // At the points themselves.
    for (Eigen::Index i = 0; i < c.points.rows(); ++i) {
      CHECK(posterior.fitted()[i] == Approx(posterior.predict(c.points.row(i).transpose()).mean).epsilon(1e-9));
    }
  }
}

TEST_CASE("the derivatives of a prediction are those of its differences") {
  for (const Case& c : cases()) {
    Posterior posterior(c.inputs, c.parameters, c.points, c.points.rows());
    posterior.observe(c.outputs);
    for (Eigen::Index i = 0; i < c.at.rows(); ++i) {
      const Eigen::VectorXd x = c.at.row(i).transpose();
      const PredictionWithGradient y = posterior.predict_with_gradient(x);
      for (Eigen::Index j = 0; j < x.size(); ++j) {
        if (c.inputs.categorical[static_cast<std::size_t>(j)] != 0) {
          CHECK(y.mean_gradient[j] == 0.0);
          continue;
        }
        constexpr double h = 1e-5;
        const Prediction above = posterior.predict(x + h * Eigen::VectorXd::Unit(x.size(), j));
        const Prediction below = posterior.predict(x - h * Eigen::VectorXd::Unit(x.size(), j));
        CHECK(y.mean_gradient[j] == Approx((above.mean - below.mean) / (2 * h)).epsilon(1e-5).margin(1e-7));
        CHECK(y.deviation_gradient[j] ==
              Approx((above.deviation - below.deviation) / (2 * h)).epsilon(1e-4).margin(1e-6));
      }
    }
  }
}

TEST_CASE("a factor that has grown row by row is the factor of all") {
  const Case c = cases()[2];
  const Eigen::Index n = c.points.rows();
  Posterior together(c.inputs, c.parameters, c.points, n);
  Posterior grown(c.inputs, c.parameters, c.points.topRows(7), n);
  for (Eigen::Index i = 7; i < n; ++i) grown.append(c.points.row(i).transpose());
  together.observe(c.outputs);
  grown.observe(c.outputs);
  for (Eigen::Index i = 0; i < c.at.rows(); ++i) {
    const Prediction a = together.predict(c.at.row(i).transpose());
    const Prediction b = grown.predict(c.at.row(i).transpose());
    CHECK(a.mean == Approx(b.mean).epsilon(1e-9));
    CHECK(a.deviation == Approx(b.deviation).epsilon(1e-7));
  }
}

TEST_CASE("a model that has lived, points taken away again, holds the bits of a new one") {
  const Observations all = observations_of(random_points(90, 3, 1));
  const ModelOptions options;
  OutputModel lived(numeric(3), OutputRole::objective, options);
  Observations some(3, 1);
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(3, 0.4);
  for (Eigen::Index n = 0; n < all.size(); ++n) {
    copy(all, n, some);
    if (n < 2) continue;
    Posterior& posterior = lived.update(some, everything);
    const Prediction seen = posterior.predict(at);
    posterior.append(at);
    posterior.observe(Eigen::VectorXd::Zero(posterior.size()));
    if (n % 11 != 0) continue;
    OutputModel fresh(numeric(3), OutputRole::objective, options);
    const Prediction again = fresh.update(some, everything).predict(at);
    CHECK(again.mean == seen.mean);
    CHECK(again.deviation == seen.deviation);
  }
}

TEST_CASE("a trial that ends late changes the model as if it had always been there") {
  const Observations all = observations_of(random_points(70, 2, 2));
  const ModelOptions options;
  OutputModel late(numeric(2), OutputRole::objective, options);
  Observations some(2, 1);
  for (Eigen::Index n = 0; n < all.size(); ++n) {
    if (n == 33) continue;
    copy(all, n, some);
    if (n > 3) late.update(some, everything);
  }
  copy(all, 33, some);
  CHECK(some.numbers() == all.numbers());
  CHECK(some.points() == all.points());
  OutputModel fresh(numeric(2), OutputRole::objective, options);
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(2, 0.6);
  CHECK(late.update(some, everything).predict(at).mean == fresh.update(all, everything).predict(at).mean);
}

TEST_CASE("a fit finds which parameter matters") {
  const Eigen::MatrixXd points = random_points(60, 3, 3);
  const Eigen::VectorXd outputs =
      scaled_outputs({.worse_half = WorseHalf::as_is}, (4.0 * points.col(1).array()).sin().matrix());
  const Priors priors = Priors::of_dimension(3);
  const Fit found = fit(numeric(3), points, outputs, priors, {prior_start(priors, 3)});
  REQUIRE(found.converged);
  CHECK(std::exp(found.parameters.theta[0]) > 5.0 * std::exp(found.parameters.theta[1]));
  CHECK(std::exp(found.parameters.theta[2]) > 5.0 * std::exp(found.parameters.theta[1]));
  CHECK(found.parameters.noise() < 1e-3);
}

TEST_CASE("the gradient of the priors is that of their differences") {
  const Priors priors = Priors::of_dimension(4);
  const std::vector<double> theta{-2.0, -0.4, 1.1, 3.0, 0.5, -7.0};
  Eigen::VectorXd gradient;
  prior_at(priors, theta, gradient);
  for (std::size_t j = 0; j < theta.size(); ++j) {
    std::vector<double> above = theta, below = theta;
    above[j] += 1e-5;
    below[j] -= 1e-5;
    Eigen::VectorXd unused;
    const double slope = (prior_at(priors, above, unused) - prior_at(priors, below, unused)) / 2e-5;
    CHECK(gradient[static_cast<Eigen::Index>(j)] == Approx(slope).epsilon(1e-6));
  }
}

TEST_CASE("points that coincide, or nearly, always have a factor") {
  Eigen::MatrixXd points = random_points(60, 2, 4);
  for (Eigen::Index i = 0; i < 60; ++i) points.row(i) = points.row(i % 3) * (1.0 + 1e-15 * static_cast<double>(i));
  for (const double noise : {1e-8, 1e-300}) {
    const HyperParameters parameters = HyperParameters::of(Eigen::Vector2d(100.0, 100.0), 1.0, noise);
    Posterior posterior(numeric(2), parameters, points.topRows(30), 60);
    for (Eigen::Index i = 30; i < 60; ++i) posterior.append(points.row(i).transpose());
    posterior.observe(Eigen::VectorXd::LinSpaced(60, -1.0, 1.0));
    const PredictionWithGradient y = posterior.predict_with_gradient(points.row(0).transpose());
    CHECK(std::isfinite(y.mean));
    CHECK(y.deviation > 0.0);
    CHECK(y.deviation_gradient.allFinite());
  }
}

TEST_CASE("outputs of any size come to lie about 0, in their order") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> all = {{1.0, 2.0, 3.0, 4.0, -1e30},
                                                {1e308, -1e308, 3.0, 0.0},
                                                {infinity, 1.0, 2.0, -infinity},
                                                {-infinity, -infinity, -infinity},
                                                {5.0, 5.0, 5.0},
                                                {1e-300, 2e-300, 3e-300, -1e-300},
                                                {1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0},
                                                {0.0, 1.0, 1.0, 1.0, -2.0, 3},
                                                {7.0, -1e30, -1e30, 8.0, 9.0, 9.5, 9.7}};
  for (const std::vector<double>& outputs : all) {
    for (const OutputTransform transform : {OutputTransform{WorseHalf::as_is}, OutputTransform{WorseHalf::bounded},
                                            OutputTransform{}, OutputTransform{.bend = 20.0}}) {
      const Eigen::VectorXd given =
          Eigen::Map<const Eigen::VectorXd>(outputs.data(), static_cast<Eigen::Index>(outputs.size()));
      const Eigen::VectorXd y = scaled_outputs(transform, given);
      REQUIRE(y.allFinite());
      CHECK(std::abs(y.mean()) < 1e-10);
      CHECK(y.cwiseAbs().maxCoeff() < 3.0);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t k = 0; k < outputs.size(); ++k) {
          if (outputs[i] <= outputs[k]) CHECK(y[static_cast<Eigen::Index>(i)] <= y[static_cast<Eigen::Index>(k)]);
        }
      }
    }
  }
}

TEST_CASE("an outlier does not hide how the good outputs differ") {
  const Eigen::VectorXd outputs = (Eigen::VectorXd(6) << 1.0, 2.0, 3.0, 4.0, 5.0, -1e30).finished();
  CHECK(scaled_outputs({.worse_half = WorseHalf::as_is}, outputs)[4] -
            scaled_outputs({.worse_half = WorseHalf::as_is}, outputs)[0] <
        1e-12);
  for (const double outlier : {-1e6, -1e30, -1e300, -std::numeric_limits<double>::infinity()}) {
    Eigen::VectorXd with = outputs;
    with[5] = outlier;
    for (const WorseHalf worse_half : {WorseHalf::bounded, WorseHalf::ranked}) {
      INFO(outlier);
      const Eigen::VectorXd y = scaled_outputs({worse_half}, with);
      CHECK(y[4] - y[3] > 0.1);
      CHECK(y[0] > y[5] - 1e-12);
    }
  }
}

TEST_CASE("a constraint's border stays at 0") {
  const Eigen::VectorXd y = scaled_constraint((Eigen::VectorXd(5) << -1e30, 0.0, 0.5, -0.25, 4.0).finished());
  CHECK(y.allFinite());
  CHECK(y[1] == 0.0);
  CHECK(y[3] < 0.0);
  CHECK(y[2] > 1e-3);
  CHECK(scaled_constraint(Eigen::VectorXd::Zero(3)) == Eigen::VectorXd::Zero(3));
}

TEST_CASE("each value of a constraint stays on its side of the border") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> all = {{1.0, 2.0, 3.0, -infinity}, {-1.0, -2.0, -1e-9, infinity},
                                                {-infinity, -infinity},     {infinity, infinity, -infinity},
                                                {0.0, -infinity, 0.0},      {-infinity, infinity, 1e-300, -1e300},
                                                {1e300, -1e-20, 1e-20},     {5e-324, -5e-324, -infinity}};
  const auto sign = [](double x) { return (x > 0.0) - (x < 0.0); };
  for (const std::vector<double>& values : all) {
    const Eigen::VectorXd y =
        scaled_constraint(Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
    REQUIRE(y.allFinite());
    for (std::size_t i = 0; i < values.size(); ++i) {
      INFO(values[i]);
      const double found = y[static_cast<Eigen::Index>(i)];
      // What is too small beside the others may come to lie on the border.
      CHECK((sign(found) == sign(values[i]) || (found == 0.0 && std::abs(values[i]) < 1e-200)));
    }
  }
}

TEST_CASE("a search goes on past points where the function has no value") {
  const Eigen::VectorXd low = Eigen::VectorXd::Zero(2), high = Eigen::VectorXd::Ones(2);
  for (const double border : {0.35, 0.5, 0.8}) {
    const auto bowl = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
      gradient = 2.0 * (x.array() - 0.3);
      return x.maxCoeff() > border ? std::numeric_limits<double>::quiet_NaN() : (x.array() - 0.3).square().sum();
    };
    const Minimum found = bounded_minimum(bowl, low, low, high);
    CHECK(found.value < 1e-4);
  }
  const auto nowhere = [](const Eigen::VectorXd&, Eigen::VectorXd& gradient) {
    gradient.setZero();
    return std::numeric_limits<double>::infinity();
  };
  CHECK(bounded_minimum(nowhere, low, low, high).x == low);
}

TEST_CASE("fits are due at sizes that grow by a twentieth, and some begin afresh") {
  CHECK(RefitSchedule::last(2) == 2);
  CHECK(RefitSchedule::last(39) == 39);
  std::set<std::size_t> sizes;
  for (std::size_t n = 2; n <= 5000; ++n) {
    const std::size_t size = RefitSchedule::last(n);
    REQUIRE(size <= n);
    REQUIRE(RefitSchedule::after(size) > n);
    CHECK(n - size < 60);
    sizes.insert(size);
  }
  // A new worker repeats few.
  std::size_t run = 0, longest = 0, previous = 2;
  for (const std::size_t size : sizes) {
    run = RefitSchedule::begins_afresh(previous, size) ? 1 : run + 1;
    longest = std::max(longest, run);
    previous = size;
  }
  CHECK(longest < 25);
}

TEST_CASE("of too many observations the best ones are modelled, and those about the best of all") {
  const Eigen::MatrixXd points = random_points(200, 2, 5);
  std::vector<double> rank;
  for (Eigen::Index i = 0; i < 200; ++i) rank.push_back((points.row(i).array() - 0.5).abs().sum());
  const std::vector<Eigen::Index> rows = neighbourhood(numeric(2), points, rank, 40);
  CHECK(rows.size() == 40);
  CHECK(std::ranges::is_sorted(rows));
  CHECK(std::ranges::adjacent_find(rows) == rows.end());
  for (const Eigen::Index row : rows) CHECK(rank[static_cast<std::size_t>(row)] < 0.5);
  CHECK(neighbourhood(numeric(2), points, std::span(rank).first(30), 40).size() == 30);
}

TEST_CASE("values become coordinates and come back") {
  using namespace hone;
  const std::vector<Distribution> all = {FloatDistribution{-2.0, 3.0},
                                         FloatDistribution{1e-5, 1.0, true},
                                         FloatDistribution{0.0, 1.0, false, 0.25},
                                         IntDistribution{3, 30, false, 3},
                                         IntDistribution{1, 100, true},
                                         CategoricalDistribution{{std::string("a"), std::string("b"), 3.5}}};
  SearchSpace space;
  for (const Distribution& distribution : all) space.push_back({"p", &distribution, 0, 0});
  const Coordinates coordinates(space);
  RandomStream stream(1, 0, "fractions");
  for (Eigen::Index j = 0; j < coordinates.size(); ++j) {
    const Distribution& distribution = all[static_cast<std::size_t>(j)];
    CHECK(coordinates.is_categorical(j) == is_categorical(distribution));
    for (int i = 0; i < 100; ++i) {
      const double x = coordinates.from_fraction(j, stream.uniform());
      const double value = coordinates.value(j, x);
      CHECK(contains(distribution, value));
      CHECK(coordinates.place(j, value) == Approx(x).epsilon(1e-12));
      CHECK(coordinates.snapped(j, x) == x);
    }
    for (std::int64_t k = 0; k < coordinates.count(j); ++k) {
      CHECK(coordinates.cell_index(j, coordinates.grid(j, k)) == k);
      CHECK(contains(distribution, coordinates.value(j, coordinates.grid(j, k))));
    }
  }
  CHECK(coordinates.count(2) == 5);
  CHECK(coordinates.count(3) == 10);
  CHECK(coordinates.count(4) == 100);
}
