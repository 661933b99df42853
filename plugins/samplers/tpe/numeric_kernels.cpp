// SPDX-License-Identifier: MIT
#include "numeric_kernels.hpp"

#include <algorithm>
#include <cmath>

#include <hone/sdk/normal.hpp>

namespace tpe {

using hone::sdk::NumericTransform;

double least_width(std::size_t n, double range, const BandwidthRule& rule) {
  if (!rule.magic_clip) return 1e-12;
  const double kernels = 1.0 + static_cast<double>(n + (rule.prior ? 1 : 0));
  const double share = std::min(1.0 / rule.least_share, hone::sdk::portable::power(kernels, rule.clip_exponent));
  return rule.clip_factor * (range / share);
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

OutsideMass outside_mass(const NumericTransform& transform, double mean, double width) {
  const auto tail = [](double z) { return z < -9.0 ? 0.0 : hone::sdk::normal_cdf(z); };
  return {tail((transform.low() - mean) / width), tail((mean - transform.high()) / width)};
}

namespace {
bool holds(const NumericTransform& transform, double mean) {
  return mean >= transform.low() && mean <= transform.high();
}
}  // namespace

double log_normalizer(const NumericTransform& transform, double mean, double width) {
  double log_mass = 0.0;
  if (holds(transform, mean)) {
    const OutsideMass outside = outside_mass(transform, mean, width);
    log_mass = hone::sdk::portable::log1p(-(outside.below + outside.above));
  } else {
    log_mass = hone::sdk::log_normal_mass((transform.low() - mean) / width, (transform.high() - mean) / width);
  }
  if (transform.is_stepped()) return -log_mass;
  return -log_mass - hone::sdk::portable::log(width) - hone::sdk::detail::log_sqrt_2_pi;
}

double draw_kernel(const NumericTransform& transform, double mean, double width, const OutsideMass& outside, double q) {
  const double a = (transform.low() - mean) / width;
  const double b = (transform.high() - mean) / width;
  if (!holds(transform, mean)) return mean + width * hone::sdk::truncated_normal_quantile(q, a, b);
  return mean + width * hone::sdk::truncated_normal_quantile_about_zero(q, a, b, outside.below, outside.above);
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

void NumericKernels::set_width(std::size_t slot, double width) {
  widths_[slot] = width;
  inverse_widths_[slot] = 1.0 / width;
  log_normalizers_[slot] = log_normalizer(transform_, means_[slot], width);
}

void NumericKernels::set_prior(std::size_t slot) {
  means_[slot] = 0.5 * (transform_.low() + transform_.high());
  set_width(slot, transform_.high() - transform_.low());
}

void NumericKernels::assign(const std::vector<double>& points) {
  const std::size_t n = points.size();
  means_ = points;
  widths_.assign(n, 0.0);
  inverse_widths_.assign(n, 0.0);
  log_normalizers_.assign(n, 0.0);
  present_.assign(n, 1);
  order_.clear();
  for (std::size_t slot = 0; slot < n; ++slot) {
    present_[slot] = std::isnan(points[slot]) ? 0 : 1;
    if (present_[slot] != 0) {
      order_.push_back(static_cast<std::uint32_t>(slot));
    } else {
      set_prior(slot);
    }
  }
  std::ranges::stable_sort(order_, {}, [this](std::uint32_t slot) { return means_[slot]; });
  sorted_.resize(order_.size());
  std::ranges::transform(order_, sorted_.begin(), [this](std::uint32_t slot) { return means_[slot]; });
  all_stale_ = true;
}

// Among the sorted means, equal ones by slot.
std::size_t NumericKernels::place_of(double point, std::uint32_t slot) const {
  const auto [low, high] = std::equal_range(sorted_.begin(), sorted_.end(), point);
  const auto first = order_.begin() + (low - sorted_.begin());
  return static_cast<std::size_t>(std::lower_bound(first, first + (high - low), slot) - order_.begin());
}

std::size_t NumericKernels::position_of(std::size_t slot) const {
  return place_of(means_[slot], static_cast<std::uint32_t>(slot));
}

void NumericKernels::mark_neighbours(std::size_t position) {
  if (position > 0) stale_.push_back(order_[position - 1]);
  if (position + 1 < order_.size()) stale_.push_back(order_[position + 1]);
}

void NumericKernels::insert(std::size_t slot, double point) {
  const auto at = static_cast<std::ptrdiff_t>(slot);
  if (slot < size()) {
    for (std::uint32_t& later : order_) later += later >= slot ? 1 : 0;
    for (std::uint32_t& later : stale_) later += later >= slot ? 1 : 0;
  }
  means_.insert(means_.begin() + at, point);
  widths_.insert(widths_.begin() + at, 0.0);
  inverse_widths_.insert(inverse_widths_.begin() + at, 0.0);
  log_normalizers_.insert(log_normalizers_.begin() + at, 0.0);
  present_.insert(present_.begin() + at, std::isnan(point) ? 0 : 1);
  if (std::isnan(point)) {
    set_prior(slot);
    stale_.push_back(static_cast<std::uint32_t>(slot));
    return;
  }
  const auto position = static_cast<std::ptrdiff_t>(place_of(point, static_cast<std::uint32_t>(slot)));
  sorted_.insert(sorted_.begin() + position, point);
  order_.insert(order_.begin() + position, static_cast<std::uint32_t>(slot));
  stale_.push_back(static_cast<std::uint32_t>(slot));
  mark_neighbours(static_cast<std::size_t>(position));
}

void NumericKernels::erase(std::size_t slot) {
  if (present_[slot] != 0) {
    const std::size_t p = position_of(slot);
    mark_neighbours(p);
    sorted_.erase(sorted_.begin() + static_cast<std::ptrdiff_t>(p));
    order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(p));
  }
  const auto at = static_cast<std::ptrdiff_t>(slot);
  means_.erase(means_.begin() + at);
  widths_.erase(widths_.begin() + at);
  inverse_widths_.erase(inverse_widths_.begin() + at);
  log_normalizers_.erase(log_normalizers_.begin() + at);
  present_.erase(present_.begin() + at);
  std::erase(stale_, static_cast<std::uint32_t>(slot));
  for (std::uint32_t& later : order_) later -= later > slot ? 1 : 0;
  for (std::uint32_t& later : stale_) later -= later > slot ? 1 : 0;
}

// Says whether anything has changed.
bool NumericKernels::update(std::size_t position) {
  const std::size_t slot = order_[position];
  const double width = neighbour_width(sorted_, position, transform_.low(), transform_.high(), least_width_, rule_);
  if (width == widths_[slot]) return false;
  set_width(slot, width);
  return true;
}

bool NumericKernels::refresh(std::vector<std::uint32_t>& changed) {
  const double least = tpe::least_width(sorted_.size(), transform_.high() - transform_.low(), rule_);
  const bool all = all_stale_ || least != least_width_;
  if (!all && stale_.empty()) return false;
  least_width_ = least;
  if (all) {
    for (std::size_t position = 0; position < order_.size(); ++position) update(position);
  } else {
    for (const std::uint32_t slot : stale_) {
      if (present_[slot] == 0 || update(position_of(slot))) changed.push_back(slot);
    }
  }
  stale_.clear();
  all_stale_ = false;
  if (transform_.is_stepped()) classify();
  return all;
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
  if (order_.size() == size()) return;
  for (std::size_t slot = 0; slot < size(); ++slot) {
    if (present_[slot] != 0) continue;
    classes_[slot] = static_cast<std::uint32_t>(class_list_.size());
  }
  const double width = transform_.high() - transform_.low();
  class_list_.push_back({0.5 * (transform_.low() + transform_.high()), 1.0 / width});
}

}  // namespace tpe
