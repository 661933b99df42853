// SPDX-License-Identifier: MIT
// The values of the trials that breed, as genes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <hone/sdk/numeric_transform.hpp>
#include <hone/study_view.hpp>

namespace genetic {

/// One parameter as a gene: a numeric value is its place in the range, in [0, 1] (of the logarithms with `log`; the
/// points of a grid own equal cells); a categorical one is the index of its choice.
class Gene {
 public:
  explicit Gene(const hone::Parameter& parameter);

  /// The number of choices; 0 for a numeric parameter.
  std::size_t choices() const { return choices_; }
  bool is_categorical() const { return choices_ != 0; }
  /// NaN for a value that the distribution does not contain.
  double encode(double value) const;
  double decode(double gene) const;
  bool is_stepped() const { return transform_.is_stepped() && !is_categorical(); }
  /// Of a grid: the middle of the cell `direction` (+1 or -1) of the one that holds the gene; nothing beyond the last.
  std::optional<double> neighbour(double gene, int direction) const;

 private:
  const hone::Distribution* distribution_;
  hone::sdk::NumericTransform transform_;
  double width_ = 1.0;
  std::size_t choices_ = 0;
};

/// The genes of some trials: one row a trial, one column a parameter that any of them has. NaN where a trial has none.
class GenePool {
 public:
  /// Makes these trials, ascending, the rows. Rows that stay are not read again when all trials, old and new, have the
  /// same parameters with the same distributions.
  ///
  /// A parameter has the distribution that the study declares, else the one of the newest of these trials that has it.
  /// Single-valued parameters are left out.
  void update(const hone::StudyView& study, std::span<const hone::TrialNumber> numbers);

  /// The parameters, ascending in name.
  const hone::SearchSpace& space() const { return space_; }
  std::span<const hone::TrialNumber> numbers() const { return numbers_; }
  const Gene& gene(std::size_t column) const { return genes_[column]; }
  std::span<const double> row(std::size_t row) const {
    return std::span(cells_).subspan(row * genes_.size(), genes_.size());
  }

 private:
  // What one trial suggested, in order.
  using Layout = std::vector<std::pair<hone::ParameterId, hone::DistributionId>>;

  static bool has_layout(const hone::History& history, hone::TrialNumber number, const Layout& layout);
  void encode(const hone::History& history, hone::TrialNumber number, std::vector<double>& cells) const;

  hone::SearchSpace space_;
  std::vector<Gene> genes_;
  std::vector<hone::TrialNumber> numbers_;
  std::vector<double> cells_;
  std::optional<Layout> common_layout_;  // of all rows
};

}  // namespace genetic
