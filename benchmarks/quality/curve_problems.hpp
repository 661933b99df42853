// SPDX-License-Identifier: MIT
// What curves_hone trains on: learning curves of one seed, and those that examples/digits has drawn. The same as
// curve_problems.py, number for number.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <hone/hone.hpp>

namespace curves {

// Uniform in [0, 1), by splitmix64.
inline double uniform(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t z = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + c * 0x94D049BB133111EBULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/// A program that is trained for some epochs and reports its loss after each.
class Problem {
 public:
  virtual ~Problem() = default;
  /// Suggests the parameters.
  virtual std::array<double, 6> point(hone::Trial& trial) const = 0;
  /// Without noise.
  virtual double loss(const std::array<double, 6>& point, int epoch) const = 0;
  virtual double noise(std::int64_t, int) const { return 0.0; }

  int epochs = 0;
  double target = 0.0;  ///< the loss to come to: of generated curves within 1 % of the best
};

/// Four real parameters and a choice; each seed has one of four traits and its own optimum. Training begins at the loss
/// of chance, 1, and falls to what the parameters allow, half exponentially and half by a power of the epoch.
class Generated final : public Problem {
 public:
  enum Trait { crossing, noisy, late, diverging };

  explicit Generated(std::uint64_t seed) : seed_(seed), trait_(static_cast<Trait>(seed % 4)) {
    epochs = 81;
    for (std::uint64_t i = 0; i < 4; ++i) optimum_[i] = 0.2 + 0.6 * uniform(seed, 1, i);
    // Slow ones end best, so they are behind for long.
    if (trait_ == crossing) optimum_[0] = 0.1 + 0.25 * uniform(seed, 1, 0);
    best_kind_ = std::floor(3.0 * uniform(seed, 1, 4));
    double best = loss({optimum_[0], optimum_[1], optimum_[2], optimum_[3], best_kind_, 0.0}, epochs);
    for (std::uint64_t i = 0; i < 20000; ++i) {
      const auto at = [&](std::uint64_t j) { return uniform(seed, 2, 5 * i + j); };
      best = std::min(best, loss({at(0), at(1), at(2), at(3), std::floor(3.0 * at(4)), 0.0}, epochs));
    }
    target = best + 0.01 * (1.0 - best);
  }

  std::array<double, 6> point(hone::Trial& trial) const override {
    const double rate = trial.suggest_float("rate", 0.0, 1.0);
    const double width = trial.suggest_float("width", 0.0, 1.0);
    const double decay = trial.suggest_float("decay", 0.0, 1.0);
    const double dropout = trial.suggest_float("dropout", 0.0, 1.0);
    const std::vector<hone::Choice> kinds{std::int64_t{0}, std::int64_t{1}, std::int64_t{2}};
    const auto kind = std::get<std::int64_t>(trial.suggest_categorical("kind", kinds));
    return {rate, width, decay, dropout, static_cast<double>(kind), 0.0};
  }

  double loss(const std::array<double, 6>& point, int epoch) const override {
    const auto& [rate, width, decay, dropout, kind, unused] = point;
    const auto square = [](double x) { return x * x; };
    const double worse = 5.0 * square(rate - optimum_[0]) + 1.5 * square(width - optimum_[1]) +
                         0.5 * square(decay - optimum_[2]) + 0.25 * square(dropout - optimum_[3]) +
                         (kind == best_kind_ ? 0.0 : 0.1);
    const double end = 0.1 + 0.9 * worse / (1.0 + worse);
    const double tau = 1.5 * std::pow(10.0, (trait_ == crossing ? 1.2 : 0.6) * (1.0 - rate));
    const double delay = trait_ == late ? 12.0 * std::max(0.0, dropout - 0.25) : 0.0;
    const double time = std::max(0.0, epoch - delay) / tau;
    const double left = 0.5 * std::exp(-time) + 0.5 / square(1.0 + time);
    const bool diverges = trait_ == diverging && rate > optimum_[0] + 0.15;
    return end + (1.0 - end) * left + (diverges ? 0.02 * std::max(0, epoch - 5) : 0.0);
  }

  // A part that a trial has throughout, and one of each epoch.
  double noise(std::int64_t trial, int epoch) const override {
    const auto number = static_cast<std::uint64_t>(trial);
    const double own = uniform(seed_, 3, number * 100) - 0.5;
    const double now = uniform(seed_, 3, number * 100 + static_cast<std::uint64_t>(epoch)) - 0.5;
    return (trait_ == noisy ? 0.04 : 0.01) * (own + 2.0 * now);
  }

 private:
  std::uint64_t seed_;
  Trait trait_;
  std::array<double, 4> optimum_{};
  double best_kind_ = 0.0;
};

/// examples/digits, on a grid, from digits_curves.txt; the loss is the share of images that are not recognised.
class Digits final : public Problem {
 public:
  explicit Digits(const std::string& file) {
    epochs = 27;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line.front() == '#') continue;
      const auto digit = [&](std::size_t i) { return line.at(i) <= '9' ? line.at(i) - '0' : line.at(i) - 'a' + 10; };
      for (std::size_t i = 0; i < 27; ++i) losses_.push_back(1.0 - (32 * digit(2 * i) + digit(2 * i + 1)) / 599.0);
    }
    if (losses_.size() != 2808 * 27) throw hone::ConfigError(file + ": there must be 2808 curves");
    target = 12.5 / 599.0;  // as one network in 100 comes to
  }

  std::array<double, 6> point(hone::Trial& trial) const override {
    const auto choice = [&](const char* name, std::int64_t count) {
      std::vector<hone::Choice> choices;
      for (std::int64_t i = 0; i < count; ++i) choices.emplace_back(i);
      return static_cast<double>(std::get<std::int64_t>(trial.suggest_categorical(name, choices)));
    };
    const auto whole = [&](const char* name, std::int64_t count) {
      return static_cast<double>(trial.suggest_int(name, 0, count - 1));
    };
    const double optimizer = choice("optimizer", 3);
    const double activation = choice("activation", 3);
    const double lr = whole("lr", 13);
    const double hidden = whole("hidden", 4);
    const double batch = whole("batch", 3);
    return {optimizer, activation, lr, hidden, batch, whole("dropout", 2)};
  }

  double loss(const std::array<double, 6>& p, int epoch) const override {
    const double row = ((((p[0] * 3 + p[1]) * 13 + p[2]) * 4 + p[3]) * 3 + p[4]) * 2 + p[5];
    return losses_[static_cast<std::size_t>(row) * 27 + static_cast<std::size_t>(epoch - 1)];
  }

 private:
  std::vector<double> losses_;
};

inline std::unique_ptr<Problem> problem(const std::string& name, std::uint64_t seed) {
  if (name == "generated") return std::make_unique<Generated>(seed);
  if (name == "digits") return std::make_unique<Digits>(DIGITS_CURVES);
  throw hone::ConfigError("there is no problem '" + name + "'; generated and digits are known");
}

}  // namespace curves
