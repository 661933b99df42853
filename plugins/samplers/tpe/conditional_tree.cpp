// SPDX-License-Identifier: MIT
#include "conditional_tree.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

namespace tpe {

bool Clause::accepts(double value) const {
  if (std::isnan(value)) return false;
  return values.empty() ? low <= value && value <= high : std::ranges::find(values, value) != values.end();
}

bool TreeSpace::conditional() const {
  return std::ranges::any_of(when, [](const std::vector<Clause>& clauses) { return !clauses.empty(); });
}

void TreeSpace::clear_inactive(std::span<double> row) const {
  for (const std::size_t column : order) {
    const bool active =
        std::ranges::all_of(when[column], [&](const Clause& clause) { return clause.accepts(row[clause.parent]); });
    if (!active) row[column] = std::numeric_limits<double>::quiet_NaN();
  }
}

TreeSpace TreeSpace::restricted_to(const hone::SearchSpace& wanted) const {
  constexpr std::size_t gone = std::numeric_limits<std::size_t>::max();
  TreeSpace result;
  std::vector<std::size_t> place(space.size(), gone);
  for (std::size_t column = 0; column < space.size(); ++column) {
    if (std::ranges::find(wanted, space[column].id, &hone::Parameter::id) == wanted.end()) continue;
    place[column] = result.space.size();
    result.space.push_back(space[column]);
  }
  result.when.resize(result.space.size());
  for (const std::size_t column : order) {
    if (place[column] == gone) continue;
    result.order.push_back(place[column]);
    for (Clause clause : when[column]) {
      clause.parent = place[clause.parent];
      if (clause.parent != gone) result.when[place[column]].push_back(std::move(clause));
    }
  }
  return result;
}

// ---- declared

namespace {

Clause declared_clause(const hone::Condition& condition, std::size_t parent, const hone::Distribution& distribution) {
  Clause clause{.parent = parent, .values = {}, .low = condition.low, .high = condition.high};
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    for (std::size_t i = 0; i < categorical->choices.size(); ++i) {
      if (condition.accepts(categorical->choices[i])) clause.values.push_back(static_cast<double>(i));
    }
    // None at all: never, which no range of indices is.
    if (clause.values.empty()) clause.values.push_back(-1.0);
    return clause;
  }
  for (const hone::Choice& value : condition.values) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) clause.values.push_back(static_cast<double>(*whole));
    if (const auto* real = std::get_if<double>(&value)) clause.values.push_back(*real);
  }
  return clause;
}

}  // namespace

void ConditionalTree::declare(const hone::StudyView& study) {
  const hone::DeclaredSpace& declared = study.declared_space();
  const std::span<const hone::Parameter> parameters = study.declared_parameters();
  // By name, as every joint space; and each after those that its conditions name, as it is declared.
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (!hone::is_single(declared[i].distribution)) used.push_back(i);
  }
  std::vector<std::size_t> by_name = used;
  std::ranges::sort(by_name, {}, [&](std::size_t i) { return parameters[i].name; });
  const auto column_of = [&](std::string_view name) {
    const auto found = std::ranges::find(by_name, name, [&](std::size_t i) { return parameters[i].name; });
    return static_cast<std::size_t>(found - by_name.begin());
  };
  tree_ = {};
  tree_.when.resize(by_name.size());
  for (const std::size_t i : by_name) tree_.space.push_back(parameters[i]);
  for (const std::size_t i : used) {
    const std::size_t column = column_of(parameters[i].name);
    tree_.order.push_back(column);
    for (const hone::Condition& condition : declared[i].when) {
      const std::size_t parent = column_of(condition.parameter);
      // One with a single value is no part of the space; its condition always holds, or the parameter never is active.
      if (parent == by_name.size()) continue;
      tree_.when[column].push_back(declared_clause(condition, parent, *tree_.space[parent].distribution));
    }
  }
}

// ---- learned

bool ConditionalTree::note_value(Seen& seen, const hone::Distribution& distribution, double value) const {
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    seen.choices.resize(categorical->choices.size(), 0);
    return std::exchange(seen.choices[static_cast<std::size_t>(value)], 1) == 0;
  }
  if (value >= seen.low && value <= seen.high) return false;
  seen.low = std::min(seen.low, value);
  seen.high = std::max(seen.high, value);
  return true;
}

// Says whether the tree may have changed. Absorbing a trial twice changes nothing.
bool ConditionalTree::absorb(const hone::History& history, hone::TrialNumber number) {
  const std::span<const hone::ParameterId> parameters = history.parameters(number);
  std::vector<hone::ParameterId> ids(parameters.begin(), parameters.end());
  std::ranges::sort(ids);
  const auto [kind, is_new] = kinds_.try_emplace(std::move(ids));
  bool changed = is_new;
  bool wider = false;
  for (const hone::ParameterId id : parameters) {
    const hone::DistributionId distribution = history.distribution_id(number, id);
    Known& known = known_.try_emplace(id, Known{distribution}).first->second;
    if (known.varies) continue;
    if (known.distribution != distribution) {
      known.varies = changed = true;
      continue;
    }
    Seen& seen = kind->second[id];
    wider = note_value(seen, history.distribution(distribution), history.value(number, id)) || wider;
  }
  // Ranges matter only where trials differ.
  return changed || (wider && kinds_.size() > 1);
}

std::vector<bool> ConditionalTree::kinds_with(hone::ParameterId id) const {
  std::vector<bool> result;
  for (const auto& [ids, kind] : kinds_) result.push_back(std::ranges::binary_search(ids, id));
  return result;
}

// What the parent's value must be for the child to be there; nothing if its value does not tell.
std::optional<Clause> ConditionalTree::clause(const hone::History& history, hone::ParameterId child,
                                              hone::ParameterId parent) const {
  Seen with, without;
  const auto* categorical =
      std::get_if<hone::CategoricalDistribution>(&history.distribution(known_.at(parent).distribution));
  if (categorical != nullptr) {
    with.choices.resize(categorical->choices.size(), 0);
    without.choices = with.choices;
  }
  for (const auto& [ids, kind] : kinds_) {
    const auto found = kind.find(parent);
    const bool has_child = std::ranges::binary_search(ids, child);
    if (found == kind.end()) {
      if (has_child) return std::nullopt;
      continue;
    }
    Seen& seen = has_child ? with : without;
    seen.low = std::min(seen.low, found->second.low);
    seen.high = std::max(seen.high, found->second.high);
    for (std::size_t i = 0; i < found->second.choices.size(); ++i) {
      seen.choices[i] = seen.choices[i] | found->second.choices[i];
    }
  }
  Clause result{.parent = 0, .values = {}};
  if (categorical != nullptr) {
    for (std::size_t i = 0; i < with.choices.size(); ++i) {
      if (with.choices[i] != 0 && without.choices[i] != 0) return std::nullopt;
      if (with.choices[i] != 0) result.values.push_back(static_cast<double>(i));
    }
    return result.values.size() < with.choices.size() ? std::optional(result) : std::nullopt;
  }
  // Between what was seen on either side, whoever is nearer has it.
  if (without.high < with.low) {
    result.low = 0.5 * (without.high + with.low);
  } else if (with.high < without.low) {
    result.high = 0.5 * (with.high + without.low);
  } else {
    return std::nullopt;
  }
  return result;
}

void ConditionalTree::learn(const hone::History& history) {
  struct Candidate {
    hone::Parameter parameter;
    std::vector<bool> kinds;
    std::size_t count;
  };
  std::vector<Candidate> candidates;
  for (const auto& [id, known] : known_) {
    const hone::Distribution& distribution = history.distribution(known.distribution);
    if (known.varies || hone::is_single(distribution)) continue;
    std::vector<bool> kinds = kinds_with(id);
    const auto count = static_cast<std::size_t>(std::ranges::count(kinds, true));
    candidates.push_back(
        {{history.parameter_name(id), &distribution, id, known.distribution}, std::move(kinds), count});
  }
  std::ranges::sort(candidates, {}, [](const Candidate& c) { return c.parameter.name; });
  tree_ = {};
  loose_.clear();
  // Parents are in more kinds of trials than their children. Clauses name places in this list first.
  std::vector<std::size_t> by_count(candidates.size());
  std::iota(by_count.begin(), by_count.end(), std::size_t{0});
  std::ranges::stable_sort(by_count, std::ranges::greater{}, [&](std::size_t i) { return candidates[i].count; });
  std::vector<std::size_t> placed;  // parents first
  std::vector<std::optional<Clause>> clauses(candidates.size());
  std::map<std::vector<bool>, hone::SearchSpace> loose;
  for (const std::size_t i : by_count) {
    const Candidate& child = candidates[i];
    if (child.count == kinds_.size()) {
      placed.push_back(i);
      continue;
    }
    for (auto parent = placed.rbegin(); parent != placed.rend() && !clauses[i]; ++parent) {
      if (candidates[*parent].count <= child.count) continue;
      clauses[i] = clause(history, child.parameter.id, candidates[*parent].parameter.id);
      if (clauses[i]) clauses[i]->parent = *parent;
    }
    if (clauses[i]) {
      placed.push_back(i);
    } else {
      loose[child.kinds].push_back(child.parameter);
    }
  }
  std::vector<std::size_t> columns = placed;
  std::ranges::sort(columns);
  const auto column_of = [&](std::size_t i) {
    return static_cast<std::size_t>(std::ranges::lower_bound(columns, i) - columns.begin());
  };
  tree_.when.resize(columns.size());
  for (const std::size_t i : columns) {
    tree_.space.push_back(candidates[i].parameter);
    if (!clauses[i]) continue;
    clauses[i]->parent = column_of(clauses[i]->parent);
    tree_.when[tree_.space.size() - 1].push_back(std::move(*clauses[i]));
  }
  for (const std::size_t i : placed) tree_.order.push_back(column_of(i));
  for (auto& [kinds, group] : loose) {
    std::ranges::sort(group, {}, &hone::Parameter::name);
    loose_.push_back(std::move(group));
  }
  std::ranges::sort(loose_, {}, [](const hone::SearchSpace& group) { return group.front().name; });
}

void ConditionalTree::collect() {
  all_ = tree_.space;
  for (const hone::SearchSpace& group : loose_) all_.insert(all_.end(), group.begin(), group.end());
  std::ranges::sort(all_, {}, &hone::Parameter::name);
}

void ConditionalTree::update(const hone::StudyView& study) {
  if (!study.declared_space().empty()) {
    if (!declared_) {
      declare(study);
      collect();
    }
    declared_ = true;
    return;
  }
  const hone::HistoryView view = study.history();
  const hone::History& history = view.all();
  bool changed = false;
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (history.state(number) == hone::TrialState::complete) changed = absorb(history, number) || changed;
  }
  revision_ = view.revision();
  if (!changed) return;
  learn(history);
  collect();
}

}  // namespace tpe
