// The pruner @NAME@: ends a trial that is clearly behind where the best trial was at the same step.
#include <algorithm>
#include <cstdint>
#include <optional>

#include <hone/sdk/plugin.hpp>

#include "hopeless.hpp"

namespace {

class @CLASS@ final : public hone::Pruner {
 public:
  @CLASS@(const hone::FactoryContext& context, const hone::Options& options)
      : direction_(context.directions[0]),
        n_warmup_steps_(options.get<std::int64_t>("n_warmup_steps")),
        tolerance_(options.get<double>("tolerance")) {}

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::History& history = study.history().all();
    take_in(history);
    const auto own = history.reports(trial.number());
    if (!best_ || own.empty() || own.back().step < n_warmup_steps_) return false;
    const std::optional<double> reference = report_at(history, *best_, own.back().step);
    return reference && is_hopeless(direction_, own.back().value, *reference, tolerance_);
  }

 private:
  /// Looks at what has changed since the last call, and at nothing else.
  void take_in(const hone::History& history) {
    for (const std::uint32_t row : history.changes_since(revision_)) {
      const hone::TrialNumber number = row;
      if (history.state(number) != hone::TrialState::complete) continue;
      if (!best_ || is_better(history, number, *best_)) best_ = number;
    }
    revision_ = history.revision();
  }

  /// In the order of (value, number), which does not depend on which trial ended first.
  bool is_better(const hone::History& history, hone::TrialNumber a, hone::TrialNumber b) const {
    const double value_a = hone::as_minimized(direction_, history.values(a)[0]);
    const double value_b = hone::as_minimized(direction_, history.values(b)[0]);
    return value_a < value_b || (value_a == value_b && a < b);
  }

  static std::optional<double> report_at(const hone::History& history, hone::TrialNumber number, std::int64_t step) {
    const auto reports = history.reports(number);
    const auto found = std::ranges::lower_bound(reports, step, {}, &hone::Report::step);
    return found == reports.end() || found->step != step ? std::nullopt : std::optional(found->value);
  }

  hone::Direction direction_;
  std::int64_t n_warmup_steps_;
  double tolerance_;
  std::optional<hone::TrialNumber> best_;
  std::size_t revision_ = 0;
};

constexpr hone_option options[] = {
    hone::sdk::int_option("n_warmup_steps", "0", "0", nullptr, "no trial is ended before this step"),
    hone::sdk::float_option("tolerance", "0.5", "0", nullptr, "how far behind is too far, as a part of the best value"),
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<@CLASS@>(
    {.name = "@NAME@",
     .version = "0.1",
     .description = "ends trials that are clearly behind the best one at the same step",
     .options = options}));
