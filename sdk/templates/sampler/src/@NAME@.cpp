// The sampler @NAME@: random trials first, then random steps from the best trial so far.
#include <cmath>
#include <cstdint>
#include <optional>

#include <hone/sdk/plugin.hpp>

#include "step.hpp"

namespace {

/// A sampler is a pure function of the study's seed, its options, the trial's number and the history that it is shown.
/// `best_` and `revision_` are a cache: a fresh object that is shown the same history comes to the same values.
class @CLASS@ final : public hone::Sampler {
 public:
  @CLASS@(const hone::FactoryContext& context, const hone::Options& options)
      : direction_(context.directions[0]),
        n_startup_trials_(options.get<std::size_t>("n_startup_trials")),
        scale_(options.get<double>("scale")) {}

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    const hone::History& history = study.history().all();
    take_in(history);
    // All random numbers come from the study's stream, so that a run can be repeated.
    hone::RandomStream random = study.random(trial, "@NAME@", parameter.name);
    if (best_ && history.count(hone::TrialState::complete) >= n_startup_trials_) {
      const double around = history.value(*best_, parameter.id);
      // The best trial may not have had this parameter, or have drawn it from another range.
      if (hone::contains(*parameter.distribution, around)) {
        return step_from(*parameter.distribution, around, scale_, random);
      }
    }
    return from_unit(*parameter.distribution, random.uniform());
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

  hone::Direction direction_;
  std::size_t n_startup_trials_;
  double scale_;
  std::optional<hone::TrialNumber> best_;
  std::size_t revision_ = 0;
};

constexpr hone_option options[] = {
    hone::sdk::int_option("n_startup_trials", "10", "0", nullptr, "random trials before the first step"),
    hone::sdk::float_option("scale", "0.1", "0", "1", "length of a step, as a part of a parameter's range"),
};

}  // namespace

HONE_PLUGINS(hone::sdk::sampler<@CLASS@>(
    {.name = "@NAME@",
     .version = "0.1",
     .description = "random steps from the best trial so far",
     .capabilities = hone::Capability::conditional | hone::Capability::categorical,
     .options = options}));
