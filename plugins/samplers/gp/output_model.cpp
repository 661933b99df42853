// SPDX-License-Identifier: MIT
#include "output_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "refit_schedule.hpp"

namespace gp {
namespace {

// Room for points that are appended for the time being.
constexpr std::size_t spare = 64;

Eigen::VectorXd scaled_rows(const ModelOptions& options, const Observations& all,
                            const std::vector<Eigen::Index>& rows) {
  return scaled_outputs(options.transform, all.outputs(rows));
}

}  // namespace

OutputModel::OutputModel(Inputs inputs, const ModelOptions& options)
    : inputs_(std::move(inputs)), options_(options), priors_(Priors::of_dimension(inputs_.size())) {
  if (options.deterministic) priors_.fixed_noise = least_noise;
}

// What rests on trials before which others have come is no longer that of the first ones by number.
void OutputModel::forget_from(const Observations& all) {
  const auto same = static_cast<std::size_t>(std::ranges::mismatch(seen_, all.numbers).in1 - seen_.begin());
  if (same < seen_.size()) {
    std::erase_if(steps_, [same](const Step& step) { return step.size > same; });
    posterior_.reset();
  }
  seen_ = all.numbers;
}

// All of the first `size`; of more than `largest`, the nearest ones to the best, and some of the best.
std::vector<Eigen::Index> OutputModel::rows_of(const Observations& all, std::size_t size) const {
  std::vector<Eigen::Index> rows(size);
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  if (size <= static_cast<std::size_t>(options_.largest)) return rows;
  const auto by_output = [&](Eigen::Index i) { return std::pair(-all.outputs[i], i); };
  const Eigen::Index best = std::ranges::min(rows, {}, by_output);
  const Eigen::ArrayXd distances =
      squared_distances(inputs_, Eigen::ArrayXd::Ones(inputs_.size()),
                        all.points.topRows(static_cast<Eigen::Index>(size)), all.points.row(best).transpose());
  const std::size_t good = static_cast<std::size_t>(options_.largest) / 6;
  const std::size_t near = static_cast<std::size_t>(options_.largest) / 2;
  std::ranges::nth_element(rows, rows.begin() + static_cast<std::ptrdiff_t>(good), {}, by_output);
  const auto rest = rows.begin() + static_cast<std::ptrdiff_t>(good);
  std::ranges::nth_element(rest, rest + static_cast<std::ptrdiff_t>(near), rows.end(), {},
                           [&](Eigen::Index i) { return std::pair(distances[i], i); });
  rows.resize(good + near);
  std::ranges::sort(rows);
  return rows;
}

const HyperParameters& OutputModel::parameters_of(const Observations& all, std::size_t size) {
  // From the last fit that begins afresh, or that is known, onwards.
  std::vector<std::size_t> sizes;
  for (std::size_t s = RefitSchedule::first;; s = RefitSchedule::after(s)) {
    if (sizes.empty() || RefitSchedule::begins_afresh(sizes.back(), s)) sizes.clear();
    sizes.push_back(s);
    if (s >= size) break;
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto known = std::ranges::lower_bound(steps_, sizes[i], {}, &Step::size);
    if (known != steps_.end() && known->size == sizes[i]) continue;
    std::vector<HyperParameters> starts;
    if (i == 0) {
      starts.push_back(prior_start(priors_, inputs_.size()));
    } else {
      starts.push_back(std::prev(known)->parameters);
    }
    const std::vector<Eigen::Index> rows = rows_of(all, sizes[i]);
    Fit found = fit(inputs_, all.points(rows, Eigen::all), scaled_rows(options_, all, rows), priors_, starts);
    if (!found.converged) {
      trouble_ = "no hyper-parameters could be fitted to " + std::to_string(sizes[i]) +
                 " trials; going on with those of before";
    }
    steps_.insert(known, {sizes[i], std::move(found.parameters)});
  }
  return std::ranges::lower_bound(steps_, size, {}, &Step::size)->parameters;
}

Posterior& OutputModel::update(const Observations& all) {
  trouble_.clear();
  forget_from(all);
  const auto count = static_cast<std::size_t>(all.size());
  const std::size_t size = RefitSchedule::last(count);
  if (!posterior_ || base_ != size) {
    const HyperParameters& parameters = parameters_of(all, size);
    rows_ = rows_of(all, size);
    const std::size_t capacity = rows_.size() + RefitSchedule::after(size) - size + spare;
    posterior_.emplace(inputs_, parameters, all.points(rows_, Eigen::all), static_cast<Eigen::Index>(capacity));
    base_ = next_ = size;
    if (posterior_->jitter() > 0.0) {
      trouble_ = "the covariances of " + std::to_string(rows_.size()) +
                 " trials have no Cholesky factor; going on with more noise";
    }
  }
  posterior_->truncate(static_cast<Eigen::Index>(rows_.size()));
  for (std::size_t i = next_; i < count; ++i) {
    posterior_->append(all.points.row(static_cast<Eigen::Index>(i)).transpose());
    rows_.push_back(static_cast<Eigen::Index>(i));
  }
  next_ = count;
  scaled_ = scaled_rows(options_, all, rows_);
  posterior_->observe(scaled_);
  return *posterior_;
}

}  // namespace gp
