// SPDX-License-Identifier: MIT
#include "numeric_kernels.hpp"

#include <algorithm>
#include <numeric>

#include <hone/sdk/normal.hpp>

namespace tpe {

using hone::sdk::NumericTransform;

double least_width(std::size_t n, double range, const BandwidthRule& rule) {
  if (!rule.magic_clip) return 1e-12;
  const auto kernels = static_cast<double>(n + (rule.prior ? 1 : 0));
  return range / std::min(100.0, 1.0 + kernels);
}

double neighbour_width(std::span<const double> sorted, std::size_t i, double low, double high, double least,
                       const BandwidthRule& rule) {
  const std::size_t last = sorted.size() - 1;
  const double left = sorted[i] - (i == 0 ? low : sorted[i - 1]);
  const double right = (i == last ? high : sorted[i + 1]) - sorted[i];
  double width = std::max(left, right);
  if (!rule.endpoints && last > 0) {
    if (i == 0) width = right;
    if (i == last) width = left;
  }
  return std::min(std::max(width, least), high - low);
}

double log_normalizer(const NumericTransform& transform, double mean, double width) {
  const double inverse = 1.0 / width;
  const double log_mass =
      hone::sdk::log_normal_mass((transform.low() - mean) * inverse, (transform.high() - mean) * inverse);
  if (transform.is_stepped()) return -log_mass;
  return -log_mass - hone::sdk::portable::log(width) - hone::sdk::detail::log_sqrt_2_pi;
}

double log_cell_mass(double cell_low, double cell_high, double mean, double inverse_width) {
  return hone::sdk::log_normal_mass((cell_low - mean) * inverse_width, (cell_high - mean) * inverse_width);
}

double log_kernel(const NumericTransform& transform, double mean, double width, double value) {
  const double normalizer = log_normalizer(transform, mean, width);
  if (transform.is_stepped()) {
    return normalizer + log_cell_mass(transform.cell_low(value), transform.cell_high(value), mean, 1.0 / width);
  }
  const double z = (transform.to_point(value) - mean) / width;
  return normalizer - 0.5 * z * z;
}

void NumericKernels::assign(std::vector<double> points) {
  const std::size_t n = points.size();
  means_ = std::move(points);
  widths_.assign(n, 0.0);
  inverse_widths_.assign(n, 0.0);
  log_normalizers_.assign(n, 0.0);
  stale_.assign(n, 1);
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0u);
  std::ranges::stable_sort(order_, {}, [this](std::uint32_t slot) { return means_[slot]; });
  sorted_.resize(n);
  std::ranges::transform(order_, sorted_.begin(), [this](std::uint32_t slot) { return means_[slot]; });
  changed_ = true;
}

std::size_t NumericKernels::position_of(std::size_t slot) const {
  const auto equal = std::ranges::equal_range(sorted_, means_[slot]);
  const auto first = order_.begin() + (equal.begin() - sorted_.begin());
  return static_cast<std::size_t>(std::lower_bound(first, first + std::ssize(equal), static_cast<std::uint32_t>(slot)) -
                                  order_.begin());
}

void NumericKernels::insert(std::size_t slot, double point) {
  const auto at = static_cast<std::ptrdiff_t>(slot);
  if (slot < size()) {
    for (std::uint32_t& later : order_) later += later >= slot ? 1 : 0;
  }
  means_.insert(means_.begin() + at, point);
  widths_.insert(widths_.begin() + at, 0.0);
  inverse_widths_.insert(inverse_widths_.begin() + at, 0.0);
  log_normalizers_.insert(log_normalizers_.begin() + at, 0.0);
  stale_.insert(stale_.begin() + at, 1);
  const auto equal = std::ranges::equal_range(sorted_, point);
  const auto first = order_.begin() + (equal.begin() - sorted_.begin());
  const auto position =
      std::lower_bound(first, first + std::ssize(equal), static_cast<std::uint32_t>(slot)) - order_.begin();
  sorted_.insert(sorted_.begin() + position, point);
  order_.insert(order_.begin() + position, static_cast<std::uint32_t>(slot));
  const auto p = static_cast<std::size_t>(position);
  if (p > 0) stale_[order_[p - 1]] = 1;
  if (p + 1 < order_.size()) stale_[order_[p + 1]] = 1;
  changed_ = true;
}

void NumericKernels::erase(std::size_t slot) {
  const std::size_t p = position_of(slot);
  if (p > 0) stale_[order_[p - 1]] = 1;
  if (p + 1 < order_.size()) stale_[order_[p + 1]] = 1;
  sorted_.erase(sorted_.begin() + static_cast<std::ptrdiff_t>(p));
  order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(p));
  const auto at = static_cast<std::ptrdiff_t>(slot);
  means_.erase(means_.begin() + at);
  widths_.erase(widths_.begin() + at);
  inverse_widths_.erase(inverse_widths_.begin() + at);
  log_normalizers_.erase(log_normalizers_.begin() + at);
  stale_.erase(stale_.begin() + at);
  for (std::uint32_t& later : order_) later -= later > slot ? 1 : 0;
  changed_ = true;
}

void NumericKernels::update(std::size_t position) {
  const std::size_t slot = order_[position];
  const double width = neighbour_width(sorted_, position, transform_.low(), transform_.high(), least_width_, rule_);
  stale_[slot] = 0;
  if (width == widths_[slot]) return;
  widths_[slot] = width;
  inverse_widths_[slot] = 1.0 / width;
  log_normalizers_[slot] = log_normalizer(transform_, means_[slot], width);
}

void NumericKernels::refresh() {
  if (!changed_) return;
  changed_ = false;
  const double least = least_width(size(), transform_.high() - transform_.low(), rule_);
  const bool all = least != least_width_;
  least_width_ = least;
  if (all) {
    for (std::size_t position = 0; position < order_.size(); ++position) update(position);
  } else {
    for (std::size_t slot = 0; slot < stale_.size(); ++slot) {
      if (stale_[slot] != 0) update(position_of(slot));
    }
  }
  if (transform_.is_stepped()) classify();
}

void NumericKernels::classify() {
  classes_.resize(size());
  class_list_.clear();
  for (const std::uint32_t slot : order_) {
    const Class next{means_[slot], inverse_widths_[slot]};
    const bool same = !class_list_.empty() && class_list_.back().mean == next.mean &&
                      class_list_.back().inverse_width == next.inverse_width;
    if (!same) class_list_.push_back(next);
    classes_[slot] = static_cast<std::uint32_t>(class_list_.size() - 1);
  }
}

}  // namespace tpe
