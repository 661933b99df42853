// SPDX-License-Identifier: MIT
#include "coordinates.hpp"

#include <algorithm>
#include <cmath>

namespace gp {

Coordinates::Coordinates(const hone::SearchSpace& space) {
  for (const hone::Parameter& parameter : space) {
    Coordinate c;
    if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(parameter.distribution)) {
      c.choices = c.points = static_cast<std::int64_t>(categorical->choices.size());
      all_.push_back(c);
      continue;
    }
    c.transform = hone::sdk::NumericTransform(*parameter.distribution);
    c.width = c.transform.high() - c.transform.low();
    c.first = c.transform.to_value(c.transform.low());
    if (const auto* whole = std::get_if<hone::IntDistribution>(parameter.distribution)) {
      c.points = (whole->high - whole->low) / whole->step + 1;
    } else if (const auto& real = std::get<hone::FloatDistribution>(*parameter.distribution); real.step) {
      c.points = static_cast<std::int64_t>(*hone::step_count(real)) + 1;
    }
    all_.push_back(c);
  }
}

Inputs Coordinates::inputs(Kernel kernel) const {
  Inputs result;
  result.kernel = kernel;
  for (const Coordinate& c : all_) result.categorical.push_back(c.choices > 0 ? 1 : 0);
  return result;
}

double Coordinates::grid(Eigen::Index j, std::int64_t k) const {
  const Coordinate& c = at(j);
  if (c.choices > 0) return static_cast<double>(k);
  return place(j, c.first + static_cast<double>(k) * c.transform.step());
}

std::int64_t Coordinates::cell_index(Eigen::Index j, double coordinate) const {
  const Coordinate& c = at(j);
  if (c.choices > 0) return static_cast<std::int64_t>(coordinate);
  return std::llround((value(j, coordinate) - c.first) / c.transform.step());
}

double Coordinates::place(Eigen::Index j, double value) const {
  const Coordinate& c = at(j);
  if (c.choices > 0) return value;
  return (c.transform.to_point(value) - c.transform.low()) / c.width;
}

double Coordinates::value(Eigen::Index j, double coordinate) const {
  const Coordinate& c = at(j);
  if (c.choices > 0) return std::clamp(std::floor(coordinate), 0.0, static_cast<double>(c.choices - 1));
  return c.transform.to_value(c.transform.low() + coordinate * c.width);
}

double Coordinates::from_fraction(Eigen::Index j, double u) const {
  const Coordinate& c = at(j);
  return snapped(j, c.choices > 0 ? u * static_cast<double>(c.choices) : u);
}

}  // namespace gp
