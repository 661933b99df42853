// SPDX-License-Identifier: MIT
#include "box_decomposition.hpp"

#include <algorithm>
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

std::vector<Box> without_dominated(std::span<const Box> boxes, std::span<const double> point) {
  const std::size_t objectives = point.size();
  std::vector<Box> result;
  for (const Box& box : boxes) {
    bool reached = true;
    for (std::size_t k = 0; k < objectives; ++k) reached = reached && point[k] > box.lower[k];
    if (!reached) {
      result.push_back(box);
      continue;
    }
    // Above the point in objective k, and not above it in those before.
    Box rest = box;
    for (std::size_t k = 0; k < objectives; ++k) {
      if (!(point[k] < box.upper[k])) continue;
      Box above = rest;
      above.lower[k] = rest.upper[k] = point[k];
      result.push_back(above);
    }
  }
  return result;
}

std::vector<Box> KeptBoxes::of(std::span<const double> points, std::span<const double> reference) {
  const std::size_t objectives = reference.size();
  const std::size_t count = points.size() / objectives;
  std::vector<std::vector<double>> levels(objectives);
  for (std::size_t i = 0; i < points.size(); ++i) levels[i % objectives].push_back(points[i]);
  for (std::vector<double>& axis : levels) {
    std::ranges::sort(axis);
    axis.erase(std::ranges::unique(axis).begin(), axis.end());
  }
  std::vector<Point> sorted(count);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::vector<double>& axis = levels[i % objectives];
    sorted[i / objectives][i % objectives] =
        static_cast<double>(std::ranges::lower_bound(axis, points[i]) - axis.begin());
  }
  std::ranges::sort(sorted);
  std::vector<double> places;
  for (const Point& point : sorted)
    places.insert(places.end(), point.begin(), point.begin() + static_cast<std::ptrdiff_t>(objectives));
  if (decompositions_ == 0 || objectives != objectives_ || places != places_) {
    boxes_ = nondominated_boxes(places, std::vector<double>(objectives, -1.0));
    objectives_ = objectives;
    places_ = std::move(places);
    ++decompositions_;
  }
  std::vector<Box> result = boxes_;
  for (Box& box : result) {
    for (std::size_t k = 0; k < objectives; ++k) {
      const double low = box.lower[k];
      box.lower[k] = low < 0.0 ? reference[k] : levels[k][static_cast<std::size_t>(low)];
      if (box.upper[k] < infinity) box.upper[k] = levels[k][static_cast<std::size_t>(box.upper[k])];
    }
  }
  return result;
}

}  // namespace gp
