// SPDX-License-Identifier: MIT
// The estimator's density at a point.
#include <algorithm>
#include <cmath>
#include <limits>

#include <hone/sdk/numeric_transform.hpp>
#include <hone/sdk/portable_math.hpp>

#include "parzen_estimator.hpp"

namespace tpe {

namespace portable = hone::sdk::portable;
using hone::sdk::NumericTransform;

namespace {
constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

// With q the rough half squares of a kernel and z^2 / 2 the exact ones, q <= (1 + excess) z^2 / 2 + allowance (see
// KernelRows), so
//
//     constant - z^2 / 2 > least   implies   (1 + excess) constant - q > (1 + excess) least - allowance
//
// What follows from rounding to single precision and from sums there is relative, and allowed for: 1e-5 of either side.
constexpr double stretch = 1.0 + KernelRows::excess;
constexpr double rounding = 1e-5;

float rough_least(double least) {
  const double result = stretch * least - rounding * std::abs(least) - KernelRows::allowance;
  return static_cast<float>(std::max(result, -1e30));  // finite, and lower than any kernel's bound
}
}  // namespace

// Of a kernel, for `sift`: with the rough squares where all points are 0 taken off.
float ParzenEstimator::rough_constant(const Part& part, std::size_t slot) const {
  const double constant = part.constants[slot];
  return static_cast<float>(stretch * constant + rounding * std::abs(constant) -
                            rows_.rough_square(slot, part.rough_axes()));
}

void ParzenEstimator::Survivors::make_room(std::size_t n) {
  n += sift_block;  // whole blocks are looked at
  if (slots.size() >= n) return;
  slots.resize(n);
  logs.resize(n);
  scratch.resize(n);
}

// Of those left, keeps those above `least`.
void ParzenEstimator::Survivors::keep(double least) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    slots[kept] = slots[i];
    logs[kept] = logs[i];
    kept += logs[i] > least ? 1 : 0;
  }
  count = kept;
}

double ParzenEstimator::log_prior_at(const Part& part, std::span<const double> row) const {
  double sum = 0.0;
  for (const Numeric* numeric : part.numeric) {
    const NumericTransform& transform = numeric->kernels.transform();
    const double value = row[numeric->column];
    sum += numeric->prior_log_normalizer;
    if (transform.is_stepped()) {
      sum += log_cell_mass(transform.cell_low(value), transform.cell_high(value), numeric->prior_mean,
                           1.0 / numeric->prior_width);
    } else {
      const double z = (transform.to_point(value) - numeric->prior_mean) / numeric->prior_width;
      sum -= 0.5 * z * z;
    }
  }
  for (const Categorical* c : part.categorical) sum -= portable::log(static_cast<double>(c->kernels.choices));
  return sum;
}

// The first parameters are looked at for all kernels, in single precision; few survive.
void ParzenEstimator::sift(const Part& part, std::span<const double> points, Block block, double least) {
  const std::span<const std::size_t> axes = part.rough_axes();
  work_.axes.clear();
  for (std::size_t d = 0; d < axes.size(); ++d) work_.axes.push_back({axes[d], rows_.rough_point(axes[d], points[d])});
  work_.count = rows_.sift(part.rough, work_.axes, block.first, block.first + block.size,
                           rough_least(least - part.categorical_constant), work_.slots.data());
}

// Of the kernels left, exactly; one after another, as most have to be looked at in all parameters.
void ParzenEstimator::add_continuous(const Part& part, std::span<const double> points, double least) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < work_.count; ++i) {
    const std::uint32_t slot = work_.slots[i];
    const std::span<const KernelRows::Kernel> row = rows_.row(slot);
    double log = part.constants[slot] + part.categorical_constant;
    for (std::size_t d = 0; d < points.size(); ++d) {
      const KernelRows::Kernel& kernel = row[part.axes[d]];
      const double z = (points[d] - kernel.mean) * kernel.inverse_width;
      log -= 0.5 * z * z;
    }
    work_.slots[kept] = slot;
    work_.logs[kept] = log;
    kept += log > least ? 1 : 0;
  }
  work_.count = kept;
}

// A cell's mass is at most exp(-z^2 / 2) when the kernel's mean is z widths away from the cell. Cheap, and leaves few
// kernels to compute exactly.
void ParzenEstimator::bound_stepped(const Numeric& numeric, double value, double least) {
  const NumericTransform& transform = numeric.kernels.transform();
  const double low = transform.cell_low(value);
  const double high = transform.cell_high(value);
  const double* means = numeric.kernels.means().data();
  const double* inverses = numeric.kernels.inverse_widths().data();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < work_.count; ++i) {
    const std::uint32_t slot = work_.slots[i];
    const double z = std::max({0.0, low - means[slot], means[slot] - high}) * inverses[slot];
    work_.slots[kept] = slot;
    work_.logs[kept] = work_.logs[i];
    kept += work_.logs[i] - 0.5 * z * z > least ? 1 : 0;
  }
  work_.count = kept;
}

void ParzenEstimator::add_stepped(const Numeric& numeric, double value) {
  const NumericTransform& transform = numeric.kernels.transform();
  const double low = transform.cell_low(value);
  const double high = transform.cell_high(value);
  const std::span<const NumericKernels::Class> list = numeric.kernels.class_list();
  const std::span<const std::uint32_t> classes = numeric.kernels.classes();
  if (list.size() <= work_.count) {
    for (std::size_t c = 0; c < list.size(); ++c) {
      work_.scratch[c] = log_cell_mass(low, high, list[c].mean, list[c].inverse_width);
    }
    for (std::size_t i = 0; i < work_.count; ++i) work_.logs[i] += work_.scratch[classes[work_.slots[i]]];
  } else {
    for (std::size_t i = 0; i < work_.count; ++i) {
      const NumericKernels::Class& c = list[classes[work_.slots[i]]];
      work_.logs[i] += log_cell_mass(low, high, c.mean, c.inverse_width);
    }
  }
}

void ParzenEstimator::add_categorical(const Categorical& categorical, double value, double least) {
  const CategoricalKernels& k = categorical.kernels;
  // The constants hold the log of the greatest probability.
  const double* penalties = &k.penalties[static_cast<std::size_t>(value) * (k.choices + 1)];
  for (std::size_t i = 0; i < work_.count; ++i) work_.logs[i] += penalties[k.observed[work_.slots[i]]];
  work_.keep(least);
}

double ParzenEstimator::log_of_sum(std::span<const double> logs, const double* weights) const {
  const double highest = work_.loops.greatest(logs);
  if (highest == minus_infinity) return minus_infinity;
  return highest + portable::log(work_.loops.weighted_exp_sum(logs, weights, highest));
}

// One continuous parameter: too few kernels are far away from a candidate to pick out the others. Adds all of them to
// the prior's share.
double ParzenEstimator::log_sum_on_line(double value, double log_prior) {
  const NumericKernels& kernels = numeric_[0].kernels;
  const double point = kernels.transform().to_point(value);
  const double height = line_ ? line_->log_height() : line_height_;
  double sum = 0.0;
  if (line_) {
    sum = line_->sum(point);
  } else if (size() > 0) {
    work_.make_room(size());
    const std::span<double> logs = std::span(work_.logs).first(size());
    work_.loops.subtract_half_squares(logs, parts_[0].constants.data(), kernels.means().data(),
                                      kernels.inverse_widths().data(), point);
    sum = work_.loops.weighted_exp_sum(logs, line_weights_.data(), height);
    // So far from all of them that terms vanish in units of the greatest.
    if (sum < 1e-280 && log_prior == minus_infinity) return log_of_sum(logs, line_weights_.data());
  }
  return height + portable::log(portable::exp(log_prior - height) + sum);
}

// The log of what a block of observations adds to a sum.
double ParzenEstimator::log_block(std::span<const double> row, const PartialSum& sum, Block block) {
  const Part& part = parts_[sum.part];
  // No weight is above 1, so all kernels below this have together less than e^-30 of what is there for certain.
  const double least = sum.log_sum == minus_infinity
                           ? std::numeric_limits<double>::lowest()
                           : sum.log_sum - portable::log(static_cast<double>(size() + 1)) - 30.0;
  sift(part, sum.points, block, least);
  add_continuous(part, sum.points, least);
  for (const Categorical* c : part.categorical) add_categorical(*c, row[c->column], least);
  const std::span<const Numeric* const> stepped = std::span(part.numeric).subspan(part.axes.size());
  for (const Numeric* n : stepped) bound_stepped(*n, row[n->column], least);
  for (const Numeric* n : stepped) {
    add_stepped(*n, row[n->column]);
    work_.keep(least);
  }
  for (std::size_t i = 0; i < work_.count; ++i) work_.scratch[i] = weight_of(work_.slots[i]);
  return log_of_sum(std::span(work_.logs).first(work_.count), work_.scratch.data());
}

ParzenEstimator::PartialSum ParzenEstimator::start_sum(std::span<const double> row) {
  const std::size_t part = part_of(row);
  const double log_prior = prior_weight_ > 0.0 ? log_prior_at(parts_[part], row) + log_prior_weight_ : minus_infinity;
  PartialSum sum{log_prior, size(), part};
  for (const std::size_t axis : parts_[part].axes) {
    const Numeric& numeric = numeric_[axis];
    sum.points.push_back(numeric.kernels.transform().to_point(row[numeric.column]));
  }
  return sum;
}

void ParzenEstimator::advance(std::span<const double> row, PartialSum& sum) {
  if (on_line()) {
    sum.log_sum = log_sum_on_line(row[0], sum.log_sum);
    sum.remaining = 0;
    return;
  }
  // Small blocks of the newest, then larger ones: the first bounds are cheap, and few steps lead to the end.
  constexpr std::size_t smallest = 128;
  const std::size_t added = size() - sum.remaining;
  const std::size_t wanted = std::max(smallest, added / 4);
  const std::size_t before = sum.remaining;
  sum.remaining = before <= wanted + smallest ? 0 : (before - wanted) / sift_block * sift_block;
  const std::size_t count = before - sum.remaining;
  work_.make_room(count);
  const double block = log_block(row, sum, {sum.remaining, count});
  const double high = std::max(sum.log_sum, block);
  const double low = std::min(sum.log_sum, block);
  if (low > minus_infinity)
    sum.log_sum = high + portable::log1p(portable::exp(low - high));
  else
    sum.log_sum = high;
}

void ParzenEstimator::log_density(std::span<const double> rows, std::span<double> result) {
  refresh();
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::span<const double> row = rows.subspan(i * dimension_, dimension_);
    PartialSum sum = start_sum(row);
    while (sum.remaining > 0) advance(row, sum);
    result[i] = log_density_of(sum);
  }
}

}  // namespace tpe
