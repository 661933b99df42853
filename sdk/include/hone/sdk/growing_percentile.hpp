// SPDX-License-Identifier: MIT
// A percentile of a multiset that only grows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

namespace hone::sdk {

/// The point between a and b at weight t in [0, 1]: from the nearer end, so that t = 0 gives a and t = 1 gives b
/// exactly. NaN where an infinite end leaves it undefined.
inline double interpolate(double a, double b, double t) {
  if (a == b || t == 0.0) return a;
  const double width = b - a;
  return t < 0.5 ? a + width * t : b - width * (1.0 - t);
}

/// One percentile of a growing multiset of numbers, by linear interpolation between order statistics (type 7 of
/// Hyndman & Fan, "Sample quantiles in statistical packages", 1996; NumPy's default). NaN is left out.
/// Two heaps keep what lies up to the percentile and what lies above it: O(log n) to add, O(1) to ask.
class GrowingPercentile {
 public:
  /// `percentile` in [0, 100].
  explicit GrowingPercentile(double percentile) : quantile_(percentile / 100.0) {}

  void add(double value) {
    if (std::isnan(value)) return;
    // The new value goes to its side; then the border moves to where the larger multiset has it.
    const bool goes_below = !below_.empty() && value < below_.front();
    goes_below ? push<Below>(below_, value) : push<Above>(above_, value);
    const std::size_t wanted = static_cast<std::size_t>(std::floor(rank(size()))) + 1;
    while (below_.size() > wanted) push<Above>(above_, pop<Below>(below_));
    while (below_.size() < wanted) push<Below>(below_, pop<Above>(above_));
  }

  std::size_t size() const { return below_.size() + above_.size(); }

  /// NaN while there is no number.
  double value() const {
    if (below_.empty()) return std::numeric_limits<double>::quiet_NaN();
    if (above_.empty()) return below_.front();
    const double at = rank(size());
    return interpolate(below_.front(), above_.front(), at - std::floor(at));
  }

 private:
  using Below = std::less<>;     // the greatest in front
  using Above = std::greater<>;  // the least in front

  // Where the percentile lies among n sorted numbers, counted from 0.
  double rank(std::size_t n) const { return static_cast<double>(n - 1) * quantile_; }

  template <class Order>
  static void push(std::vector<double>& heap, double value) {
    heap.push_back(value);
    std::push_heap(heap.begin(), heap.end(), Order{});
  }
  template <class Order>
  static double pop(std::vector<double>& heap) {
    std::pop_heap(heap.begin(), heap.end(), Order{});
    const double value = heap.back();
    heap.pop_back();
    return value;
  }

  double quantile_;
  std::vector<double> below_;
  std::vector<double> above_;
};

}  // namespace hone::sdk
