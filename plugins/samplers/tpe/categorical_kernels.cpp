// SPDX-License-Identifier: MIT
#include "categorical_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <hone/sdk/portable_math.hpp>

namespace tpe {

namespace portable = hone::sdk::portable;

CategoricalKernels::CategoricalKernels(std::size_t choice_count, std::vector<double> distance)
    : choices(choice_count), distances(std::move(distance)) {
  for (std::size_t row = 0; row < distances.size(); row += choices) {
    const auto first = distances.begin() + static_cast<std::ptrdiff_t>(row);
    const auto last = first + static_cast<std::ptrdiff_t>(choices);
    const double greatest = *std::max_element(first, last);
    // Choices that are all at the same place are one.
    if (greatest > 0.0) std::transform(first, last, first, [greatest](double d) { return d / greatest; });
  }
}

std::uint32_t CategoricalKernels::choice_of(double value) const {
  // Also where there were more choices once.
  return value < static_cast<double>(choices) ? static_cast<std::uint32_t>(value) : none();
}

void CategoricalKernels::assign(std::vector<std::uint32_t> by_slot) {
  observed = std::move(by_slot);
  present = observed.size() - static_cast<std::size_t>(std::ranges::count(observed, none()));
}

void CategoricalKernels::insert(std::size_t slot, std::uint32_t choice) {
  observed.insert(observed.begin() + static_cast<std::ptrdiff_t>(slot), choice);
  present += choice == none() ? 0 : 1;
}

void CategoricalKernels::erase(std::size_t slot) {
  present -= observed[slot] == none() ? 0 : 1;
  observed.erase(observed.begin() + static_cast<std::ptrdiff_t>(slot));
}

double CategoricalKernels::probability(std::size_t about, std::size_t choice) const {
  if (about == none()) return 1.0 / static_cast<double>(choices);
  if (!distances.empty()) return probabilities_[about * choices + choice];
  return about == choice ? match : other;
}

void CategoricalKernels::refresh(double prior_weight, bool prior) {
  const auto kernels = static_cast<double>(std::max<std::size_t>(1, present + (prior ? 1 : 0)));
  const auto count = static_cast<double>(choices);
  const double share = prior_weight / kernels;
  const double sum = 1.0 + share * count;
  match = (1.0 + share) / sum;
  other = share / sum;
  double greatest = match;
  if (!distances.empty()) {
    // A prior without weight would make them infinitely steep.
    const double steepness =
        std::clamp(portable::log(kernels / prior_weight) * portable::log(count) / portable::log(6.0), 0.0, 700.0);
    probabilities_.resize(distances.size());
    greatest = 0.0;
    for (std::size_t row = 0; row < distances.size(); row += choices) {
      double total = 0.0;
      for (std::size_t i = row; i < row + choices; ++i) {
        // Never nothing: a choice that no kernel reaches could not be compared.
        probabilities_[i] = std::max(1e-300, portable::exp(-distances[i] * distances[i] * steepness));
        total += probabilities_[i];
      }
      for (std::size_t i = row; i < row + choices; ++i) {
        probabilities_[i] /= total;
        greatest = std::max(greatest, probabilities_[i]);
      }
    }
  }
  log_greatest = portable::log(greatest);
  penalties.resize(choices * (choices + 1));
  for (std::size_t choice = 0; choice < choices; ++choice) {
    for (std::size_t about = 0; about <= choices; ++about) {
      penalties[choice * (choices + 1) + about] = portable::log(probability(about, choice)) - log_greatest;
    }
  }
}

double CategoricalKernels::draw(std::uint32_t about, double v) const {
  const auto count = static_cast<double>(choices);
  if (about != none() && !distances.empty()) {
    double below = 0.0;
    for (std::size_t choice = 0; choice + 1 < choices; ++choice) {
      below += probabilities_[about * choices + choice];
      if (v < below) return static_cast<double>(choice);
    }
    return count - 1.0;
  }
  // The kernel is a uniform choice with probability choices * other, and its own choice else.
  const double uniform_part = about == none() ? 1.0 : count * other;
  return v < uniform_part ? std::min(std::floor(v / uniform_part * count), count - 1.0) : about;
}

}  // namespace tpe
