// SPDX-License-Identifier: MIT
// Integers in catcma's evolution: the package's centering and margin, and what an evolution makes of them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "evolution.hpp"
#include "integer_mutation.hpp"
#include "reference.hpp"

using namespace cmaes;
using hone::test::member;
using hone::test::numbers;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

double number_or(const hone::Json& json, const char* name, double otherwise) {
  return member(json, name).number().value_or(otherwise);
}

bool flag(const hone::Json& json, const char* name) { return *member(json, name).as_bool(); }

// Two floats and three ints, with their optimum at 1.3, 1.3, 2, 0, -1.
class MixedProblem {
 public:
  MixedProblem() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto id = static_cast<std::uint32_t>(i);
      space_.push_back({names_[i], i < 2 ? &real_ : &whole_, id, id});
    }
  }
  MixedProblem(const MixedProblem&) = delete;
  Coordinates coordinates() const { return Coordinates(space_, true); }
  static double loss(const std::vector<double>& values) {
    const std::vector<double> best{1.3, 1.3, 2.0, 0.0, -1.0};
    double sum = 0.0;
    for (std::size_t i = 0; i < best.size(); ++i) sum += (values[i] - best[i]) * (values[i] - best[i]);
    return sum;
  }

 private:
  std::vector<std::string> names_{"a", "b", "c", "d", "e"};
  hone::Distribution real_ = hone::FloatDistribution{-5.0, 5.0};
  hone::Distribution whole_ = hone::IntDistribution{-3, 3};
  hone::SearchSpace space_;
};

Evolution evolution_of(const MixedProblem& problem, std::uint64_t seed, bool keeps_best = true) {
  EvolutionSettings settings;
  settings.lambda = 8;
  settings.mean = Eigen::VectorXd::Constant(5, 0.5);
  settings.integer_mutation = true;
  settings.keeps_best = keeps_best;
  settings.restarts = RestartStrategy::none;
  settings.seed = seed;
  return {problem.coordinates(), settings};
}

// What the next trials draw, the best first; `group` says how they end.
std::vector<Result> generation_of(Evolution& evolution, hone::TrialNumber& next, int group = 0, double worse = 0.0) {
  std::vector<Result> results;
  for (Eigen::Index k = 0; k < evolution.lambda(); ++k, ++next) {
    const std::vector<double>& values = evolution.propose(next);
    results.push_back({{group, worse + MixedProblem::loss(values), 0.0, next}, values});
  }
  std::ranges::sort(results, [](const Result& a, const Result& b) { return a.standing < b.standing; });
  return results;
}

}  // namespace

TEST_CASE("integers are centered and corrected as in the package's CatCMA with margin") {
  const hone::Json all = hone::test::reference_from(HONE_CATCMAWM_REFERENCE);
  int corrected = 0, centered = 0;
  for (const hone::Json& reference : *all.as_array()) {
    INFO(*member(reference, "name").as_string());
    const std::vector<double> after = numbers(member(reference, "after"));
    if (*member(reference, "kind").as_string() == "margin") {
      const CellPlace cell{number_or(reference, "low", -infinite), number_or(reference, "high", infinite),
                           number_or(reference, "middle", 0.0)};
      const MutationState before{number_or(reference, "mean", 0.0), number_or(reference, "scale", 0.0),
                                 number_or(reference, "rate", 0.0)};
      const double alpha = number_or(reference, "alpha", 0.0);
      CHECK(alpha == Approx(mutation_margin(3)).epsilon(1e-12));
      const MutationState state =
          with_mutation_margin(before, flag(reference, "left"), number_or(reference, "deviation", 0.0), cell, alpha);
      CHECK(state.mean == Approx(after[0]).epsilon(0.0).margin(1e-9));
      CHECK(state.scale == Approx(after[1]).epsilon(1e-9));
      CHECK(state.rate == Approx(after[2]).epsilon(1e-9));
      ++corrected;
    } else {
      std::vector<double> v = numbers(member(reference, "v"));
      const std::vector<double> middles = numbers(member(reference, "middles"));
      CHECK(center_integers(v, middles, number_or(reference, "mean_middle", 0.0)) == flag(reference, "left"));
      for (std::size_t k = 0; k < v.size(); ++k) CHECK(v[k] == Approx(after[k]).epsilon(0.0).margin(1e-9));
      ++centered;
    }
  }
  CHECK(corrected == 17);
  CHECK(centered == 7);
}

TEST_CASE("a mean on the border of the first or last cell goes into that cell") {
  const double alpha = mutation_margin(3);
  for (const bool left : {false, true}) {
    const MutationState first = with_mutation_margin({-1.5, 1.0, 0.3}, left, 0.4, {-infinite, -1.5, -2.0}, alpha);
    const MutationState last = with_mutation_margin({1.5, 1.0, 0.3}, left, 0.4, {1.5, infinite, 2.0}, alpha);
    // Half of the draws would leave the cell; only with success they still may.
    CHECK(first.rate == Approx(left ? 0.5 : 0.3));
    CHECK(first.mean < -1.5);
    CHECK(last.mean == Approx(-first.mean));
    CHECK(last.rate == first.rate);
    CHECK(last.scale == first.scale);
  }
}

TEST_CASE("a point from an older generation is told as the integers with which it was evaluated") {
  const MixedProblem problem;
  const Coordinates coordinates = problem.coordinates();
  int older = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Evolution evolution = evolution_of(problem, seed);
    hone::TrialNumber next = 0;
    std::vector<std::vector<Result>> generations;
    for (int g = 0; g < 100; ++g) {
      for (std::size_t back = 1; back <= std::min<std::size_t>(3, generations.size()); ++back) {
        for (const Result& late : generations[generations.size() - back]) {
          const Eigen::VectorXd x = evolution.preimage(late);
          const Eigen::VectorXd& m = evolution.es().mean();
          // One that is as far away as it may be has been cut.
          if (evolution.es().distribution().distance(x) > 0.999999 * evolution.es().longest_step()) continue;
          for (Eigen::Index j = 2; j < 5; ++j) {
            const double place = m[j] + (x[j] - m[j]) * evolution.scale()[j];
            CHECK(coordinates.value(j, place) == late.values[static_cast<std::size_t>(j)]);
          }
          ++older;
        }
      }
      generations.push_back(generation_of(evolution, next));
      evolution.tell(generations.back());
    }
  }
  CHECK(older > 5000);
}

TEST_CASE("the best result counts in eight more generations, at its rank among pruned and infeasible ones as well") {
  const MixedProblem problem;
  for (const int group : {0, 1, 2}) {
    INFO("group " << group);
    Evolution evolution = evolution_of(problem, 3);
    Evolution forgetful = evolution_of(problem, 3, false);
    hone::TrialNumber next = 0, same = 0;
    const std::vector<Result> first = generation_of(evolution, next, group);
    evolution.tell(first);
    forgetful.tell(generation_of(forgetful, same, group));
    CHECK(evolution.es().mean() == forgetful.es().mean());
    for (int g = 1; g <= 8; ++g) {
      evolution.tell(generation_of(evolution, next, group, 1000.0));
      REQUIRE(evolution.best());
      CHECK(evolution.best()->standing.number == first.front().standing.number);
      if (g > 1) continue;
      forgetful.tell(generation_of(forgetful, same, group, 1000.0));
      CHECK(evolution.es().mean() != forgetful.es().mean());
    }
    const std::vector<Result> ninth = generation_of(evolution, next, group, 1000.0);
    evolution.tell(ninth);
    CHECK(evolution.best()->standing.number == ninth.front().standing.number);
    // One of a better group takes its place whatever the numbers.
    const std::vector<Result> complete = generation_of(evolution, next, 0, group == 0 ? -2000.0 : 5000.0);
    evolution.tell(complete);
    CHECK(evolution.best()->standing.number == complete.front().standing.number);
  }
  Evolution forgetful = evolution_of(problem, 3, false);
  hone::TrialNumber next = 0;
  forgetful.tell(generation_of(forgetful, next));
  CHECK_FALSE(forgetful.best());
}
