// SPDX-License-Identifier: MIT
#include "proposal_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <hone/sdk/normal.hpp>

#include "bounded_minimum.hpp"
#include "quasi_random.hpp"

namespace gp {
namespace {

using Index = Eigen::Index;

// A neighbour differs in about so many coordinates, by about so much.
constexpr double coordinates_moved = 20.0;
constexpr double step = 0.1;
// Discrete coordinates of more values are not tried exhaustively.
constexpr std::int64_t exhaustive = 24;
constexpr int rounds = 8;

// A point of the region by a fraction for each coordinate.
Eigen::VectorXd point_at(const Coordinates& coordinates, const Region& region, const Eigen::VectorXd& fractions) {
  Eigen::VectorXd point(coordinates.size());
  for (Index j = 0; j < point.size(); ++j) {
    const double u = fractions[j];
    point[j] = region.is_fixed(j)
                   ? region.low[j]
                   : coordinates.from_fraction(
                         j, coordinates.is_categorical(j) ? u : region.low[j] + u * (region.high[j] - region.low[j]));
  }
  return point;
}

// What is fixed stays so.
Region whole_space(Region region) {
  for (Index j = 0; j < region.low.size(); ++j) {
    if (region.is_fixed(j)) continue;
    region.low[j] = 0.0;
    region.high[j] = 1.0;
  }
  return region;
}

Eigen::VectorXd anywhere(const Coordinates& coordinates, const Region& region, hone::RandomStream& stream) {
  return point_at(coordinates, region,
                  Eigen::VectorXd::NullaryExpr(coordinates.size(), [&] { return stream.uniform(); }));
}

Eigen::VectorXd neighbour(const Coordinates& coordinates, const Region& region, Eigen::VectorXd point,
                          hone::RandomStream& stream) {
  const double share = std::min(1.0, coordinates_moved / static_cast<double>(point.size()));
  // Near and less near ones.
  const double width = step * std::pow(0.1, 2.0 * stream.uniform());
  const auto sure = static_cast<Index>(stream.below(static_cast<std::uint64_t>(point.size())));
  for (Index j = 0; j < point.size(); ++j) {
    if (j != sure && stream.uniform() >= share) continue;
    if (region.is_fixed(j)) continue;
    if (coordinates.is_categorical(j)) {
      if (j == sure || stream.uniform() < step) point[j] = coordinates.from_fraction(j, stream.uniform());
    } else {
      const double moved = point[j] + width * hone::sdk::normal_quantile(stream.uniform_open());
      point[j] = coordinates.snapped(j, std::clamp(moved, region.low[j], region.high[j]));
    }
  }
  return point;
}

// The other values that a discrete coordinate is tried at: all, or those at distances 1, 2, 4, … either way.
std::vector<double> steps_of(const Coordinates& coordinates, const Region& region, Index j, double from) {
  std::vector<double> all;
  if (region.is_fixed(j)) return all;
  const std::int64_t count = coordinates.count(j);
  if (coordinates.is_categorical(j) || count <= exhaustive) {
    for (std::int64_t k = 0; k < count; ++k) all.push_back(coordinates.grid(j, k));
  } else {
    const std::int64_t here = coordinates.cell_index(j, from);
    for (std::int64_t distance = 1; distance < count; distance *= 2) {
      if (here - distance >= 0) all.push_back(coordinates.grid(j, here - distance));
      if (here + distance < count) all.push_back(coordinates.grid(j, here + distance));
    }
  }
  std::erase_if(all, [&](double x) {
    return x == from || (!coordinates.is_categorical(j) && (x < region.low[j] || x > region.high[j]));
  });
  return all;
}

class LocalSearch {
 public:
  LocalSearch(const Coordinates& coordinates, const Acquisition& acquisition, const Region& region)
      : coordinates_(coordinates), acquisition_(acquisition), region_(region) {
    for (Index j = 0; j < coordinates.size(); ++j) {
      if (!region.is_fixed(j)) (coordinates.is_discrete(j) ? discrete_ : continuous_).push_back(j);
    }
  }

  std::pair<double, Eigen::VectorXd> improve(Eigen::VectorXd point) const {
    double value = acquisition_(point);
    for (int round = 0; round < rounds; ++round) {
      const bool moved = !continuous_.empty() && slide(point, value);
      const bool stepped = step_each(point, value);
      if (discrete_.empty() || continuous_.empty()) {
        if (!stepped) break;
      } else if (!moved && !stepped) {
        break;
      }
    }
    return {value, point};
  }

 private:
  bool slide(Eigen::VectorXd& point, double& value) const {
    Eigen::VectorXd whole = point;
    Eigen::VectorXd slopes;
    const auto loss = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
      whole(continuous_) = x;
      const double result = -acquisition_(whole, slopes);
      gradient = -slopes(continuous_);
      return result;
    };
    const Minimum found = bounded_minimum(loss, point(continuous_), region_.low(continuous_), region_.high(continuous_),
                                          {1e-4, 1e-6, 100});
    if (!(-found.value > value)) return false;
    const bool worth_it = -found.value > value + 1e-6;
    value = -found.value;
    point(continuous_) = found.x;
    return worth_it;
  }

  bool step_each(Eigen::VectorXd& point, double& value) const {
    bool changed = false;
    for (const Index j : discrete_) {
      const std::vector<double> others = steps_of(coordinates_, region_, j, point[j]);
      if (others.empty()) continue;
      Eigen::MatrixXd tried = point.replicate(1, static_cast<Index>(others.size()));
      tried.row(j) = Eigen::Map<const Eigen::RowVectorXd>(others.data(), static_cast<Index>(others.size()));
      std::vector<double> values = acquisition_.values(tried);
      std::ranges::replace_if(
          values, [](double worth) { return std::isnan(worth); }, -std::numeric_limits<double>::infinity());
      const auto best = std::ranges::max_element(values);
      if (!(*best > value)) continue;
      value = *best;
      point[j] = others[static_cast<std::size_t>(best - values.begin())];
      changed = true;
    }
    return changed;
  }

  const Coordinates& coordinates_;
  const Acquisition& acquisition_;
  const Region& region_;
  std::vector<Index> continuous_, discrete_;
};

// The points of a small grid, or nothing.
Eigen::MatrixXd all_points(const Coordinates& coordinates, const Region& region, double at_most) {
  double count = 1.0;
  for (Index j = 0; j < coordinates.size(); ++j) {
    if (region.is_fixed(j)) continue;
    if (!coordinates.is_discrete(j)) return {};
    count *= static_cast<double>(coordinates.count(j));
    if (count > at_most) return {};
  }
  Eigen::MatrixXd points(coordinates.size(), static_cast<Index>(count));
  for (Index i = 0; i < points.cols(); ++i) {
    std::int64_t rest = i;
    for (Index j = 0; j < points.rows(); ++j) {
      points(j, i) = region.is_fixed(j) ? region.low[j] : coordinates.grid(j, rest % coordinates.count(j));
      if (!region.is_fixed(j)) rest /= coordinates.count(j);
    }
  }
  return points;
}

}  // namespace

Eigen::VectorXd best_proposal(const Coordinates& coordinates, const Acquisition& acquisition, const Region& region,
                              const Eigen::MatrixXd& incumbents, const SearchEffort& effort,
                              const std::function<bool(const Eigen::VectorXd&)>& is_taken, hone::RandomStream& stream) {
  using Ranked = std::pair<double, Eigen::VectorXd>;
  const auto better = [](const Ranked& a, const Ranked& b) { return a.first > b.first; };
  // A grid of no more points than are looked at anyway is looked at as a whole.
  Eigen::MatrixXd candidates = all_points(coordinates, region, 4.0 * static_cast<double>(effort.candidates));
  const bool is_whole = candidates.cols() > 0;
  if (!is_whole) {
    candidates.resize(coordinates.size(), static_cast<Index>(effort.candidates));
    const Eigen::MatrixXd even =
        sobol_points(coordinates.size(), (candidates.cols() + 1) / 2, hone::RandomStream(stream(), 0, "candidates"));
    for (Index i = 0; i < candidates.cols(); ++i) {
      candidates.col(i) = i % 2 == 0
                              ? point_at(coordinates, region, even.col(i / 2))
                              : neighbour(coordinates, region, incumbents.col((i / 2) % incumbents.cols()), stream);
    }
  }
  const std::vector<double> values = acquisition.values(candidates);
  std::vector<Ranked> ranking;
  for (Index i = 0; i < candidates.cols(); ++i) {
    const double value = values[static_cast<std::size_t>(i)];
    if (!std::isnan(value)) ranking.emplace_back(value, candidates.col(i));
  }
  std::ranges::stable_sort(ranking, better);
  if (!is_whole) {
    const LocalSearch search(coordinates, acquisition, region);
    std::vector<Ranked> improved;
    const auto improve = [&](const Eigen::VectorXd& start) {
      Ranked found = search.improve(start);
      // As among the candidates: what has no value has no order.
      if (!std::isnan(found.first)) improved.push_back(std::move(found));
    };
    if (effort.local > 0) improve(incumbents.col(0));
    for (std::size_t i = 0; i < std::min(effort.local, ranking.size()); ++i) improve(ranking[i].second);
    ranking.insert(ranking.begin(), improved.begin(), improved.end());
    std::ranges::stable_sort(ranking, better);
  }
  for (const Ranked& candidate : ranking) {
    if (!is_taken(candidate.second)) return candidate.second;
  }
  // Nearly all is taken: the nearest to the best that is not, as far as chance finds it, in the end outside of the
  // region too.
  const Region all = whole_space(region);
  Eigen::VectorXd best = ranking.empty() ? Eigen::VectorXd(incumbents.col(0)) : ranking.front().second;
  for (std::size_t i = 0; !is_whole && i < effort.candidates; ++i) {
    const Region& within = 2 * i < effort.candidates ? region : all;
    Eigen::VectorXd other =
        i % 2 == 0 ? neighbour(coordinates, within, best, stream) : anywhere(coordinates, within, stream);
    if (!is_taken(other)) return other;
  }
  return best;
}

}  // namespace gp
