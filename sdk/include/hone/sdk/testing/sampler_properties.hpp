// SPDX-License-Identifier: MIT
// What every sampler promises, tried on a sampler: `hone plugin check` and the samplers' own tests run the same.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <hone/sdk/testing/asked_trial.hpp>

namespace hone::sdk::testing {

struct PropertyResult {
  enum class Outcome { passed, failed, skipped };
  std::string property;
  Outcome outcome = Outcome::passed;
  std::string detail;  ///< what was proposed, and the seed to get it again; why it was skipped; what was measured
};

struct PropertyOptions {
  std::uint64_t seed = 1;                   ///< of the first case; the next ones count on from it
  std::uint64_t cases = 8;                  ///< generated studies a property
  std::optional<std::size_t> objectives{};  ///< nothing: 1 to 3 if the plugin can
  TrialNumber trials = 60;                  ///< trials a study
  TrialNumber long_history = 200000;        ///< trials of the longest history; 0 leaves the property out
  double bytes_a_trial = 800.0;  ///< of the longest history that a sampler may keep: twice the history's own share
};

/// Builds the sampler that is tried, afresh at each call.
using SamplerFactory = std::function<std::shared_ptr<Sampler>(std::span<const Direction>, std::uint64_t seed)>;

/// The properties of one sampler. Each tries `cases` generated studies and stops at the first that breaks it.
class SamplerProperties {
 public:
  SamplerProperties(SamplerFactory make, std::uint64_t capabilities, PropertyOptions options = {})
      : make_(std::move(make)), capabilities_(capabilities), options_(options) {}

  std::vector<PropertyResult> all() {
    return {in_range(),          repeatable(),    derivable_afresh(),        free_of_arrival(),
            serves_any_trials(), serves_change(), different_while_pending(), bounded_memory()};
  }

  /// Inside their distribution, on its grid, of its type.
  PropertyResult in_range() {
    return tried("proposals are possible values of their parameters", [this](const GeneratedStudy& generated) {
      FakeStudy study = generated.begin();
      play(*make(generated), study, generated, 0, options_.trials, [](TrialNumber, const Proposal&) {});
    });
  }

  PropertyResult repeatable() {
    return tried_if_pure("the same seed and history propose the same", [this](const GeneratedStudy& generated) {
      std::vector<Proposal> first;
      FakeStudy study = generated.begin();
      play(*make(generated), study, generated, 0, options_.trials,
           [&](TrialNumber, const Proposal& proposal) { first.push_back(proposal); });
      FakeStudy again = generated.begin();
      play(*make(generated), again, generated, 0, options_.trials, [&](TrialNumber number, const Proposal& proposal) {
        expect_same(number, "one study", first[static_cast<std::size_t>(number)], "the same again", proposal);
      });
    });
  }

  PropertyResult derivable_afresh() {
    return tried_if_pure("a fresh instance proposes the same", [this](const GeneratedStudy& generated) {
      FakeStudy study = generated.begin();
      play(*make(generated), study, generated, 0, options_.trials, [&](TrialNumber number, const Proposal& proposal) {
        if (number % 5 != 4) return;
        expect_same(number, "the instance that lived through the study", proposal, "a fresh one",
                    ask(*make(generated), study, generated, number));
      });
    });
  }

  /// Trials that end in another order; and, for a sampler that publishes nothing, calls in between. (What it publishes
  /// rests on what was seen when.)
  PropertyResult free_of_arrival() {
    return tried_if_pure("the order of arrival changes nothing", [this](const GeneratedStudy& generated) {
      const bool publishes = publishes_in_blocks(generated, /*ask_between=*/false);
      if (!publishes) publishes_in_blocks(generated, /*ask_between=*/true);
    });
  }

  /// Whole histories of one state, reports that are NaN and values that are infinite.
  PropertyResult serves_any_trials() {
    return tried("any mix of failed, pruned, running, infinite and NaN trials is served", [this](const GeneratedStudy&
                                                                                                     generated) {
      for (const TrialState state : {TrialState::fail, TrialState::pruned, TrialState::running, TrialState::complete}) {
        FakeStudy study = generated.begin();
        for (TrialNumber number = 0; number < 40; ++number) {
          study.add(number, extreme_trial(generated, state, number));
        }
        ask_for(generated, study, 40, 45);
      }
    });
  }

  PropertyResult serves_change() {
    return tried("a space that changes is served", [this](GeneratedStudy generated) {
      if (generated.is_declared()) return;
      FakeStudy study = generated.begin();
      const auto sampler = make(generated);
      const auto nothing = [](TrialNumber, const Proposal&) {};
      play(*sampler, study, generated, 0, options_.trials / 2, nothing);
      if (has(capabilities_, Capability::ends)) return;  // what is exhausted must not change
      generated.change_space();
      play(*sampler, study, generated, options_.trials / 2, options_.trials, nothing);
    });
  }

  PropertyResult different_while_pending() {
    return tried("50 pending trials have 50 different points", [this](const GeneratedStudy& generated) {
      for (const TrialNumber finished : {TrialNumber{0}, options_.trials}) {
        FakeStudy study = generated.begin();
        const auto sampler = make(generated);
        play(*sampler, study, generated, 0, finished, [](TrialNumber, const Proposal&) {});
        std::map<std::string, TrialNumber> seen;
        for (TrialNumber number = finished; number < finished + 50; ++number) {
          const Proposal proposal = ask(*sampler, study, generated, number);
          const auto [other, is_new] = seen.emplace(described(proposal), number);
          if (!is_new) {
            throw BrokenPromise("trials " + std::to_string(other->second) + " and " + std::to_string(number) +
                                ", which run at the same time, are both " + other->first);
          }
          study.add(number, {.state = TrialState::running, .params = proposal});
        }
      }
    });
  }

  PropertyResult bounded_memory() {
    if (options_.long_history == 0) {
      return {"a long history takes little memory", PropertyResult::Outcome::skipped, "it was not asked for"};
    }
    const std::string property = std::to_string(options_.long_history) + " trials of history take little memory";
    std::string measured;
    PropertyResult result = tried(
        property,
        [&](const GeneratedStudy& generated) {
          FakeStudy study = generated.begin();
          for (TrialNumber number = 0; number < options_.long_history; ++number) {
            study.add(number, generated.ended(number, generated.random_params(number)));
          }
          const double before = resident_bytes();
          const auto start = std::chrono::steady_clock::now();
          const auto sampler = make(generated);
          play(*sampler, study, generated, options_.long_history, options_.long_history + 5,
               [](TrialNumber, const Proposal&) {});
          const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
          const double kept = (resident_bytes() - before) / static_cast<double>(options_.long_history);
          measured = hone::detail::shortest(std::round(kept)) + " bytes a trial, " +
                     hone::detail::shortest(std::round(seconds.count() * 100.0) / 100.0) + " s for 5 proposals";
          if (kept > options_.bytes_a_trial) {
            throw BrokenPromise("it keeps " + measured + ", but may keep " +
                                hone::detail::shortest(options_.bytes_a_trial));
          }
        },
        /*cases=*/1);
    if (result.outcome == PropertyResult::Outcome::passed) result.detail = measured;
    return result;
  }

 private:
  static constexpr TrialNumber block = 12;

  std::shared_ptr<Sampler> make(const GeneratedStudy& generated) const {
    return make_(generated.directions(), generated.seed());
  }

  // Tries the property on generated studies; those with ints, steps and choices alone where others are refused.
  template <class Body>
  PropertyResult tried(std::string property, Body body, std::uint64_t cases = 0) {
    std::string refusal;
    std::uint64_t served = 0;
    for (std::uint64_t seed = options_.seed; seed < options_.seed + (cases != 0 ? cases : options_.cases); ++seed) {
      for (const SpaceKind kind : {SpaceKind::any, SpaceKind::discrete}) {
        try {
          body(GeneratedStudy(seed, kind, capabilities_, options_.objectives));
          ++served;
          break;
        } catch (const Refusal& reason) {
          refusal = reason.what();
        } catch (const std::exception& problem) {
          // A sampler that tries everything learns an undeclared space as it goes.
          if (has(capabilities_, Capability::ends) && kind == SpaceKind::any &&
              !GeneratedStudy(seed, kind, capabilities_, options_.objectives).is_declared()) {
            refusal = problem.what();
            continue;
          }
          return {std::move(property), PropertyResult::Outcome::failed,
                  "seed " + std::to_string(seed) + ": " + problem.what()};
        }
      }
    }
    if (served != 0) return {std::move(property), PropertyResult::Outcome::passed, ""};
    return {std::move(property), PropertyResult::Outcome::skipped, "it refuses every study that was tried: " + refusal};
  }

  template <class Body>
  PropertyResult tried_if_pure(std::string property, Body body) {
    if (!has(capabilities_, Capability::not_pure)) return tried(std::move(property), body);
    return {std::move(property), PropertyResult::Outcome::skipped, "the plugin says that it is not pure"};
  }

  // Two studies that differ in the order in which the trials of a block end. Whether anything was published.
  bool publishes_in_blocks(const GeneratedStudy& generated, bool ask_between) {
    FakeStudy forward = generated.begin();
    FakeStudy shuffled = generated.begin();
    const auto a = make(generated);
    const auto b = make(generated);
    for (TrialNumber start = 0; start + block <= options_.trials; start += block) {
      std::vector<FakeTrial> trials;
      for (TrialNumber number = start; number < start + block; ++number) {
        const Proposal proposal = ask(*a, forward, generated, number);
        expect_same(number, "the study with trials in order", proposal, "that in another order",
                    ask(*b, shuffled, generated, number));
        trials.push_back(generated.ended(number, proposal));
      }
      for (TrialNumber i = 0; i < block; ++i) {
        forward.add(start + i, trials[static_cast<std::size_t>(i)]);
        const TrialNumber other = (i * 7 + 3) % block;
        shuffled.add(start + other, trials[static_cast<std::size_t>(other)]);
        if (ask_between && i % 3 == 0) ask(*b, shuffled, generated, start + block + i);
      }
    }
    return !forward.facts().empty() || !shuffled.facts().empty();
  }

  static void expect_same(TrialNumber number, const char* first, const Proposal& a, const char* second,
                          const Proposal& b) {
    if (same_values(a, b)) return;
    throw BrokenPromise("in trial " + std::to_string(number) + ' ' + first + " has " + described(a) + ", but " +
                        second + " " + described(b));
  }

  void ask_for(const GeneratedStudy& generated, FakeStudy& study, TrialNumber first, TrialNumber last) {
    play(*make(generated), study, generated, first, last, [](TrialNumber, const Proposal&) {});
  }

  // Complete trials are infinite here, pruned ones have NaN as their last report or none at all.
  static FakeTrial extreme_trial(const GeneratedStudy& generated, TrialState state, TrialNumber number) {
    FakeTrial trial{.state = state, .params = generated.random_params(number)};
    if (number % 3 != 0) trial.reports = {{0, 1.0}, {1, std::numeric_limits<double>::quiet_NaN()}};
    if (state != TrialState::complete) return trial;
    const double infinity = std::numeric_limits<double>::infinity();
    trial.values.assign(generated.directions().size(), number % 2 == 0 ? infinity : -infinity);
    return trial;
  }

  static double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double whole = 0.0, resident = 0.0;
    file >> whole >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
  }

  SamplerFactory make_;
  std::uint64_t capabilities_;
  PropertyOptions options_;
};

}  // namespace hone::sdk::testing
