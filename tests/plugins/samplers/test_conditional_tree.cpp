// SPDX-License-Identifier: MIT
// The tree of a conditional space, as declared and as learned, and the joint density along its branches.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <hone/sdk/testing/fake_study.hpp>

#include <conditional_tree.hpp>
#include <parzen_estimator.hpp>

using namespace hone;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;
using tpe::ConditionalTree;
using tpe::ParzenEstimator;
using tpe::TreeSpace;

namespace {

const FloatDistribution unit{0.0, 1.0};
const IntDistribution layers{1, 4};
const CategoricalDistribution branches{{std::string("a"), std::string("b"), std::string("c")}};
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Three branches; b has a parameter and a number of layers, each with a width of its own; c has an inner choice.
FakeTrial trial_of(TrialNumber number) {
  RandomStream random(5, number, "trial");
  FakeTrial trial{.values = {random.uniform()}};
  const auto add = [&](const std::string& name, const Distribution& distribution, double value) {
    trial.params.push_back({name, distribution, value});
    return value;
  };
  add("shared", unit, random.uniform());
  const double branch = add("branch", branches, std::floor(3.0 * random.uniform()));
  if (branch == 1.0) {
    add("b_rate", unit, random.uniform());
    const double count = add("b_layers", layers, 1.0 + std::floor(4.0 * random.uniform()));
    for (int i = 2; i <= count; ++i) add("b_width" + std::to_string(i), unit, random.uniform());
  }
  if (branch == 2.0 && add("c_inner", branches, std::floor(3.0 * random.uniform())) != 0.0) {
    add("c_x", unit, random.uniform());
  }
  // Depends on nothing that a parameter tells.
  if (number % 3 == 0) add("sometimes", unit, random.uniform());
  // Whose range moves.
  const double high = 1.0 + static_cast<double>(number % 2);
  add("moving", FloatDistribution{0.0, high}, random.uniform());
  return trial;
}

std::map<std::string, double> named(const TreeSpace& tree, const std::vector<double>& row) {
  std::map<std::string, double> result;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!std::isnan(row[i])) result[std::string(tree.space[i].name)] = row[i];
  }
  return result;
}

// A row with these values; 0.5 for all others.
std::vector<double> row_with(const TreeSpace& tree, const std::map<std::string, double>& values) {
  std::vector<double> row;
  for (const Parameter& parameter : tree.space) {
    const auto found = values.find(std::string(parameter.name));
    row.push_back(found == values.end() ? 0.5 : found->second);
  }
  tree.clear_inactive(row);
  return row;
}

std::string described(const TreeSpace& tree) {
  std::string text;
  for (std::size_t i = 0; i < tree.space.size(); ++i) {
    text += std::string(tree.space[i].name);
    for (const tpe::Clause& clause : tree.when[i]) text += "<" + std::string(tree.space[clause.parent].name);
    text += ' ';
  }
  return text;
}

std::vector<double> keys_of(const std::map<std::string, double>& row, std::initializer_list<const char*> names) {
  std::vector<double> result;
  for (const char* name : names) result.push_back(row.contains(name) ? 1.0 : 0.0);
  return result;
}

}  // namespace

TEST_CASE("what a branch has is learned from the trials: choices, thresholds, branches within branches") {
  FakeStudy study;
  ConditionalTree learned;
  for (TrialNumber number = 0; number < 120; ++number) {
    study.add(number, trial_of(number));
    if (number % 10 == 0) learned.update(study);
  }
  learned.update(study);
  const TreeSpace& tree = learned.tree();
  CHECK(described(tree) ==
        "b_layers<branch b_rate<branch b_width2<b_layers b_width3<b_layers b_width4<b_layers branch c_inner<branch "
        "c_x<c_inner shared ");
  REQUIRE(learned.loose().size() == 1);
  CHECK(learned.loose()[0].front().name == "sometimes");
  CHECK(learned.all().size() == tree.space.size() + 1);

  const auto active = [&](const std::map<std::string, double>& values) { return named(tree, row_with(tree, values)); };
  CHECK(keys_of(active({{"branch", 0}}), {"shared", "branch", "b_rate", "b_width2", "c_inner", "c_x"}) ==
        std::vector<double>{1, 1, 0, 0, 0, 0});
  CHECK(keys_of(active({{"branch", 1}, {"b_layers", 3}}), {"b_rate", "b_layers", "b_width3", "b_width4", "c_x"}) ==
        std::vector<double>{1, 1, 1, 0, 0});
  CHECK(keys_of(active({{"branch", 2}, {"c_inner", 0}}), {"c_inner", "c_x"}) == std::vector<double>{1, 0});
  CHECK(keys_of(active({{"branch", 2}, {"c_inner", 2}}), {"c_inner", "c_x", "b_layers"}) ==
        std::vector<double>{1, 1, 0});

  SECTION("in whatever order the trials came") {
    FakeStudy other;
    for (TrialNumber i = 0; i < 120; ++i) other.add((i * 77 + 31) % 120, trial_of((i * 77 + 31) % 120));
    ConditionalTree again;
    again.update(other);
    CHECK(described(again.tree()) == described(tree));
    for (const double branch : {0.0, 1.0, 2.0}) {
      for (const double count : {1.0, 2.0, 3.0, 4.0}) {
        const std::map<std::string, double> values{{"branch", branch}, {"b_layers", count}, {"c_inner", 1}};
        CHECK(named(again.tree(), row_with(again.tree(), values)) == active(values));
      }
    }
  }
  SECTION("a wrapper may take the parent away") {
    SearchSpace wanted = learned.all();
    std::erase_if(wanted, [](const Parameter& p) { return p.name == "branch"; });
    const TreeSpace part = tree.restricted_to(wanted);
    CHECK(part.space.size() + 1 == tree.space.size());
    CHECK(keys_of(named(part, row_with(part, {{"b_layers", 2}, {"c_inner", 0}})), {"b_width2", "b_width3", "c_x"}) ==
          std::vector<double>{1, 0, 0});
  }
}

namespace {

// Switches with a component each, nested ones, chance, and a number that decides: most trials are of a kind of their
// own.
FakeTrial optional_components(std::uint64_t seed, TrialNumber number) {
  RandomStream random(seed, number, "components");
  FakeTrial trial{.values = {random.uniform()}};
  const double depth = 1.0 + std::floor(4.0 * random.uniform());
  if (random.uniform() < 0.9) trial.params.push_back({"depth", layers, depth});
  for (int i = 0; i < 8; ++i) {
    const std::string name = std::to_string(i);
    const double choice = std::floor(3.0 * random.uniform());
    if (i % 4 == 3 && random.uniform() < 0.3) continue;
    trial.params.push_back({"on" + name, branches, choice});
    if (choice == i % 3) trial.params.push_back({"x" + name, unit, random.uniform()});
    if (choice > 0.0) trial.params.push_back({"y" + name, unit, random.uniform()});
    if (depth > i % 5) trial.params.push_back({"width" + name, unit, random.uniform()});
  }
  return trial;
}

using Kinds = std::set<std::set<std::string>>;

std::size_t kinds_with(const Kinds& kinds, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::count_if(kinds, [&](const auto& kind) { return kind.contains(name); }));
}

// From all trials at once: the values that the parent must have for the child to be there; nothing if it does not tell.
std::optional<tpe::Clause> plain_clause(const std::vector<FakeTrial>& trials, const std::string& child,
                                        const std::string& parent) {
  std::set<double> with, without;
  std::size_t choices = 0;
  for (const FakeTrial& trial : trials) {
    const auto find = [&](const std::string& name) {
      return std::ranges::find(trial.params, name, &FakeTrial::Param::name);
    };
    const bool has_child = find(child) != trial.params.end();
    if (find(parent) == trial.params.end()) {
      if (has_child) return std::nullopt;
      continue;
    }
    (has_child ? with : without).insert(find(parent)->value);
    if (std::holds_alternative<CategoricalDistribution>(find(parent)->distribution)) choices = 3;
  }
  tpe::Clause result{.parent = 0, .values = {}};
  if (choices != 0) {
    for (const double value : with) {
      if (without.contains(value)) return std::nullopt;
      result.values.push_back(value);
    }
    return with.size() < choices ? std::optional(result) : std::nullopt;
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (without.empty() || *without.rbegin() < *with.begin()) {
    result.low = 0.5 * ((without.empty() ? -infinity : *without.rbegin()) + *with.begin());
  } else if (*with.rbegin() < *without.begin()) {
    result.high = 0.5 * (*with.rbegin() + *without.begin());
  } else {
    return std::nullopt;
  }
  return result;
}

std::string text_of(const std::string& child, const std::string& parent, const tpe::Clause& clause) {
  std::string text = child + "<" + parent;
  for (const double value : clause.values) text += " " + std::to_string(value);
  return text + " " + std::to_string(clause.low) + " " + std::to_string(clause.high);
}

// Child and parent, from all trials at once; the child alone if it needs none, "loose" if none tells.
std::set<std::string> plain_tree(const std::vector<FakeTrial>& trials) {
  Kinds kinds;
  std::set<std::string> names;
  for (const FakeTrial& trial : trials) {
    std::set<std::string> kind;
    for (const auto& param : trial.params) kind.insert(param.name);
    names.insert(kind.begin(), kind.end());
    kinds.insert(kind);
  }
  std::vector<std::string> order(names.begin(), names.end());
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](const auto& name) { return kinds_with(kinds, name); });
  std::vector<std::string> placed;
  std::set<std::string> result;
  for (const std::string& child : order) {
    const std::size_t count = kinds_with(kinds, child);
    std::string text = count == kinds.size() ? child : "loose " + child;
    for (auto parent = placed.rbegin(); count < kinds.size() && parent != placed.rend(); ++parent) {
      if (kinds_with(kinds, *parent) <= count) continue;
      const auto clause = plain_clause(trials, child, *parent);
      if (!clause) continue;
      text = text_of(child, *parent, *clause);
      break;
    }
    if (!text.starts_with("loose")) placed.push_back(child);
    result.insert(text);
  }
  return result;
}

std::set<std::string> learned_tree(const ConditionalTree& learned) {
  std::set<std::string> result;
  const TreeSpace& tree = learned.tree();
  for (std::size_t i = 0; i < tree.space.size(); ++i) {
    const std::string child(tree.space[i].name);
    if (tree.when[i].empty()) result.insert(child);
    for (const tpe::Clause& c : tree.when[i]) result.insert(text_of(child, std::string(tree.space[c.parent].name), c));
  }
  for (const SearchSpace& group : learned.loose()) {
    for (const Parameter& parameter : group) result.insert("loose " + std::string(parameter.name));
  }
  return result;
}

}  // namespace

TEST_CASE("what is learned trial by trial is what all trials at once say, where nearly each is of its own kind") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    FakeStudy study;
    ConditionalTree learned;
    std::vector<FakeTrial> trials;
    for (TrialNumber number = 0; number < 60; ++number) {
      trials.push_back(optional_components(seed, number));
      study.add(number, trials.back());
      learned.update(study);
      if (number < 12 || number % 8 == 3) CHECK(learned_tree(learned) == plain_tree(trials));
    }
  }
}

TEST_CASE("a declared tree is followed from the first trial on") {
  FakeStudy study;
  study.declare({{"optimizer", branches, {}},
                 {"single", IntDistribution{3, 3}, {}},
                 {"depth", layers, {{.parameter = "optimizer", .values = {Choice("a"), Choice("c")}}}},
                 {"width", unit, {{.parameter = "depth", .values = {}, .low = 2, .high = 3}}},
                 {"last", unit, {{.parameter = "depth", .values = {Choice(std::int64_t{4})}}}}});
  ConditionalTree declared;
  declared.update(study);
  const TreeSpace& tree = declared.tree();
  CHECK(described(tree) == "depth<optimizer last<depth optimizer width<depth ");
  const auto active = [&](double optimizer, double depth) {
    return keys_of(named(tree, row_with(tree, {{"optimizer", optimizer}, {"depth", depth}})),
                   {"depth", "width", "last"});
  };
  CHECK(active(1, 2) == std::vector<double>{0, 0, 0});
  CHECK(active(0, 1) == std::vector<double>{1, 0, 0});
  CHECK(active(2, 3) == std::vector<double>{1, 1, 0});
  CHECK(active(2, 4) == std::vector<double>{1, 0, 1});
}

namespace {

// A choice of two branches, the first with x and y, the second with n.
const std::vector<Distribution>& path_space() {
  static const std::vector<Distribution> space{CategoricalDistribution{{true, false}}, unit, unit,
                                               IntDistribution{1, 3}};
  return space;
}

ParzenEstimator estimator_of(const std::vector<Distribution>& space, const std::vector<double>& rows) {
  std::vector<const Distribution*> pointers;
  for (const Distribution& distribution : space) pointers.push_back(&distribution);
  ParzenEstimator estimator(pointers, {});
  std::vector<std::int64_t> trials(rows.size() / space.size());
  std::iota(trials.begin(), trials.end(), 0);
  estimator.assign(trials, rows);
  return estimator;
}

double density(ParzenEstimator& estimator, const std::vector<double>& row) {
  double result = 0.0;
  estimator.log_density(row, std::span(&result, 1));
  return std::exp(result);
}

}  // namespace

TEST_CASE("the density along the branches is one in all, and near what a branch has seen greater") {
  ParzenEstimator estimator =
      estimator_of(path_space(), {0, 0.2, 0.3, none, 0, 0.25, 0.4, none, 1, none, none, 2, 0, 0.9, 0.8, none});
  double first = 0.0;
  constexpr int grid = 60;
  for (int i = 0; i < grid; ++i) {
    for (int j = 0; j < grid; ++j) first += density(estimator, {0, (i + 0.5) / grid, (j + 0.5) / grid, none});
  }
  first /= grid * grid;
  double second = 0.0;
  for (const double n : {1.0, 2.0, 3.0}) second += density(estimator, {1, none, none, n});
  CHECK(first + second == Approx(1.0).epsilon(1e-4));
  // Three of four were there, with 6 / 7 of a kernel each and 1 / 7 of the fourth's; half of the prior's.
  CHECK(first == Approx((3.0 * 6.0 / 7.0 + 1.0 / 7.0 + 0.5) / 5.0).epsilon(1e-4));
  CHECK(density(estimator, {1, none, none, 2}) > density(estimator, {1, none, none, 3}));
  CHECK(density(estimator, {0, 0.22, 0.35, none}) > 1.3 * density(estimator, {0, 0.22, 0.9, none}));
}

TEST_CASE("where kernels lack parameters, the density is the plain sum with the prior's kernel there, to 1e-10") {
  // Half a dozen parameters that all have, and one of two branches of a dozen.
  constexpr std::size_t shared = 6, branch = 12, dimension = shared + 2 * branch;
  const std::vector<Distribution> space(dimension, unit);
  RandomStream random(3, 0, "rows");
  const auto draw_row = [&] {
    std::vector<double> row(dimension, none);
    const bool second = random.uniform() < 0.5;
    const double spread = random.uniform() < 0.5 ? 0.02 : 1.0;
    for (std::size_t d = 0; d < dimension; ++d) {
      const bool has = d < shared || (d >= shared + branch) == second;
      if (has) row[d] = 0.3 * (1.0 - spread) + spread * random.uniform();
    }
    return row;
  };
  for (const std::size_t count : {3, 40, 900}) {
    std::vector<double> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<double> row = draw_row();
      rows.insert(rows.end(), row.begin(), row.end());
    }
    ParzenEstimator estimator = estimator_of(space, rows);
    estimator.refresh();
    const std::vector<double> weights = estimator.weights();
    for (int point = 0; point < 40; ++point) {
      const std::vector<double> row = draw_row();
      std::vector<double> logs;
      for (std::size_t i = 0; i <= count; ++i) {
        logs.push_back(std::log(weights[i]));
        for (std::size_t d = 0; d < dimension; ++d) {
          if (std::isnan(row[d])) continue;
          const auto& kernels = estimator.numeric(d);
          const bool prior = i == count || std::isnan(rows[i * dimension + d]);
          logs.back() += tpe::log_kernel(kernels.transform(), prior ? 0.5 : kernels.means()[i],
                                         prior ? 1.0 : kernels.widths()[i], row[d]);
        }
      }
      const double highest = std::ranges::max(logs);
      double sum = 0.0;
      for (const double log : logs) sum += std::exp(log - highest);
      double found = 0.0;
      estimator.log_density(row, std::span(&found, 1));
      CHECK(std::abs(found - (highest + std::log(sum))) < 1e-10);
    }
  }
}

TEST_CASE("rows with and without parameters, added and taken away one by one, leave what assigning them leaves") {
  RandomStream random(8, 0, "rows");
  std::map<std::int64_t, std::vector<double>> rows;
  ParzenEstimator lived = estimator_of(path_space(), {});
  for (int change = 0; change < 500; ++change) {
    const auto trial = static_cast<std::int64_t>(random.uniform() * 150.0);
    if (rows.erase(trial) != 0) {
      lived.erase(trial);
    } else {
      const double n = 1.0 + std::floor(3.0 * random.uniform());
      rows[trial] = random.uniform() < 0.5 ? std::vector<double>{0, random.uniform(), random.uniform(), none}
                                           : std::vector<double>{1, none, none, n};
      lived.insert(trial, rows[trial]);
    }
    if (change % 7 == 0) lived.refresh();
  }
  std::vector<double> flat;
  for (const auto& [trial, row] : rows) flat.insert(flat.end(), row.begin(), row.end());
  ParzenEstimator fresh = estimator_of(path_space(), flat);
  for (const std::vector<double>& row :
       {std::vector<double>{0, 0.1, 0.7, none}, {1, none, none, 2}, {0, none, 0.2, none}}) {
    CHECK(density(lived, row) == density(fresh, row));
  }
}
