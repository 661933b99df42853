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

}  // namespace

std::vector<Eigen::Index> neighbourhood(const Inputs& inputs, const Eigen::Ref<const Eigen::MatrixXd>& points,
                                        std::span<const double> rank, std::size_t count) {
  std::vector<Eigen::Index> rows(rank.size());
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  if (rows.size() <= count) return rows;
  const auto by_rank = [&](Eigen::Index i) { return std::pair(rank[static_cast<std::size_t>(i)], i); };
  const Eigen::Index best = std::ranges::min(rows, {}, by_rank);
  const Eigen::ArrayXd distances =
      squared_distances(inputs, Eigen::ArrayXd::Ones(inputs.size()),
                        points.topRows(static_cast<Eigen::Index>(rank.size())), points.row(best).transpose());
  const auto rest = rows.begin() + static_cast<std::ptrdiff_t>(count / 4);
  std::ranges::nth_element(rows, rest, {}, by_rank);
  std::ranges::nth_element(rest, rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(), {},
                           [&](Eigen::Index i) { return std::pair(distances[i], i); });
  rows.resize(count);
  std::ranges::sort(rows);
  return rows;
}

OutputModel::OutputModel(Inputs inputs, OutputRole role, const ModelOptions& options, Eigen::Index column)
    : inputs_(std::move(inputs)),
      role_(role),
      column_(column),
      options_(options),
      priors_(Priors::of_dimension(inputs_.size())) {
  if (options.deterministic) priors_.fixed_noise = least_noise;
}

// What rests on trials before which others have come is no longer that of the first ones by number.
void OutputModel::forget_from(const Observations& all) {
  const auto same = static_cast<std::size_t>(std::ranges::mismatch(seen_, all.numbers()).in1 - seen_.begin());
  if (same < seen_.size()) {
    std::erase_if(steps_, [same](const Step& step) { return step.size > same; });
    posterior_.reset();
  }
  seen_.resize(same);
  seen_.insert(seen_.end(), all.numbers().begin() + static_cast<std::ptrdiff_t>(same), all.numbers().end());
}

Eigen::VectorXd OutputModel::scaled(const Observations& all, const std::vector<Eigen::Index>& rows) const {
  const Eigen::VectorXd outputs = all.outputs(column_)(rows);
  return role_ == OutputRole::constraint ? scaled_constraint(outputs) : scaled_outputs(options_.transform, outputs);
}

OutputModel::Step OutputModel::fitted(const Observations& all, std::size_t size, const RowSelection& select,
                                      const Step* before) {
  const std::vector<Eigen::Index> rows = select(size);
  const Eigen::MatrixXd points = all.points()(rows, Eigen::all);
  const Eigen::VectorXd outputs = scaled(all, rows);
  Fit found = before != nullptr ? fit(inputs_, points, outputs, priors_, {before->parameters})
                                : first_fit(inputs_, points, outputs, priors_, options_.input_warping);
  if (!found.converged) {
    trouble_ =
        "no hyper-parameters could be fitted to " + std::to_string(size) + " trials; going on with those of before";
  }
  return {size, std::move(found.parameters)};
}

const OutputModel::Step& OutputModel::step_of(const Observations& all, std::size_t size, const RowSelection& select) {
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
    const Step next = fitted(all, sizes[i], select, i == 0 ? nullptr : &*std::prev(known));
    steps_.insert(known, next);
  }
  return *std::ranges::lower_bound(steps_, size, {}, &Step::size);
}

Posterior& OutputModel::update(const Observations& all, const RowSelection& select) {
  trouble_.clear();
  forget_from(all);
  const auto count = static_cast<std::size_t>(all.size());
  const std::size_t size = RefitSchedule::last(count);
  if (!posterior_ || base_ != size) {
    const Step& step = step_of(all, size, select);
    rows_ = select(size);
    selected_ = rows_.size();
    const std::size_t capacity = rows_.size() + RefitSchedule::after(size) - size + spare;
    posterior_.emplace(inputs_, step.parameters, all.points()(rows_, Eigen::all), static_cast<Eigen::Index>(capacity));
    base_ = next_ = size;
    if (posterior_->jitter() > 0.0) {
      trouble_ = "the covariances of " + std::to_string(rows_.size()) +
                 " trials have no Cholesky factor; going on with more noise";
    }
  }
  // Those that were appended for the time being.
  posterior_->truncate(static_cast<Eigen::Index>(rows_.size()));
  for (std::size_t i = next_; i < count; ++i) {
    posterior_->append(all.points().row(static_cast<Eigen::Index>(i)).transpose());
    rows_.push_back(static_cast<Eigen::Index>(i));
  }
  next_ = count;
  posterior_->observe(scaled(all, rows_));
  return *posterior_;
}

}  // namespace gp
