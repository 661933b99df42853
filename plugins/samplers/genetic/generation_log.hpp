// SPDX-License-Identifier: MIT
// Which finished trials make up a generation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/study_view.hpp>

namespace genetic {

/// Follows a study and says when a generation is complete: as soon as a population's worth of COMPLETE trials belongs
/// to none yet, all of them make up the next. Which ones they are is published by the first worker to see enough, so
/// that every worker selects among the same. A trial that ends late enters a later generation; none is left out.
class GenerationLog {
 public:
  /// @param algorithm  begins the keys of what is published
  GenerationLog(std::string_view algorithm, std::size_t population_size, const hone::Host& host)
      : prefix_(std::string(algorithm) + ":generation:"), population_size_(population_size), host_(&host) {}

  /// Takes in what is new; calls `advance(members)` for each generation that is complete, its trials ascending.
  template <class Advance>
  void update(const hone::StudyView& study, const Advance& advance) {
    note_changes(study.history());
    while (fresh_.size() >= population_size_) advance(std::span<const hone::TrialNumber>(close_generation(study)));
  }

  /// The COMPLETE trials of no generation yet, in any order.
  std::span<const hone::TrialNumber> fresh() const { return fresh_; }
  /// How many generations are complete.
  std::size_t generations() const { return generations_; }

 private:
  enum class Role : std::uint8_t { none, fresh, member };

  void note_changes(const hone::HistoryView& view);
  std::vector<hone::TrialNumber> close_generation(const hone::StudyView& study);

  std::string prefix_;
  std::size_t population_size_;
  const hone::Host* host_;
  std::size_t revision_ = 0;
  std::vector<Role> roles_;
  std::vector<hone::TrialNumber> fresh_;
  std::size_t generations_ = 0;
};

}  // namespace genetic
