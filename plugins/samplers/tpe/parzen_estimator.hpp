// SPDX-License-Identifier: MIT
// A density over a joint space: a mixture with one product kernel for each observation, and a prior.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/random.hpp>

#include "categorical_kernels.hpp"
#include "kernel_rows.hpp"
#include "kernel_weights.hpp"
#include "line_mixture.hpp"
#include "mixture_loops.hpp"
#include "numeric_kernels.hpp"

namespace tpe {

struct ParzenOptions {
  bool consider_prior = true;
  double prior_weight = 1.0;
  bool magic_clip = true;
  double least_share = 0.01;
  double clip_exponent = 1.0;
  double clip_factor = 1.0;
  bool endpoints = false;
  WeightRule weights = WeightRule::ramp;
  /// Weights that are given count by this power.
  double improvement_exponent = 1.0;
  /// Rows of several parameters are drawn from kernels so many times as wide as those of the density.
  double draw_width = 1.0;
};

/// The mixture (Bergstra et al. 2011; multivariate: Falkner, Klein, Hutter 2018): component j is the product over the
/// parameters of a truncated normal or a categorical kernel about observation j, with one weight for the product. The
/// last component is the prior: per parameter a normal as wide as the range about its middle, or a uniform choice.
///
/// Observations are kept in ascending order of their numbers (that is what the weights go by), so that all sums have
/// the same order whatever the order in which observations were added. Values are internal representations, a row has
/// one for each parameter.
///
/// In conditional spaces a row has NaN for each parameter that it lacks. A kernel about an observation that lacks a
/// parameter is the prior's there; the density at a row that lacks one is that over the others.
class ParzenEstimator {
 public:
  /// @param distances  of categorical parameters, by column; empty: none has any
  ParzenEstimator(std::span<const hone::Distribution* const> space, const ParzenOptions& options,
                  std::span<const std::vector<double>> distances = {});
  ParzenEstimator(const ParzenEstimator&) = delete;  // its parts point into it; where it moves, they stay valid
  ParzenEstimator(ParzenEstimator&&) = default;

  std::size_t dimension() const { return dimension_; }
  /// The number of observations.
  std::size_t size() const { return numbers_.size(); }
  /// Theirs, ascending.
  std::span<const std::int64_t> numbers() const { return numbers_; }

  /// Replaces all observations. `numbers` ascends; `rows` has its rows one after another.
  void assign(std::vector<std::int64_t> numbers, std::span<const double> rows);
  void insert(std::int64_t number, std::span<const double> row);
  void erase(std::int64_t number);
  /// Weights of the observations in the order of their numbers instead of those by the rule, none below 0 and finite.
  /// Their ratios to the greatest are taken to the option's power; at least 1e-12 of the greatest counts, and all count
  /// the same if all are 0. The prior then has their mean times the option's weight. None brings the rule back. Holds
  /// until observations change.
  void weigh(std::vector<double> weights);

  /// Draws rows: the component by the weights from `components`, each parameter's value by inversion from its own
  /// stream, from kernels of the option's `draw_width`. `rows` is filled; its size is a multiple of the dimension.
  void sample(hone::RandomStream& components, std::span<hone::RandomStream> parameters, std::span<double> rows);

  /// The log density (of continuous parameters, on the transform's interval; probability for the others) at each row.
  ///
  /// Kernels whose share of the result is below 1e-12 together are left out; which ones depends on the observations and
  /// the row alone.
  void log_density(std::span<const double> rows, std::span<double> result);

  /// A density on the way: the prior's share, then that of one block of observations after another, the newest first.
  /// So a caller can stop as soon as it knows enough.
  struct PartialSum {
    double log_sum;                ///< of what has been added, weights not normalised
    std::size_t remaining;         ///< the oldest observations, which have not been
    std::size_t part = 0;          ///< which parameters the row has
    std::vector<double> points{};  ///< of the continuous ones, unless one is all there is
  };
  PartialSum start_sum(std::span<const double> row);
  void advance(std::span<const double> row, PartialSum& sum);
  /// The log density if nothing remains, else a lower bound of it.
  double log_density_of(const PartialSum& sum) const { return sum.log_sum - log_total_weight_; }

  // For tests: what the kernels are, by slot; up to date after `refresh`.
  void refresh();
  const NumericKernels& numeric(std::size_t index) const { return numeric_[index].kernels; }
  const CategoricalKernels& categorical(std::size_t index) const { return categorical_[index].kernels; }
  /// Normalised; the prior's is the last. Empty weights never occur: without observations the prior has all.
  std::vector<double> weights() const;

 private:
  struct Numeric {
    std::size_t column;
    NumericKernels kernels;
    double prior_mean, prior_width, prior_log_normalizer;
  };
  struct Categorical {
    std::size_t column;
    CategoricalKernels kernels;
  };
  /// The kernels that still matter at one row: slots, and their log densities so far, which only fall.
  struct Survivors {
    std::vector<RoughAxis> axes;
    std::vector<std::uint32_t> slots;
    std::vector<double> logs;
    std::size_t count = 0;
    std::vector<double> scratch;
    const MixtureLoops& loops = mixture_loops();

    void make_room(std::size_t n);
    void keep(double least);
  };

  /// Some of the parameters: those that a row has.
  struct Part {
    std::vector<std::uint8_t> has;        // by column
    std::vector<const Numeric*> numeric;  // the continuous ones first
    std::vector<std::size_t> axes;        // the continuous ones, in the rows
    std::vector<const Categorical*> categorical;
    std::vector<double> constants;      // by slot: what the log density of a kernel's numeric parameters is at most
    std::vector<float> rough;           // likewise, for `sift`; whole blocks
    double categorical_constant = 0.0;  // and of its categorical ones

    void resize(std::size_t n);
    void insert_constant(std::size_t slot);
    void erase_constant(std::size_t slot);
    /// The axes that are looked at roughly.
    std::span<const std::size_t> rough_axes() const {
      return std::span(axes).first(std::min(axes.size(), KernelRows::most_axes));
    }
  };
  struct Block {
    std::size_t first, size;
  };
  std::size_t draw_component(std::span<const double> cumulative, double u) const;
  Part part_with(std::vector<std::uint8_t> has) const;
  std::size_t part_of(std::span<const double> row);
  double weight_of(std::size_t slot) const { return given_.empty() ? ramp_.of(slot) : given_[slot]; }
  double log_block(std::span<const double> row, const PartialSum& sum, Block block);
  double log_sum_on_line(double value, double log_prior);
  double highest_on_line() const;
  bool on_line() const { return dimension_ == 1 && continuous_ == 1; }
  void refresh_weights();
  void set_kernels(std::size_t axis, std::span<const std::uint32_t> slots);
  void set_constant(Part& part, std::size_t slot);
  float rough_constant(const Part& part, std::size_t slot) const;
  void refresh_line(bool all);
  double log_of_sum(std::span<const double> logs, const double* weights) const;
  double log_prior_at(const Part& part, std::span<const double> row) const;
  void sift(const Part& part, std::span<const double> points, Block block, double least);
  void add_continuous(const Part& part, std::span<const double> points, double least);
  void bound_stepped(const Numeric& numeric, double value, double least);
  void add_stepped(const Numeric& numeric, double value);
  void add_categorical(const Categorical& categorical, double value, double least);

  std::size_t dimension_;
  ParzenOptions options_;
  std::vector<Numeric> numeric_;  // the continuous ones first: they are cheap and rule out most kernels
  std::size_t continuous_ = 0;
  std::vector<Categorical> categorical_;
  KernelRows rows_{{}};  // of the continuous parameters, by slot; of none where there is one parameter

  std::vector<std::int64_t> numbers_;
  bool changed_ = true;
  // Derived.
  std::vector<Part> parts_;    // all parameters, and what else has been asked for since the last change
  std::vector<double> given_;  // weights, none above 1; empty: those of the ramp
  std::vector<std::uint32_t> changed_slots_;
  std::size_t first_moved_ = 0;       // slots below are where they were at the last refresh
  std::optional<LineMixture> line_;   // of one continuous parameter, when it is worth the while
  std::vector<double> line_weights_;  // of one continuous parameter, else: `weight_of` every slot,
  double line_height_ = 0.0;          // and the greatest log density of a kernel in the range
  RampWeights ramp_;
  double prior_weight_ = 1.0;  // on the same scale; 0 where the prior is no component
  double log_prior_weight_ = 0.0;
  double total_weight_ = 1.0;
  double log_total_weight_ = 0.0;
  Survivors work_;
};

}  // namespace tpe
