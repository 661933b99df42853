// SPDX-License-Identifier: MIT
// How far trials run, settled once for a study: what the resources that are "auto" are derived from.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <hone/study_view.hpp>

namespace hone::sdk {

/// The last step of the COMPLETE trials at the moment that a worker first asks. The first answer is published, and is
/// everyone's from then on.
class LongestTrial {
 public:
  /// `pruner` and `metric` name the fact.
  LongestTrial(std::string_view pruner, std::string_view metric)
      : key_(std::string(pruner) + ":last_step:" + std::string(metric)) {}

  /// Nothing until a trial that reported the metric is COMPLETE.
  std::optional<std::int64_t> last_step(const StudyView& study, MetricId metric) const {
    if (const auto known = published(study)) return known;
    const History& history = study.history().all();
    std::optional<std::int64_t> last;
    TrialNumber longest = 0;
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n) || history.state(n) != TrialState::complete) continue;
      const auto reports = history.reports(n, metric);
      if (reports.empty() || (last && reports.back().step <= *last)) continue;
      last = reports.back().step;
      longest = n;
    }
    if (!last) return last;
    const TrialNumber rests_on[] = {longest};
    return number_from(study.publish_once(key_, std::to_string(*last), rests_on));
  }

  /// What was settled, without settling it.
  std::optional<std::int64_t> published(const StudyView& study) const {
    const auto text = study.published(key_);
    return text ? number_from(*text) : std::nullopt;
  }

 private:
  static std::optional<std::int64_t> number_from(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
  }

  std::string key_;
};

}  // namespace hone::sdk
