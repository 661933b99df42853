// SPDX-License-Identifier: MIT
// The sampler `qmc`: the trial's number is the index of a point of a low-discrepancy sequence.
#include <limits>
#include <optional>
#include <string>

#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>
#include <hone/sdk/unit_interval.hpp>

#include "halton_sequence.hpp"
#include "sobol_sequence.hpp"

namespace {

class QmcSampler final : public hone::Sampler {
 public:
  QmcSampler(const hone::FactoryContext&, const hone::Options& options)
      : is_sobol_(options.get<std::string>("qmc_type") == "sobol"),
        scramble_(options.get<bool>("scramble")),
        warn_independent_sampling_(options.get<bool>("warn_independent_sampling")) {}

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    if (study.declared_space().empty()) return intersection_.update(study.history());
    hone::SearchSpace space(study.declared_parameters().begin(), study.declared_parameters().end());
    std::ranges::sort(space, {}, &hone::Parameter::name);
    return space;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    const std::vector<double> point =
        is_sobol_ ? sobol_point(study, trial, space.size()) : halton_point(study, trial, space.size());
    // Dimensions beyond the sequence's are left to independent draws.
    std::vector<double> values(space.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < point.size(); ++i) {
      values[i] = hone::sdk::from_unit_interval(*space[i].distribution, point[i]);
    }
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    if (warn_independent_sampling_ && study.history()->latest_distribution(parameter.id)) {
      study.logger().warning("qmc: trial " + std::to_string(trial.number()) + " draws '" + std::string(parameter.name) +
                             "' at random, because not every trial has it");
    }
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

 private:
  static constexpr std::size_t halton_dimensions = 1000;

  // The randomisation is the study's: the same for all trials, another for each dimension.
  std::uint64_t key_of(const hone::StudyView& study, std::size_t dimension) {
    while (keys_.size() <= dimension) {
      keys_.push_back(hone::RandomStream(study.seed(), static_cast<std::int64_t>(keys_.size()), "qmc scrambling")());
    }
    return keys_[dimension];
  }

  std::vector<double> sobol_point(const hone::StudyView& study, const hone::TrialView& trial, std::size_t dimensions) {
    dimensions = std::min(dimensions, qmc::SobolSequence::most_dimensions());
    if (!sobol_ || sobol_->dimensions() != dimensions) sobol_.emplace(dimensions);
    std::vector<std::uint64_t> bits(dimensions);
    sobol_->point(static_cast<std::uint64_t>(trial.number()), bits);
    std::vector<double> point(dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::uint64_t x = scramble_ ? qmc::owen_scrambled(bits[d], key_of(study, d)) : bits[d];
      point[d] = static_cast<double>(x >> 11) * 0x1p-53;
    }
    return point;
  }

  std::vector<double> halton_point(const hone::StudyView& study, const hone::TrialView& trial, std::size_t dimensions) {
    dimensions = std::min(dimensions, halton_dimensions);
    if (primes_.size() < dimensions) primes_ = qmc::first_primes(dimensions);
    std::vector<double> point(dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const auto index = static_cast<std::uint64_t>(trial.number());
      point[d] = scramble_ ? qmc::scrambled_radical_inverse(index, primes_[d], key_of(study, d))
                           : qmc::radical_inverse(index, primes_[d]);
    }
    return point;
  }

  bool is_sobol_;
  bool scramble_;
  bool warn_independent_sampling_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/true};
  std::optional<qmc::SobolSequence> sobol_;
  std::vector<std::uint32_t> primes_;
  std::vector<std::uint64_t> keys_;  // by dimension
};

constexpr const char* sequences[] = {"sobol", "halton", nullptr};

constexpr hone_option options[] = {
    hone::sdk::enum_option("qmc_type", "\"sobol\"", sequences,
                           "the sequence: sobol (to 3667 dimensions) or halton (to 1000)"),
    hone::sdk::bool_option("scramble", "true", "randomise the sequence by the study's seed, which keeps it even"),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter is drawn at random"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<QmcSampler>(
    {.name = "qmc",
     .version = "1.1",
     .description = "fills the space evenly, by the points of a low-discrepancy sequence",
     .references =
         "Sobol: On the distribution of points in a cube and the approximate evaluation of integrals, 1967\n"
         "Joe, Kuo: Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. "
         "30 (2008)\n"
         "Owen: Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995\n"
         "Halton: On the efficiency of certain quasi-random sequences of points, Numer. Math. 2 (1960)",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical,
     .options = options}));
