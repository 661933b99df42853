// SPDX-License-Identifier: MIT
// Wilcoxon's signed-rank test.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace hone {

/// What the test knows of the differences: their absolute values ranked, ties sharing the mean of their ranks. Twice
/// the ranks, so that they are whole numbers.
struct SignedRanks {
  std::vector<std::size_t> doubled;  ///< of the differences that are not zero
  std::size_t doubled_plus = 0;      ///< the sum over positive differences, and half of that over zeros
  double tie_term = 0.0;             ///< sum of t^3 - t over groups of t ties, zeros among them
  bool tied = false;                 ///< there are ties or zeros
};

/// Ranks of finite differences; zeros are ranked, and their ranks split between both signs ("zsplit").
inline SignedRanks signed_ranks(std::span<const double> differences) {
  std::vector<double> sorted(differences.begin(), differences.end());
  std::ranges::sort(sorted, {}, [](double d) { return std::abs(d); });
  SignedRanks ranks;
  for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    const double size = std::abs(sorted[begin]);
    while (end < sorted.size() && std::abs(sorted[end]) == size) ++end;
    const std::size_t doubled = begin + 1 + end;
    const auto t = static_cast<double>(end - begin);
    ranks.tie_term += t * t * t - t;
    ranks.tied = ranks.tied || end - begin > 1 || size == 0.0;
    if (size == 0.0) {
      // The zeros are the ranks 1 to t; half of their sum, doubled, is t (t + 1) / 2.
      ranks.doubled_plus += end * (end + 1) / 2;
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      ranks.doubled.push_back(doubled);
      if (sorted[i] > 0.0) ranks.doubled_plus += doubled;
    }
  }
  return ranks;
}

/// P(R+ >= the observed) where every sign is as likely as the other: exact, by counting the sums of subsets.
inline double exact_p_greater(const SignedRanks& ranks, std::size_t zeros) {
  const std::size_t of_zeros = zeros * (zeros + 1) / 2;
  const std::size_t observed = ranks.doubled_plus - of_zeros;
  std::vector<double> probability{1.0};
  for (const std::size_t rank : ranks.doubled) {
    std::vector<double> next(probability.size() + rank, 0.0);
    for (std::size_t sum = 0; sum < probability.size(); ++sum) {
      next[sum] += 0.5 * probability[sum];
      next[sum + rank] += 0.5 * probability[sum];
    }
    probability = std::move(next);
  }
  double p = 0.0;
  for (std::size_t sum = probability.size(); sum-- > observed;) p += probability[sum];
  return p;
}

/// The same by the normal approximation, corrected for ties, without a continuity correction. NaN if it has no spread.
inline double normal_p_greater(const SignedRanks& ranks, std::size_t n) {
  const auto count = static_cast<double>(n);
  const double mean = count * (count + 1.0) / 4.0;
  const double variance = (count * (count + 1.0) * (2.0 * count + 1.0) - ranks.tie_term / 2.0) / 24.0;
  const double z = (static_cast<double>(ranks.doubled_plus) / 2.0 - mean) / std::sqrt(variance);
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

/// The p-value of "the differences tend to be positive". Chooses as scipy.stats.wilcoxon(zero_method="zsplit",
/// method="auto") of SciPy 1.17: exact up to 50 differences, or up to 13 where there are ties or zeros.
inline double wilcoxon_p_greater(std::span<const double> differences) {
  const SignedRanks ranks = signed_ranks(differences);
  const std::size_t n = differences.size();
  const bool exact = n <= (ranks.tied ? 13u : 50u);
  return exact ? exact_p_greater(ranks, n - ranks.doubled.size()) : normal_p_greater(ranks, n);
}

}  // namespace hone
