// SPDX-License-Identifier: MIT
#include "parzen_estimator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <hone/sdk/normal.hpp>

namespace tpe {

namespace portable = hone::sdk::portable;
using hone::sdk::NumericTransform;

namespace {
constexpr double minus_infinity = -std::numeric_limits<double>::infinity();
}  // namespace

ParzenEstimator::ParzenEstimator(std::span<const hone::Distribution* const> space, const ParzenOptions& options,
                                 std::span<const std::vector<double>> distances)
    : dimension_(space.size()), options_(options) {
  const BandwidthRule rule{.magic_clip = options.magic_clip,
                           .least_share = options.least_share,
                           .clip_exponent = options.clip_exponent,
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
  parts_.push_back(part_with(std::vector<std::uint8_t>(dimension_, 1)));
}

// ---- parts of the space

ParzenEstimator::Part ParzenEstimator::part_with(std::vector<std::uint8_t> has) const {
  Part part;
  for (std::size_t i = 0; i < numeric_.size(); ++i) {
    if (has[numeric_[i].column] == 0) continue;
    part.numeric.push_back(&numeric_[i]);
    part.continuous += i < continuous_ ? 1 : 0;
  }
  for (const Categorical& c : categorical_) {
    if (has[c.column] != 0) part.categorical.push_back(&c);
  }
  part.has = std::move(has);
  return part;
}

double ParzenEstimator::Part::constant_of(std::size_t slot) const {
  double sum = 0.0;
  for (const Numeric* n : numeric) sum += n->kernels.log_normalizers()[slot];
  return sum;
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
  part.constants.resize(size());
  for (std::size_t slot = 0; slot < size(); ++slot) part.constants[slot] = part.constant_of(slot);
  for (const Categorical* c : part.categorical) part.categorical_constant += c->kernels.log_greatest;
  parts_.push_back(std::move(part));
  return parts_.size() - 1;
}

// ---- observations

void ParzenEstimator::assign(std::vector<std::int64_t> numbers, std::span<const double> rows) {
  numbers_ = std::move(numbers);
  parts_[0].constants.assign(numbers_.size(), 0.0);
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
  first_moved_ = 0;
  changed_ = true;
}

void ParzenEstimator::insert(std::int64_t number, std::span<const double> row) {
  const auto at = std::ranges::lower_bound(numbers_, number) - numbers_.begin();
  numbers_.insert(numbers_.begin() + at, number);
  parts_[0].constants.insert(parts_[0].constants.begin() + at, 0.0);
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
  parts_[0].constants.erase(parts_[0].constants.begin() + at);
  for (Numeric& n : numeric_) n.kernels.erase(static_cast<std::size_t>(at));
  for (Categorical& c : categorical_) c.kernels.erase(static_cast<std::size_t>(at));
  first_moved_ = std::min(first_moved_, static_cast<std::size_t>(at));
  changed_ = true;
}

void ParzenEstimator::weigh(std::vector<double> weights) {
  if (weights.size() != size()) weights.clear();
  if (!weights.empty()) {
    const double greatest = std::ranges::max(weights);
    for (double& weight : weights) weight /= greatest;
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
  total_weight_ = sum + prior_weight_;
  log_total_weight_ = portable::log(total_weight_);
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
  for (Numeric& numeric : numeric_) all = numeric.kernels.refresh(changed_slots_) || all;
  if (all) {
    for (std::size_t slot = 0; slot < n; ++slot) whole.constants[slot] = whole.constant_of(slot);
  } else {
    for (const std::uint32_t slot : changed_slots_) whole.constants[slot] = whole.constant_of(slot);
  }
  if (on_line()) refresh_line(all);
  first_moved_ = n;
}

void ParzenEstimator::refresh_line(bool all) {
  // The widths must not change with the number of kernels, and there must be a prior to measure errors by.
  if (size() < LineMixture::worthwhile || !options_.magic_clip || options_.least_share < LineMixture::least_share ||
      prior_weight_ <= 0.0 || !given_.empty()) {
    line_.reset();
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

void ParzenEstimator::sample(hone::RandomStream& components, std::span<hone::RandomStream> parameters,
                             std::span<double> rows) {
  refresh();
  const std::size_t n = size();
  std::vector<double> cumulative(n);
  double sum = 0.0;
  for (std::size_t slot = 0; slot < n; ++slot) cumulative[slot] = sum += weight_of(slot);
  // Many draws come from few kernels.
  std::vector<std::optional<OutsideMass>> outside_masses(numeric_.size() * (n + 1));
  for (std::size_t at = 0; at < rows.size(); at += dimension_) {
    const std::span<double> row = rows.subspan(at, dimension_);
    const double u = components.uniform() * total_weight_;
    auto slot = static_cast<std::size_t>(std::ranges::upper_bound(cumulative, u) - cumulative.begin());
    // Rounding may lead past the last observation where the prior has no weight.
    if (slot == n && prior_weight_ == 0.0) slot = n - 1;
    const bool prior = slot == n;
    for (std::size_t i = 0; i < numeric_.size(); ++i) {
      const Numeric& numeric = numeric_[i];
      const NumericKernels& kernels = numeric.kernels;
      const double mean = prior ? numeric.prior_mean : kernels.means()[slot];
      const double width = prior ? numeric.prior_width : kernels.widths()[slot];
      std::optional<OutsideMass>& outside = outside_masses[i * (n + 1) + slot];
      if (!outside) outside = outside_mass(kernels.transform(), mean, width);
      const double q = parameters[numeric.column].uniform_open();
      row[numeric.column] = kernels.transform().to_value(draw_kernel(kernels.transform(), mean, width, *outside, q));
    }
    for (const Categorical& categorical : categorical_) {
      const CategoricalKernels& kernels = categorical.kernels;
      const std::uint32_t about = prior ? kernels.none() : kernels.observed[slot];
      row[categorical.column] = kernels.draw(about, parameters[categorical.column].uniform());
    }
  }
}

// ---- density

void ParzenEstimator::Survivors::make_room(std::size_t n) {
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

// The first parameters are looked at for all kernels, as vectors; fewer survive.
std::size_t ParzenEstimator::sift(const Part& part, std::span<const double> row, Block block, double least) {
  std::array<Axis, 12> axes{};
  const std::size_t dense = std::min(part.continuous, axes.size());
  for (std::size_t d = 0; d < dense; ++d) {
    const NumericKernels& kernels = part.numeric[d]->kernels;
    axes[d] = {kernels.means().data() + block.first, kernels.inverse_widths().data() + block.first,
               kernels.transform().to_point(row[part.numeric[d]->column])};
  }
  work_.count =
      work_.loops.sift(std::span(part.constants).subspan(block.first, block.size), std::span(axes).first(dense),
                       least - part.categorical_constant, work_.slots.data(), work_.logs.data());
  for (std::size_t i = 0; i < work_.count; ++i) {
    work_.slots[i] += static_cast<std::uint32_t>(block.first);
    work_.logs[i] += part.categorical_constant;
  }
  return dense;
}

void ParzenEstimator::add_continuous(const Numeric& numeric, double point, double least) {
  const double* means = numeric.kernels.means().data();
  const double* inverses = numeric.kernels.inverse_widths().data();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < work_.count; ++i) {
    const std::uint32_t slot = work_.slots[i];
    const double z = (point - means[slot]) * inverses[slot];
    const double log = work_.logs[i] - 0.5 * z * z;
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

// One continuous parameter: too few kernels are far away from a candidate to pick out the others.
double ParzenEstimator::log_block_on_line(double value, Block block) {
  const NumericKernels& kernels = numeric_[0].kernels;
  const std::span<double> logs = std::span(work_.logs).first(block.size);
  std::ranges::copy(std::span(parts_[0].constants).subspan(block.first, block.size), logs.begin());
  work_.loops.subtract_half_squares(logs, kernels.means().data() + block.first,
                                    kernels.inverse_widths().data() + block.first, kernels.transform().to_point(value));
  for (std::size_t i = 0; i < block.size; ++i) work_.scratch[i] = weight_of(block.first + i);
  return log_of_sum(logs, work_.scratch.data());
}

// The log of what a block of observations adds to a sum that is known to be at least `certain`.
double ParzenEstimator::log_block(const Part& part, std::span<const double> row, Block block, double certain) {
  if (on_line()) return log_block_on_line(row[0], block);
  // No weight is above 1, so all kernels below this have together less than e^-30 of what is there for certain.
  const double least = certain == minus_infinity ? std::numeric_limits<double>::lowest()
                                                 : certain - portable::log(static_cast<double>(size() + 1)) - 30.0;
  for (std::size_t i = sift(part, row, block, least); i < part.continuous; ++i) {
    const Numeric& n = *part.numeric[i];
    add_continuous(n, n.kernels.transform().to_point(row[n.column]), least);
  }
  for (const Categorical* c : part.categorical) add_categorical(*c, row[c->column], least);
  const std::span<const Numeric* const> stepped = std::span(part.numeric).subspan(part.continuous);
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
  const double log_prior =
      prior_weight_ > 0.0 ? log_prior_at(parts_[part], row) + portable::log(prior_weight_) : minus_infinity;
  return {log_prior, size(), part};
}

void ParzenEstimator::advance(std::span<const double> row, PartialSum& sum) {
  if (line_) {
    const double height = line_->log_height();
    const double kernels = line_->sum(numeric_[0].kernels.transform().to_point(row[0]));
    sum = {height + portable::log(portable::exp(sum.log_sum - height) + kernels), 0, sum.part};
    return;
  }
  // Blocks of 256, 256, 512, 1024, ... of the newest: the first bound is cheap, and few steps lead to the end.
  constexpr std::size_t smallest = 256;
  const std::size_t added = size() - sum.remaining;
  const std::size_t wanted = added == 0 ? smallest : added;
  const std::size_t count = sum.remaining <= wanted + smallest ? sum.remaining : wanted;
  sum.remaining -= count;
  work_.make_room(count);
  const double block = log_block(parts_[sum.part], row, {sum.remaining, count}, sum.log_sum);
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
