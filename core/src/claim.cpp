// SPDX-License-Identifier: MIT
// Which trial a worker works on next: one whose owner died, a waiting one, or a new one.
#include <algorithm>
#include <thread>

#include <hone/json_text.hpp>

#include "study_impl.hpp"

namespace hone {
namespace {

constexpr std::string_view fail_reason_key = "hone:fail_reason";

}  // namespace

std::int64_t furthest_step_of(const History& history, TrialNumber number) {
  std::int64_t furthest = -1;
  for (MetricId metric = 0; metric < history.metric_count(); ++metric) {
    if (const auto reports = history.reports(number, metric); !reports.empty()) {
      furthest = std::max(furthest, reports.back().step);
    }
  }
  return furthest;
}

Claim Study::Impl::new_claim(const std::optional<Timestamp>& lease) const {
  Claim claim;
  if (lease) {
    claim.token = new_lease_token(*lease);
  } else {
    claim.token = process_token;
    claim.token.nonce = new_nonce();
  }
  claim.token_text = lease ? to_text(claim.token) : process_token_text + claim.token.nonce;
  return claim;
}

std::optional<Claim> Study::Impl::claim_next(const std::optional<std::int64_t>& budget,
                                             const std::optional<Timestamp>& lease, const Patience* patience) {
  make_ready();
  if (!lease && storage->shared()) {
    const std::lock_guard lock(owners_mutex);
    if (!heartbeats) {
      std::shared_ptr<HeartbeatKeeper> keeper = HeartbeatKeeper::of_this_process();
      keeper->keep(storage, process_token.worker(), options.heartbeat_interval);
      heartbeats = std::move(keeper);  // if the first beat fails, the next claim begins anew
    }
  }
  for (;;) {
    if (!history_is_shared) refresh();
    if (options.fail_foreign_after) fail_old_foreign_trials();
    std::optional<TrialNumber> undecided;
    const Running running = running_trials();
    if (std::optional<Claim> claim = take_over_dead(running, lease, undecided)) return claim;
    const bool waits = undecided && patience != nullptr;
    if (!waits || !patience->before_drawing) {
      std::optional<TrialNumber> waiting;
      {
        const std::shared_lock lock(*history_mutex);
        if (!history->waiting_trials().empty()) waiting = history->waiting_trials().front();
      }
      if (!waiting) {
        if (std::optional<Claim> claim = continue_paused(running.paused, lease)) return claim;
      }
      bool spent = !waiting;
      std::optional<Claim> claim = waiting ? claim_waiting(*waiting, lease, budget, &spent) : claim_new(budget, lease);
      if (claim) return claim;
      if (spent && !waits) {
        if (budget) close_paused();
        return std::nullopt;
      }
      // Another worker was faster.
      if (!spent) continue;
    }
    if (!wait_for_owner(*undecided, *patience)) return std::nullopt;
  }
}

std::optional<Claim> Study::Impl::claim_new(const std::optional<std::int64_t>& budget,
                                            const std::optional<Timestamp>& lease,
                                            const std::vector<AttributeRecord>& system_attrs) {
  make_ready();
  Claim claim = new_claim(lease);
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = TrialState::running;
  patch.trial.start_time = now();
  patch.trial.owner = claim.record();
  patch.trial.system_attrs = system_attrs;
  Preconditions preconditions;
  preconditions.budget = budget;
  const ApplyResult result = apply(patch, preconditions);
  if (!result) return std::nullopt;
  claim.number = result.number;
  return claim;
}

std::optional<Claim> Study::Impl::claim_waiting(TrialNumber number, const std::optional<Timestamp>& lease,
                                                const std::optional<std::int64_t>& budget, bool* spent) {
  make_ready();
  Claim claim = new_claim(lease);
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = number;
  patch.trial.state = TrialState::running;
  patch.trial.start_time = now();
  patch.trial.owner = claim.record();
  Preconditions preconditions;
  preconditions.state = TrialState::waiting;
  preconditions.budget = budget;
  if (const ApplyResult result = apply(patch, preconditions); !result) {
    if (spent != nullptr) *spent = result.refusal == Refusal::budget_spent;
    return std::nullopt;
  }
  claim.number = number;
  claim.takes_fixed_values = true;
  return claim;
}

// ---- takeover

OwnerLife Study::Impl::life_of_owner(TrialNumber number, const History::Owner& owner) {
  if (owner.token.empty() || is_abandoned(owner.token)) return OwnerLife::dead;
  const std::optional<OwnerToken> token = owner_token_from(owner.token);
  if (!token) return OwnerLife::alive;
  if (!token->lease && token->worker() == process_token.worker()) return OwnerLife::alive;
  const auto time = std::chrono::steady_clock::now();
  {
    // Asking the system or the storage about each running trial before each new one would cost more than the trials.
    const std::lock_guard lock(owners_mutex);
    const auto checked = owners_checked.find(number);
    if (checked != owners_checked.end() && time - checked->second.time < std::chrono::milliseconds(200)) {
      return checked->second.life == OwnerLife::dead ? OwnerLife::alive : checked->second.life;
    }
    owners_checked[number].time = time;
  }
  OwnerLife life = hone::life_of(*token);
  if (life == OwnerLife::unknown) life = life_by_heartbeat(token->worker());
  const std::lock_guard lock(owners_mutex);
  owners_checked[number].life = life;
  return life;
}

// A young heartbeat may be the last of a worker that was killed since. So a worker elsewhere counts as alive once its
// beat has been seen to advance, and for as long as beats keep coming; before that its life is unknown.
OwnerLife Study::Impl::life_by_heartbeat(const std::string& worker) {
  const auto before = std::chrono::steady_clock::now();
  const std::optional<std::chrono::milliseconds> age = storage->heartbeat_age(worker);
  const auto after = std::chrono::steady_clock::now();
  if (!age || *age > options.heartbeat_grace) return OwnerLife::dead;
  const std::lock_guard lock(owners_mutex);
  SeenBeat& seen = beats.try_emplace(worker, SeenBeat{after - *age}).first->second;
  // The two clocks drift a little.
  if (before - *age > seen.not_after + std::chrono::milliseconds(50)) seen = {after - *age, true};
  return seen.advanced && *age <= 2 * options.heartbeat_interval ? OwnerLife::alive : OwnerLife::unknown;
}

// Until the owner's heartbeat advances or is stale, or the wait is interrupted (false).
bool Study::Impl::wait_for_owner(TrialNumber number, const Patience& patience) {
  bool first = false;
  {
    const std::lock_guard lock(owners_mutex);
    first = waited_for.insert(number).second;
  }
  if (first) {
    const auto grace = std::chrono::duration_cast<std::chrono::seconds>(options.heartbeat_grace);
    logger->warning("trial " + std::to_string(number) +
                    " is with a worker on another machine or in another container, and it cannot be told yet whether "
                    "that one still lives; waiting for its next sign of life, or until it has been silent for " +
                    std::to_string(grace.count()) + " s and the trial is taken over");
  }
  if (patience.interrupted()) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return !patience.interrupted();
}

Study::Impl::Running Study::Impl::running_trials() const {
  Running running;
  const std::shared_lock lock(*history_mutex);
  for (const std::uint32_t n : history->running_trials()) {
    if (is_paused_owner(history->owner_token(n))) {
      running.paused.push_back(n);
    } else if (std::optional<History::Owner> owner = history->owner(n)) {
      running.owned.emplace_back(n, std::move(*owner));
    }
  }
  return running;
}

std::optional<Claim> Study::Impl::take_over_dead(const Running& running, const std::optional<Timestamp>& lease,
                                                 std::optional<TrialNumber>& undecided) {
  for (const auto& [number, owner] : running.owned) {
    const OwnerLife life = life_of_owner(number, owner);
    if (life == OwnerLife::unknown && !undecided) undecided = number;
    if (life != OwnerLife::dead) continue;
    if (std::optional<Claim> claim = take_over(number, owner, lease)) return claim;
  }
  return std::nullopt;
}

std::optional<Claim> Study::Impl::take_over(TrialNumber number, const History::Owner& owner,
                                            const std::optional<Timestamp>& lease) {
  const std::optional<OwnerToken> old_token = owner_token_from(owner.token);
  const bool crashed = !owner.token.empty() && !is_abandoned(owner.token);
  Claim claim = new_claim(lease);
  claim.number = number;
  claim.takes_fixed_values = true;
  claim.attempt = owner.attempt + 1;
  claim.crashes = owner.crashes;
  claim.furthest_step = owner.furthest_step;
  // The rungs up to there it has passed; from the next on it pauses, wherever this attempt died.
  claim.paused_at = owner.paused_at;
  {
    const std::shared_lock lock(*history_mutex);
    const std::int64_t reached = furthest_step_of(*history, number);
    if (crashed) claim.crashes = reached > owner.furthest_step ? 1 : owner.crashes + 1;
    claim.furthest_step = std::max(claim.furthest_step, reached);
  }
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = number;
  Preconditions preconditions;
  preconditions.owner = owner.token;
  preconditions.state = TrialState::running;
  const bool give_up = crashed && claim.crashes >= options.max_crashes;
  std::string reason;
  if (give_up) {
    reason = to_json_text(Json("its worker died " + std::to_string(claim.crashes) +
                               " times without a new report between; see max_crashes"));
    patch.trial.state = TrialState::fail;
    patch.trial.complete_time = now();
    patch.trial.system_attrs.push_back({fail_reason_key, reason});
  } else {
    patch.trial.owner = claim.record();
    patch.trial.new_attempt = true;
  }
  if (!apply(patch, preconditions)) return std::nullopt;
  // What this process gave up itself left nothing behind, and its other programs go on.
  if (old_token && old_token->worker() != process_token.worker()) kill_leftover_processes(*old_token);
  if (crashed) {
    logger->info("trial " + std::to_string(number) + ": its worker died; " +
                 (give_up ? "FAIL after " + std::to_string(claim.crashes) + " crashes" : "taken over"));
  }
  if (give_up) return std::nullopt;
  return claim;
}

void Study::Impl::fail_old_foreign_trials() {
  std::vector<TrialNumber> old;
  {
    const std::shared_lock lock(*history_mutex);
    const Timestamp limit = now() - *options.fail_foreign_after;
    for (const std::uint32_t n : history->running_trials()) {
      const auto start = history->start_time(n);
      if (!history->owner(n) && start && *start < limit) old.push_back(n);
    }
  }
  for (const TrialNumber number : old) {
    StudyPatch patch;
    patch.target = StudyPatch::Target::existing_trial;
    patch.number = number;
    patch.trial.state = TrialState::fail;
    patch.trial.complete_time = now();
    const std::string reason =
        to_json_text(Json("a trial of another program that started longer ago than the stated grace"));
    patch.trial.system_attrs.push_back({fail_reason_key, reason});
    Preconditions preconditions;
    preconditions.state = TrialState::running;
    apply(patch, preconditions);
  }
}

}  // namespace hone
