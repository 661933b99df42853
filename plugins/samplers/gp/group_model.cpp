// SPDX-License-Identifier: MIT
#include "group_model.hpp"

#include <algorithm>
#include <cmath>

#include "bounded_minimum.hpp"

namespace gp {

GroupModel::GroupModel(const GpOptions& options, hone::SearchSpace space, std::span<const hone::Direction> directions)
    : options_(options),
      space_(std::move(space)),
      directions_(directions.begin(), directions.end()),
      coordinates_(space_),
      objective_(coordinates_.inputs(options.model.kernel), options.model) {
  observations_.points.resize(0, coordinates_.size());
}

// Adds a trial in the order of numbers.
bool GroupModel::take(const hone::History& history, hone::TrialNumber number) {
  if (history.state(number) != hone::TrialState::complete) return false;
  Eigen::RowVectorXd row(coordinates_.size());
  for (std::size_t j = 0; j < space_.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    row[column] = coordinates_.place(column, history.value(number, space_[j].id));
  }
  if (!row.allFinite()) return false;
  const auto found = std::ranges::lower_bound(observations_.numbers, number);
  if (found != observations_.numbers.end() && *found == number) return false;
  const auto at = static_cast<Eigen::Index>(found - observations_.numbers.begin());
  const Eigen::Index n = observations_.size();
  observations_.numbers.insert(found, number);
  observations_.points.conservativeResize(n + 1, Eigen::NoChange);
  observations_.outputs.conservativeResize(n + 1);
  for (Eigen::Index i = n; i > at; --i) {
    observations_.points.row(i) = observations_.points.row(i - 1);
    observations_.outputs[i] = observations_.outputs[i - 1];
  }
  observations_.points.row(at) = row;
  observations_.outputs[at] = -hone::as_minimized(directions_[0], history.values(number)[0]);
  return true;
}

void GroupModel::update(const hone::HistoryView& view) {
  for (const std::uint32_t number : view.changes_since(revision_)) take(view.all(), number);
  revision_ = view.revision();
}

std::vector<double> GroupModel::propose(const hone::StudyView& study, const hone::TrialView& trial) {
  Posterior& posterior = objective_.update(observations_);
  if (!objective_.trouble().empty()) study.logger().warning("gp: " + objective_.trouble());
  hone::RandomStream stream = study.random(trial, "gp", space_.front().name);
  const double best = objective_.outputs().maxCoeff();
  const Eigen::Index d = coordinates_.size();
  const auto count = static_cast<Eigen::Index>(options_.n_candidates);
  Eigen::MatrixXd candidates(d, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) candidates(j, i) = coordinates_.from_fraction(j, stream.uniform());
  }
  const std::vector<Prediction> predictions = posterior.predict_all(candidates);
  std::vector<std::pair<double, Eigen::Index>> ranking;
  for (Eigen::Index i = 0; i < count; ++i) {
    ranking.emplace_back(-log_expected_improvement(predictions[static_cast<std::size_t>(i)], best).value, i);
  }
  std::ranges::sort(ranking);
  Eigen::VectorXd low = Eigen::VectorXd::Zero(d), high = Eigen::VectorXd::Ones(d);
  const auto loss = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    const PredictionWithGradient y = posterior.predict_with_gradient(x);
    const LogAcquisition a = log_expected_improvement(y, best);
    gradient = -(a.by_mean * y.mean_gradient + a.by_deviation * y.deviation_gradient);
    return -a.value;
  };
  Minimum chosen;
  Eigen::Index incumbent = 0;
  objective_.outputs().maxCoeff(&incumbent);
  for (std::size_t i = 0; i <= options_.n_local_search && i < ranking.size(); ++i) {
    Eigen::VectorXd start =
        i == 0 ? Eigen::VectorXd(posterior.points().row(incumbent).transpose().cwiseMax(0.0).cwiseMin(1.0))
               : Eigen::VectorXd(candidates.col(ranking[i - 1].second));
    const Minimum found = bounded_minimum(loss, start, low, high, {1e-4, 1e-6, 100});
    if (found.value < chosen.value) chosen = found;
  }
  std::vector<double> values;
  for (Eigen::Index j = 0; j < d; ++j) values.push_back(coordinates_.value(j, chosen.x[j]));
  return values;
}

}  // namespace gp
