// SPDX-License-Identifier: MIT
#include "tree_learner.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>
#include <variant>

namespace tpe {

namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

}  // namespace

bool SeenValues::add(const hone::Distribution& distribution, double value) {
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    choices.resize(categorical->choices.size(), 0);
    return std::exchange(choices[static_cast<std::size_t>(value)], 1) == 0;
  }
  if (value >= low && value <= high) return false;
  low = std::min(low, value);
  high = std::max(high, value);
  return true;
}

bool TreeLearner::Sides::overlap() const {
  for (std::size_t i = 0; i < std::min(with.choices.size(), without.choices.size()); ++i) {
    if (with.choices[i] != 0 && without.choices[i] != 0) return true;
  }
  return with.low <= without.high && without.low <= with.high;
}

// ---- the trials

// A kind of trials that is new: no set is partly in it after that.
void TreeLearner::refine(const std::vector<double>& row, std::size_t first_new) {
  const auto is_here = [&](std::size_t place) { return !std::isnan(row[place]); };
  const std::size_t kinds_before = kinds_.size() - 1;
  const std::size_t sets_before = sets_.size();
  for (std::size_t s = 0; s < sets_before; ++s) {
    Set& set = sets_[s];
    const bool was_in_all = set.kinds == kinds_before;
    const auto gone = std::stable_partition(set.members.begin(), set.members.end(), is_here);
    if (gone == set.members.end() || (gone == set.members.begin() && !was_in_all)) continue;
    Set left{.members = {gone, set.members.end()}, .kinds = set.kinds, .parents = set.parents};
    if (was_in_all) {
      for (const std::size_t parent : set.members) left.parents[parent].with = known_[parent].seen;
    }
    set.members.erase(gone, set.members.end());
    if (set.members.empty()) {
      set = std::move(left);
    } else {
      sets_.push_back(std::move(left));
    }
  }
  if (first_new < known_.size()) {
    Set fresh{.members = std::vector<std::size_t>(known_.size() - first_new)};
    std::iota(fresh.members.begin(), fresh.members.end(), first_new);
    for (std::size_t parent = 0; kinds_before > 0 && parent < known_.size(); ++parent) {
      if (is_here(parent)) fresh.parents[parent].without = known_[parent].seen;
    }
    sets_.push_back(std::move(fresh));
  }
  for (Set& set : sets_) set.kinds += is_here(set.members.front()) ? 1 : 0;
}

bool TreeLearner::add_values(const hone::History& history, const std::vector<double>& row) {
  bool changed = false;
  for (Set& set : sets_) {
    const bool is_here = !std::isnan(row[set.members.front()]);
    for (auto at = set.parents.begin(); at != set.parents.end();) {
      auto& [parent, sides] = *at;
      const Known& known = known_[parent];
      bool tells = !known.varies;
      if (tells && std::isnan(row[parent])) {
        tells = !is_here;
      } else if (tells) {
        SeenValues& side = is_here ? sides.with : sides.without;
        changed = side.add(history.distribution(known.distribution), row[parent]) || changed;
        tells = !sides.overlap();
      }
      changed = changed || !tells;
      at = tells ? std::next(at) : set.parents.erase(at);
    }
  }
  for (std::size_t place = 0; place < known_.size(); ++place) {
    Known& known = known_[place];
    if (std::isnan(row[place]) || known.varies) continue;
    known.seen.add(history.distribution(known.distribution), row[place]);
  }
  return changed;
}

bool TreeLearner::absorb(const hone::History& history, hone::TrialNumber number) {
  const std::span<const hone::ParameterId> parameters = history.parameters(number);
  std::vector<hone::ParameterId> ids(parameters.begin(), parameters.end());
  std::ranges::sort(ids);
  const std::size_t first_new = known_.size();
  std::vector<double> row(first_new, absent);  // by place
  bool changed = false;
  for (const hone::ParameterId id : ids) {
    const hone::DistributionId distribution = history.distribution_id(number, id);
    const auto [at, is_new] = places_.try_emplace(id, known_.size());
    if (is_new) {
      known_.push_back({id, distribution});
      row.push_back(absent);
    }
    Known& known = known_[at->second];
    if (known.distribution != distribution && !std::exchange(known.varies, true)) changed = true;
    row[at->second] = history.value(number, id);
  }
  if (kinds_.insert(std::move(ids)).second) {
    refine(row, first_new);
    changed = true;
  }
  return add_values(history, row) || changed;
}

// ---- the tree

// By name. Parameters whose distribution changes are left out, and those with a single value.
std::vector<TreeLearner::Candidate> TreeLearner::candidates(const hone::History& history) const {
  std::vector<Candidate> result;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    for (const std::size_t place : sets_[set].members) {
      const Known& known = known_[place];
      const hone::Distribution& distribution = history.distribution(known.distribution);
      if (known.varies || hone::is_single(distribution)) continue;
      result.push_back({{history.parameter_name(known.id), &distribution, known.id, known.distribution}, place, set});
    }
  }
  std::ranges::sort(result, {}, [](const Candidate& c) { return c.parameter.name; });
  return result;
}

// What the parent's value must be; nothing if it has been everything.
std::optional<Clause> TreeLearner::clause(const hone::Distribution& parent, const Sides& sides) {
  Clause result{.parent = 0, .values = {}};
  if (std::holds_alternative<hone::CategoricalDistribution>(parent)) {
    for (std::size_t i = 0; i < sides.with.choices.size(); ++i) {
      if (sides.with.choices[i] != 0) result.values.push_back(static_cast<double>(i));
    }
    return result.values.size() < sides.with.choices.size() ? std::optional(result) : std::nullopt;
  }
  // Between what was seen on either side, whoever is nearer has it.
  if (sides.without.high < sides.with.low) {
    result.low = 0.5 * (sides.without.high + sides.with.low);
  } else {
    result.high = 0.5 * (sides.with.high + sides.without.low);
  }
  return result;
}

// What each parameter hangs on; parents before their children. Clauses name places in the list of candidates.
TreeLearner::Placing TreeLearner::place(const hone::History& history, const std::vector<Candidate>& all) const {
  const auto kinds = [&](std::size_t i) { return sets_[all[i].set].kinds; };
  // Parents are in more kinds of trials than their children.
  std::vector<std::size_t> by_kinds(all.size());
  std::iota(by_kinds.begin(), by_kinds.end(), std::size_t{0});
  std::ranges::stable_sort(by_kinds, std::ranges::greater{}, kinds);
  Placing result{.placed = {}, .clauses = std::vector<std::optional<Clause>>(all.size()), .loose = {}};
  std::vector<std::size_t> rank(known_.size(), 0);  // 1 + where in `placed`; 0: not there
  for (const std::size_t i : by_kinds) {
    const Set& set = sets_[all[i].set];
    std::size_t highest = 0;
    for (const auto& [parent, sides] : set.parents) {
      if (rank[parent] <= highest || kinds(result.placed[rank[parent] - 1]) <= set.kinds) continue;
      std::optional<Clause> found = clause(history.distribution(known_[parent].distribution), sides);
      if (!found) continue;
      highest = rank[parent];
      found->parent = result.placed[highest - 1];
      result.clauses[i] = std::move(found);
    }
    if (result.clauses[i] || set.kinds == kinds_.size()) {
      result.placed.push_back(i);
      rank[all[i].place] = result.placed.size();
    } else {
      result.loose[all[i].set].push_back(all[i].parameter);
    }
  }
  return result;
}

void TreeLearner::learn(const hone::History& history, TreeSpace& tree, std::vector<hone::SearchSpace>& loose) const {
  const std::vector<Candidate> all = candidates(history);
  Placing placing = place(history, all);
  std::vector<std::size_t> columns = placing.placed;
  std::ranges::sort(columns);
  const auto column_of = [&](std::size_t i) {
    return static_cast<std::size_t>(std::ranges::lower_bound(columns, i) - columns.begin());
  };
  tree = {};
  tree.when.resize(columns.size());
  for (const std::size_t i : columns) {
    tree.space.push_back(all[i].parameter);
    std::optional<Clause>& clause = placing.clauses[i];
    if (!clause) continue;
    clause->parent = column_of(clause->parent);
    tree.when[tree.space.size() - 1].push_back(std::move(*clause));
  }
  for (const std::size_t i : placing.placed) tree.order.push_back(column_of(i));
  loose.clear();
  // By name already.
  for (auto& [set, group] : placing.loose) loose.push_back(std::move(group));
  std::ranges::sort(loose, {}, [](const hone::SearchSpace& group) { return group.front().name; });
}

}  // namespace tpe
