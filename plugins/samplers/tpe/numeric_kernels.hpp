// SPDX-License-Identifier: MIT
// The kernels of one numeric parameter: a truncated normal about each observation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <hone/sdk/numeric_transform.hpp>

namespace tpe {

/// How wide the kernels are.
struct BandwidthRule {
  /// No kernel is narrower than the range times the greater of `least_share` and (1 + number of
  /// kernels)^-clip_exponent, times `clip_factor`.
  bool magic_clip = true;
  double least_share = 0.01;
  double clip_exponent = 1.0;
  double clip_factor = 1.0;
  /// The ends of the range are neighbours of the outermost observations even when there are two or more.
  bool endpoints = false;
  /// The prior is one of the kernels.
  bool prior = true;
};

/// The least width of a kernel among `n` observations on a range of length `range`.
double least_width(std::size_t n, double range, const BandwidthRule& rule);

/// The width (standard deviation) of the kernel about sorted[i]: the larger distance to a neighbour, clipped.
/// `sorted` ascends; low and high are the ends of the range.
double neighbour_width(std::span<const double> sorted, std::size_t i, double low, double high, double least,
                       const BandwidthRule& rule);

/// How much of a normal distribution lies beyond either end of an interval.
struct OutsideMass {
  double below;
  double above;
};

/// Kernels in slots 0, 1, 2, … in an order that the caller chooses, as arrays of their own so that loops over them
/// become vectors. A slot whose point is NaN has no observation of this parameter: its kernel is the prior's, as wide
/// as the range about its middle, and nobody's neighbour. Adding or taking away one kernel changes the widths of its
/// neighbours alone (once there are 99, before that the least width changes for all); what is derived is brought up to
/// date by `refresh`.
class NumericKernels {
 public:
  NumericKernels(const hone::sdk::NumericTransform& transform, const BandwidthRule& rule)
      : transform_(transform), rule_(rule) {}

  const hone::sdk::NumericTransform& transform() const { return transform_; }
  std::size_t size() const { return means_.size(); }

  /// Replaces all kernels; points are of the transform's interval (or beyond it, where a range has been narrowed).
  void assign(const std::vector<double>& points);
  void insert(std::size_t slot, double point);
  void erase(std::size_t slot);
  /// Brings widths, normalisers and classes up to date. Appends the slots whose normalisers have changed to `changed`,
  /// or says by `true` that all may have.
  bool refresh(std::vector<std::uint32_t>& changed);

  /// No kernel is narrower; valid after `refresh`.
  double least_width() const { return least_width_; }
  // By slot; valid after `refresh`.
  std::span<const double> means() const { return means_; }
  std::span<const double> widths() const { return widths_; }
  std::span<const double> inverse_widths() const { return inverse_widths_; }
  /// The part of a kernel's log density that does not depend on x. Continuous:
  /// -log(width sqrt(2 pi)) - log(mass of the range); on a grid: -log(mass of the range).
  std::span<const double> log_normalizers() const { return log_normalizers_; }

  /// On a grid: observations repeat, so kernels fall into few classes of equal mean and width.
  std::span<const std::uint32_t> classes() const { return classes_; }
  struct Class {
    double mean;
    double inverse_width;
  };
  std::span<const Class> class_list() const { return class_list_; }

 private:
  void set_prior(std::size_t slot);
  void set_width(std::size_t slot, double width);
  std::size_t place_of(double point, std::uint32_t slot) const;
  std::size_t position_of(std::size_t slot) const;
  void mark_neighbours(std::size_t position);
  bool update(std::size_t position);
  void classify();

  hone::sdk::NumericTransform transform_;
  BandwidthRule rule_;
  double least_width_ = 0.0;
  std::vector<double> means_, widths_, inverse_widths_, log_normalizers_;
  std::vector<std::uint8_t> present_;  // by slot: it has an observation
  std::vector<std::uint32_t> stale_;   // slots that are new or have a new neighbour; may repeat
  bool all_stale_ = true;
  std::vector<double> sorted_;        // the observations, ascending
  std::vector<std::uint32_t> order_;  // their slots; equal means by slot
  std::vector<std::uint32_t> classes_;
  std::vector<Class> class_list_;
};

/// The log density (probability, on a grid) of one normal kernel, truncated to the transform's interval, at a value.
double log_kernel(const hone::sdk::NumericTransform& transform, double mean, double width, double value);

/// `log_normalizers` of one kernel.
double log_normalizer(const hone::sdk::NumericTransform& transform, double mean, double width);

/// Of a kernel whose mean lies in the transform's interval. What is below 1e-18 counts as nothing: 1 less that is 1.
OutsideMass outside_mass(const hone::sdk::NumericTransform& transform, double mean, double width);

/// A draw from one kernel, by inversion of q in (0, 1): a point of the transform's interval.
/// @param outside  its `outside_mass`, which draws from one kernel share
double draw_kernel(const hone::sdk::NumericTransform& transform, double mean, double width, const OutsideMass& outside,
                   double q);

/// The log of the probability that an untruncated kernel gives to the cell of a value on a grid.
double log_cell_mass(double cell_low, double cell_high, double mean, double inverse_width);

}  // namespace tpe
