// SPDX-License-Identifier: MIT
#include "line_mixture.hpp"

#include <algorithm>
#include <cmath>

#include <hone/sdk/normal.hpp>

namespace tpe {

namespace portable = hone::sdk::portable;

namespace {
// Empty cells beyond either end, so that a loop may run over the ends: the reach, and a vector.
constexpr std::size_t margin = 32;
}  // namespace

void LineMixture::start(const NumericKernels& kernels) {
  if (cells_.empty() || kernels.least_width() != width_) {
    const double range = kernels.transform().high() - kernels.transform().low();
    low_ = kernels.transform().low();
    width_ = kernels.least_width();
    log_height_ = -portable::log(width_) - hone::sdk::detail::log_sqrt_2_pi;
    cells_.assign(static_cast<std::size_t>(std::ceil(range / (0.5 * width_))) + 1, Cell{});
    stride_ = cells_.size() + 2 * margin;
    coefficients_.assign(terms * stride_, 0.0);
  }
  for (Cell& cell : cells_) {
    if (cell.occupied) cell = Cell{.occupied = true};
  }
  cell_of_.clear();
  wide_.clear();
  entered_ = 0;
}

// A kernel outside the range, which has been narrowed since, is summed by itself.
std::uint16_t LineMixture::cell_for(const NumericKernels& kernels, std::size_t slot) const {
  const double cell = std::floor((kernels.means()[slot] - low_) / (0.5 * width_));
  const bool inside = cell >= 0.0 && cell < static_cast<double>(cells_.size());
  return inside && kernels.widths()[slot] == width_ ? static_cast<std::uint16_t>(cell) : no_cell;
}

void LineMixture::assign_cell(std::size_t slot, std::uint16_t cell) {
  if (cell_of_.size() <= slot) cell_of_.resize(slot + 1, 0);
  cell_of_[slot] = cell;
  const auto number = static_cast<std::uint32_t>(slot);
  const auto at = std::ranges::lower_bound(wide_, number);
  const bool listed = at != wide_.end() && *at == number;
  if (cell == no_cell && !listed) wide_.insert(at, number);
  if (cell != no_cell && listed) wide_.erase(at);
}

void LineMixture::add(const NumericKernels& kernels, std::size_t slot) {
  const std::size_t index = cell_of_[slot];
  const double middle = low_ + (static_cast<double>(index) + 0.5) * 0.5 * width_;
  const double v = (kernels.means()[slot] - middle) / width_;
  const double excess = kernels.log_normalizers()[slot] - log_height_;
  const double height = excess == 0.0 ? 1.0 : portable::exp(excess);
  Cell& cell = cells_[index];
  cell.occupied = true;
  loops_.add_moments(cell.moments.data(), v, height, static_cast<double>(slot));
}

void LineMixture::recompute(const NumericKernels& kernels, std::span<const std::uint16_t> cells) {
  std::vector<std::uint8_t> wanted(cells_.size(), 0);
  for (const std::uint16_t cell : cells) {
    wanted[cell] = 1;
    cells_[cell] = Cell{.occupied = true};
  }
  for (std::size_t slot = 0; slot < entered_; ++slot) {
    if (cell_of_[slot] != no_cell && wanted[cell_of_[slot]] != 0) add(kernels, slot);
  }
}

void LineMixture::combine(const RampWeights& weights) {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    if (!cell.occupied) continue;
    for (std::size_t k = 0; k < terms; ++k) {
      coefficients_[k * stride_ + margin + i] =
          weights.start * cell.moments[k] + weights.slope * cell.moments[terms + k];
    }
  }
}

void LineMixture::list_single(const NumericKernels& kernels, const RampWeights& weights) {
  means_.clear();
  inverse_widths_.clear();
  constants_.clear();
  weights_.clear();
  const auto list = [&](std::size_t slot) {
    means_.push_back(kernels.means()[slot]);
    inverse_widths_.push_back(kernels.inverse_widths()[slot]);
    constants_.push_back(kernels.log_normalizers()[slot]);
    weights_.push_back(weights.of(slot));
  };
  for (const std::uint32_t slot : wide_) list(slot);
  for (std::size_t slot = entered_; slot < kernels.size(); ++slot) list(slot);
  logs_.resize(means_.size());
}

void LineMixture::refresh(const NumericKernels& kernels, const RampWeights& weights,
                          std::span<const std::uint32_t> changed, bool all) {
  if (all || cells_.empty()) {
    start(kernels);
  } else {
    std::vector<std::uint16_t> touched;
    for (const std::uint32_t slot : changed) {
      if (slot >= entered_) continue;
      const std::uint16_t cell = cell_for(kernels, slot);
      if (cell_of_[slot] != no_cell) touched.push_back(cell_of_[slot]);
      if (cell != no_cell) touched.push_back(cell);
      assign_cell(slot, cell);
    }
    if (!touched.empty()) recompute(kernels, touched);
  }
  // The weights of these are a straight line; newer ones are listed one by one.
  for (; entered_ < weights.sloped; ++entered_) {
    assign_cell(entered_, cell_for(kernels, entered_));
    if (cell_of_[entered_] != no_cell) add(kernels, entered_);
  }
  combine(weights);
  list_single(kernels, weights);
}

double LineMixture::sum(double point) {
  loops_.subtract_half_squares(logs_, constants_.data(), means_.data(), inverse_widths_.data(), point);
  double total = 0.0;
  if (!logs_.empty()) total = loops_.weighted_exp_sum(logs_, weights_.data(), log_height_);
  // In cells from the middle of the first one; cells lie half a width apart.
  const double place = (point - low_) / (0.5 * width_) - 0.5;
  const double first = std::max(std::ceil(place - 2.0 * reach), -static_cast<double>(margin) + 1.0);
  const double last = std::min(std::floor(place + 2.0 * reach), static_cast<double>(cells_.size()) - 1.0);
  if (last < first) return total;
  const auto count = static_cast<std::size_t>(last - first) + 1;
  const auto start = static_cast<std::size_t>(first + static_cast<double>(margin));
  return total + loops_.hermite_sum(coefficients_.data() + start, stride_, count, 0.5 * (place - first), 0.5);
}

}  // namespace tpe
