// SPDX-License-Identifier: MIT
// A sampler of one's own: each parameter walks through its range by the golden ratio, which fills it evenly however
// many trials there will be (a Weyl sequence; a different start for each parameter). All parameters step alike, so
// their joint values fill a line and not the space: enough for an example, too little for a sampler of several
// parameters.
#include <cmath>

#include <hone/sdk/plugin.hpp>

namespace {

class Golden final : public hone::Sampler {
 public:
  Golden(const hone::FactoryContext&, const hone::Options& options) : jitter_(options.get<double>("jitter")) {}

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    constexpr double golden_ratio = 0.6180339887498949;
    // The start belongs to the parameter and is the same in all trials; the jitter is the trial's own.
    const hone::TrialView first(0);
    double u = study.random(first, "golden start", parameter.name).uniform();
    u += golden_ratio * static_cast<double>(trial.number());
    u += jitter_ * study.random(trial, "golden jitter", parameter.name).uniform();
    return at(*parameter.distribution, u - std::floor(u));
  }

 private:
  // The value at the fraction u of a parameter's range.
  static double at(const hone::Distribution& distribution, double u) {
    if (const auto* d = std::get_if<hone::FloatDistribution>(&distribution)) {
      if (d->step) return d->low + std::floor(u * (*hone::step_count(*d) + 1.0)) * *d->step;
      if (d->log) return std::fmin(d->high, d->low * std::pow(d->high / d->low, u));
      return d->low + u * (d->high - d->low);
    }
    if (const auto* i = std::get_if<hone::IntDistribution>(&distribution)) {
      const auto count = static_cast<double>((i->high - i->low) / i->step + 1);
      return static_cast<double>(i->low) + std::floor(u * count) * static_cast<double>(i->step);
    }
    return std::floor(u * static_cast<double>(std::get<hone::CategoricalDistribution>(distribution).choices.size()));
  }

  double jitter_;
};

constexpr hone_option options[] = {
    hone::sdk::float_option("jitter", "0.0", "0", "1", "random part of a step, as a fraction of the range"),
};

}  // namespace

HONE_PLUGINS(hone::sdk::sampler<Golden>({.name = "golden",
                                         .version = "1.0",
                                         .description = "walks through each range by the golden ratio",
                                         .references = "Weyl, Über die Gleichverteilung von Zahlen mod. Eins, 1916",
                                         .capabilities = hone::Capability::multi_objective |
                                                         hone::Capability::ignores_history,
                                         .options = options}));
