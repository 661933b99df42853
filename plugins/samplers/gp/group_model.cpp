// SPDX-License-Identifier: MIT
#include "group_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include <hone/sdk/nondominated_sort.hpp>

#include "quasi_random.hpp"
#include "refit_schedule.hpp"

namespace gp {
namespace {

using Index = Eigen::Index;

// As many good points serve as starts.
constexpr std::size_t most_incumbents = 8;
// With less noise than this an objective counts as deterministic.
constexpr double noticeable_noise = 1e-4;
// With more trials running than this, they count as if they had returned what is expected.
constexpr Index most_sampled = 8;

}  // namespace

GroupModel::GroupModel(const GpOptions& options, hone::SearchSpace space, std::span<const hone::Direction> directions)
    : options_(options),
      space_(std::move(space)),
      directions_(directions.begin(), directions.end()),
      coordinates_(space_) {
  const Inputs inputs = coordinates_.inputs(options.model.kernel);
  objectives_.resize(directions_.size());
  for (Output& output : objectives_) {
    for (const OutputTransform& transform : options.transforms) {
      ModelOptions model = options.model;
      model.transform = transform;
      output.models.emplace_back(inputs, OutputRole::objective, model);
    }
  }
}

// NaN where the trial has no value.
Eigen::RowVectorXd GroupModel::point_of(const hone::History& history, hone::TrialNumber number) const {
  Eigen::RowVectorXd point(coordinates_.size());
  for (std::size_t j = 0; j < space_.size(); ++j) {
    const auto column = static_cast<Index>(j);
    point[column] = coordinates_.place(column, history.value(number, space_[j].id));
  }
  return point;
}

void GroupModel::take(const hone::History& history, hone::TrialNumber number) {
  if (history.state(number) != hone::TrialState::complete) return;
  const Eigen::RowVectorXd point = point_of(history, number);
  if (!point.allFinite()) return;
  for (std::size_t k = 0; k < objectives_.size(); ++k) {
    const double output = -hone::as_minimized(directions_[k], history.values(number)[k]);
    if (!objectives_[k].observations.insert(number, point, output)) return;
  }
  const auto& numbers = objectives_[0].observations.numbers;
  const auto at = std::ranges::lower_bound(numbers, number) - numbers.begin();
  violations_.insert(violations_.begin() + at, history.total_violation(number));
  for (const hone::History::Constraint& constraint : history.constraints(number)) {
    const std::string_view name = history.constraint_name(constraint.name);
    auto found = constraints_.find(name);
    if (found == constraints_.end()) {
      OutputModel model(coordinates_.inputs(options_.model.kernel), OutputRole::constraint, options_.model);
      found = constraints_.emplace(name, Output{{}, {std::move(model)}}).first;
    }
    if (!std::isnan(constraint.value)) found->second.observations.insert(number, point, -constraint.value);
  }
}

void GroupModel::update(const hone::HistoryView& view) {
  for (const std::uint32_t number : view.changes_since(revision_)) take(view.all(), number);
  revision_ = view.revision();
}

// The place of each of the first trials in order of merit: feasible ones by output, or by front and output; then the
// others by violation.
std::vector<double> GroupModel::ranks(std::size_t size) const {
  std::vector<std::uint32_t> fronts(size, 0);
  if (objectives_.size() > 1) {
    std::vector<double> losses;
    for (std::size_t i = 0; i < size; ++i) {
      for (const Output& output : objectives_) losses.push_back(-output.observations.outputs[static_cast<Index>(i)]);
    }
    fronts = hone::sdk::nondominated_ranks(losses, objectives_.size());
  }
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(violations_[i], fronts[i], -objectives_[0].observations.outputs[static_cast<Index>(i)], i);
  });
  std::vector<double> result(size);
  for (std::size_t place = 0; place < size; ++place) result[order[place]] = static_cast<double>(place);
  return result;
}

Posterior& GroupModel::update(Output& output, hone::TrialNumber number, const RowSelection& select,
                              const hone::Logger& log) {
  OutputModel& model = model_of(output, number);
  Posterior& posterior = model.update(output.observations, select);
  if (!model.trouble().empty()) log.warning("gp: " + model.trouble());
  return posterior;
}

// Running trials count as if they had returned what the model expects (the kriging believer of Ginsbourger, Le Riche,
// Carraro: "Kriging is well-suited to parallelize optimization", 2010). Returns whether there was room for all.
bool GroupModel::believe(Posterior& posterior, const Eigen::MatrixXd& pending) const {
  const Index count = std::min(pending.rows(), posterior.room());
  if (count == 0) return pending.rows() == 0;
  Eigen::VectorXd outputs(posterior.size() + count);
  outputs.head(posterior.size()) = posterior.outputs();
  for (Index i = 0; i < count; ++i) {
    outputs[posterior.size() + i] = posterior.mean(pending.row(i).transpose());
  }
  for (Index i = 0; i < count; ++i) posterior.append(pending.row(i).transpose());
  posterior.observe(outputs);
  return count == pending.rows();
}

Eigen::MatrixXd GroupModel::pending_points(const hone::StudyView& study, hone::TrialNumber at_hand) const {
  const hone::HistoryView view = study.history();
  Eigen::MatrixXd points(0, coordinates_.size());
  for (const std::uint32_t number : view->running_trials()) {
    if (number == at_hand || !view.contains(number) || !view->pending(number)) continue;
    const Eigen::RowVectorXd point = point_of(view.all(), number);
    if (!point.allFinite()) continue;
    points.conservativeResize(points.rows() + 1, Eigen::NoChange);
    points.bottomRows<1>() = point;
  }
  return points;
}

// In terms of what the models expect at the feasible points: noise must not make a record.
GroupModel::Goal GroupModel::goal(std::span<Posterior* const> objectives, const std::vector<Index>& rows) const {
  std::vector<Eigen::VectorXd> fitted;
  for (const Posterior* posterior : objectives) fitted.push_back(posterior->fitted());
  Goal goal;
  std::vector<double>& feasible = goal.feasible;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (violations_[static_cast<std::size_t>(rows[i])] > 0.0) continue;
    for (const Eigen::VectorXd& outputs : fitted) feasible.push_back(outputs[static_cast<Index>(i)]);
  }
  if (feasible.empty()) return goal;
  // Everything that is feasible is better than the reference point.
  const std::size_t m = objectives.size();
  goal.reference.assign(feasible.begin(), feasible.begin() + static_cast<std::ptrdiff_t>(m));
  for (std::size_t i = 0; i < feasible.size(); ++i) {
    goal.reference[i % m] = std::min(goal.reference[i % m], feasible[i]);
  }
  for (double& coordinate : goal.reference) coordinate -= 0.1;
  return goal;
}

// Over samples of what the pending points, which the posteriors have as their last ones, will bring.
Acquisition::Target GroupModel::sampled_target(std::span<const Posterior* const> objectives,
                                               std::span<const Posterior* const> constraints, const Goal& goal,
                                               Index pending, hone::RandomStream random) const {
  const auto width = static_cast<Index>(objectives.size() + constraints.size());
  const bool single = objectives.size() == 1;
  // Each sample of several objectives has a front of its own.
  const Eigen::MatrixXd base_samples = normal_base_samples(width * pending, single ? 64 : 16, random);
  std::vector<PendingOutcomes> outcomes;
  for (const auto& group : {objectives, constraints}) {
    for (const Posterior* posterior : group) {
      const auto row = static_cast<Index>(outcomes.size()) * pending;
      outcomes.push_back(posterior->pending_outcomes(base_samples.middleRows(row, pending)));
    }
  }
  if (!single) return QLogExpectedHypervolumeImprovement(std::move(outcomes), goal.feasible, goal.reference);
  if (goal.feasible.empty()) return QLogExpectedImprovement(std::move(outcomes), std::nullopt);
  return QLogExpectedImprovement(std::move(outcomes), std::ranges::max(goal.feasible));
}

// Everything, as long as all trials are modelled. A model of a neighbourhood knows nothing of what lies beyond.
Region GroupModel::region(const OutputModel& model) const {
  const Index d = coordinates_.size();
  Region region{Eigen::VectorXd::Zero(d), Eigen::VectorXd::Ones(d)};
  if (model.rows().size() == size()) return region;
  const Eigen::MatrixXd points = objectives_[0].observations.points(model.selected(), Eigen::all);
  for (Index j = 0; j < d; ++j) {
    region.low[j] = std::clamp(points.col(j).minCoeff(), 0.0, 1.0);
    region.high[j] = std::clamp(points.col(j).maxCoeff(), 0.0, 1.0);
  }
  return region;
}

// The best trials' points, d x k.
Eigen::MatrixXd GroupModel::incumbents(const std::vector<Index>& rows, const Region& region) const {
  const std::vector<double> places = ranks(size());
  std::vector<Index> order = rows;
  const std::size_t count = std::min(most_incumbents, order.size());
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [&](Index i) { return places[static_cast<std::size_t>(i)]; });
  Eigen::MatrixXd points(coordinates_.size(), static_cast<Index>(count));
  for (std::size_t i = 0; i < count; ++i) {
    points.col(static_cast<Index>(i)) = objectives_[0].observations.points.row(order[i]).transpose();
  }
  for (Index j = 0; j < points.rows(); ++j) {
    for (double& x : points.row(j)) {
      if (!coordinates_.is_categorical(j)) x = coordinates_.snapped(j, std::clamp(x, region.low[j], region.high[j]));
    }
  }
  return points;
}

RowSelection GroupModel::selection(const Inputs& inputs) const {
  return [this, inputs](std::size_t size) {
    return neighbourhood(inputs, objectives_[0].observations.points, ranks(size),
                         static_cast<std::size_t>(options_.model.largest));
  };
}

// Where trials lack the constraint, its model has trials of its own.
RowSelection GroupModel::selection(const Inputs& inputs, const Observations& constraint) const {
  if (constraint.numbers == objectives_[0].observations.numbers) return selection(inputs);
  return [this, inputs, &constraint](std::size_t size) {
    const Eigen::VectorXd losses = -constraint.outputs.head(static_cast<Index>(size));
    return neighbourhood(inputs, constraint.points, std::span(losses.data(), size),
                         static_cast<std::size_t>(options_.model.largest));
  };
}

// Whether a trial has had the point, or has it now.
bool GroupModel::is_taken(const Eigen::VectorXd& point, const Eigen::MatrixXd& pending) const {
  const auto has_row = [&](const Eigen::MatrixXd& points) {
    for (Index i = 0; i < points.rows(); ++i) {
      if (points.row(i).transpose() == point) return true;
    }
    return false;
  };
  return has_row(pending) || has_row(objectives_[0].observations.points);
}

Acquisition GroupModel::acquisition(const hone::StudyView& study, const hone::TrialView& trial,
                                    const Eigen::MatrixXd& pending) {
  const Inputs inputs = coordinates_.inputs(options_.model.kernel);
  std::vector<Posterior*> updated;
  for (Output& output : objectives_)
    updated.push_back(&update(output, trial.number(), selection(inputs), study.logger()));
  const Goal improved = goal(updated, model_of(objectives_[0], trial.number()).rows());
  for (auto& [name, output] : constraints_) {
    const Observations& seen = output.observations;
    if (seen.size() < static_cast<Index>(RefitSchedule::first)) continue;
    updated.push_back(&update(output, trial.number(), selection(inputs, seen), study.logger()));
  }
  bool all_fit = true;
  for (Posterior* posterior : updated) all_fit &= believe(*posterior, pending);
  const auto m = static_cast<std::ptrdiff_t>(objectives_.size());
  const std::vector<const Posterior*> objectives(updated.begin(), updated.begin() + m);
  const std::vector<const Posterior*> constraints(updated.begin() + m, updated.end());

  const bool searches_feasible = improved.feasible.empty();
  const bool can_sample = !searches_feasible || (m == 1 && !constraints.empty());
  if (can_sample && all_fit && pending.rows() > 0 && pending.rows() <= most_sampled) {
    return {objectives, constraints,
            sampled_target(objectives, constraints, improved, pending.rows(),
                           study.random(trial, "gp pending", space_.front().name)),
            pending.rows()};
  }
  if (searches_feasible) return {objectives, constraints, std::monostate{}};
  if (m == 1) return {objectives, constraints, std::ranges::max(improved.feasible)};
  return {objectives, constraints, LogExpectedHypervolumeImprovement(improved.feasible, improved.reference)};
}

std::vector<double> GroupModel::propose(const hone::StudyView& study, const hone::TrialView& trial) {
  const Eigen::MatrixXd pending = pending_points(study, trial.number());
  const Acquisition worth = acquisition(study, trial, pending);
  const bool may_repeat = worth.objectives().front()->parameters().noise() >= noticeable_noise;
  const OutputModel& model = model_of(objectives_[0], trial.number());
  const Region where = region(model);
  hone::RandomStream stream = study.random(trial, "gp", space_.front().name);
  const Eigen::VectorXd point = best_proposal(
      coordinates_, worth, where, incumbents(model.rows(), where), {options_.n_candidates, options_.n_local_search},
      [&](const Eigen::VectorXd& candidate) { return !may_repeat && is_taken(candidate, pending); }, stream);
  std::vector<double> values;
  for (Index j = 0; j < point.size(); ++j) values.push_back(coordinates_.value(j, point[j]));
  return values;
}

}  // namespace gp
