// SPDX-License-Identifier: MIT
#include "conditional_tree.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <variant>

namespace tpe {

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
    if (history.state(number) == hone::TrialState::complete) changed = learner_.absorb(history, number) || changed;
  }
  revision_ = view.revision();
  if (!changed) return;
  learner_.learn(history, tree_, loose_);
  collect();
}

}  // namespace tpe
