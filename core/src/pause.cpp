// SPDX-License-Identifier: MIT
// Trials that the pruner has paused: how they are put aside, continued and closed.
#include <algorithm>
#include <iterator>
#include <limits>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "study_impl.hpp"
#include "trial_impl.hpp"

namespace hone {
namespace {

bool is_paused(const History& history, TrialNumber number) { return is_paused_owner(history.owner_token(number)); }

PausingPrunerExtension* pausing(Pruner& pruner) {
  return static_cast<PausingPrunerExtension*>(pruner.query_extension(PausingPrunerExtension::id));
}

}  // namespace

std::optional<PausingPrunerExtension::Pause> Study::Impl::pauses(const StudyView& view, const TrialView& trial) {
  PausingPrunerExtension* const extension = pausing(*pruner.object);
  if (extension == nullptr) return std::nullopt;
  return guarded(pruner_origin, "pauses", [&] { return extension->pauses(view, trial); });
}

std::optional<Claim> Study::Impl::continue_paused(std::vector<TrialNumber> paused,
                                                  const std::optional<Timestamp>& lease) {
  for (; !paused.empty(); paused = running_trials().paused) {
    using Next = std::pair<TrialNumber, History::Owner>;
    // The owner of the moment at which the pruner chose: whatever happens to the trial after it, the write is refused.
    const auto next = with_facts([&](std::optional<HostStudyView::Request>& request) -> std::optional<Next> {
      const std::lock_guard calls(pruner.mutex);
      PausingPrunerExtension* const extension = pausing(*pruner.object);
      if (extension == nullptr) return std::nullopt;
      const std::shared_lock still(*history_mutex);
      const HostStudyView view(*this, HistoryView(*history), request);
      const std::optional<TrialNumber> number =
          guarded(pruner_origin, "next_to_continue", [&] { return extension->next_to_continue(view, paused); });
      if (!number) return std::nullopt;
      return Next(*number, history->owner(*number).value_or(History::Owner{}));
    });
    if (!next) return std::nullopt;
    const auto& [number, owner] = *next;
    // Continued by another worker since the list was made.
    if (!is_paused_owner(owner.token)) continue;
    Claim claim = new_claim(lease);
    claim.number = number;
    claim.takes_fixed_values = true;
    claim.continues = true;
    claim.attempt = owner.attempt + 1;
    claim.furthest_step = owner.furthest_step;
    claim.paused_at = owner.paused_at;
    StudyPatch patch;
    patch.target = StudyPatch::Target::existing_trial;
    patch.number = claim.number;
    patch.trial.owner = claim.record();
    patch.trial.system_attrs.push_back({paused_key, "null"});
    Preconditions preconditions;
    preconditions.owner = owner.token;
    // Refused when another worker was faster; then the history has that now.
    if (apply(patch, preconditions)) return claim;
  }
  return std::nullopt;
}

std::optional<Claim> Study::Impl::claim_paused(bool close) {
  if (!history_is_shared) refresh();
  std::optional<Claim> claim = continue_paused(running_trials().paused, std::nullopt);
  if (!claim && close) close_paused();
  return claim;
}

void Study::Impl::close_paused() {
  const auto is_worked_on = [&](std::uint32_t n) { return history->owner_token(n) && !is_paused(*history, n); };
  for (const TrialNumber number : running_trials().paused) {
    std::vector<History::Cell> suggested;
    std::string owner;
    {
      const std::shared_lock lock(*history_mutex);
      // Whoever still works on a trial may make a paused one good enough, and looks here when it has finished. Each
      // write brings what others did: one that has begun since is seen before the next is closed. (Between that look
      // and its write one trial may be closed that would have gone on.)
      if (std::ranges::any_of(history->running_trials(), is_worked_on)) return;
      if (!is_paused(*history, number)) continue;
      suggested = history->suggested(number);
      owner = *history->owner_token(number);
    }
    try {
      finish(number, owner, {}, {TrialState::pruned, {}, {}}, suggested);
    } catch (const TrialError& error) {
      logger->debug(error.what());  // another worker was faster
    }
  }
}

bool StudyTrial::stops(const StudyView& view, const TrialView& trial) {
  pause_step_.reset();
  if (!study_->pruner.object->should_prune(view, trial)) return false;
  const std::optional<PausingPrunerExtension::Pause> pause = study_->pauses(view, trial);
  if (!pause) return true;
  // What an interrupted attempt reported beyond its last pause stands in the history, but nobody has its checkpoint.
  const std::string metric(study_->history->metric_name(pause->metric));
  const auto after = reported_steps_.upper_bound({metric, std::numeric_limits<std::int64_t>::max()});
  if (after == reported_steps_.begin()) return false;
  const auto& [name, latest] = *std::prev(after);
  if (name != metric || latest < pause->step) return false;
  pause_step_ = latest;
  return true;
}

void StudyTrial::take_up() {
  for (MetricId metric = 0; metric < study_->history->metric_count(); ++metric) {
    for (const Report& report : study_->history->reports(claim_.number, metric)) {
      if (report.step > claim_.paused_at) break;
      reported_steps_.emplace(study_->history->metric_name(metric), report.step);
    }
  }
}

void StudyTrial::pause(std::int64_t resume_step) {
  StudyPatch patch = patch_of_this();
  fill_from_buffers(patch.trial);
  const std::string token = std::string(paused_owner_prefix) + std::to_string(claim_.attempt);
  OwnerRecord record{token, claim_.attempt, 0, claim_.furthest_step, resume_step};
  {
    const std::shared_lock lock(*study_->history_mutex);
    record.furthest_step = std::max(record.furthest_step, furthest_step_of(*study_->history, claim_.number));
  }
  patch.trial.owner = record;
  const std::string step = std::to_string(resume_step);
  patch.trial.system_attrs.push_back({paused_key, step});
  write(patch);
  ended_ = true;
  paused_ = true;
}

std::optional<std::int64_t> StudyTrial::resume_step() const {
  return claim_.continues ? std::optional(claim_.paused_at) : std::nullopt;
}

}  // namespace hone
