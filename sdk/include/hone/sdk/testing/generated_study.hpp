// SPDX-License-Identifier: MIT
// Studies made up from a seed: a space of parameters, directions, and what becomes of each trial.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/sdk/testing/fake_study.hpp>
#include <hone/sdk/uniform_draw.hpp>

namespace hone::sdk::testing {

/// Which parameters a generated space has: all that the sampler models, or ints, steps and choices alone, in few
/// enough combinations to try them all.
enum class SpaceKind { any, discrete };

/// A study that follows from a seed alone. What the capabilities do not claim is left out: choices without
/// `categorical`, conditions without `conditional`, several directions without `multi_objective`, constraints without
/// `constraints`.
class GeneratedStudy {
 public:
  /// `objectives`: so many directions; nothing for 1 to 3.
  GeneratedStudy(std::uint64_t seed, SpaceKind kind, std::uint64_t capabilities,
                 std::optional<std::size_t> objectives = {})
      : seed_(seed) {
    RandomStream random(seed, 0, "generated study");
    is_declared_ = random.below(2) == 0;
    interrupts_ = random.below(2) == 0;
    most_pending_ = 1 + static_cast<TrialNumber>(random.below(8));
    is_constrained_ = has(capabilities, Capability::constraints) && random.below(2) == 0;
    const std::size_t drawn = has(capabilities, Capability::multi_objective) ? 1 + random.below(3) : 1;
    for (std::size_t i = 0; i < objectives.value_or(drawn); ++i) {
      directions_.push_back(random.below(2) == 0 ? Direction::minimize : Direction::maximize);
    }
    // One that every trial has, and that has room for different points.
    const Distribution always = kind == SpaceKind::discrete ? Distribution(IntDistribution{-20, 379})
                                                            : Distribution(FloatDistribution{-2.0, 3.0});
    space_.push_back({"always", always, {}});
    const std::uint64_t count = 1 + random.below(kind == SpaceKind::discrete ? 3 : 8);
    for (std::uint64_t i = 0; i < count; ++i) add_parameter(random, kind, capabilities);
  }

  std::uint64_t seed() const { return seed_; }
  const std::vector<Direction>& directions() const { return directions_; }
  /// Whether the sampler is told the space before the first trial.
  bool is_declared() const { return is_declared_; }
  /// How many trials run at a time.
  TrialNumber most_pending() const { return most_pending_; }
  /// Each parameter after the one that it depends on.
  const DeclaredSpace& space() const { return space_; }

  /// The study before its first trial.
  FakeStudy begin() const {
    FakeStudy study(directions_, seed_);
    if (is_declared_) study.declare(space_);
    study.set_interrupting(interrupts_);
    study.set_workers(most_pending_);
    return study;
  }

  /// From here on the space is another one: ranges move, a parameter goes and one comes. Of a space that is not
  /// declared.
  void change_space() {
    RandomStream random(seed_, 0, "changed space");
    if (space_.size() > 2) space_.erase(space_.begin() + 1);
    std::erase_if(space_, [this](const DeclaredParameter& p) { return !p.when.empty() && !find(p.when[0].parameter); });
    for (DeclaredParameter& parameter : space_) parameter.distribution = moved(parameter.distribution);
    space_.push_back({"new", IntDistribution{0, 9}, {}});
  }

  /// How the trial ends, by its number: mostly complete, with values that tie now and then or are infinite; pruned,
  /// failed, infeasible; or never.
  FakeTrial ended(TrialNumber number, std::vector<FakeTrial::Param> params) const {
    RandomStream random(seed_, number, "fate");
    const double sum = std::round(8.0 * bowl(params)) / 8.0;
    FakeTrial trial;
    trial.params = std::move(params);
    trial.reports = {{0, sum}, {1 + static_cast<std::int64_t>(random.below(5)), sum - 1.0}};
    const std::uint64_t fate = random.below(20);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (fate < 3) {
      trial.state = TrialState::pruned;
      if (fate == 0) trial.reports.emplace_back(9, std::numeric_limits<double>::quiet_NaN());
      if (fate == 1) trial.reports.clear();
    } else if (fate < 5) {
      trial.state = TrialState::fail;
    } else if (fate < 6) {
      trial.state = TrialState::running;
    } else {
      for (std::size_t i = 0; i < directions_.size(); ++i) {
        trial.values.push_back(i % 2 == 0 ? sum : static_cast<double>(i) - sum * random.uniform());
      }
      if (fate == 6) trial.values[random.below(trial.values.size())] = random.below(2) == 0 ? infinity : -infinity;
      if (is_constrained_) trial.constraints = {{"c", random.uniform() - 0.6}, {"d", sum - 2.0}};
    }
    return trial;
  }

  /// The parameters that are active, each drawn at random: a trial that no sampler proposed.
  std::vector<FakeTrial::Param> random_params(TrialNumber number) const {
    RandomStream random(seed_, number, "params");
    return assigned([&random](const DeclaredParameter& p) { return uniform_draw(p.distribution, random); });
  }

  /// Calls `value_of(parameter)` for each parameter that is active given the values before it.
  template <class ValueOf>
  std::vector<FakeTrial::Param> assigned(ValueOf value_of) const {
    std::vector<FakeTrial::Param> params;
    std::map<std::string, Choice> values;
    for (const DeclaredParameter& parameter : space_) {
      const bool active = std::ranges::all_of(parameter.when, [&values](const Condition& condition) {
        const auto found = values.find(condition.parameter);
        return found != values.end() && condition.accepts(found->second);
      });
      if (!active) continue;
      const double value = value_of(parameter);
      params.push_back({parameter.name, parameter.distribution, value});
      values[parameter.name] = to_external(parameter.distribution, value);
    }
    return params;
  }

 private:
  static Distribution generated_number(RandomStream& random, SpaceKind kind) {
    const std::int64_t low = static_cast<std::int64_t>(random.below(21)) - 10;
    const auto width = static_cast<std::int64_t>(random.below(6));  // one value alone now and then
    const double scale = std::pow(10.0, static_cast<double>(random.below(7)) - 3.0);
    switch (random.below(kind == SpaceKind::discrete ? 3 : 6)) {
      case 0: return IntDistribution{low, low + width};
      case 1: return normalized(IntDistribution{low, low + 3 * width, false, 1 + width});
      case 2: return normalized(FloatDistribution{0.0, 0.3 * static_cast<double>(width), false, 0.1});
      case 3: return FloatDistribution{-scale, scale * (1.0 + static_cast<double>(width))};
      case 4: return FloatDistribution{scale * 1e-4, scale, true};
      default: return IntDistribution{1, std::int64_t{2} << (4 * width), true};
    }
  }

  void add_parameter(RandomStream& random, SpaceKind kind, std::uint64_t capabilities) {
    DeclaredParameter parameter{"p" + std::to_string(space_.size()), generated_number(random, kind), {}};
    if (has(capabilities, Capability::categorical) && random.below(4) == 0) {
      std::vector<Choice> choices{std::string("a"), true, std::int64_t{7}, 2.5, std::monostate{}};
      choices.resize(1 + random.below(choices.size()));
      parameter.distribution = CategoricalDistribution{std::move(choices)};
    }
    if (has(capabilities, Capability::conditional) && random.below(3) == 0) {
      const DeclaredParameter& other = space_[random.below(space_.size())];
      const double wanted = uniform_draw(other.distribution, random);
      Condition condition{other.name, {}, wanted, std::numeric_limits<double>::infinity()};
      if (is_categorical(other.distribution)) condition.values = {to_external(other.distribution, wanted)};
      parameter.when.push_back(std::move(condition));
    }
    space_.push_back(std::move(parameter));
  }

  const DeclaredParameter* find(const std::string& name) const {
    const auto found = std::ranges::find(space_, name, &DeclaredParameter::name);
    return found == space_.end() ? nullptr : &*found;
  }

  // Another range of the same kind, which overlaps the old one.
  static Distribution moved(Distribution distribution) {
    if (auto* real = std::get_if<FloatDistribution>(&distribution); real != nullptr && !real->step) {
      real->high = real->low + 0.5 * (real->high - real->low);
    } else if (auto* whole = std::get_if<IntDistribution>(&distribution)) {
      whole->high += whole->step;
      if (whole->high - whole->low > 2 * whole->step) whole->low += whole->step;
    }
    return distribution;
  }

  // A bowl over what the parameters are in the unit interval, each with its optimum elsewhere.
  static double bowl(const std::vector<FakeTrial::Param>& params) {
    double sum = 0.0;
    for (std::size_t i = 0; i < params.size(); ++i) {
      const Distribution& d = params[i].distribution;
      double place = params[i].value;
      if (const auto* real = std::get_if<FloatDistribution>(&d); real != nullptr && real->high > real->low) {
        place = (place - real->low) / (real->high - real->low);
      } else if (const auto* whole = std::get_if<IntDistribution>(&d); whole != nullptr && whole->high > whole->low) {
        place = (place - static_cast<double>(whole->low)) / static_cast<double>(whole->high - whole->low);
      }
      sum += std::abs(place - 0.1 * static_cast<double>(3 + i % 5));
    }
    return sum;
  }

  std::uint64_t seed_;
  std::vector<Direction> directions_;
  DeclaredSpace space_;
  bool is_declared_ = false;
  bool interrupts_ = false;
  bool is_constrained_ = false;
  TrialNumber most_pending_ = 1;
};

}  // namespace hone::sdk::testing
