// SPDX-License-Identifier: MIT
// A population into which trials enter one by one, in the order of their numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <hone/types.hpp>

namespace genetic {

/// A population of fixed size that depends on which trials it was given, not on the order in which they came: for a
/// trial with a lower number than others, these are taken back and enter again behind it. As trials end nearly in the
/// order of their numbers, that is little work.
class SteadyPopulation {
 public:
  explicit SteadyPopulation(std::size_t size) : size_(size) {}

  /// The trials of the population, ascending.
  std::span<const hone::TrialNumber> members() const { return members_; }
  bool is_full() const { return members_.size() == size_; }

  /// Lets a trial enter. `worst(numbers)` gives the place in a list of size + 1 trials of the one that has to go.
  template <class Worst>
  void insert(hone::TrialNumber number, const Worst& worst) {
    std::vector<hone::TrialNumber> later;
    while (!log_.empty() && log_.back().entered > number) {
      later.push_back(log_.back().entered);
      take_back();
    }
    enter(number, worst);
    std::ranges::reverse(later);
    for (const hone::TrialNumber next : later) enter(next, worst);
  }

 private:
  struct Step {
    hone::TrialNumber entered;
    std::optional<hone::TrialNumber> left;
  };

  void put(hone::TrialNumber number) { members_.insert(std::ranges::lower_bound(members_, number), number); }
  void remove(hone::TrialNumber number) { members_.erase(std::ranges::lower_bound(members_, number)); }

  template <class Worst>
  void enter(hone::TrialNumber number, const Worst& worst) {
    put(number);
    Step step{number, std::nullopt};
    if (members_.size() > size_) {
      step.left = members_[worst(std::span<const hone::TrialNumber>(members_))];
      remove(*step.left);
    }
    log_.push_back(step);
  }

  void take_back() {
    const Step step = log_.back();
    log_.pop_back();
    if (step.left) put(*step.left);
    remove(step.entered);
  }

  std::size_t size_;
  std::vector<hone::TrialNumber> members_;
  std::vector<Step> log_;
};

}  // namespace genetic
