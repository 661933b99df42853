// SPDX-License-Identifier: MIT
#include "source_points.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <hone/history.hpp>

namespace cmaes {
namespace {

// Everything of a study that is not this one.
class SourceReader final : public hone::ChangeReceiver {
 public:
  explicit SourceReader(std::size_t objectives) : history_(std::make_shared<hone::History>(objectives)) {}
  void on_trial(hone::TrialNumber number, const hone::TrialPatch& patch, bool snapshot) override {
    history_->apply(number, patch, snapshot);
  }
  void on_fact(const hone::FactRecord&) override {}
  const hone::History& history() const { return *history_; }

 private:
  std::shared_ptr<hone::History> history_;
};

std::optional<SourcePoint> point_of(const hone::History& history, hone::TrialNumber number,
                                    const hone::SearchSpace& space, hone::Direction direction) {
  if (!history.known(number) || history.state(number) != hone::TrialState::complete ||
      history.total_violation(number) > 0.0) {
    return std::nullopt;
  }
  SourcePoint point{{}, hone::as_minimized(direction, history.values(number)[0])};
  if (!std::isfinite(point.loss)) return std::nullopt;
  for (const hone::Parameter& parameter : space) {
    const std::optional<hone::ParameterId> id = history.find_parameter(parameter.name);
    const double value = id ? history.value(number, *id) : std::nan("");
    // A number under a name that is a choice there means something else.
    if (std::isnan(value) || hone::is_categorical(history.distribution(history.distribution_id(number, *id)))) {
      return std::nullopt;
    }
    point.values.push_back(value);
  }
  return point;
}

}  // namespace

std::vector<SourcePoint> source_points(const hone::Json& list, const hone::SearchSpace& space,
                                       hone::Direction direction) {
  std::vector<SourcePoint> points;
  for (const hone::Json& entry : *list.as_array()) {
    const hone::Json* params = entry.find("params");
    const hone::Json* value = entry.find("value");
    if (params == nullptr || params->as_object() == nullptr || value == nullptr || !value->number()) {
      throw std::invalid_argument(
          "option 'source_trials': each entry must be like {\"params\": {\"x\": 0.5}, \"value\": 1.25}");
    }
    SourcePoint point{{}, hone::as_minimized(direction, *value->number())};
    for (const hone::Parameter& parameter : space) {
      const hone::Json* number = params->find(parameter.name);
      if (number != nullptr && number->number()) point.values.push_back(*number->number());
    }
    if (point.values.size() == space.size() && std::isfinite(point.loss)) points.push_back(std::move(point));
  }
  return points;
}

std::vector<SourcePoint> source_points(hone::Storage& storage, const std::string& study,
                                       const hone::SearchSpace& space) {
  const std::optional<hone::StudyRecord> record = storage.find_study(study);
  if (!record) {
    throw std::invalid_argument("option 'source_study': there is no study '" + study + "' in " + storage.location());
  }
  if (record->directions.size() != 1) {
    throw std::invalid_argument("option 'source_study': the study '" + study +
                                "' has several objectives, but a source must have one");
  }
  SourceReader reader(record->directions.size());
  const std::unique_ptr<hone::Cursor> cursor = storage.open_cursor(record->id, reader);
  storage.refresh(*cursor);
  std::vector<SourcePoint> points;
  for (hone::TrialNumber number = 0; number < reader.history().horizon(); ++number) {
    auto point = point_of(reader.history(), number, space, record->directions[0]);
    if (point) points.push_back(std::move(*point));
  }
  return points;
}

std::vector<std::vector<double>> best_points(std::vector<SourcePoint> points, double share) {
  if (points.empty()) {
    throw std::invalid_argument("the source of the warm start has no completed trial with all parameters of the space");
  }
  std::ranges::stable_sort(points, {}, &SourcePoint::loss);
  const auto wanted = static_cast<std::size_t>(share * static_cast<double>(points.size()) + 1e-9);
  points.resize(std::max<std::size_t>(1, wanted));
  std::vector<std::vector<double>> best;
  for (SourcePoint& point : points) best.push_back(std::move(point.values));
  return best;
}

}  // namespace cmaes
