// SPDX-License-Identifier: MIT
// Non-dominated sorting: which front of several objectives a point lies on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <vector>

namespace hone::sdk {

/// Whether `a` is at least as good as `b` in each of the objectives, all minimised. (It dominates `b` if they differ.)
inline bool weakly_dominates(std::span<const double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

namespace detail {

/// The divide and conquer of Jensen ("Reducing the run-time complexity of multiobjective EAs", IEEE TEC 7, 2003) in the
/// form of Fortin, Grenier and Parizeau ("Generalizing the improved run-time complexity algorithm for non-dominated
/// sorting", GECCO 2013), which allows equal coordinates: O(n log n) for two objectives, O(n log^(m-1) n) for m.
///
/// Works on distinct points in lexicographic order, by their indices.
class NondominatedSorter {
 public:
  /// @param points  distinct, ascending lexicographically, one after another
  NondominatedSorter(std::span<const double> points, std::size_t objectives)
      : points_(points), objectives_(objectives), ranks_(points.size() / objectives, 0) {}

  std::vector<std::uint32_t> run() {
    Indices all(ranks_.size());
    std::iota(all.begin(), all.end(), 0u);
    sort_within(all, objectives_);
    return std::move(ranks_);
  }

 private:
  using Indices = std::vector<std::uint32_t>;

  double at(std::uint32_t point, std::size_t objective) const { return points_[point * objectives_ + objective]; }

  bool covers(std::uint32_t a, std::uint32_t b, std::size_t objectives) const {
    return weakly_dominates(points_.subspan(a * objectives_, objectives), points_.subspan(b * objectives_, objectives));
  }

  void put_behind(std::uint32_t front, std::uint32_t back) { ranks_[back] = std::max(ranks_[back], ranks_[front] + 1); }

  // Settles the ranks within a set that is equal in all objectives from `k` on.
  void sort_within(const Indices& set, std::size_t k) {
    if (set.size() < 2) return;
    if (set.size() == 2) {
      if (covers(set[0], set[1], k)) put_behind(set[0], set[1]);
      return;
    }
    if (k <= 2) {
      sweep_within(set, k);
      return;
    }
    const auto [least, greatest] = std::ranges::minmax(set, {}, [&](std::uint32_t i) { return at(i, k - 1); });
    if (at(least, k - 1) == at(greatest, k - 1)) {
      sort_within(set, k - 1);
      return;
    }
    const auto [low, high] = split(set, k - 1, border(set, {}, k - 1));
    sort_within(low, k);
    sort_across(low, high, k - 1);
    sort_within(high, k);
  }

  // Settles what a finished set `low`, which is no worse in all objectives from `k` on and better in one, does to
  // `high`.
  void sort_across(const Indices& low, const Indices& high, std::size_t k) {
    if (low.empty() || high.empty()) return;
    if (low.size() == 1 || high.size() == 1) {
      for (const std::uint32_t h : high) {
        for (const std::uint32_t l : low) {
          if (covers(l, h, k)) put_behind(l, h);
        }
      }
      return;
    }
    if (k <= 2) {
      sweep_across(low, high, k);
      return;
    }
    const auto value = [&](std::uint32_t i) { return at(i, k - 1); };
    const auto [low_least, low_greatest] = std::ranges::minmax(low, {}, value);
    const auto [high_least, high_greatest] = std::ranges::minmax(high, {}, value);
    if (value(low_greatest) <= value(high_least)) {
      sort_across(low, high, k - 1);
    } else if (value(low_least) <= value(high_greatest)) {
      const Border cut = border(low, high, k - 1);
      const auto [low_low, low_high] = split(low, k - 1, cut);
      const auto [high_low, high_high] = split(high, k - 1, cut);
      sort_across(low_low, high_low, k);
      sort_across(low_low, high_high, k - 1);
      sort_across(low_high, high_high, k);
    }
  }

  // A value, and whether what equals it belongs to the lower side.
  struct Border {
    double value;
    bool inclusive;
  };

  // The median of both sets, with the side for what equals it that divides them better. Both sides get something when
  // not all are equal.
  Border border(const Indices& a, const Indices& b, std::size_t objective) const {
    std::vector<double> values;
    values.reserve(a.size() + b.size());
    for (const std::uint32_t i : a) values.push_back(at(i, objective));
    for (const std::uint32_t i : b) values.push_back(at(i, objective));
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    const double median = *middle;
    const auto less = static_cast<std::size_t>(std::ranges::count_if(values, [&](double v) { return v < median; }));
    const auto greater = static_cast<std::size_t>(std::ranges::count_if(values, [&](double v) { return v > median; }));
    return {median, greater > less};
  }

  std::pair<Indices, Indices> split(const Indices& set, std::size_t objective, const Border& cut) const {
    std::pair<Indices, Indices> sides;
    for (const std::uint32_t i : set) {
      const double v = at(i, objective);
      (v < cut.value || (cut.inclusive && v == cut.value) ? sides.first : sides.second).push_back(i);
    }
    return sides;
  }

  // The points swept so far, as the second objective with the highest rank up to it: both ascend.
  class Staircase {
   public:
    void add(double second, std::uint32_t rank) {
      auto next = steps_.upper_bound(second);
      if (next != steps_.begin() && std::prev(next)->second >= rank) return;
      while (next != steps_.end() && next->second <= rank) next = steps_.erase(next);
      steps_.insert_or_assign(second, rank);
    }
    /// One more than the highest rank of a point that is no worse; 0 if there is none.
    std::uint32_t rank_behind(double second) const {
      const auto next = steps_.upper_bound(second);
      return next == steps_.begin() ? 0 : std::prev(next)->second + 1;
    }

   private:
    std::map<double, std::uint32_t> steps_;
  };

  double second(std::uint32_t point, std::size_t k) const { return k < 2 ? 0.0 : at(point, 1); }

  void sweep_within(const Indices& set, std::size_t k) {
    Staircase staircase;
    for (const std::uint32_t i : set) {
      ranks_[i] = std::max(ranks_[i], staircase.rank_behind(second(i, k)));
      staircase.add(second(i, k), ranks_[i]);
    }
  }

  void sweep_across(const Indices& low, const Indices& high, std::size_t k) {
    Staircase staircase;
    auto next = low.begin();
    for (const std::uint32_t h : high) {
      for (; next != low.end() && at(*next, 0) <= at(h, 0); ++next) staircase.add(second(*next, k), ranks_[*next]);
      ranks_[h] = std::max(ranks_[h], staircase.rank_behind(second(h, k)));
    }
  }

  std::span<const double> points_;
  std::size_t objectives_;
  std::vector<std::uint32_t> ranks_;
};

}  // namespace detail

/// The indices of points, one after another in `points`, in ascending lexicographic order; equal ones by index.
inline std::vector<std::uint32_t> lexicographic_order(std::span<const double> points, std::size_t objectives) {
  std::vector<std::uint32_t> order(points.size() / objectives);
  std::iota(order.begin(), order.end(), 0u);
  const auto row = [&](std::uint32_t i) { return points.subspan(i * objectives, objectives); };
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto x = row(a);
    const auto y = row(b);
    for (std::size_t i = 0; i < objectives; ++i) {
      if (x[i] != y[i]) return x[i] < y[i];
    }
    return a < b;
  });
  return order;
}

/// The rank of each point: 0 for those that no other dominates, 1 for those that only points of rank 0 dominate, and so
/// on. Equal points have equal ranks.
/// @param points      one after another, each with `objectives` coordinates that are minimised; no NaN
inline std::vector<std::uint32_t> nondominated_ranks(std::span<const double> points, std::size_t objectives) {
  const std::vector<std::uint32_t> order = lexicographic_order(points, objectives);
  std::vector<double> distinct;
  distinct.reserve(points.size());
  std::vector<std::uint32_t> which(order.size());  // by point: its place among the distinct ones
  std::size_t count = 0;
  for (const std::uint32_t i : order) {
    const auto point = points.subspan(i * objectives, objectives);
    if (count == 0 ||
        !std::equal(point.begin(), point.end(), distinct.end() - static_cast<std::ptrdiff_t>(objectives))) {
      distinct.insert(distinct.end(), point.begin(), point.end());
      ++count;
    }
    which[i] = static_cast<std::uint32_t>(count - 1);
  }
  const std::vector<std::uint32_t> ranks = detail::NondominatedSorter(distinct, objectives).run();
  std::vector<std::uint32_t> result(order.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = ranks[which[i]];
  return result;
}

/// The fronts: by rank the indices of its points, ascending.
inline std::vector<std::vector<std::size_t>> fronts_of(std::span<const std::uint32_t> ranks) {
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] >= fronts.size()) fronts.resize(ranks[i] + 1);
    fronts[ranks[i]].push_back(i);
  }
  return fronts;
}

}  // namespace hone::sdk
