// SPDX-License-Identifier: MIT
#include "box_decomposition.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace gp {

namespace {

using Point = std::array<double, most_objectives>;

bool weakly_dominates(const Point& a, const Point& b, std::size_t objectives) {
  for (std::size_t k = 0; k < objectives; ++k) {
    if (a[k] < b[k]) return false;
  }
  return true;
}

// Adds a point to a set of which none dominates another. Whether the set's boxes change by that.
bool add_to_front(std::vector<Point>& front, const Point& point, std::size_t objectives) {
  for (const Point& other : front) {
    if (weakly_dominates(other, point, objectives)) return false;
  }
  std::erase_if(front, [&](const Point& other) { return weakly_dominates(point, other, objectives); });
  front.push_back(point);
  return true;
}

std::vector<Box> decompose(std::vector<Point> front, const Point& reference, std::size_t objectives);

// Boxes of one objective less, each with the level of the last objective at which it appeared in a sweep downwards.
class Sweep {
 public:
  explicit Sweep(std::size_t last) : last_(last) {}

  // At this level the boxes become these, in ascending order.
  void descend_to(double level, const std::vector<Box>& boxes) {
    std::vector<std::pair<Box, double>> next;
    next.reserve(boxes.size());
    auto before = open_.begin();
    for (const Box& box : boxes) {
      while (before != open_.end() && before->first < box) close(*before++, level);
      const bool remains = before != open_.end() && before->first == box;
      next.emplace_back(box, remains ? (before++)->second : level);
    }
    while (before != open_.end()) close(*before++, level);
    open_ = std::move(next);
  }

  std::vector<Box> finish(double lowest) {
    for (const auto& open : open_) close(open, lowest);
    std::sort(closed_.begin(), closed_.end());
    return std::move(closed_);
  }

 private:
  void close(const std::pair<Box, double>& open, double level) {
    if (!(level < open.second)) return;
    Box box = open.first;
    box.lower[last_] = level;
    box.upper[last_] = open.second;
    closed_.push_back(box);
  }

  std::size_t last_;
  std::vector<std::pair<Box, double>> open_;
  std::vector<Box> closed_;
};

// In ascending order.
std::vector<Box> decompose(std::vector<Point> front, const Point& reference, std::size_t objectives) {
  if (objectives == 0) return front.empty() ? std::vector<Box>{Box{}} : std::vector<Box>{};
  const std::size_t last = objectives - 1;
  std::ranges::sort(front, [&](const Point& a, const Point& b) { return a[last] > b[last]; });
  std::vector<Point> above;  // of the points above the level, those that none of them dominates in the other objectives
  Sweep sweep(last);
  sweep.descend_to(infinity, decompose({}, reference, last));
  for (std::size_t i = 0; i < front.size();) {
    const double level = front[i][last];
    bool changed = false;
    for (; i < front.size() && front[i][last] == level; ++i) changed |= add_to_front(above, front[i], last);
    if (changed) sweep.descend_to(level, decompose(above, reference, last));
  }
  return sweep.finish(reference[last]);
}

}  // namespace

std::vector<Box> nondominated_boxes(std::span<const double> points, std::span<const double> reference) {
  const std::size_t objectives = reference.size();
  if (objectives == 0 || objectives > most_objectives) {
    throw std::invalid_argument("boxes of " + std::to_string(objectives) + " objectives; 1 to " +
                                std::to_string(most_objectives) + " can be decomposed");
  }
  Point lowest{};
  std::ranges::copy(reference, lowest.begin());
  std::vector<Point> front;
  for (std::size_t i = 0; i + objectives <= points.size(); i += objectives) {
    Point point{};
    bool better = true;
    for (std::size_t k = 0; k < objectives; ++k) {
      point[k] = points[i + k];
      better = better && point[k] > reference[k];
    }
    if (better) add_to_front(front, point, objectives);
  }
  return decompose(std::move(front), lowest, objectives);
}

}  // namespace gp
