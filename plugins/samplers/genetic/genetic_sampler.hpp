// SPDX-License-Identifier: MIT
// What the genetic algorithms have in common as samplers: parents are chosen, and a child of them is proposed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/sampler.hpp>

#include "breeding.hpp"
#include "gene_pool.hpp"

namespace genetic {

/// Draws at random until there are parents (the sampler `random`'s numbers), then children of them. A parameter that no
/// parent has, or that another distribution asks for, is drawn at random.
class GeneticSampler : public hone::Sampler {
 public:
  /// @param purpose  names the random stream of a child
  GeneticSampler(std::string_view purpose, const hone::FactoryContext& context, const hone::Options& options)
      : rule_(options, context.directions.size()), purpose_(purpose) {}

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView& trial) final;
  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) final;
  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) final;

 protected:
  /// Takes in what is new and calls `set_parents` if others breed from now on.
  virtual void follow(const hone::StudyView& study) = 0;
  /// Negative if the first of two parents is the better one, positive if the second is, 0 where a coin decides.
  virtual int compare(std::size_t a, std::size_t b) const = 0;
  /// Further finished trials that a child should not repeat.
  virtual std::span<const hone::TrialNumber> newcomers() const = 0;

  /// The trials that breed, ascending. An index of `compare` is a place in this list.
  void set_parents(const hone::StudyView& study, std::span<const hone::TrialNumber> numbers);

 private:
  std::vector<std::size_t> choose_parents(const hone::StudyView& study, hone::TrialNumber pair,
                                          hone::RandomStream& random);
  std::size_t contestant(const hone::StudyView& study, std::size_t place);
  std::size_t winner(std::size_t a, std::size_t b, hone::RandomStream& random) const;
  bool is_repeated(const hone::StudyView& study, hone::TrialNumber at_hand, std::span<const double> values) const;

  BreedingRule rule_;
  std::string purpose_;
  GenePool pool_;
  std::vector<std::size_t> draw_;  // an order of all parents
  std::size_t draw_index_ = 0;     // which one of many
};

}  // namespace genetic
