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

bool has_row(const Eigen::Ref<const Eigen::MatrixXd>& points, const Eigen::VectorXd& point) {
  for (Index i = 0; i < points.rows(); ++i) {
    if (points.row(i).transpose() == point) return true;
  }
  return false;
}

// From a value of a grid to the farther of its neighbours, and a little more; 0 for other coordinates.
double way_to_next(const Coordinates& coordinates, Index j, double place) {
  if (!coordinates.is_discrete(j) || coordinates.is_categorical(j)) return 0.0;
  const std::int64_t k = coordinates.cell_index(j, place);
  double way = 0.0;
  for (const std::int64_t next : {k - 1, k + 1}) {
    if (next >= 0 && next < coordinates.count(j)) way = std::max(way, std::abs(coordinates.grid(j, next) - place));
  }
  return 1.01 * way;
}

}  // namespace

GroupModel::GroupModel(const GpOptions& options, hone::SearchSpace space, std::span<const hone::Direction> directions,
                       std::size_t context)
    : options_(options),
      space_(std::move(space)),
      context_(context),
      directions_(directions.begin(), directions.end()),
      coordinates_(space_),
      trials_(coordinates_.size(), static_cast<Index>(directions.size()) + 1) {
  const Inputs inputs = coordinates_.inputs(options.model.kernel);
  for (std::size_t k = 0; k < directions_.size(); ++k) {
    Models& models = objectives_.emplace_back();
    for (const OutputTransform& transform : options.transforms) {
      ModelOptions model = options.model;
      model.transform = transform;
      models.emplace_back(inputs, OutputRole::objective, model, static_cast<Index>(k));
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
  std::vector<double> outputs;
  for (std::size_t k = 0; k < directions_.size(); ++k) {
    outputs.push_back(-hone::as_minimized(directions_[k], history.values(number)[k]));
  }
  outputs.push_back(history.total_violation(number));
  if (!trials_.insert(number, point, outputs)) return;
  for (const hone::History::Constraint& constraint : history.constraints(number)) {
    const std::string_view name = history.constraint_name(constraint.name);
    auto found = constraints_.find(name);
    if (found == constraints_.end()) {
      found = constraints_
                  .emplace(name, Constraint{Observations(coordinates_.size(), 1 + static_cast<Index>(outputs.size())),
                                            OutputModel(coordinates_.inputs(options_.model.kernel),
                                                        OutputRole::constraint, options_.model)})
                  .first;
    }
    if (std::isnan(constraint.value)) continue;
    std::vector<double> seen{-constraint.value};
    seen.insert(seen.end(), outputs.begin(), outputs.end());
    found->second.observations.insert(number, point, seen);
  }
}

void GroupModel::update(const hone::HistoryView& view) {
  for (const std::uint32_t number : view.changes_since(revision_)) take(view.all(), number);
  revision_ = view.revision();
}

// After the first `size` observations; the whole space's if none is kept to.
TrustRegion GroupModel::trust_region_of(const Observations& of, Index first, std::size_t size) const {
  const std::size_t startup = std::max(options_.n_startup_trials, RefitSchedule::first);
  if (!options_.trust_region) return {.is_starting = size < startup};
  std::vector<Merit> merits;
  for (Index i = 0; i < static_cast<Index>(size); ++i)
    merits.push_back({of.outputs(first + 1)[i], -of.outputs(first)[i]});
  return trust_region(merits, static_cast<std::size_t>(coordinates_.size()), startup);
}

bool GroupModel::is_starting() const { return trust_region_of(trials_, 0, size()).is_starting; }

// The place of each of some trials among them in order of merit: those of the present search, from observation `since`
// on, before others; feasible ones by output, or by front and output; then by violation. `first` is the column of the
// first objective; the violation follows the last one.
std::vector<double> GroupModel::ranks(const Observations& of, Index first, std::span<const Index> rows,
                                      std::size_t since) const {
  const auto violation = of.outputs(first + static_cast<Index>(directions_.size()));
  std::vector<std::uint32_t> fronts(rows.size(), 0);
  if (directions_.size() > 1) {
    std::vector<double> losses;
    for (const Index row : rows) {
      for (std::size_t k = 0; k < directions_.size(); ++k) {
        losses.push_back(-of.outputs(first + static_cast<Index>(k))[row]);
      }
    }
    fronts = hone::sdk::nondominated_ranks(losses, directions_.size());
  }
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(rows[i] < static_cast<Index>(since), violation[rows[i]], fronts[i], -of.outputs(first)[rows[i]],
                      i);
  });
  std::vector<double> result(rows.size());
  for (std::size_t place = 0; place < order.size(); ++place) result[order[place]] = static_cast<double>(place);
  return result;
}

Posterior& GroupModel::update(OutputModel& model, const Observations& observations, const RowSelection& select,
                              const hone::Logger& log) {
  Posterior& posterior = model.update(observations, select);
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

ImprovementGoal GroupModel::goal(std::span<const Posterior* const> objectives, const std::vector<Index>& rows) const {
  std::vector<Index> feasible;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!(violations()[rows[i]] > 0.0)) feasible.push_back(static_cast<Index>(i));
  }
  return expected_goal(objectives, feasible);
}

// Over samples of what the pending points, which the posteriors have as their last ones, will bring.
Acquisition::Target GroupModel::sampled_target(std::span<const Posterior* const> objectives,
                                               std::span<const Posterior* const> constraints,
                                               const ImprovementGoal& goal, Index pending, hone::RandomStream random) {
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
  if (!single) {
    return QLogExpectedHypervolumeImprovement(std::move(outcomes), boxes_.of(goal.front, goal.reference),
                                              objectives.size());
  }
  if (goal.front.empty()) return QLogExpectedImprovement(std::move(outcomes), std::nullopt);
  return QLogExpectedImprovement(std::move(outcomes), goal.front.front());
}

// Everything, as long as all trials are modelled, or the trust region's box. A model of a neighbourhood knows nothing
// of what lies beyond.
Region GroupModel::region(const OutputModel& model, const TrustRegion& trust, const HyperParameters& parameters,
                          std::span<const double> given) const {
  const Index d = coordinates_.size();
  Region region{Eigen::VectorXd::Zero(d), Eigen::VectorXd::Ones(d)};
  if (options_.trust_region) {
    const Eigen::ArrayXd half = half_sides(trust, parameters.log_lengths());
    for (Index j = 0; j < d; ++j) {
      const double centre = std::clamp(trials_.points()(static_cast<Index>(trust.best), j), 0.0, 1.0);
      const double reach = std::max(half[j], way_to_next(coordinates_, j, centre));
      region.low[j] = std::max(0.0, centre - reach);
      region.high[j] = std::min(1.0, centre + reach);
    }
  } else if (model.rows().size() < size()) {
    const Eigen::MatrixXd points = trials_.points()(model.selected(), Eigen::all);
    region.low = points.colwise().minCoeff().transpose().cwiseMax(0.0).cwiseMin(1.0);
    region.high = points.colwise().maxCoeff().transpose().cwiseMax(0.0).cwiseMin(1.0);
  }
  for (Index j = 0; j < d; ++j) {
    if (!coordinates_.is_categorical(j)) continue;
    region.low[j] = 0.0;
    region.high[j] = 1.0;
  }
  const Index own = d - static_cast<Index>(context_);
  for (Index j = own; j < d; ++j) {
    region.low[j] = region.high[j] = coordinates_.place(j, given[static_cast<std::size_t>(j - own)]);
  }
  return region;
}

// The best trials' points, d x k.
Eigen::MatrixXd GroupModel::incumbents(const std::vector<Index>& rows, const TrustRegion& trust,
                                       const Region& region) const {
  const std::vector<double> places = ranks(trials_, 0, rows, trust.first);
  const std::size_t count = std::min(most_incumbents, rows.size());
  Eigen::MatrixXd points(coordinates_.size(), static_cast<Index>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (places[i] < static_cast<double>(count)) {
      points.col(static_cast<Index>(places[i])) = trials_.points().row(rows[i]).transpose();
    }
  }
  for (Index j = 0; j < points.rows(); ++j) {
    for (double& x : points.row(j)) {
      if (region.is_fixed(j)) {
        x = region.low[j];
      } else if (!coordinates_.is_categorical(j)) {
        x = coordinates_.snapped(j, std::clamp(x, region.low[j], region.high[j]));
      }
    }
  }
  return points;
}

// A function of the first observations alone, whatever came later: what was fitted to them stays true. A constraint
// that not all trials have is ranked by what those trials brought, for its model must be of where proposals are made.
RowSelection GroupModel::selection(const Inputs& inputs, const Observations& of, Index first) const {
  return [this, inputs, &of, first](std::size_t size) {
    std::vector<Index> rows(size);
    std::iota(rows.begin(), rows.end(), Index{0});
    if (size <= static_cast<std::size_t>(options_.model.largest)) return rows;
    const std::vector<double> rank = ranks(of, first, rows, trust_region_of(of, first, size).first);
    return neighbourhood(inputs, of.points(), rank, static_cast<std::size_t>(options_.model.largest));
  };
}

Acquisition GroupModel::acquisition(const hone::StudyView& study, const hone::TrialView& trial,
                                    const Eigen::MatrixXd& pending) {
  const Inputs inputs = coordinates_.inputs(options_.model.kernel);
  std::vector<Posterior*> updated;
  for (Models& models : objectives_) {
    updated.push_back(
        &update(model_of(models, trial.number()), trials_, selection(inputs, trials_, 0), study.logger()));
  }
  const std::vector<const Posterior*> seen_by(updated.begin(), updated.end());
  const ImprovementGoal improved = goal(seen_by, model_of(objectives_[0], trial.number()).rows());
  for (auto& [name, constraint] : constraints_) {
    const Observations& seen = constraint.observations;
    if (seen.size() < static_cast<Index>(RefitSchedule::first)) continue;
    updated.push_back(&update(constraint.model, seen, selection(inputs, seen, 1), study.logger()));
  }
  bool all_fit = true;
  for (Posterior* posterior : updated) all_fit &= believe(*posterior, pending);
  const auto m = static_cast<std::ptrdiff_t>(objectives_.size());
  const std::vector<const Posterior*> objectives(updated.begin(), updated.begin() + m);
  const std::vector<const Posterior*> constraints(updated.begin() + m, updated.end());

  const bool searches_feasible = improved.front.empty();
  const bool can_sample = !searches_feasible || (m == 1 && !constraints.empty());
  if (can_sample && all_fit && pending.rows() > 0 && pending.rows() <= most_sampled) {
    return {objectives, constraints,
            sampled_target(objectives, constraints, improved, pending.rows(),
                           study.random(trial, "gp pending", space_.front().name)),
            pending.rows()};
  }
  if (searches_feasible) return {objectives, constraints, std::monostate{}};
  if (m == 1) return {objectives, constraints, improved.front.front()};
  return {objectives, constraints,
          LogExpectedHypervolumeImprovement(boxes_.of(improved.front, improved.reference), objectives.size())};
}

Proposal GroupModel::propose(const hone::StudyView& study, const hone::TrialView& trial, bool differs,
                             std::span<const double> given) {
  const Eigen::MatrixXd pending = pending_points(study, trial.number());
  const Acquisition worth = acquisition(study, trial, pending);
  const bool is_noisy = worth.objectives().front()->parameters().noise() >= noticeable_noise;
  // By what the trial would have: a value that is stored and placed again may differ in its last bit.
  const auto is_taken = [&](const Eigen::VectorXd& point) {
    if (!differs) return false;
    Eigen::VectorXd stored(point.size());
    for (Index j = 0; j < point.size(); ++j) stored[j] = coordinates_.place(j, coordinates_.value(j, point[j]));
    return has_row(pending, stored) || (!is_noisy && has_row(trials_.points(), stored));
  };
  const OutputModel& model = model_of(objectives_[0], trial.number());
  const TrustRegion trust = trust_region_of(trials_, 0, size());
  const Region where = region(model, trust, worth.objectives().front()->parameters(), given);
  hone::RandomStream stream = study.random(trial, "gp", space_.front().name);
  const Eigen::VectorXd point = best_proposal(coordinates_, worth, where, incumbents(model.rows(), trust, where),
                                              {options_.n_candidates, options_.n_local_search}, is_taken, stream);
  Proposal proposal{.values = {}, .is_noisy = is_noisy};
  for (Index j = 0; j < point.size() - static_cast<Index>(context_); ++j) {
    proposal.values.push_back(coordinates_.value(j, point[j]));
  }
  return proposal;
}

}  // namespace gp
