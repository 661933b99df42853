// SPDX-License-Identifier: MIT
// A running trial, as an objective uses it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hone/choice.hpp>
#include <hone/frozen_trial.hpp>
#include <hone/history.hpp>
#include <hone/json.hpp>
#include <hone/types.hpp>

namespace hone {

struct FloatOptions {
  std::optional<double> step{};
  bool log = false;
};
struct IntOptions {
  std::int64_t step = 1;
  bool log = false;
};

/// What an objective asks for its parameters and tells its progress. Comes from a study, or from fixed values to run
/// an objective again outside of any study. Movable; used by one thread at a time.
class HONE_API Trial {
 public:
  /// An objective's replay: every suggest answers from `params`, nothing is stored, should_prune is always false.
  /// @throws TrialError (on suggest) for a parameter that is missing or out of range.
  static Trial fixed(std::map<std::string, Choice> params, TrialNumber number = 0);

  Trial(Trial&&) noexcept;
  Trial& operator=(Trial&&) noexcept;
  ~Trial();

  TrialNumber number() const;

  /// A value of the parameter. Asked again for the same name, the first value is returned (with a warning if the
  /// distribution differs). Fixed values (enqueued) come first, then the only value of a single-valued range, then the
  /// sampler's joint draw, then an independent draw.
  /// @throws TrialError for an impossible distribution, or one that is incompatible with earlier trials.
  /// @throws PluginError if the sampler fails or proposes an impossible value (which is never stored).
  double suggest_float(std::string_view name, double low, double high, FloatOptions options = {});
  std::int64_t suggest_int(std::string_view name, std::int64_t low, std::int64_t high, IntOptions options = {});
  /// The returned choice belongs to the study's history.
  const Choice& suggest_categorical(std::string_view name, const std::vector<Choice>& choices);
  /// The same for a list of texts.
  const std::string& suggest_categorical(std::string_view name, const std::vector<std::string>& choices);
  const std::string& suggest_categorical(std::string_view name, std::initializer_list<std::string_view> choices);
  Choice suggest(std::string_view name, const Distribution& distribution);

  /// Reports an intermediate value of the study's one objective, or of a named metric. Steps are >= 0; the first report
  /// of a step counts.
  void report(double value, std::int64_t step);
  void report(std::string_view metric, double value, std::int64_t step);
  /// Whether the pruner wants the trial to stop; then throw TrialPruned.
  bool should_prune();

  void set_user_attr(std::string_view key, const Json& value);
  void set_system_attr(std::string_view key, const Json& value);
  /// A constraint by name, feasible when <= 0. @throws TrialError for NaN or a name set twice.
  void set_constraint(std::string_view name, double value);

  /// All parameters suggested so far, in order.
  std::vector<FrozenTrial::Param> params() const;
  /// 0 for the first worker on this trial, more after a takeover or a pause.
  std::int64_t attempt() const;
  /// The last step before a pause, if this trial was paused by the pruner and goes on: what the objective kept then (a
  /// checkpoint) is to be taken up there, and reports continue with a later step. Nothing for a trial that begins.
  std::optional<std::int64_t> resume_step() const;
  /// The text of the owner token that writes must present (for `tell` from elsewhere).
  std::string owner_token() const;
  /// The random part of the owner token, to be put into a child's environment as HONE_TRIAL_TOKEN.
  std::string owner_nonce() const;
  /// Stores the process group of the trial's child with the owner, so that whoever takes the trial over can end it.
  void set_process_group(std::int64_t process_group);
  /// Writes what is buffered (parameters, reports, attributes).
  void flush();

  class Impl;
  explicit Trial(std::unique_ptr<Impl> impl);
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace hone
