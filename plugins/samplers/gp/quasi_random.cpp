// SPDX-License-Identifier: MIT
#include "quasi_random.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <hone/sdk/normal.hpp>

namespace gp {

Eigen::MatrixXd sobol_points(Eigen::Index dimensions, Eigen::Index count, hone::RandomStream random) {
  Eigen::MatrixXd points(dimensions, count);
  if (dimensions == 0 || count == 0) return points;
  const auto most = static_cast<Eigen::Index>(boost::random::default_sobol_table::max_dimension);
  const Eigen::Index even = std::min(dimensions, most);
  boost::random::sobol sequence(static_cast<std::size_t>(even));
  std::vector<std::uint64_t> shift(static_cast<std::size_t>(even));
  for (std::uint64_t& bits : shift) bits = random();
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index k = 0; k < even; ++k) {
      // Boost leaves out the first point, the origin, without which the others do not balance.
      const std::uint64_t digits = (i == 0 ? 0 : sequence()) ^ shift[static_cast<std::size_t>(k)];
      points(k, i) = (static_cast<double>(digits >> 12) + 0.5) * 0x1.0p-52;
    }
    for (Eigen::Index k = even; k < dimensions; ++k) points(k, i) = random.uniform_open();
  }
  return points;
}

Eigen::MatrixXd normal_base_samples(Eigen::Index dimensions, Eigen::Index count, hone::RandomStream random) {
  return sobol_points(dimensions, count, random).unaryExpr([](double p) { return hone::sdk::normal_quantile(p); });
}

}  // namespace gp
