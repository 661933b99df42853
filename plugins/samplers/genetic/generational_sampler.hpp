// SPDX-License-Identifier: MIT
// What NSGA-II and NSGA-III have in common: the parents are what a selection kept of the parents and a generation.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "candidates.hpp"
#include "generation_log.hpp"
#include "genetic_sampler.hpp"

namespace genetic {

class GenerationalSampler : public GeneticSampler {
 public:
  /// @param name  begins the keys of what is published, and names the random stream of a child
  GenerationalSampler(std::string_view name, const hone::FactoryContext& context, const hone::Options& options)
      : GeneticSampler(name, context, options),
        population_size_(options.get<std::size_t>("population_size")),
        log_(name, population_size_, *context.host) {}

 protected:
  /// The trials that are kept. @param generation  how many generations are complete, this one included
  virtual std::vector<hone::TrialNumber> select(const hone::StudyView& study, Candidates candidates,
                                                std::size_t generation) = 0;
  std::size_t population_size() const { return population_size_; }

 private:
  void follow(const hone::StudyView& study) final {
    log_.update(study, [&](std::span<const hone::TrialNumber> members) {
      kept_.insert(kept_.end(), members.begin(), members.end());
      kept_ = select(study, candidates_from(study.history().all(), study.directions(), std::move(kept_)),
                     log_.generations());
    });
    if (log_.generations() == bred_from_) return;
    set_parents(study, kept_);
    bred_from_ = log_.generations();
  }

  std::span<const hone::TrialNumber> newcomers() const final { return log_.fresh(); }

  std::size_t population_size_;
  GenerationLog log_;
  std::vector<hone::TrialNumber> kept_;
  std::size_t bred_from_ = 0;  // so many generations have led to the parents in use
};

}  // namespace genetic
