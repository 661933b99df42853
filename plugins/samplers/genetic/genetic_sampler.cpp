// SPDX-License-Identifier: MIT
#include "genetic_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <hone/sdk/uniform_draw.hpp>

namespace genetic {
namespace {

// 0 … count - 1 in a random order (Fisher and Yates).
std::vector<std::size_t> shuffled(std::size_t count, hone::RandomStream random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace

void GeneticSampler::set_parents(const hone::StudyView& study, std::span<const hone::TrialNumber> numbers) {
  pool_.update(study, numbers);
}

hone::SearchSpace GeneticSampler::infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) {
  follow(study);
  return pool_.space();
}

// The row that takes part in a tournament, by its place in a long row of contestants: all parents in a random order,
// all of them in another one, and so on. So each takes part equally often, and none is forgotten by chance.
std::size_t GeneticSampler::contestant(const hone::StudyView& study, std::size_t place) {
  const std::size_t count = pool_.numbers().size();
  const std::size_t index = place / count;
  if (draw_.size() != count || draw_index_ != index) {
    draw_ = shuffled(count, hone::RandomStream(study.seed(), static_cast<std::int64_t>(index), purpose_ + "/contest"));
    draw_index_ = index;
  }
  return draw_[place % count];
}

std::size_t GeneticSampler::winner(std::size_t a, std::size_t b, hone::RandomStream& random) const {
  const int order = compare(a, b);
  return (order != 0 ? order < 0 : random.uniform() < 0.5) ? a : b;
}

// Binary tournaments; no parent twice, if there are enough.
std::vector<std::size_t> GeneticSampler::choose_parents(const hone::StudyView& study, hone::TrialNumber pair,
                                                        hone::RandomStream& random) {
  const std::size_t wanted = parent_count(rule_.crossover.kind);
  const std::size_t count = pool_.numbers().size();
  std::vector<std::size_t> parents;
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::size_t place = 2 * (static_cast<std::size_t>(pair) * wanted + k);
    std::size_t parent = winner(contestant(study, place), contestant(study, place + 1), random);
    while (count > k && std::ranges::find(parents, parent) != parents.end()) parent = random.below(count);
    parents.push_back(parent);
  }
  return parents;
}

bool GeneticSampler::is_repeated(const hone::StudyView& study, hone::TrialNumber at_hand,
                                 std::span<const double> values) const {
  const hone::HistoryView view = study.history();
  const auto repeated = [&](hone::TrialNumber n) {
    return n != at_hand && repeats(view.all(), n, pool_.space(), values);
  };
  const auto pending = [&](hone::TrialNumber n) { return view.contains(n) && view->pending(n) && repeated(n); };
  return std::ranges::any_of(pool_.numbers(), repeated) || std::ranges::any_of(newcomers(), repeated) ||
         std::ranges::any_of(view->unfinished(), pending);
}

std::vector<double> GeneticSampler::sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                                    const hone::SearchSpace& space) {
  // Evaluating a design again teaches nothing; where there is no other, it is done all the same.
  constexpr int most_attempts = 10;
  const hone::TrialNumber pair = trial.number() / 2;
  Mating mating{.parents = {},
                .second = trial.number() % 2 == 1,
                .shared = hone::RandomStream(study.seed(), pair, purpose_ + "/pair"),
                .own = study.random(trial, purpose_)};
  std::vector<double> values;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    mating.parents = choose_parents(study, pair + attempt, mating.shared);
    mating.crossed = mating.shared.uniform() < rule_.crossover_prob;
    values = breed(pool_, mating, rule_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i])) values[i] = pool_.gene(i).decode(values[i]);
    }
    if (!is_repeated(study, trial.number(), values)) break;
  }
  if (space.size() == values.size()) return values;
  // A wrapper that fixes parameters has taken some away.
  std::vector<double> wanted;
  for (const hone::Parameter& parameter : space) {
    const auto place = std::ranges::find(pool_.space(), parameter.id, &hone::Parameter::id);
    wanted.push_back(place == pool_.space().end() ? std::nan("")
                                                  : values[static_cast<std::size_t>(place - pool_.space().begin())]);
  }
  return wanted;
}

double GeneticSampler::sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                                          const hone::Parameter& parameter) {
  hone::RandomStream stream = study.random(trial, "random", parameter.name);
  return hone::sdk::uniform_draw(*parameter.distribution, stream);
}

}  // namespace genetic
