// SPDX-License-Identifier: MIT
#include "cmaes_sampler.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <hone/sdk/uniform_draw.hpp>

namespace cmaes {
namespace {

bool is_numeric(const hone::Parameter& parameter) { return !hone::is_categorical(*parameter.distribution); }

// The draw of the sampler `random` with the same seed.
double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
  hone::RandomStream stream = study.random(trial, "random", parameter.name);
  return hone::sdk::uniform_draw(*parameter.distribution, stream);
}

}  // namespace

bool CmaesSampler::is_drawn_jointly(const hone::Distribution& distribution) const {
  return !hone::is_single(distribution) && (options_.variant == Variant::catcma || !hone::is_categorical(distribution));
}

hone::SearchSpace CmaesSampler::declared_joint(const hone::StudyView& study) const {
  hone::SearchSpace space;
  for (std::size_t i = 0; i < study.declared_space().size(); ++i) {
    const hone::Parameter& parameter = study.declared_parameters()[i];
    if (study.declared_space()[i].when.empty() && is_drawn_jointly(*parameter.distribution)) space.push_back(parameter);
  }
  std::ranges::sort(space, {}, &hone::Parameter::name);
  return space;
}

std::optional<std::int64_t> CmaesSampler::trials_to_the_end(const hone::StudyView& study) {
  if (study.declared_space().empty()) return std::nullopt;
  const hone::SearchSpace space = declared_joint(study);
  if (std::ranges::none_of(space, is_numeric)) {
    throw std::invalid_argument(
        "it needs at least one float or int parameter that is always active and has more than one value, and the "
        "declared space has none");
  }
  check_x0(space);
  return std::nullopt;
}

void CmaesSampler::check_x0(const hone::SearchSpace& space) const {
  for (const auto& [name, value] : options_.x0) {
    const auto found = std::ranges::find(space, std::string_view(name), &hone::Parameter::name);
    if (found == space.end() || !is_numeric(*found)) {
      throw std::invalid_argument("option 'x0' names '" + name +
                                  "', which is no float or int parameter that is always active");
    }
    if (!hone::contains(*found->distribution, value)) {
      throw std::invalid_argument("option 'x0': the value of '" + name + "' is none that the parameter can take");
    }
  }
}

void CmaesSampler::before_trial(const hone::StudyView& study, const hone::TrialView& trial) {
  if (independent_) independent_->before_trial(study, trial);
}

hone::SearchSpace CmaesSampler::infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) {
  if (!study.declared_space().empty()) return declared_joint(study);
  hone::SearchSpace space = intersection_.update(study.history());
  std::erase_if(space, [this](const hone::Parameter& p) { return !is_drawn_jointly(*p.distribution); });
  // Choices alone are left to independent draws.
  if (std::ranges::none_of(space, is_numeric)) space.clear();
  return space;
}

std::vector<double> CmaesSampler::sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                                  const hone::SearchSpace& space) {
  const hone::History& history = study.history().all();
  const std::size_t finished = history.count(hone::TrialState::complete) + history.count(hone::TrialState::pruned);
  if (finished < options_.n_startup_trials || std::ranges::none_of(space, is_numeric)) {
    std::vector<double> values;
    for (const hone::Parameter& parameter : space) values.push_back(uniform(study, trial, parameter));
    return values;
  }
  return evolution_on(space).propose(study, trial.number());
}

double CmaesSampler::sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                                        const hone::Parameter& parameter) {
  if (options_.warn_independent_sampling && study.history()->latest_distribution(parameter.id)) {
    study.logger().warning("cmaes: trial " + std::to_string(trial.number()) + " draws '" + std::string(parameter.name) +
                           "' on its own, because it is categorical or not every trial has it");
  }
  if (independent_) return independent_->sample_independent(study, trial, parameter);
  return uniform(study, trial, parameter);
}

void CmaesSampler::after_trial(const hone::StudyView& study, const hone::TrialView& trial, hone::TrialState state,
                               std::span<const double> values, hone::AttributeSink& attributes) {
  if (independent_) independent_->after_trial(study, trial, state, values, attributes);
}

// A study whose trials have other parameters than before begins a new evolution.
StudyEvolution& CmaesSampler::evolution_on(const hone::SearchSpace& space) {
  Key key;
  for (const hone::Parameter& parameter : space) key.emplace_back(parameter.id, parameter.distribution_id);
  constexpr std::size_t most_evolutions = 16;
  if (evolutions_.size() >= most_evolutions && !evolutions_.contains(key)) evolutions_.clear();
  auto& slot = evolutions_[std::move(key)];
  if (!slot) slot = std::make_unique<StudyEvolution>(host_, options_, space);
  return *slot;
}

}  // namespace cmaes
