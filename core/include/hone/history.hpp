// SPDX-License-Identifier: MIT
// The trials of a study as columns, in memory, growing with each change.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hone/column.hpp>
#include <hone/distribution.hpp>
#include <hone/interner.hpp>
#include <hone/trial_patch.hpp>
#include <hone/types.hpp>

namespace hone {

using ParameterId = std::uint32_t;
using DistributionId = std::uint32_t;
using MetricId = std::uint32_t;
using CohortId = std::uint32_t;

inline constexpr CohortId no_cohort = std::numeric_limits<CohortId>::max();
/// The metric of reports without a name.
inline constexpr MetricId objective_metric = 0;

/// One reported value.
struct Report {
  std::int64_t step;
  double value;
};

/// The columnar history of one study. Row = trial number. Readers hold the study's history lock; one writer at a time.
///
/// What is *visible* in the parameter columns is what a sampler may use: of a finished trial all that it suggested, of
/// a running one the patch it started with, of any other nothing. Parameters that a running trial suggested later are
/// kept aside (`suggested`) until it ends, so that a proposal never depends on how far another objective has come.
class History : public std::enable_shared_from_this<History> {
 public:
  explicit History(std::size_t objectives)
      : objectives_(objectives), values_(std::numeric_limits<double>::quiet_NaN(), objectives) {
    metrics_.intern("");
  }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // ---- extent and change

  std::size_t objectives() const { return objectives_; }
  /// One more than the highest number known.
  TrialNumber horizon() const { return horizon_; }
  /// Grows with each change.
  std::size_t revision() const { return changes_.size(); }
  /// The trials that changed since a revision, in order of change; a trial may occur several times.
  std::span<const std::uint32_t> changes_since(std::size_t revision) const {
    return std::span(changes_).subspan(std::min(revision, changes_.size()));
  }
  /// As above, of one cohort alone.
  std::span<const std::uint32_t> cohort_changes(CohortId cohort) const {
    return cohort < cohort_changes_.size() ? std::span<const std::uint32_t>(cohort_changes_[cohort])
                                           : std::span<const std::uint32_t>{};
  }
  /// How many trials are in a state.
  std::size_t count(TrialState state) const { return counts_[static_cast<std::size_t>(state)]; }
  /// The numbers of running trials, ascending.
  std::span<const std::uint32_t> running_trials() const { return running_trials_; }
  /// The numbers of waiting trials, ascending.
  const std::deque<std::uint32_t>& waiting_trials() const { return waiting_trials_; }
  /// The numbers of trials that are not finished (running or waiting), ascending.
  std::vector<std::uint32_t> unfinished() const {
    std::vector<std::uint32_t> all;
    all.reserve(running_trials_.size() + waiting_trials_.size());
    std::ranges::merge(running_trials_, waiting_trials_, std::back_inserter(all));
    return all;
  }
  /// The highest number of a finished trial; -1 if there is none.
  TrialNumber last_finished() const { return last_finished_; }

  // ---- one trial

  /// False for a number that has been allocated elsewhere and not been seen here.
  bool known(TrialNumber n) const { return n >= 0 && n < horizon_ && states_[row(n)] != absent; }
  /// The state of a known trial.
  TrialState state(TrialNumber n) const { return static_cast<TrialState>(states_[row(n)]); }
  bool finished(TrialNumber n) const { return known(n) && is_finished(state(n)); }
  /// Running, and its joint draw is known.
  bool pending(TrialNumber n) const { return known(n) && state(n) == TrialState::running && started_[row(n)] != 0; }
  /// Its joint draw is known, whatever its state.
  bool started(TrialNumber n) const { return known(n) && started_[row(n)] != 0; }
  /// One value per objective, or empty.
  std::span<const double> values(TrialNumber n) const {
    const auto all = values_.row(row(n));
    return all.empty() || std::isnan(all[0]) ? std::span<const double>{} : all;
  }
  std::optional<Timestamp> start_time(TrialNumber n) const { return time(start_times_[row(n)]); }
  std::optional<Timestamp> complete_time(TrialNumber n) const { return time(complete_times_[row(n)]); }
  CohortId cohort(TrialNumber n) const { return cohort_of_[row(n)]; }
  /// The reports of one metric, ascending in step, one a step.
  std::span<const Report> reports(TrialNumber n, MetricId metric = objective_metric) const {
    const Extra* extra = find_extra(n);
    return extra == nullptr || metric >= extra->reports.size() ? std::span<const Report>{} : extra->reports[metric];
  }
  struct Constraint {
    std::uint32_t name;  ///< of `constraint_name`
    double value;
  };
  std::span<const Constraint> constraints(TrialNumber n) const {
    const Extra* extra = find_extra(n);
    return extra == nullptr ? std::span<const Constraint>{} : extra->constraints;
  }
  /// The sum of the positive constraint values; 0 when feasible. A trial without constraints is feasible.
  double total_violation(TrialNumber n) const {
    double sum = 0.0;
    for (const Constraint& constraint : constraints(n)) sum += std::max(0.0, constraint.value);
    return sum;
  }
  /// Whether any trial has constraints.
  bool constrained() const { return constraint_names_.size() != 0; }

  // ---- parameters

  struct Cell {
    ParameterId parameter;
    DistributionId distribution;
    double value;  ///< internal representation
  };

  /// A parameter's visible value in internal representation, or NaN where the trial has none.
  double value(TrialNumber n, ParameterId parameter) const {
    return parameter < columns_.size() ? columns_[parameter]->values[row(n)] : std::numeric_limits<double>::quiet_NaN();
  }
  /// The distribution of a visible cell. Only where `value` is not NaN.
  DistributionId distribution_id(TrialNumber n, ParameterId parameter) const {
    return columns_[parameter]->distributions[row(n)];
  }
  /// The visible parameters of a trial, in the order in which they were suggested (a pending one: drawn).
  std::span<const ParameterId> parameters(TrialNumber n) const { return layouts_[layout_of_[row(n)]]; }
  /// A parameter's column, chunk by chunk; NaN where a trial has none.
  const Column<double>& column(ParameterId parameter) const { return columns_[parameter]->values; }
  /// All trials' values, one column per objective; NaN where a trial has none.
  const Column<double>& value_columns() const { return values_; }
  /// All trials' states as numbers; 255 for a number that has not been seen here.
  const Column<std::uint8_t>& state_column() const { return states_; }
  /// All that a trial has suggested so far, visible or not, in order.
  std::vector<Cell> suggested(TrialNumber n) const {
    if (const Extra* extra = find_extra(n); extra != nullptr && extra->running) return extra->running->suggested;
    return visible_cells(n);
  }

  std::size_t parameter_count() const { return parameter_names_.size(); }
  std::string_view parameter_name(ParameterId id) const { return parameter_names_.text(id); }
  std::optional<ParameterId> find_parameter(std::string_view name) const { return parameter_names_.find(name); }
  const Distribution& distribution(DistributionId id) const { return distributions_[id]; }
  std::size_t distribution_count() const { return distributions_.size(); }
  /// The distribution that the parameter was last seen with, visible or not; nothing if never seen.
  std::optional<DistributionId> latest_distribution(ParameterId id) const {
    return latest_[id] == none ? std::nullopt : std::optional(latest_[id]);
  }
  std::size_t metric_count() const { return metrics_.size(); }
  std::string_view metric_name(MetricId id) const { return metrics_.text(id); }
  std::optional<MetricId> find_metric(std::string_view name) const { return metrics_.find(name); }
  std::string_view constraint_name(std::uint32_t id) const { return constraint_names_.text(id); }
  std::string_view cohort_name(CohortId id) const { return cohorts_.text(id); }
  std::optional<CohortId> find_cohort(std::string_view name) const { return cohorts_.find(name); }
  std::size_t cohort_count() const { return cohorts_.size(); }

  // ---- of running and waiting trials

  struct Owner {
    std::string token;
    std::int64_t attempt = 0;
    std::int64_t crashes = 0;
    std::int64_t furthest_step = -1;
    std::int64_t paused_at = -1;
  };
  /// The owner of an unfinished trial; nothing for trials of other libraries.
  std::optional<Owner> owner(TrialNumber n) const {
    const Extra* extra = find_extra(n);
    return extra == nullptr || !extra->running ? std::nullopt : extra->running->owner;
  }
  /// The owner's token, without a copy; nothing for trials of other libraries. Valid until the trial's next change.
  std::optional<std::string_view> owner_token(TrialNumber n) const {
    const Extra* extra = find_extra(n);
    if (extra == nullptr || !extra->running || !extra->running->owner) return std::nullopt;
    return extra->running->owner->token;
  }
  /// The joint assignment that a running trial was given and has not necessarily asked for.
  std::span<const Cell> relative(TrialNumber n) const {
    const Extra* extra = find_extra(n);
    return extra == nullptr || !extra->running ? std::span<const Cell>{} : extra->running->relative;
  }

  // ---- writing: the study's feed and the memory storage

  ParameterId intern_parameter(std::string_view name) {
    const ParameterId id = parameter_names_.intern(name);
    if (id == columns_.size()) {
      columns_.push_back(std::make_unique<ParameterColumn>());
      latest_.push_back(none);
    }
    return id;
  }

  CohortId intern_cohort(std::string_view name) {
    const CohortId cohort = cohorts_.intern(name);
    if (cohort >= cohort_changes_.size()) cohort_changes_.resize(cohort + 1);
    return cohort;
  }

  DistributionId intern_distribution(const Distribution& distribution) { return distributions_.intern(distribution); }

  /// The id of a distribution for a parameter: at once when it is the one that the parameter had last.
  DistributionId intern_distribution(ParameterId parameter, const Distribution& distribution) {
    if (latest_[parameter] != none && distributions_[latest_[parameter]] == distribution) return latest_[parameter];
    return latest_[parameter] = intern_distribution(distribution);
  }

  /// Takes in what is new about a trial; `snapshot` means that the patch is all there is to know of it.
  void apply(TrialNumber n, const TrialPatch& patch, bool snapshot = false) {
    if (n >= horizon_) grow(n + 1);
    const std::size_t r = row(n);
    if (states_[r] == absent) enter(n, patch.state.value_or(TrialState::running));
    if (is_finished(state(n))) return;
    Running& live = running(n);
    if (snapshot) {
      live.suggested.clear();
      extra(n).reports.clear();
      extra(n).constraints.clear();
    }
    if (patch.start_time) start_times_.set(r, patch.start_time->time_since_epoch().count());
    if (patch.complete_time) complete_times_.set(r, patch.complete_time->time_since_epoch().count());
    if (patch.owner) {
      live.owner = Owner{std::string(patch.owner->token), patch.owner->attempt, patch.owner->crashes,
                         patch.owner->furthest_step, patch.owner->paused_at};
    }
    if (patch.new_attempt) extra(n).reports.clear();
    for (const ParameterRecord& p : patch.params) suggest(live, cell_of(p));
    for (const ReportRecord& report : patch.reports) add_report(n, report);
    for (const ConstraintRecord& constraint : patch.constraints) {
      extra(n).constraints.push_back({constraint_names_.intern(constraint.name), constraint.value});
    }
    if (patch.start && started_[r] == 0) start(n, *patch.start, patch.params.size());
    if (!patch.values.empty())
      std::copy_n(patch.values.begin(), std::min(objectives_, patch.values.size()), values_.cell(r));
    if (patch.state && *patch.state != state(n)) change_state(n, *patch.state);
    note_change(n);
  }

 private:
  static constexpr std::uint8_t absent = 255;
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

  struct ParameterColumn {
    Column<double> values{std::numeric_limits<double>::quiet_NaN()};
    Column<DistributionId> distributions{0};
  };
  struct Running {
    std::optional<Owner> owner;
    std::vector<Cell> suggested;
    std::vector<Cell> relative;
  };
  // What most finished trials do not have.
  struct Extra {
    std::unique_ptr<Running> running;
    std::vector<std::vector<Report>> reports;  // by metric
    std::vector<Constraint> constraints;
  };

  static std::size_t row(TrialNumber n) { return static_cast<std::size_t>(n); }
  static std::optional<Timestamp> time(std::int64_t microseconds) {
    if (microseconds == no_time) return std::nullopt;
    return Timestamp(std::chrono::microseconds(microseconds));
  }

  void grow(TrialNumber horizon) {
    horizon_ = horizon;
    extras_.resize(row(horizon));
  }

  void enter(TrialNumber n, TrialState first) {
    // A trial that arrives finished passes through `running`, so that there is one way to finish.
    const TrialState state = is_finished(first) ? TrialState::running : first;
    states_.set(row(n), static_cast<std::uint8_t>(state));
    ++counts_[static_cast<std::size_t>(state)];
    list(n, state);
  }

  // Waiting trials may be many, and leave from the front: they are kept apart from the few that run.
  void list(TrialNumber n, TrialState state) {
    const auto r = static_cast<std::uint32_t>(n);
    const auto put = [r](auto& trials) { trials.insert(std::ranges::upper_bound(trials, r), r); };
    if (state == TrialState::running) put(running_trials_);
    if (state == TrialState::waiting) put(waiting_trials_);
  }
  void unlist(TrialNumber n, TrialState state) {
    const auto r = static_cast<std::uint32_t>(n);
    const auto take = [r](auto& trials) { trials.erase(std::ranges::lower_bound(trials, r)); };
    if (state == TrialState::running) take(running_trials_);
    if (state == TrialState::waiting) take(waiting_trials_);
  }

  void change_state(TrialNumber n, TrialState next) {
    --counts_[static_cast<std::size_t>(state(n))];
    ++counts_[static_cast<std::size_t>(next)];
    unlist(n, state(n));
    list(n, next);
    states_.set(row(n), static_cast<std::uint8_t>(next));
    if (is_finished(next)) finish(n);
  }

  // The trial's own suggestions become visible in place of its joint draw.
  void finish(TrialNumber n) {
    last_finished_ = std::max(last_finished_, n);
    const std::unique_ptr<Running> last = std::move(extra(n).running);
    show(n, last->suggested);
    if (Extra& e = extra(n); e.reports.empty() && e.constraints.empty()) extras_[row(n)].reset();
  }

  void start(TrialNumber n, const StartRecord& record, std::size_t suggested_now) {
    started_.set(row(n), 1);
    Running& live = running(n);
    for (const ParameterRecord& p : record.relative) live.relative.push_back(cell_of(p));
    if (!record.cohort.empty()) {
      cohort_of_.set(row(n), intern_cohort(record.cohort));
    }
    std::vector<Cell> visible = live.relative;
    const std::size_t count = std::min(suggested_now, live.suggested.size());
    visible.insert(visible.end(), live.suggested.begin(), live.suggested.begin() + static_cast<std::ptrdiff_t>(count));
    show(n, visible);
  }

  // Makes exactly these cells the visible ones.
  void show(TrialNumber n, std::span<const Cell> cells) {
    for (const ParameterId parameter : parameters(n)) {
      columns_[parameter]->values.set(row(n), std::numeric_limits<double>::quiet_NaN());
    }
    layout_scratch_.clear();
    for (const Cell& cell : cells) {
      ParameterColumn& column = *columns_[cell.parameter];
      column.values.set(row(n), cell.value);
      column.distributions.set(row(n), cell.distribution);
      layout_scratch_.push_back(cell.parameter);
    }
    layout_of_.set(row(n), intern_layout(layout_scratch_));
  }

  std::uint32_t intern_layout(const std::vector<ParameterId>& layout) {
    if (layouts_[last_layout_] == layout) return last_layout_;
    const std::string_view key(reinterpret_cast<const char*>(layout.data()), layout.size() * sizeof(ParameterId));
    const std::uint32_t id = layout_ids_.intern(key);
    if (id + 1 == layouts_.size()) layouts_.push_back(layout);
    return last_layout_ = id + 1;
  }

  std::vector<Cell> visible_cells(TrialNumber n) const {
    std::vector<Cell> cells;
    for (const ParameterId p : parameters(n)) cells.push_back({p, distribution_id(n, p), value(n, p)});
    return cells;
  }

  Cell cell_of(const ParameterRecord& record) {
    const ParameterId parameter = intern_parameter(record.name);
    return {parameter, intern_distribution(parameter, *record.distribution), record.value};
  }

  static void suggest(Running& live, const Cell& cell) {
    for (Cell& present : live.suggested) {
      if (present.parameter == cell.parameter) {
        present = cell;
        return;
      }
    }
    live.suggested.push_back(cell);
  }

  void add_report(TrialNumber n, const ReportRecord& record) {
    const MetricId metric = metrics_.intern(record.metric);
    auto& all = extra(n).reports;
    if (metric >= all.size()) all.resize(metric + 1);
    auto& series = all[metric];
    const auto at = std::ranges::lower_bound(series, record.step, {}, &Report::step);
    if (at == series.end() || at->step != record.step) series.insert(at, {record.step, record.value});
  }

  void note_change(TrialNumber n) {
    const auto r = static_cast<std::uint32_t>(n);
    changes_.push_back(r);
    if (const CohortId cohort = cohort_of_[row(n)]; cohort != no_cohort) cohort_changes_[cohort].push_back(r);
  }

  const Extra* find_extra(TrialNumber n) const { return extras_[row(n)].get(); }
  Extra& extra(TrialNumber n) {
    auto& slot = extras_[row(n)];
    if (!slot) slot = std::make_unique<Extra>();
    return *slot;
  }
  Running& running(TrialNumber n) {
    auto& slot = extra(n).running;
    if (!slot) slot = std::make_unique<Running>();
    return *slot;
  }

  std::size_t objectives_;
  TrialNumber horizon_ = 0;
  Column<std::uint8_t> states_{absent};
  Column<std::uint8_t> started_{0};
  Column<double> values_;
  Column<std::int64_t> start_times_{no_time};
  Column<std::int64_t> complete_times_{no_time};
  Column<std::uint32_t> layout_of_{0};
  Column<CohortId> cohort_of_{no_cohort};
  std::vector<std::unique_ptr<Extra>> extras_;
  std::vector<std::unique_ptr<ParameterColumn>> columns_;
  std::vector<DistributionId> latest_;
  DistributionInterner distributions_;
  Interner parameter_names_, metrics_, constraint_names_, cohorts_;
  // Ordered lists of parameters, each kept once; layout 0 is the empty one, layout i + 1 has key i.
  std::vector<std::vector<ParameterId>> layouts_{{}};
  Interner layout_ids_;
  std::uint32_t last_layout_ = 0;
  std::vector<ParameterId> layout_scratch_;
  std::vector<std::uint32_t> running_trials_;
  std::deque<std::uint32_t> waiting_trials_;
  TrialNumber last_finished_ = -1;
  std::vector<std::uint32_t> changes_;
  std::vector<std::vector<std::uint32_t>> cohort_changes_;
  std::size_t counts_[5] = {};
};

}  // namespace hone
