// SPDX-License-Identifier: MIT
#include "trial_tree.hpp"

#include <stdexcept>

namespace brute_force {

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

std::optional<std::vector<Step>> TrialTree::path_of(const hone::History& history, hone::TrialNumber number) const {
  std::vector<Step> path;
  for (const hone::ParameterId id : history.parameters(number)) {
    const hone::DistributionId distribution = history.distribution_id(number, id);
    const auto index =
        values_.index(history.parameter_name(id), history.distribution(distribution), history.value(number, id));
    if (!index) return std::nullopt;
    path.push_back({id, distribution, *index});
  }
  return path;
}

void TrialTree::update(const hone::HistoryView& view) {
  const hone::History& history = view.all();
  taken_.resize(static_cast<std::size_t>(history.horizon()), false);
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (taken_[number] || !history.finished(number)) continue;
    if (const auto path = path_of(history, number)) insert(history, *path, root_);
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
      node.value_count = values_.count(history.parameter_name(step.parameter), history.distribution(step.distribution));
      // A fixed parameter has this one alone.
      if (values_.is_fixed(history.parameter_name(step.parameter))) node.first_value = step.index;
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
