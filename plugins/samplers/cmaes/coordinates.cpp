// SPDX-License-Identifier: MIT
#include "coordinates.hpp"

#include <algorithm>

namespace cmaes {

Coordinates::Coordinates(const hone::SearchSpace& space, bool with_margin) {
  for (const hone::Parameter& parameter : space) {
    if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(parameter.distribution)) {
      slots_.push_back({true, static_cast<Eigen::Index>(choices_.size())});
      choices_.push_back(static_cast<Eigen::Index>(categorical->choices.size()));
      continue;
    }
    slots_.push_back({false, size()});
    Coordinate c{hone::sdk::NumericTransform(*parameter.distribution), 0.0, 0.0, 0.0, false};
    c.width = c.transform.high() - c.transform.low();
    c.first = c.transform.to_value(c.transform.low());
    c.last = c.transform.to_value(c.transform.high());
    c.discrete = with_margin && c.transform.is_stepped();
    all_.push_back(c);
  }
}

std::size_t Coordinates::discrete_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(all_, &Coordinate::discrete));
}

double Coordinates::place(Eigen::Index j, double value) const {
  const Coordinate& c = all_[index(j)];
  // A value may come from a trial with another range.
  const double inside = std::clamp(value, c.first, c.last);
  return std::clamp((c.transform.to_point(inside) - c.transform.low()) / c.width, 0.0, 1.0);
}

Coordinates::Cell Coordinates::cell(Eigen::Index j, double u) const {
  const Coordinate& c = all_[index(j)];
  const double owner = value(j, u);
  Cell cell;
  if (owner > c.first) cell.low = (c.transform.cell_low(owner) - c.transform.low()) / c.width;
  if (owner < c.last) cell.high = (c.transform.cell_high(owner) - c.transform.low()) / c.width;
  return cell;
}

}  // namespace cmaes
