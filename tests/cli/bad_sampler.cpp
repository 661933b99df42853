// SPDX-License-Identifier: MIT
// A sampler with one fault, chosen when it is compiled, that `hone plugin check` must find.
#include <hone/sdk/plugin.hpp>

namespace {

class BadSampler final : public hone::Sampler {
 public:
  BadSampler(const hone::FactoryContext&, const hone::Options&) {}

  double sample_independent([[maybe_unused]] const hone::StudyView& study,
                            [[maybe_unused]] const hone::TrialView& trial, const hone::Parameter& parameter) override {
    [[maybe_unused]] const double first = hone::first_value(*parameter.distribution);
#if defined(FAULT_OUT_OF_RANGE)
    return study.random(trial, "bad").uniform() < 0.9 ? first : first - 1000.0;
#elif defined(FAULT_STATE)
    // What it proposes depends on how often this object was asked, not on the trial.
    const auto* real = std::get_if<hone::FloatDistribution>(parameter.distribution);
    if (real == nullptr || real->step) return first;
    ++calls_;
    return real->low + (real->high - real->low) * static_cast<double>(calls_ % 7) / 7.0;
#else
    throw static_cast<int>(study.random(trial, "bad")());
#endif
  }

 private:
  [[maybe_unused]] int calls_ = 0;
};

}  // namespace

HONE_PLUGINS(hone::sdk::sampler<BadSampler>({.name = "bad", .version = "1", .description = "has a fault"}));
