// SPDX-License-Identifier: MIT
#include "sobol_sequence.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>

namespace qmc {

struct SobolSequence::Engine {
  explicit Engine(std::size_t dimensions) : sequence(dimensions) {}
  boost::random::sobol sequence;
};

std::size_t SobolSequence::most_dimensions() { return boost::random::default_sobol_table::max_dimension; }

SobolSequence::SobolSequence(std::size_t dimensions) : engine_(std::make_unique<Engine>(dimensions)) {}
SobolSequence::SobolSequence(SobolSequence&&) noexcept = default;
SobolSequence& SobolSequence::operator=(SobolSequence&&) noexcept = default;
SobolSequence::~SobolSequence() = default;

std::size_t SobolSequence::dimensions() const { return engine_->sequence.dimension(); }

void SobolSequence::point(std::uint64_t index, std::span<std::uint64_t> coordinates) {
  if (index == 0) {
    std::ranges::fill(coordinates, 0);
    return;
  }
  // Boost leaves the origin out.
  engine_->sequence.seed(index - 1);
  for (std::uint64_t& coordinate : coordinates) coordinate = engine_->sequence();
}

}  // namespace qmc
