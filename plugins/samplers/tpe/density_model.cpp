// SPDX-License-Identifier: MIT
#include "density_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace tpe {
namespace {

std::vector<const hone::Distribution*> distributions_of(const std::vector<hone::Parameter>& space) {
  std::vector<const hone::Distribution*> result;
  result.reserve(space.size());
  for (const hone::Parameter& parameter : space) result.push_back(parameter.distribution);
  return result;
}

std::vector<std::vector<double>> distances_of(const std::vector<hone::Parameter>& space,
                                              const CategoricalDistance& distance) {
  std::vector<std::vector<double>> result(space.size());
  for (std::size_t column = 0; column < space.size(); ++column) {
    if (const auto* choices = std::get_if<hone::CategoricalDistribution>(space[column].distribution)) {
      result[column] = distance.of(space[column].name, *choices);
    }
  }
  return result;
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool has_row(std::span<const double> rows, std::span<const double> row) {
  for (std::size_t at = 0; at < rows.size(); at += row.size()) {
    if (std::ranges::equal(rows.subspan(at, row.size()), row, is_same)) return true;
  }
  return false;
}

// Adds those rows that have the parameters that this one has.
void add_on_path(std::span<const double> from, std::span<const double> path, std::vector<double>& rows) {
  const auto alike = [](double a, double b) { return std::isnan(a) == std::isnan(b); };
  for (std::size_t at = 0; at < from.size(); at += path.size()) {
    const std::span<const double> row = from.subspan(at, path.size());
    if (std::ranges::equal(row, path, alike)) rows.insert(rows.end(), row.begin(), row.end());
  }
}

}  // namespace

DensityModel::DensityModel(std::vector<hone::Parameter> space, const ParzenOptions& below, const ParzenOptions& above,
                           const CategoricalDistance& distance, Rows rows)
    : space_(std::move(space)),
      by_improvement_(below.weights == WeightRule::improvement),
      rows_(rows),
      below_(distributions_of(space_), below, distances_of(space_, distance)),
      above_(distributions_of(space_), above, distances_of(space_, distance)) {}

bool DensityModel::row_of(const hone::History& history, hone::TrialNumber number, std::vector<double>& row) const {
  row.clear();
  bool any = false;
  for (const hone::Parameter& parameter : space_) {
    row.push_back(history.value(number, parameter.id));
    const bool has = !std::isnan(row.back());
    if (!has && rows_ == Rows::complete) return false;
    any = any || has;
  }
  return any;
}

void DensityModel::change(const hone::History& history, hone::TrialNumber number, Role role) {
  Role& held = held_[static_cast<std::size_t>(number)];
  if (held != Role::none) estimator(held).erase(number);
  held = Role::none;
  if (role == Role::none || !row_of(history, number, row_)) return;
  estimator(role).insert(number, row_);
  held = role;
}

void DensityModel::rebuild(const hone::History& history, std::span<const Role> roles) {
  // Of those too that have no role any more.
  held_.assign(roles.size(), Role::none);
  for (const Role role : {Role::below, Role::above}) {
    std::vector<hone::TrialNumber> numbers;
    std::vector<double> rows;
    for (std::size_t i = 0; i < roles.size(); ++i) {
      if (roles[i] != role) continue;
      const auto number = static_cast<hone::TrialNumber>(i);
      if (!row_of(history, number, row_)) continue;
      held_[i] = role;
      numbers.push_back(number);
      rows.insert(rows.end(), row_.begin(), row_.end());
    }
    estimator(role).assign(std::move(numbers), rows);
  }
}

void DensityModel::update(const hone::History& history, const TrialLog& log) {
  held_.resize(log.roles().size(), Role::none);
  const auto news = log.changes_since(changes_seen_);
  changes_seen_ = log.change_count();
  // One by one costs the length of the arrays each time.
  if (news.size() > 16 + (below_.size() + above_.size()) / 4) {
    rebuild(history, log.roles());
  } else {
    for (const hone::TrialNumber number : news) change(history, number, log.roles()[static_cast<std::size_t>(number)]);
  }
  if (by_improvement_) weigh(log);
}

void DensityModel::weigh(const TrialLog& log) {
  std::vector<double> weights;
  for (const hone::TrialNumber number : below_.numbers()) {
    const std::optional<double> improvement = log.improvement(number);
    if (!improvement) {
      below_.weigh({});
      return;
    }
    weights.push_back(*improvement);
  }
  below_.weigh(std::move(weights));
}

// The index of the row with the greatest log l(x) - log g(x); the first of equal ones. A sum that is not complete
// is a lower bound of g, so the ratio is at most what it says: the most promising candidate is worked on until its
// ratio is known and nobody else can reach it.
std::size_t DensityModel::best_of(std::span<const double> rows) {
  std::vector<double> log_below(rows.size() / space_.size());
  below_.log_density(rows, log_below);
  above_.refresh();
  const auto row = [&](std::size_t i) { return rows.subspan(i * space_.size(), space_.size()); };
  std::vector<ParzenEstimator::PartialSum> sums;
  const auto highest_ratio = [&](std::size_t i) {
    const double ratio = log_below[i] - above_.log_density_of(sums[i]);
    // Where both densities vanish the difference is NaN, and no reason to go there.
    return std::isnan(ratio) ? -std::numeric_limits<double>::infinity() : ratio;
  };
  std::vector<double> ratios;
  // The greatest ratio on top, the first of equal ones.
  const auto lower = [&](std::size_t a, std::size_t b) {
    return ratios[a] != ratios[b] ? ratios[a] < ratios[b] : a > b;
  };
  std::vector<std::size_t> heap;
  for (std::size_t i = 0; i < log_below.size(); ++i) {
    sums.push_back(above_.start_sum(row(i)));
    ratios.push_back(highest_ratio(i));
    heap.push_back(i);
  }
  std::ranges::make_heap(heap, lower);
  for (;;) {
    const std::size_t best = heap.front();
    if (sums[best].remaining == 0) return best;
    std::ranges::pop_heap(heap, lower);
    above_.advance(row(best), sums[best]);
    ratios[best] = highest_ratio(best);
    std::ranges::push_heap(heap, lower);
  }
}

// The first row of those whose decisions, that is the values of the parameters on which others hang, have the greatest
// ratio of their own densities. Equal decisions are looked at once.
std::vector<double> DensityModel::best_path(std::span<const double> rows, const TreeSpace& tree) {
  const std::size_t dimension = space_.size();
  const std::vector<bool> decides = tree.decides();
  std::vector<double> decisions;
  std::vector<std::size_t> firsts;
  for (std::size_t at = 0; at < rows.size(); at += dimension) {
    std::vector<double> row(dimension, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t column = 0; column < dimension; ++column) {
      if (decides[column]) row[column] = rows[at + column];
    }
    if (has_row(decisions, row)) continue;
    decisions.insert(decisions.end(), row.begin(), row.end());
    firsts.push_back(at);
  }
  const std::span<const double> best = rows.subspan(firsts[best_of(decisions)], dimension);
  return {best.begin(), best.end()};
}

void DensityModel::draw_on_paths(Streams& streams, const TreeSpace& tree, std::span<double> rows) {
  below_.sample(streams.components, streams.parameters, rows);
  const std::size_t dimension = space_.size();
  for (std::size_t at = 0; at < rows.size(); at += dimension) tree.clear_inactive(rows.subspan(at, dimension));
}

std::vector<double> DensityModel::draw_on_best_path(std::size_t candidates, Streams& streams, const TreeSpace& tree) {
  std::vector<double> drawn(candidates * space_.size());
  draw_on_paths(streams, tree, drawn);
  const std::vector<double> path = best_path(drawn, tree);
  std::vector<double> rows;
  add_on_path(drawn, path, rows);
  // More where they are few; a path that l has hardly any of is not waited for.
  for (int more = 0; more < 3 && 4 * rows.size() < drawn.size(); ++more) {
    draw_on_paths(streams, tree, drawn);
    add_on_path(drawn, path, rows);
  }
  return rows;
}

std::vector<double> DensityModel::propose(std::size_t candidates, hone::RandomStream components,
                                          std::vector<hone::RandomStream> parameters, const TreeSpace* tree) {
  Streams streams{components, std::move(parameters)};
  std::vector<double> rows(candidates * space_.size());
  if (tree == nullptr) {
    below_.sample(streams.components, streams.parameters, rows);
  } else {
    rows = draw_on_best_path(candidates, streams, *tree);
  }
  const auto best = rows.begin() + static_cast<std::ptrdiff_t>(best_of(rows) * space_.size());
  return {best, best + static_cast<std::ptrdiff_t>(space_.size())};
}

}  // namespace tpe
