// SPDX-License-Identifier: MIT
// The model of one output of a study: which hyper-parameters, which trials.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <hone/types.hpp>

#include "fit.hpp"
#include "observations.hpp"
#include "output_scale.hpp"
#include "posterior.hpp"

namespace gp {

/// What an output means.
enum class OutputRole {
  objective,
  constraint,  ///< holds where the output is not negative
};

struct ModelOptions {
  Kernel kernel = Kernel::matern52;
  OutputTransform transform;
  bool input_warping = false;
  bool deterministic = false;
  /// Beyond so many observations the model is one of the neighbourhood of the best.
  Eigen::Index largest = 600;
};

/// Which of the first `size` observations to model, where they are too many for all: rows, ascending.
using RowSelection = std::function<std::vector<Eigen::Index>(std::size_t size)>;

/// The best ones by `rank` (the less the better), and the nearest ones to the best of all; `count` together, of the
/// first rank.size().
std::vector<Eigen::Index> neighbourhood(const Inputs& inputs, const Eigen::Ref<const Eigen::MatrixXd>& points,
                                        std::span<const double> rank, std::size_t count);

/// Follows the observations of one output, of which larger values are better. A cache: a new object that is shown the
/// same observations comes to the same bits. Hyper-parameters are those of the `RefitSchedule`, fitted to the first
/// trials by number.
class OutputModel {
 public:
  /// @param column  which of the outputs observed
  OutputModel(Inputs inputs, OutputRole role, const ModelOptions& options, Eigen::Index column = 0);

  /// The posterior of the scaled outputs; at least `RefitSchedule::first` observations. Points may be appended to it
  /// for the time being; the next call takes them away again.
  Posterior& update(const Observations& all, const RowSelection& select);

  /// Which observations the model has.
  const std::vector<Eigen::Index>& rows() const { return rows_; }
  /// Those of them that were selected; the others came later.
  std::span<const Eigen::Index> selected() const { return std::span(rows_).first(selected_); }
  /// What went wrong with the last fit, and what was done instead; empty if nothing.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Step {
    std::size_t size;
    HyperParameters parameters;
  };

  void forget_from(const Observations& all);
  const Step& step_of(const Observations& all, std::size_t size, const RowSelection& select);
  Step fitted(const Observations& all, std::size_t size, const RowSelection& select, const Step* before);
  Eigen::VectorXd scaled(const Observations& all, const std::vector<Eigen::Index>& rows) const;

  Inputs inputs_;
  OutputRole role_;
  Eigen::Index column_;
  ModelOptions options_;
  Priors priors_;
  std::vector<hone::TrialNumber> seen_;
  std::vector<Step> steps_;  // ascending in size
  std::optional<Posterior> posterior_;
  std::size_t base_ = 0;  // the size whose hyper-parameters the posterior has
  std::size_t selected_ = 0;
  std::size_t next_ = 0;            // the first observation that it does not know
  std::vector<Eigen::Index> rows_;  // of the observations, those that the posterior holds
  std::string trouble_;
};

}  // namespace gp
