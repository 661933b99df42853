// SPDX-License-Identifier: MIT
// Which branch of a conditional space a proposal has.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <hone/sdk/testing/fake_study.hpp>

#include <conditional_tree.hpp>
#include <density_model.hpp>

using namespace hone;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;
using tpe::ConditionalTree;
using tpe::DensityModel;
using tpe::TreeSpace;

namespace {

constexpr double large = 0.0;
constexpr double small = 1.0;

// A choice of two models, one with six parameters and one with one.
DeclaredSpace two_models() {
  const FloatDistribution unit{0.0, 1.0};
  DeclaredSpace space{{"model", CategoricalDistribution{{std::string("large"), std::string("small")}}, {}},
                      {"size", unit, {{.parameter = "model", .values = {Choice("small")}}}}};
  for (int i = 0; i < 6; ++i) {
    space.push_back({"part" + std::to_string(i), unit, {{.parameter = "model", .values = {Choice("large")}}}});
  }
  return space;
}

bool is_small(const std::vector<double>& row) { return row[0] == small; }

// The large model is as good as its parameters are near to the middle; the small one is good enough to be among the
// best at first, and is soon left behind. Columns are in the order of their names.
double loss_of(const std::vector<double>& row) {
  if (is_small(row)) return 0.2 + std::abs(row.back() - 0.9);
  double sum = 0.0;
  for (std::size_t i = 1; i <= 6; ++i) sum += std::pow(row[i] - 0.5, 2);
  return sum;
}

bool is_on_one_path(const std::vector<double>& row) {
  for (std::size_t i = 1; i <= 6; ++i) {
    if (std::isnan(row[i]) != is_small(row)) return false;
  }
  return std::isnan(row.back()) != is_small(row);
}

void finish(FakeStudy& study, TrialNumber number, const TreeSpace& tree, const std::vector<double>& row) {
  FakeTrial trial{.values = {loss_of(row)}};
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (std::isnan(row[i])) continue;
    trial.params.push_back({std::string(tree.space[i].name), *tree.space[i].distribution, row[i]});
  }
  study.add(number, trial);
}

std::vector<double> start_row(const TreeSpace& tree, double model, RandomStream& random) {
  std::vector<double> row{model};
  while (row.size() < tree.space.size()) row.push_back(0.7 * random.uniform());
  tree.clear_inactive(row);
  return row;
}

struct Search {
  FakeStudy study{{Direction::minimize}};
  ConditionalTree declared;
  tpe::TrialLog log{study.directions(), {}};

  Search() {
    study.declare(two_models());
    declared.update(study);
  }
  const TreeSpace& tree() const { return declared.tree(); }
  // As tpe does by default.
  DensityModel new_model() const {
    const tpe::ParzenOptions below{.weights = tpe::WeightRule::improvement, .draw_width = 0.4};
    const tpe::ParzenOptions above{.weights = tpe::WeightRule::uniform};
    return {tree().space, below, above, {}, tpe::Rows::partial};
  }
  std::vector<double> propose(DensityModel& model, std::uint64_t seed, TrialNumber number) {
    log.update(study, number);
    model.update(study.history().all(), log);
    std::vector<RandomStream> streams;
    for (const Parameter& p : tree().space) streams.emplace_back(seed, number, p.name);
    return model.propose(64, RandomStream(seed, number, "component"), streams, &tree());
  }
};

}  // namespace

TEST_CASE("a branch that was drawn rarely is looked at again, however many parameters the others have") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    Search search;
    DensityModel model = search.new_model();
    RandomStream random(seed, 0, "start");
    // One of the first dozen trials is of the small model.
    for (TrialNumber number = 0; number < 12; ++number) {
      finish(search.study, number, search.tree(), start_row(search.tree(), number == 3 ? small : large, random));
    }
    int small_ones = 0;
    for (TrialNumber number = 12; number < 60; ++number) {
      const std::vector<double> row = search.propose(model, seed, number);
      REQUIRE(is_on_one_path(row));
      if (number % 10 == 0) {
        DensityModel fresh = search.new_model();
        const std::vector<double> again = search.propose(fresh, seed, number);
        CHECK(std::ranges::equal(row, again, [](double a, double b) { return a == b || (a != a && b != b); }));
      }
      small_ones += is_small(row) ? 1 : 0;
      finish(search.study, number, search.tree(), row);
    }
    CHECK(small_ones >= 4);
    CHECK(small_ones <= 16);  // what is better is drawn more often
  }
}
