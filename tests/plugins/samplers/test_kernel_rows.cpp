// SPDX-License-Identifier: MIT
// Kernels in single precision: none that matters is ruled out, few others are left.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <hone/random.hpp>

#include "available_instructions.hpp"
#include "kernel_rows.hpp"

using hone::test::available_instructions;
using tpe::Instructions;
using tpe::KernelRows;

namespace {

constexpr float lowest = std::numeric_limits<float>::lowest();

struct Kernels {
  std::size_t axes;
  std::vector<KernelRows::Kernel> rows;  // [slot][axis]

  std::size_t size() const { return rows.size() / axes; }

  // How far a point is: half of the sum of the squares of its distances in widths.
  double half_square(std::size_t slot, const std::vector<double>& point) const {
    double sum = 0.0;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      const KernelRows::Kernel& kernel = rows[slot * axes + axis];
      const double z = (point[axis] - kernel.mean) * kernel.inverse_width;
      sum += 0.5 * z * z;
    }
    return sum;
  }
};

// Most are of one width, as those of a long history are; the range is [-5, 5], which some means are beyond.
Kernels some_kernels(std::size_t count, std::size_t axes, double inverse_width, std::int64_t key) {
  hone::RandomStream random(1, key, "kernels");
  Kernels kernels{axes, {}};
  for (std::size_t i = 0; i < count * axes; ++i) {
    const double mean = random.uniform() < 0.5 ? 1.0 + 0.4 * random.uniform() : 11.0 * random.uniform() - 5.5;
    kernels.rows.push_back({mean, random.uniform() < 0.02 ? inverse_width * random.uniform() : inverse_width});
  }
  return kernels;
}

KernelRows rows_of(const Kernels& kernels, Instructions instructions) {
  KernelRows result(std::vector<KernelRows::Range>(kernels.axes, {-5.0, 5.0}), tpe::kernel_sift(instructions));
  result.resize(kernels.size());
  for (std::size_t slot = 0; slot < kernels.size(); ++slot) {
    for (std::size_t axis = 0; axis < kernels.axes; ++axis) {
      const KernelRows::Kernel& kernel = kernels.rows[slot * kernels.axes + axis];
      result.set(slot, axis, kernel.mean, kernel.inverse_width);
    }
  }
  return result;
}

// The slots from `first` on whose rough squares are less than `most`.
std::vector<std::uint32_t> sifted(KernelRows& rows, const std::vector<double>& point, std::size_t first, double most) {
  rows.refresh();
  std::vector<std::size_t> axes;
  std::vector<tpe::RoughAxis> points;
  for (std::size_t axis = 0; axis < rows.axes(); ++axis) {
    axes.push_back(axis);
    points.push_back({axis, rows.rough_point(axis, point[axis])});
  }
  std::vector<float> at_zero(rows.rough_size(), lowest);
  for (std::size_t slot = 0; slot < rows.size(); ++slot) {
    at_zero[slot] = static_cast<float>(-rows.rough_square(slot, axes));
  }
  std::vector<std::uint32_t> slots(rows.rough_size());
  slots.resize(rows.sift(at_zero, points, first, rows.size(), static_cast<float>(-most), slots.data()));
  return slots;
}

}  // namespace

TEST_CASE("every kernel that is near is found, and none that is far, with every set of instructions") {
  for (const std::size_t count : {1, 31, 32, 33, 500}) {
    for (const std::size_t axes : {2, 12, 48}) {
      for (const double inverse_width : {0.1, 10.0, 90.0, 500.0}) {
        const Kernels kernels = some_kernels(count, axes, inverse_width, static_cast<std::int64_t>(count + axes));
        hone::RandomStream random(2, static_cast<std::int64_t>(count + axes), "point");
        std::vector<double> point(axes);
        for (double& x : point) x = 0.9 + 0.6 * random.uniform();
        std::vector<double> distances;
        for (std::size_t slot = 0; slot < count; ++slot) distances.push_back(kernels.half_square(slot, point));
        std::vector<double> ordered = distances;
        std::ranges::sort(ordered);
        const double most = ordered[count / 4] * (1.0 + KernelRows::excess) + KernelRows::allowance;
        // What single precision may round off, for inverse widths of up to 900 of the range.
        const double squares = static_cast<double>(axes) * 50.0 * inverse_width * inverse_width;
        const double slack = 1e-3 * most + 0.1 + squares * static_cast<double>(3 * axes + 8) * 1.3e-7;
        for (const Instructions each : available_instructions()) {
          KernelRows rows = rows_of(kernels, each);
          const std::size_t first = count / 2 / tpe::sift_block * tpe::sift_block;
          const std::vector<std::uint32_t> found = sifted(rows, point, first, most);
          CHECK(std::ranges::is_sorted(found));
          CHECK(std::ranges::all_of(found, [&](std::uint32_t slot) { return slot >= first && slot < count; }));
          for (std::size_t slot = first; slot < count; ++slot) {
            INFO(count << " kernels, " << axes << " axes, slot " << slot);
            const bool is_found = std::ranges::binary_search(found, static_cast<std::uint32_t>(slot));
            const double bound = distances[slot] * (1.0 + KernelRows::excess) + KernelRows::allowance;
            if (bound <= most) CHECK(is_found);
            // Beyond these, distances count for less than they are.
            const auto row = std::span(kernels.rows).subspan(slot * axes, axes);
            const bool is_plain =
                inverse_width < 100.0 &&
                std::ranges::all_of(row, [](const KernelRows::Kernel& kernel) { return std::abs(kernel.mean) <= 5.0; });
            if (is_plain && distances[slot] > most + slack) CHECK_FALSE(is_found);
          }
        }
      }
    }
  }
}

TEST_CASE("rows that came and went one by one are those that were set at once") {
  constexpr std::size_t axes = 3;
  Kernels kernels{axes, {}};
  KernelRows rows(std::vector<KernelRows::Range>(axes, {-5.0, 5.0}));
  const Kernels pool = some_kernels(200, axes, 10.0, 7);
  hone::RandomStream random(3, 0, "changes");
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const auto slot = static_cast<std::size_t>(random.uniform() * static_cast<double>(kernels.size() + 1));
    const auto row = pool.rows.begin() + static_cast<std::ptrdiff_t>(i * axes);
    kernels.rows.insert(kernels.rows.begin() + static_cast<std::ptrdiff_t>(slot * axes), row, row + axes);
    rows.insert(slot);
    for (std::size_t axis = 0; axis < axes; ++axis) rows.set(slot, axis, row[axis].mean, row[axis].inverse_width);
    if (i % 3 != 2) continue;
    const auto gone = static_cast<std::size_t>(random.uniform() * static_cast<double>(kernels.size()));
    const auto first = kernels.rows.begin() + static_cast<std::ptrdiff_t>(gone * axes);
    kernels.rows.erase(first, first + axes);
    rows.erase(gone);
  }
  REQUIRE(rows.size() == kernels.size());
  KernelRows at_once = rows_of(kernels, tpe::best_instructions());
  for (std::size_t slot = 0; slot < rows.size(); ++slot) {
    for (std::size_t axis = 0; axis < axes; ++axis) {
      CHECK(rows.row(slot)[axis].mean == at_once.row(slot)[axis].mean);
      CHECK(rows.row(slot)[axis].inverse_width == at_once.row(slot)[axis].inverse_width);
    }
  }
  for (const double most : {1.0, 30.0, 1000.0}) {
    const std::vector<double> point(axes, 1.1);
    const std::vector<std::uint32_t> found = sifted(rows, point, 0, most);
    CHECK(!found.empty());
    CHECK(found == sifted(at_once, point, 0, most));
  }
}
