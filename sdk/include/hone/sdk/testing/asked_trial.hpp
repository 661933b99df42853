// SPDX-License-Identifier: MIT
// Asks a sampler for a trial's values as a host does, and says what is wrong with the answer.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <hone/sampler.hpp>
#include <hone/sdk/testing/generated_study.hpp>

namespace hone::sdk::testing {

/// What a sampler does that it must not; the message says where and what was proposed.
class BrokenPromise : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A sampler that says, before the first trial, that it cannot serve the study.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The values of one trial, in the order in which the objective asks for them.
using Proposal = std::vector<FakeTrial::Param>;

/// `float in [0, 1] by 0.1`.
inline std::string described(const Distribution& distribution) {
  using hone::detail::shortest;
  if (const auto* real = std::get_if<FloatDistribution>(&distribution)) {
    return "float in [" + shortest(real->low) + ", " + shortest(real->high) + ']' + (real->log ? ", log" : "") +
           (real->step ? " by " + shortest(*real->step) : "");
  }
  if (const auto* whole = std::get_if<IntDistribution>(&distribution)) {
    return "int in [" + std::to_string(whole->low) + ", " + std::to_string(whole->high) + ']' +
           (whole->log ? ", log" : "") + (whole->step > 1 ? " by " + std::to_string(whole->step) : "");
  }
  return "one of " + std::to_string(std::get<CategoricalDistribution>(distribution).choices.size()) +
         " choices, by index";
}

/// `x = 0.5, kind = 2`, in internal representation.
inline std::string described(const Proposal& proposal) {
  std::string text;
  for (const FakeTrial::Param& p : proposal) {
    text += (text.empty() ? "" : ", ") + p.name + " = " + hone::detail::shortest(p.value);
  }
  return text;
}

inline bool same_values(const Proposal& a, const Proposal& b) {
  return std::ranges::equal(a, b, [](const FakeTrial::Param& p, const FakeTrial::Param& q) {
    return p.name == q.name && p.value == q.value;
  });
}

namespace detail {

// Calls again what ended because a fact was published.
template <class Call>
auto until_settled(Call call) {
  for (;;) {
    try {
      return call();
    } catch (const FactPending&) {
      continue;
    }
  }
}

inline FiniteSamplerExtension* finite(Sampler& sampler) {
  return static_cast<FiniteSamplerExtension*>(sampler.query_extension(FiniteSamplerExtension::id));
}

inline std::map<std::string, double> joint_draw(Sampler& sampler, FakeStudy& study, const TrialView& trial) {
  const std::string where = "in trial " + std::to_string(trial.number()) + ' ';
  const SearchSpace space = until_settled([&] { return sampler.infer_relative_search_space(study, trial); });
  if (space.empty()) return {};
  if (!std::ranges::is_sorted(space, {}, &Parameter::name)) {
    throw BrokenPromise(where + "infer_relative_search_space names parameters that are not in ascending order");
  }
  const std::vector<double> drawn = until_settled([&] { return sampler.sample_relative(study, trial, space); });
  if (drawn.size() != space.size()) {
    throw BrokenPromise(where + "sample_relative returned " + std::to_string(drawn.size()) + " values for " +
                        std::to_string(space.size()) + " parameters");
  }
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    if (std::isnan(drawn[i])) continue;
    if (!contains(*space[i].distribution, drawn[i])) {
      throw BrokenPromise(where + "it proposes " + std::string(space[i].name) + " = " +
                          hone::detail::shortest(drawn[i]) + " (drawn jointly), which is no " +
                          described(*space[i].distribution));
    }
    values[std::string(space[i].name)] = drawn[i];
  }
  return values;
}

}  // namespace detail

/// All values of a trial: drawn together as far as the sampler does and their range is still that one, else alone.
/// @throws Refusal     if the sampler cannot serve such a study, and says so in time
/// @throws BrokenPromise  if a value is none that its parameter can take, or a call does not keep to the interface
inline Proposal ask(Sampler& sampler, FakeStudy& study, const GeneratedStudy& generated, TrialNumber number) {
  try {
    if (auto* extension = detail::finite(sampler)) {
      detail::until_settled([&] { return extension->trials_to_the_end(study); });
    }
  } catch (const std::exception& error) {
    throw Refusal(error.what());
  }
  const TrialView before(number);
  detail::until_settled([&] { sampler.before_trial(study, before); });
  const std::map<std::string, double> together = detail::joint_draw(sampler, study, before);
  std::vector<History::Cell> suggested;
  return generated.assigned([&](const DeclaredParameter& declared) {
    const Parameter parameter = study.parameter(declared.name, declared.distribution);
    const auto drawn = together.find(declared.name);
    double value = first_value(declared.distribution);
    if (!is_single(declared.distribution)) {
      if (drawn != together.end() && contains(declared.distribution, drawn->second)) {
        value = drawn->second;
      } else {
        const TrialView trial(number, suggested);
        value = detail::until_settled([&] { return sampler.sample_independent(study, trial, parameter); });
      }
    }
    if (!contains(declared.distribution, value)) {
      throw BrokenPromise("in trial " + std::to_string(number) + " it proposes " + declared.name + " = " +
                          hone::detail::shortest(value) + ", which is no " + described(declared.distribution));
    }
    suggested.push_back({parameter.id, parameter.distribution_id, value});
    return value;
  });
}

/// Runs trials `first` to `last` - 1: each is made known, asked for, pending for a while, and ends as the study says.
/// Calls `see(number, proposal)` between the draw and the start.
template <class See>
void play(Sampler& sampler, FakeStudy& study, const GeneratedStudy& generated, TrialNumber first, TrialNumber last,
          See see) {
  std::multimap<TrialNumber, std::pair<TrialNumber, FakeTrial>> running;  // by the trial before which they end
  for (TrialNumber number = first; number < last; ++number) {
    for (auto done = running.begin(); done != running.end() && done->first <= number; done = running.erase(done)) {
      study.add(done->second.first, done->second.second);
    }
    study.claim(number);
    const Proposal proposal = ask(sampler, study, generated, number);
    see(number, proposal);
    FakeTrial trial = generated.ended(number, proposal);
    const TrialNumber length = 1 + (number * 7 + 3) % generated.most_pending();
    FakeTrial begun{.state = TrialState::running, .params = proposal};
    study.add(number, begun);
    running.emplace(number + length, std::pair(number, std::move(trial)));
  }
  for (const auto& [end, trial] : running) study.add(trial.first, trial.second);
}

}  // namespace hone::sdk::testing
