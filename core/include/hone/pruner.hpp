// SPDX-License-Identifier: MIT
// The interface of an algorithm that ends hopeless trials early.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <hone/study_view.hpp>

namespace hone {

/// Answers one question about a running trial. Calls into one object are serialised. The history shows the trial's own
/// reports up to now, and those of others as far as they are stored (a pruner that needs the reports of running trials
/// says so in its descriptor).
class Pruner {
 public:
  virtual ~Pruner() = default;

  /// Whether the trial should stop now. Called after a report, at least one of which is in the history.
  virtual bool should_prune(const StudyView&, const TrialView&) = 0;

  /// The cohort (Hyperband's bracket) that a new trial belongs to; nothing for none. Must depend on the trial's number
  /// and on published facts alone, so that every worker answers the same. Samplers that model the cohort see only its
  /// trials.
  virtual std::optional<std::string> cohort(const StudyView&, const TrialView&) { return std::nullopt; }

  /// A later addition to the interface, by its id; null if the pruner does not have it.
  virtual void* query_extension(std::string_view) noexcept { return nullptr; }
};

/// Extension of a pruner that pauses trials and has the good ones continued, instead of ending the bad ones
/// (promotion). A paused trial keeps its reports; it is RUNNING, nobody's, and not up for takeover, and becomes PRUNED
/// once the study's budget is reached and nothing can be continued any more. Called under the same lock as the pruner's
/// other functions. A pruner around another one forwards this extension (`query_extension`); otherwise all that the
/// inner one would pause ends.
class PausingPrunerExtension {
 public:
  static constexpr std::string_view id = "hone.pausing_pruner/1";
  /// A report that calls for a pause.
  struct Pause {
    MetricId metric = 0;
    std::int64_t step = 0;
  };
  /// Of a trial that `should_prune` has just stopped: the report at which it is to pause; nothing if the trial ends. It
  /// is paused once its present worker has come as far in that metric (an earlier one, which was interrupted, may have
  /// reported more), and resumes from the latest step that this one has reported.
  virtual std::optional<Pause> pauses(const StudyView&, const TrialView&) = 0;
  /// The one of the paused trials (ascending) to continue now; nothing for a new trial instead.
  virtual std::optional<TrialNumber> next_to_continue(const StudyView&, std::span<const TrialNumber> paused) = 0;

 protected:
  ~PausingPrunerExtension() = default;
};

}  // namespace hone
