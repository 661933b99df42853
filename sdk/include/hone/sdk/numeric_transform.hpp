// SPDX-License-Identifier: MIT
// Parameters as points of an interval: logarithms taken, grids widened by half a step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <variant>

#include <hone/distribution.hpp>
#include <hone/sdk/portable_math.hpp>

namespace hone::sdk {

/// Maps the values of a numeric distribution to an interval [low(), high()] and back. With `log` the interval is that
/// of the natural logarithms. The points of a grid (every int, and floats with a step) own the half step on either side
/// (before the logarithm is taken), so that a uniform point of the interval is a uniform value.
class NumericTransform {
 public:
  NumericTransform() = default;

  /// @throws std::invalid_argument for a categorical distribution
  explicit NumericTransform(const Distribution& distribution) {
    if (const auto* real = std::get_if<FloatDistribution>(&distribution)) {
      value_low_ = real->low;
      value_high_ = real->high;
      log_ = real->log;
      step_ = real->step.value_or(0.0);
      if (real->step) steps_ = static_cast<std::int64_t>(*step_count(*real));
    } else if (const auto* whole = std::get_if<IntDistribution>(&distribution)) {
      value_low_ = static_cast<double>(whole->low);
      value_high_ = static_cast<double>(whole->high);
      log_ = whole->log;
      whole_ = true;
      step_ = static_cast<double>(whole->step);
      steps_ = (whole->high - whole->low) / whole->step;
    } else {
      throw std::invalid_argument("a categorical parameter has no numeric transform");
    }
    low_ = scaled(value_low_ - 0.5 * step_);
    high_ = scaled(value_high_ + 0.5 * step_);
  }

  /// The interval of points.
  double low() const { return low_; }
  double high() const { return high_; }
  bool is_log() const { return log_; }
  /// The distance of neighbouring values before the logarithm; 0 when the parameter is continuous.
  double step() const { return step_; }
  bool is_stepped() const { return step_ > 0.0; }

  /// The point of a value (of its middle, on a grid).
  double to_point(double value) const { return scaled(value); }

  /// The interval of points that a value on a grid owns.
  double cell_low(double value) const { return scaled(value - 0.5 * step_); }
  double cell_high(double value) const { return scaled(value + 0.5 * step_); }

  /// The value that owns a point; always a possible value of the distribution, wherever the point lies.
  double to_value(double point) const {
    const double x = log_ ? portable::exp(point) : point;
    if (!is_stepped()) return std::clamp(x, value_low_, value_high_);
    const double last = static_cast<double>(steps_);
    // Half a step up and down, so that a point between two cells belongs to the upper one, as with floor.
    const double index = std::clamp(std::floor((x - value_low_) / step_ + 0.5), 0.0, last);
    if (!whole_) return std::min(value_low_ + index * step_, value_high_);
    return static_cast<double>(static_cast<std::int64_t>(value_low_) +
                               static_cast<std::int64_t>(index) * static_cast<std::int64_t>(step_));
  }

 private:
  double scaled(double value) const { return log_ ? portable::log(value) : value; }

  double value_low_ = 0.0;
  double value_high_ = 1.0;
  double step_ = 0.0;
  std::int64_t steps_ = 0;
  bool log_ = false;
  bool whole_ = false;
  double low_ = 0.0;
  double high_ = 1.0;
};

}  // namespace hone::sdk
