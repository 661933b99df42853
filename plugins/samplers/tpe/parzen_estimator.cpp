// SPDX-License-Identifier: MIT
// The estimator's observations, and draws from it.
#include "parzen_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <hone/sdk/normal.hpp>

namespace tpe {

using hone::sdk::NumericTransform;

ParzenEstimator::ParzenEstimator(std::span<const hone::Distribution* const> space, const ParzenOptions& options,
                                 std::span<const std::vector<double>> distances)
    : dimension_(space.size()), options_(options) {
  const BandwidthRule rule{.magic_clip = options.magic_clip,
                           .least_share = options.least_share,
                           .clip_exponent = options.clip_exponent,
                           .clip_factor = options.clip_factor,
                           .endpoints = options.endpoints,
                           .prior = options.consider_prior};
  for (std::size_t column = 0; column < space.size(); ++column) {
    if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(space[column])) {
      categorical_.push_back(
          {column, CategoricalKernels(categorical->choices.size(),
                                      distances.empty() ? std::vector<double>{} : distances[column])});
      continue;
    }
    const NumericTransform transform(*space[column]);
    const double mean = 0.5 * (transform.low() + transform.high());
    const double width = transform.high() - transform.low();
    numeric_.push_back({column, NumericKernels(transform, rule), mean, width, log_normalizer(transform, mean, width)});
    continuous_ += transform.is_stepped() ? 0 : 1;
  }
  std::stable_partition(numeric_.begin(), numeric_.end(),
                        [](const Numeric& n) { return !n.kernels.transform().is_stepped(); });
  std::vector<KernelRows::Range> ranges;
  for (std::size_t i = 0; !on_line() && i < continuous_; ++i) {
    ranges.push_back({numeric_[i].kernels.transform().low(), numeric_[i].kernels.transform().high()});
  }
  rows_ = KernelRows(std::move(ranges));
  parts_.push_back(part_with(std::vector<std::uint8_t>(dimension_, 1)));
}

// ---- parts of the space

ParzenEstimator::Part ParzenEstimator::part_with(std::vector<std::uint8_t> has) const {
  Part part;
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    if (has[numeric_[i].column] == 0) continue;
    part.numeric.push_back(&numeric_[i]);
    if (i < rows_.axes()) part.axes.push_back(i);
  }
  for (const Categorical& c : categorical_) {
    if (has[c.column] != 0) part.categorical.push_back(&c);
  }
  part.has = std::move(has);
  return part;
}

namespace {
// Beyond the last slot, where no kernel is to be found.
constexpr float nothing = std::numeric_limits<float>::lowest();
}  // namespace

void ParzenEstimator::Part::resize(std::size_t n) {
  constants.resize(n);
  rough.assign(n, 0.0F);
  rough.resize(whole_blocks(n), nothing);
}

void ParzenEstimator::Part::insert_constant(std::size_t slot) {
  constants.insert(constants.begin() + static_cast<std::ptrdiff_t>(slot), 0.0);
  rough.insert(rough.begin() + static_cast<std::ptrdiff_t>(slot), 0.0F);
  rough.resize(whole_blocks(constants.size()), nothing);
}

void ParzenEstimator::Part::erase_constant(std::size_t slot) {
  constants.erase(constants.begin() + static_cast<std::ptrdiff_t>(slot));
  rough.erase(rough.begin() + static_cast<std::ptrdiff_t>(slot));
  rough.resize(whole_blocks(constants.size()), nothing);
}

void ParzenEstimator::set_constant(Part& part, std::size_t slot) {
  double sum = 0.0;
  for (const Numeric* n : part.numeric) sum += n->kernels.log_normalizers()[slot];
  part.constants[slot] = sum;
  part.rough[slot] = rough_constant(part, slot);
}

// The parameters that a row has, and the constants of the kernels there.
std::size_t ParzenEstimator::part_of(std::span<const double> row) {
  const auto fits = [&](const Part& part) {
    for (std::size_t column = 0; column < dimension_; ++column) {
      if (std::isnan(row[column]) == (part.has[column] != 0)) return false;
    }
    return true;
  };
  const auto found = std::ranges::find_if(parts_, fits);
  if (found != parts_.end()) return static_cast<std::size_t>(found - parts_.begin());
  std::vector<std::uint8_t> has(dimension_);
  for (std::size_t column = 0; column < dimension_; ++column) has[column] = std::isnan(row[column]) ? 0 : 1;
  Part part = part_with(std::move(has));
  part.resize(size());
  for (std::size_t slot = 0; slot < size(); ++slot) set_constant(part, slot);
  for (const Categorical* c : part.categorical) part.categorical_constant += c->kernels.log_greatest;
  parts_.push_back(std::move(part));
  return parts_.size() - 1;
}

// ---- observations

void ParzenEstimator::assign(std::vector<std::int64_t> numbers, std::span<const double> rows) {
  numbers_ = std::move(numbers);
  parts_[0].resize(numbers_.size());
  for (Numeric& n : numeric_) {
    std::vector<double> points(numbers_.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] = n.kernels.transform().to_point(rows[i * dimension_ + n.column]);
    }
    n.kernels.assign(points);
  }
  for (Categorical& c : categorical_) {
    std::vector<std::uint32_t> observed(numbers_.size());
    for (std::size_t i = 0; i < observed.size(); ++i) {
      observed[i] = c.kernels.choice_of(rows[i * dimension_ + c.column]);
    }
    c.kernels.assign(std::move(observed));
  }
  rows_.resize(numbers_.size());
  first_moved_ = 0;
  changed_ = true;
}

void ParzenEstimator::insert(std::int64_t number, std::span<const double> row) {
  const auto at = std::ranges::lower_bound(numbers_, number) - numbers_.begin();
  numbers_.insert(numbers_.begin() + at, number);
  parts_[0].insert_constant(static_cast<std::size_t>(at));
  rows_.insert(static_cast<std::size_t>(at));
  for (Numeric& n : numeric_) {
    n.kernels.insert(static_cast<std::size_t>(at), n.kernels.transform().to_point(row[n.column]));
  }
  for (Categorical& c : categorical_) {
    c.kernels.insert(static_cast<std::size_t>(at), c.kernels.choice_of(row[c.column]));
  }
  first_moved_ = std::min(first_moved_, static_cast<std::size_t>(at));
  changed_ = true;
}

void ParzenEstimator::erase(std::int64_t number) {
  const auto at = std::ranges::lower_bound(numbers_, number) - numbers_.begin();
  numbers_.erase(numbers_.begin() + at);
  parts_[0].erase_constant(static_cast<std::size_t>(at));
  rows_.erase(static_cast<std::size_t>(at));
  for (Numeric& n : numeric_) n.kernels.erase(static_cast<std::size_t>(at));
  for (Categorical& c : categorical_) c.kernels.erase(static_cast<std::size_t>(at));
  first_moved_ = std::min(first_moved_, static_cast<std::size_t>(at));
  changed_ = true;
}

void ParzenEstimator::weigh(std::vector<double> weights) {
  if (weights.size() != size()) weights.clear();
  if (!weights.empty()) {
    const double greatest = std::ranges::max(weights);
    // Relative to the greatest, so that the scale of an objective plays no role.
    constexpr double least = 1e-12;
    for (double& weight : weights) {
      const double share = greatest > 0.0 ? weight / greatest : 1.0;
      weight = std::max(hone::sdk::portable::power(share, options_.improvement_exponent), least);
    }
  }
  if (weights == given_) return;
  given_ = std::move(weights);
  changed_ = true;
}

void ParzenEstimator::refresh_weights() {
  const std::size_t n = size();
  ramp_ = RampWeights(n, options_.weights);
  if (given_.size() != n) given_.clear();
  double sum = ramp_.sum(n);
  double mean = 1.0;
  if (!given_.empty()) {
    sum = std::accumulate(given_.begin(), given_.end(), 0.0);
    mean = sum / static_cast<double>(n);
  }
  prior_weight_ = n == 0 ? 1.0 : options_.consider_prior ? options_.prior_weight * mean : 0.0;
  log_prior_weight_ = hone::sdk::portable::log(prior_weight_);
  total_weight_ = sum + prior_weight_;
  log_total_weight_ = hone::sdk::portable::log(total_weight_);
}

void ParzenEstimator::refresh() {
  if (!changed_) return;
  changed_ = false;
  const std::size_t n = size();
  refresh_weights();
  parts_.resize(1);
  Part& whole = parts_.front();
  whole.categorical_constant = 0.0;
  for (Categorical& c : categorical_) {
    c.kernels.refresh(options_.prior_weight, options_.consider_prior);
    whole.categorical_constant += c.kernels.log_greatest;
  }
  bool all = false;
  changed_slots_.clear();
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    const std::size_t before = changed_slots_.size();
    all = numeric_[i].kernels.refresh(changed_slots_) || all;
    if (i < rows_.axes()) set_kernels(i, std::span(changed_slots_).subspan(before));
  }
  if (all) {
    changed_slots_.resize(n);
    std::iota(changed_slots_.begin(), changed_slots_.end(), 0U);
    for (std::size_t axis = 0; axis < rows_.axes(); ++axis) set_kernels(axis, changed_slots_);
  } else {
    // A new slot is new in every parameter.
    std::ranges::sort(changed_slots_);
    changed_slots_.erase(std::unique(changed_slots_.begin(), changed_slots_.end()), changed_slots_.end());
  }
  for (const std::uint32_t slot : changed_slots_) set_constant(whole, slot);
  rows_.refresh();
  if (on_line()) refresh_line(all);
  first_moved_ = n;
}

// In the rows, from those of the parameter.
void ParzenEstimator::set_kernels(std::size_t axis, std::span<const std::uint32_t> slots) {
  const NumericKernels& kernels = numeric_[axis].kernels;
  for (const std::uint32_t slot : slots) rows_.set(slot, axis, kernels.means()[slot], kernels.inverse_widths()[slot]);
}

// The greatest log density of a kernel inside the range: beyond a range that has been narrowed its mean is not.
double ParzenEstimator::highest_on_line() const {
  const NumericKernels& kernels = numeric_[0].kernels;
  const NumericTransform& transform = kernels.transform();
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t slot = 0; slot < size(); ++slot) {
    const double mean = kernels.means()[slot];
    const double z = std::max({0.0, transform.low() - mean, mean - transform.high()}) * kernels.inverse_widths()[slot];
    highest = std::max(highest, parts_.front().constants[slot] - 0.5 * z * z);
  }
  return highest;
}

void ParzenEstimator::refresh_line(bool all) {
  // The widths must not change with the number of kernels, and there must be a prior to measure errors by.
  if (size() < LineMixture::worthwhile || !options_.magic_clip ||
      options_.least_share * options_.clip_factor < LineMixture::least_share || prior_weight_ <= 0.0 ||
      !given_.empty()) {
    line_.reset();
    line_weights_.resize(size());
    for (std::size_t slot = 0; slot < size(); ++slot) line_weights_[slot] = weight_of(slot);
    line_height_ = highest_on_line();
    return;
  }
  all = all || !line_ || first_moved_ < line_->entered();
  if (!line_) line_.emplace();
  line_->refresh(numeric_[0].kernels, ramp_, changed_slots_, all);
}

std::vector<double> ParzenEstimator::weights() const {
  std::vector<double> result(size());
  for (std::size_t slot = 0; slot < result.size(); ++slot) result[slot] = weight_of(slot);
  result.push_back(prior_weight_);
  for (double& weight : result) weight /= total_weight_;
  return result;
}

// ---- drawing

// The component of a draw, by the weights; the prior's index is the number of observations.
std::size_t ParzenEstimator::draw_component(std::span<const double> cumulative, double u) const {
  const std::size_t n = cumulative.size();
  const auto slot =
      static_cast<std::size_t>(std::ranges::upper_bound(cumulative, u * total_weight_) - cumulative.begin());
  // Rounding may lead past the last observation where the prior has no weight.
  return slot == n && prior_weight_ == 0.0 ? n - 1 : slot;
}

void ParzenEstimator::sample(hone::RandomStream& components, std::span<hone::RandomStream> parameters,
                             std::span<double> rows) {
  refresh();
  const std::size_t n = size();
  std::vector<double> cumulative(n);
  double sum = 0.0;
  for (std::size_t slot = 0; slot < n; ++slot) cumulative[slot] = sum += weight_of(slot);
  const double draw_width = dimension_ > 1 ? options_.draw_width : 1.0;
  // Many draws come from few kernels.
  std::vector<std::optional<OutsideMass>> outside_masses(numeric_.size() * (n + 1));
  for (std::size_t at = 0; at < rows.size(); at += dimension_) {
    const std::span<double> row = rows.subspan(at, dimension_);
    const std::size_t slot = draw_component(cumulative, components.uniform());
    const bool prior = slot == n;
    for (std::size_t i = 0; i < numeric_.size(); ++i) {
      const Numeric& numeric = numeric_[i];
      const NumericKernels& kernels = numeric.kernels;
      const NumericTransform& transform = kernels.transform();
      const double mean = prior ? numeric.prior_mean : kernels.means()[slot];
      const double width = prior ? numeric.prior_width : draw_width * kernels.widths()[slot];
      std::optional<OutsideMass>& outside = outside_masses[i * (n + 1) + slot];
      if (!outside) outside = outside_mass(transform, mean, width);
      const double q = parameters[numeric.column].uniform_open();
      row[numeric.column] = transform.to_value(draw_kernel(transform, mean, width, *outside, q));
    }
    for (const Categorical& categorical : categorical_) {
      const CategoricalKernels& kernels = categorical.kernels;
      const std::uint32_t about = prior ? kernels.none() : kernels.observed[slot];
      row[categorical.column] = kernels.draw(about, parameters[categorical.column].uniform());
    }
  }
}

}  // namespace tpe
