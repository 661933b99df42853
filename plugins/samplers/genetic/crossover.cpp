// SPDX-License-Identifier: MIT
#include "crossover.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <hone/sdk/normal.hpp>
#include <hone/sdk/portable_math.hpp>

namespace genetic {
namespace {

using hone::sdk::portable::power;

// How often a child that lies outside is drawn again. With many genes nearly all lie outside, and no patience helps.
constexpr int most_redraws = 10;

bool is_inside(double gene) { return gene >= 0.0 && gene <= 1.0; }

double normal(hone::RandomStream& random) { return hone::sdk::normal_quantile(random.uniform_open()); }

void uniform(const CrossoverRule& rule, std::span<const Genes> parents, bool second, hone::RandomStream& random,
             std::span<double> child) {
  for (std::size_t i = 0; i < child.size(); ++i) {
    const bool swapped = random.uniform() < rule.swapping_prob;
    child[i] = (swapped != second ? parents.back() : parents.front())[i];
  }
}

void blx_alpha(const CrossoverRule& rule, std::span<const Genes> parents, hone::RandomStream& random,
               std::span<double> child) {
  for (std::size_t i = 0; i < child.size(); ++i) {
    const auto [least, greatest] = std::minmax(parents[0][i], parents[1][i]);
    const double beyond = rule.alpha * (greatest - least);
    const double low = std::max(0.0, least - beyond);
    const double high = std::min(1.0, greatest + beyond);
    child[i] = std::min(high, low + random.uniform() * (high - low));
  }
}

// Which parent a gene comes from, and whether it is crossed.
struct GeneCoin {
  GeneCoin(const CrossoverRule& rule, bool second_child, hone::RandomStream& random)
      : crossed(random.uniform() < rule.use_child_gene_prob),
        second(crossed && random.uniform() < rule.uniform_crossover_prob ? !second_child : second_child) {}
  bool crossed;
  bool second;
};

void sbx(const CrossoverRule& rule, std::span<const Genes> parents, bool second, hone::RandomStream& random,
         std::span<double> child) {
  for (std::size_t i = 0; i < child.size(); ++i) {
    const GeneCoin coin(rule, second, random);
    const double own = parents[coin.second ? 1 : 0][i];
    const double other = parents[coin.second ? 0 : 1][i];
    child[i] = coin.crossed ? sbx_gene(own, other, own > other, random.uniform(), rule.eta) : own;
  }
}

// One of the two children beside `own`: ((1 + b) own + (1 - b) other) / 2 lies on the far side of it where b > 1,
// ((3 - b) own - (1 - b) other) / 2 is its mirror image.
double vsbx_gene(double own, double other, bool mirrored, double u, double eta) {
  const double spread = power(1.0 / std::max(2.0 * u, 1e-10), 1.0 / (eta + 1.0));
  return mirrored ? 0.5 * ((3.0 - spread) * own - (1.0 - spread) * other)
                  : 0.5 * ((1.0 + spread) * own + (1.0 - spread) * other);
}

void vsbx(const CrossoverRule& rule, std::span<const Genes> parents, bool second, hone::RandomStream& random,
          std::span<double> child) {
  const bool mirrored = random.uniform() < 0.5;
  for (std::size_t i = 0; i < child.size(); ++i) {
    const GeneCoin coin(rule, second, random);
    const double own = parents[coin.second ? 1 : 0][i];
    const double other = parents[coin.second ? 0 : 1][i];
    child[i] = own;
    for (int attempt = 0; coin.crossed && attempt < most_redraws; ++attempt) {
      child[i] = vsbx_gene(own, other, mirrored, random.uniform(), rule.eta);
      if (is_inside(child[i])) break;
    }
  }
}

// A point uniform in the simplex of the parents, expanded from its centre by epsilon.
void spx(const CrossoverRule& rule, std::span<const Genes> parents, hone::RandomStream& random,
         std::span<double> child) {
  const auto genes = static_cast<double>(child.size());
  const double epsilon = rule.epsilon > 0.0 ? rule.epsilon : std::sqrt(genes + 2.0);
  const double r0 = random.uniform();
  const double r1 = std::sqrt(random.uniform());
  for (std::size_t i = 0; i < child.size(); ++i) {
    const double centre = (parents[0][i] + parents[1][i] + parents[2][i]) / 3.0;
    std::array<double, 3> corner{};
    for (std::size_t k = 0; k < 3; ++k) corner[k] = centre + epsilon * (parents[k][i] - centre);
    const double c1 = r0 * (corner[0] - corner[1]);
    const double c2 = r1 * (corner[1] - corner[2] + c1);
    child[i] = corner[2] + c2;
  }
}

double dot(Genes a, Genes b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// `vector` without its part along `direction`, which has length 1.
void project_away(std::span<double> vector, Genes direction) {
  const double along = dot(vector, direction);
  for (std::size_t i = 0; i < vector.size(); ++i) vector[i] -= along * direction[i];
}

// Normal about the middle of the first two parents: along their line by their distance, across it by the third's
// distance from the line. A normal vector without its part along the line is the sum over an orthonormal basis of the
// paper, whichever basis that is.
void undx(const CrossoverRule& rule, std::span<const Genes> parents, hone::RandomStream& random,
          std::span<double> child) {
  const std::size_t genes = child.size();
  const double sigma_eta = rule.sigma_eta > 0.0 ? rule.sigma_eta : 0.35 / std::sqrt(static_cast<double>(genes));
  std::vector<double> line(genes), offset(genes), across(genes);
  for (std::size_t i = 0; i < genes; ++i) {
    line[i] = parents[0][i] - parents[1][i];
    offset[i] = parents[2][i] - parents[0][i];
    across[i] = normal(random) * sigma_eta;
  }
  const double xi = normal(random) * rule.sigma_xi;
  const double length = std::sqrt(dot(line, line));
  std::vector<double> direction(line);
  for (double& d : direction) d = length > 0.0 ? d / length : 0.0;
  project_away(offset, direction);
  project_away(across, direction);
  const double distance = std::sqrt(dot(offset, offset));
  for (std::size_t i = 0; i < genes; ++i) {
    child[i] = 0.5 * (parents[0][i] + parents[1][i]) + xi * line[i] + distance * across[i];
  }
}

}  // namespace

bool makes_twins(Crossover kind) {
  return kind == Crossover::uniform || kind == Crossover::sbx || kind == Crossover::vsbx;
}

std::size_t parent_count(Crossover kind) { return kind == Crossover::spx || kind == Crossover::undx ? 3 : 2; }

double sbx_gene(double a, double b, bool upper, double u, double eta) {
  const auto [least, greatest] = std::minmax(a, b);
  const double distance = greatest - least;
  if (distance <= 1e-14) return upper ? greatest : least;
  const double room = upper ? 1.0 - greatest : least;
  const double beta = 1.0 + 2.0 * room / distance;
  const double alpha = 2.0 - power(1.0 / beta, eta + 1.0);
  const double spread = power(u <= 1.0 / alpha ? u * alpha : 1.0 / (2.0 - u * alpha), 1.0 / (eta + 1.0));
  const double child = 0.5 * (least + greatest + (upper ? spread : -spread) * distance);
  return std::clamp(child, 0.0, 1.0);
}

double into_unit_interval(double gene) {
  const double mirrored = gene < 0.0 ? -gene : gene > 1.0 ? 2.0 - gene : gene;
  return std::clamp(mirrored, 0.0, 1.0);
}

void cross(const CrossoverRule& rule, std::span<const Genes> parents, bool second, hone::RandomStream& random,
           std::span<double> child) {
  if (child.empty()) return;
  switch (rule.kind) {
    case Crossover::uniform: return uniform(rule, parents, second, random, child);
    case Crossover::blx_alpha: return blx_alpha(rule, parents, random, child);
    case Crossover::sbx: return sbx(rule, parents, second, random, child);
    case Crossover::vsbx: vsbx(rule, parents, second, random, child); break;
    case Crossover::spx:
    case Crossover::undx:
      for (int attempt = 0; attempt < most_redraws; ++attempt) {
        (rule.kind == Crossover::spx ? spx : undx)(rule, parents, random, child);
        if (std::ranges::all_of(child, is_inside)) break;
      }
      break;
  }
  for (double& gene : child) gene = into_unit_interval(gene);
}

}  // namespace genetic
