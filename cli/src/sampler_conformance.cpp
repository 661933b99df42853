// SPDX-License-Identifier: MIT
// What every sampler must do, tried on a sampler: the SDK's properties, and whole studies that are stopped and started.
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <hone/error.hpp>
#include <hone/sdk/testing/sampler_properties.hpp>
#include <hone/study.hpp>

#include "conformance.hpp"

namespace hone::cli {
namespace {

using sdk::testing::GeneratedStudy;
using sdk::testing::PropertyResult;
using sdk::testing::SpaceKind;

constexpr std::int64_t trials_a_study = 40;  // beyond the random beginning of most algorithms

class IntendedFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

StudyOptions options_of(const GeneratedStudy& generated, const PluginSpec& sampler) {
  StudyOptions options;
  options.name = "check";
  options.directions = generated.directions();
  options.sampler = sampler;
  options.pruner = {"nop"};
  options.seed = generated.seed();
  if (generated.is_declared()) options.space = generated.space();
  return options;
}

Values evaluate(Trial& trial, const GeneratedStudy& generated) {
  auto params = generated.assigned([&trial](const DeclaredParameter& parameter) {
    return *to_internal(parameter.distribution, trial.suggest(parameter.name, parameter.distribution));
  });
  const auto end = generated.ended(trial.number(), std::move(params));
  if (end.state == TrialState::pruned) throw TrialPruned{};
  if (end.state != TrialState::complete) throw IntendedFailure("a trial that fails");
  for (const auto& [name, value] : end.constraints) trial.set_constraint(name, value);
  return end.values;
}

// The proposals of a whole study, bit by bit.
std::string proposals_of(const Study& study) {
  std::ostringstream text;
  study.with_history([&text](const History& history) {
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      for (const History::Cell& cell : history.suggested(n)) {
        text << n << ' ' << history.parameter_name(cell.parameter) << ' ' << std::bit_cast<std::uint64_t>(cell.value)
             << '\n';
      }
    }
  });
  return text.str();
}

void add_trials(Study& study, const GeneratedStudy& generated, std::int64_t count) {
  OptimizeOptions options;
  options.n_trials = count;
  // Whatever else is thrown comes from the plugin, or from what the study says about it.
  options.counts_as_fail = [](const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const IntendedFailure&) {
      return true;
    } catch (...) {
      return false;
    }
  };
  study.optimize([&generated](Trial& trial) { return evaluate(trial, generated); }, options);
}

// A folder that goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hone-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error("cannot make a folder in " + pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The same study, but with a fresh sampler every few trials, as after a restart of the program.
std::string proposals_with_restarts(const GeneratedStudy& generated, StudyOptions options,
                                    const std::shared_ptr<PluginRegistry>& registry) {
  const TemporaryFolder folder;
  options.storage = {"sqlite"};
  options.storage.options.set("target", (folder.path() / "check.db").string());
  options.load_if_exists = true;
  // Stretches of 1, 2, 3, … trials, so that nothing periodic hides.
  std::int64_t done = 0;
  for (std::int64_t stretch = 1;; ++stretch) {
    Study study = Study::create(options, registry);
    const std::int64_t count = std::min(stretch, trials_a_study - done);
    add_trials(study, generated, count);
    done += count;
    if (done == trials_a_study) return proposals_of(study);
  }
}

// In real studies: each proposal is accepted, and those after a restart are the same.
Check whole_studies(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec, const PluginInfo& info,
                    const SamplerTrial& trial) {
  const bool pure = !has(info.capabilities, Capability::not_pure);
  const SpaceKind kind = has(info.capabilities, Capability::ends) ? SpaceKind::discrete : SpaceKind::any;
  const std::uint64_t studies = std::min<std::uint64_t>(trial.cases, 4);
  return tried("a study that is stopped and started again goes on as it would have", [&]() -> std::string {
    for (std::uint64_t seed = trial.seed; seed < trial.seed + studies; ++seed) {
      const GeneratedStudy generated(seed, kind, info.capabilities);
      const StudyOptions options = options_of(generated, spec);
      try {
        Study study = Study::create(options, registry);
        add_trials(study, generated, trials_a_study);
        if (!pure || proposals_of(study) == proposals_with_restarts(generated, options, registry)) continue;
        return "seed " + std::to_string(seed) +
               ": what a sampler keeps must follow from the history, but after a "
               "restart it proposed something else";
      } catch (const PluginError& error) {
        if (error.call != "trials_to_the_end") return "seed " + std::to_string(seed) + ": " + error.what();
      }
    }
    return "";
  });
}

Check::Outcome outcome_of(PropertyResult::Outcome outcome) {
  switch (outcome) {
    case PropertyResult::Outcome::passed: return Check::Outcome::ok;
    case PropertyResult::Outcome::failed: return Check::Outcome::failed;
    case PropertyResult::Outcome::skipped: return Check::Outcome::skipped;
  }
  return Check::Outcome::failed;
}

}  // namespace

std::vector<Check> check_sampler(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec,
                                 const PluginInfo& info, const SamplerTrial& trial) {
  const auto make = [&](std::span<const Direction> directions, std::uint64_t seed) {
    return registry->make_sampler(spec, FactoryContext{"check", directions, seed, &registry->host()});
  };
  std::vector<Check> checks;
  checks.push_back(tried("builds with its defaults", [&] {
    make(std::vector{Direction::minimize}, trial.seed);
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  sdk::testing::SamplerProperties properties(make, info.capabilities, {.seed = trial.seed, .cases = trial.cases});
  for (PropertyResult& result : properties.all()) {
    checks.push_back({std::move(result.property), outcome_of(result.outcome), std::move(result.detail)});
  }
  checks.push_back(whole_studies(registry, spec, info, trial));
  return checks;
}

}  // namespace hone::cli
