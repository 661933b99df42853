// SPDX-License-Identifier: MIT
#include "trial_tree.hpp"

#include <stdexcept>

#include "possible_values.hpp"

namespace brute_force {

std::int64_t count_values(std::string_view name, const hone::Distribution& distribution) {
  constexpr std::int64_t most_values = 1'000'000;
  if (const auto count = value_count(distribution)) {
    if (*count <= most_values) return *count;
    throw std::invalid_argument("the parameter '" + std::string(name) +
                                "' has more than a million values; give it a wider step, or take another sampler");
  }
  throw std::invalid_argument("the parameter '" + std::string(name) +
                              "' is continuous, and not all its values can be tried; give it a step, or take another "
                              "sampler, such as qmc");
}

void check_same(const hone::History& history, const Node& node, hone::ParameterId parameter,
                hone::DistributionId distribution) {
  if (!node.parameter || (*node.parameter == parameter && node.distribution == distribution)) return;
  const std::string before(history.parameter_name(*node.parameter));
  const std::string now(history.parameter_name(parameter));
  throw std::invalid_argument(
      before == now ? "the range of '" + now + "' differs between trials that agree in all that was suggested before"
                    : "after the same values one trial suggests '" + before + "' and another one '" + now +
                          "'; to try everything, what comes next must follow from what came before");
}

std::vector<Step> path_of(const hone::History& history, hone::TrialNumber number) {
  std::vector<Step> path;
  for (const hone::ParameterId id : history.parameters(number)) {
    const hone::DistributionId distribution = history.distribution_id(number, id);
    path.push_back({id, distribution, index_of(history.distribution(distribution), history.value(number, id))});
  }
  return path;
}

void TrialTree::update(const hone::HistoryView& view) {
  const hone::History& history = view.all();
  taken_.resize(static_cast<std::size_t>(history.horizon()), false);
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (taken_[number] || !history.finished(number)) continue;
    insert(history, path_of(history, number), root_);
    taken_[number] = true;
    ++finished_;
  }
  revision_ = view.revision();
}

void TrialTree::insert(const hone::History& history, std::span<const Step> path, Node& node) {
  if (path.empty()) {
    node.ended = true;
  } else {
    const Step& step = path.front();
    check_same(history, node, step.parameter, step.distribution);
    if (!node.parameter) {
      node.value_count = count_values(history.parameter_name(step.parameter), history.distribution(step.distribution));
      node.parameter = step.parameter;
      node.distribution = step.distribution;
    }
    auto& child = node.children[step.index];
    if (!child) child = std::make_unique<Node>();
    insert(history, path.subspan(1), *child);
  }
  if (!node.parameter) {
    node.visited = node.ended ? 1 : 0;
    return;
  }
  // A trial that failed here before it went on was none of its own.
  node.leaves = node.value_count - static_cast<std::int64_t>(node.children.size());
  node.visited = 0;
  for (const auto& [index, child] : node.children) {
    node.leaves += child->leaves;
    node.visited += child->visited;
  }
}

const Node* TrialTree::find(std::span<const Step> path) const {
  const Node* node = &root_;
  for (const Step& step : path) {
    const auto child = node->children.find(step.index);
    if (child == node->children.end()) return nullptr;
    node = child->second.get();
  }
  return node;
}

}  // namespace brute_force
