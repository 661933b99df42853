// SPDX-License-Identifier: MIT
// The boxes tile what is not dominated, and are few.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/hypervolume.hpp>

#include "box_decomposition.hpp"

using namespace gp;

namespace {

// Points in the unit cube; with `grid` they share many coordinates.
std::vector<double> random_points(std::size_t count, std::size_t objectives, hone::RandomStream& random, bool grid) {
  std::vector<double> points(count * objectives);
  for (double& y : points) y = grid ? static_cast<double>(random.below(5)) / 4.0 : random.uniform();
  return points;
}

// None dominates another: on the sphere.
std::vector<double> front_points(std::size_t count, std::size_t objectives, hone::RandomStream& random) {
  std::vector<double> points = random_points(count, objectives, random, false);
  for (std::size_t i = 0; i < points.size(); i += objectives) {
    double square = 0.0;
    for (std::size_t k = 0; k < objectives; ++k) square += points[i + k] * points[i + k];
    for (std::size_t k = 0; k < objectives; ++k) points[i + k] /= std::sqrt(square);
  }
  return points;
}

bool dominated(const std::vector<double>& points, const std::vector<double>& y) {
  for (std::size_t i = 0; i < points.size(); i += y.size()) {
    bool all = true;
    for (std::size_t k = 0; k < y.size(); ++k) all = all && points[i + k] >= y[k];
    if (all) return true;
  }
  return false;
}

std::size_t boxes_around(const std::vector<Box>& boxes, const std::vector<double>& y) {
  return static_cast<std::size_t>(std::ranges::count_if(boxes, [&](const Box& box) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (y[k] < box.lower[k] || y[k] >= box.upper[k]) return false;
    }
    return true;
  }));
}

// Below the corner (2, ..., 2).
double volume(const std::vector<Box>& boxes, std::size_t objectives) {
  double sum = 0.0;
  for (const Box& box : boxes) {
    double product = 1.0;
    for (std::size_t k = 0; k < objectives; ++k) product *= std::min(box.upper[k], 2.0) - box.lower[k];
    sum += product;
  }
  return sum;
}

}  // namespace

TEST_CASE("Boxes are disjoint and cover exactly what is not dominated", "[gp]") {
  hone::RandomStream random(1, 2, "boxes");
  for (std::size_t objectives = 1; objectives <= most_objectives; ++objectives) {
    for (const bool grid : {false, true}) {
      for (const std::size_t count : {0U, 1U, 2U, 7U, 30U}) {
        CAPTURE(objectives, grid, count);
        const std::vector<double> points = random_points(count, objectives, random, grid);
        const std::vector<double> reference(objectives, 0.1);
        const std::vector<Box> boxes = nondominated_boxes(points, reference);

        std::vector<double> minimised;
        for (const double y : points) minimised.push_back(-y);
        const double dominated_volume =
            hone::sdk::hypervolume(minimised, std::vector<double>(objectives, -reference[0]));
        CHECK(volume(boxes, objectives) ==
              Approx(std::pow(1.9, static_cast<double>(objectives)) - dominated_volume).epsilon(1e-12));

        for (int i = 0; i < 200; ++i) {
          std::vector<double> y(objectives);
          for (double& coordinate : y) coordinate = 0.1 + 1.1 * random.uniform();
          REQUIRE(boxes_around(boxes, y) == (dominated(points, y) ? 0 : 1));
        }
      }
    }
  }
}

TEST_CASE("There are n + 1 boxes in the plane and at most 2 n + 1 in space", "[gp]") {
  hone::RandomStream random(3, 4, "boxes");
  for (const std::size_t count : {1U, 5U, 40U, 150U}) {
    const std::vector<double> flat = front_points(count, 2, random);
    CHECK(nondominated_boxes(flat, std::vector<double>(2, 0.0)).size() == count + 1);
    const std::vector<double> spatial = front_points(count, 3, random);
    CHECK(nondominated_boxes(spatial, std::vector<double>(3, 0.0)).size() <= 2 * count + 1);
  }
}

TEST_CASE("Boxes do not depend on the order of the points, on doublets or on dominated points", "[gp]") {
  hone::RandomStream random(5, 6, "boxes");
  for (std::size_t objectives = 1; objectives <= most_objectives; ++objectives) {
    const std::vector<double> points = front_points(12, objectives, random);
    const std::vector<double> reference(objectives, -0.5);
    std::vector<double> other;
    for (std::size_t i = points.size(); i > 0; i -= objectives) {
      other.insert(other.end(), points.begin() + static_cast<std::ptrdiff_t>(i - objectives),
                   points.begin() + static_cast<std::ptrdiff_t>(i));
    }
    other.insert(other.end(), points.begin(), points.begin() + static_cast<std::ptrdiff_t>(objectives));
    other.insert(other.end(), objectives, -0.25);
    CHECK(nondominated_boxes(points, reference) == nondominated_boxes(other, reference));
  }
}

TEST_CASE("What a further point dominates can be taken away from boxes", "[gp]") {
  hone::RandomStream random(7, 8, "boxes");
  for (std::size_t objectives = 1; objectives <= most_objectives; ++objectives) {
    for (const bool grid : {false, true}) {
      std::vector<double> points = random_points(8, objectives, random, grid);
      const std::vector<double> reference(objectives, 0.1);
      std::vector<Box> boxes = nondominated_boxes(points, reference);
      for (int i = 0; i < 5; ++i) {
        const std::vector<double> point = random_points(1, objectives, random, grid);
        boxes = without_dominated(boxes, point);
        points.insert(points.end(), point.begin(), point.end());
      }
      CHECK(volume(boxes, objectives) ==
            Approx(volume(nondominated_boxes(points, reference), objectives)).epsilon(1e-12));
      for (int i = 0; i < 200; ++i) {
        std::vector<double> y(objectives);
        for (double& coordinate : y) coordinate = 0.1 + 1.1 * random.uniform();
        REQUIRE(boxes_around(boxes, y) == (dominated(points, y) ? 0 : 1));
      }
    }
  }
}

TEST_CASE("Boxes are kept as long as the order of the front's coordinates is the same", "[gp]") {
  hone::RandomStream random(9, 10, "boxes");
  for (std::size_t objectives = 1; objectives <= most_objectives; ++objectives) {
    KeptBoxes kept;
    const std::vector<double> reference(objectives, -0.1);
    CHECK(kept.of({}, reference) == nondominated_boxes({}, reference));
    std::vector<double> points = front_points(10, objectives, random);
    CHECK(kept.of(points, reference) == nondominated_boxes(points, reference));
    CHECK(kept.decompositions() == 2);
    // Another scale, another order of the points.
    std::rotate(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(objectives), points.end());
    for (double& y : points) y = 3.0 * y * y + 1.0;
    const std::vector<double> other(objectives, 0.5);
    CHECK(kept.of(points, other) == nondominated_boxes(points, other));
    CHECK(kept.decompositions() == 2);
    for (std::size_t k = 0; k < objectives; ++k) points.push_back(k == 0 ? 5.0 : 1.1);
    CHECK(kept.of(points, other) == nondominated_boxes(points, other));
    CHECK(kept.decompositions() == 3);
  }
}

TEST_CASE("Without points there is one box, from the reference point on", "[gp]") {
  const std::vector<Box> boxes = nondominated_boxes({}, std::vector<double>{-1.0, -infinity});
  REQUIRE(boxes.size() == 1);
  CHECK(boxes[0].lower == std::array<double, 4>{-1.0, -infinity, 0.0, 0.0});
  CHECK(boxes[0].upper == std::array<double, 4>{infinity, infinity, 0.0, 0.0});
}

TEST_CASE("Five objectives are refused", "[gp]") {
  CHECK_THROWS_WITH(nondominated_boxes({}, std::vector<double>(5, 0.0)), Catch::Contains("5 objectives"));
}
