// SPDX-License-Identifier: MIT
#include "study_evolution.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>
#include <utility>

#include <hone/random.hpp>

#include "source_points.hpp"
#include "warm_start.hpp"

namespace cmaes {
namespace {

// A name for the space that is the same in all processes.
std::string text_of(const hone::SearchSpace& space) {
  std::string text;
  const auto add = [&text](double number) { text += hone::detail::shortest(number) + ','; };
  for (const hone::Parameter& parameter : space) {
    text += std::string(parameter.name) + ':';
    if (hone::is_categorical(*parameter.distribution)) {
      // Trials of one study have equal choices under one name.
      const auto& choices = std::get<hone::CategoricalDistribution>(*parameter.distribution).choices;
      text += "categorical,";
      add(static_cast<double>(choices.size()));
    } else if (const auto* real = std::get_if<hone::FloatDistribution>(parameter.distribution)) {
      text += real->log ? "log float," : "float,";
      for (const double number : {real->low, real->high, real->step.value_or(0.0)}) add(number);
    } else if (const auto* whole = std::get_if<hone::IntDistribution>(parameter.distribution)) {
      text += whole->log ? "log int," : "int,";
      for (const std::int64_t number : {whole->low, whole->high, whole->step}) add(static_cast<double>(number));
    }
    text += ';';
  }
  return text;
}

std::string hexadecimal(std::uint64_t number) {
  char digits[17];
  return {digits, std::to_chars(digits, digits + 16, number, 16).ptr};
}

// False if the published points are not as many numbers each as there are coordinates.
bool begin_at(const hone::Json& source, const Coordinates& coordinates, EvolutionSettings& settings) {
  const hone::Json::Array* list = source.as_array();
  if (list == nullptr || list->empty()) return false;
  Eigen::MatrixXd points(coordinates.size(), static_cast<Eigen::Index>(list->size()));
  for (Eigen::Index k = 0; k < points.cols(); ++k) {
    const hone::Json::Array* point = (*list)[static_cast<std::size_t>(k)].as_array();
    if (point == nullptr || static_cast<Eigen::Index>(point->size()) != points.rows()) return false;
    for (Eigen::Index j = 0; j < points.rows(); ++j) {
      const std::optional<double> value = (*point)[static_cast<std::size_t>(j)].number();
      if (!value) return false;
      points(j, k) = coordinates.place(j, *value);
    }
  }
  Gaussian gaussian = warm_start(points, warm_start_alpha);
  settings.mean = gaussian.mean;
  settings.first_sigma = gaussian.sigma;
  settings.C = std::move(gaussian.C);
  return true;
}

}  // namespace

StudyEvolution::StudyEvolution(const hone::Host& host, const CmaesOptions& options, const hone::SearchSpace& space)
    : host_(host),
      options_(options),
      space_(space),
      key_((options.variant == Variant::catcma ? "catcma:" : "cmaes:") +
           hexadecimal(hone::fnv1a(text_of(space), hone::fnv1a(options.text))) + ':') {}

const std::vector<double>& StudyEvolution::propose(const hone::StudyView& study, hone::TrialNumber number) {
  if (!evolution_) start(study, number);
  pool_->update(study.history());
  while (advance(study, number)) {
  }
  return evolution_->propose(number);
}

// What the worker that comes first publishes: {"at": the first trial that counts, "population": lambda, "source":
// the points of a warm start}. The source may go afterwards.
std::string StudyEvolution::start_text(const hone::StudyView& study, hone::TrialNumber number) const {
  const auto n = static_cast<Eigen::Index>(space_.size());
  const Eigen::Index by_default = std::max<Eigen::Index>(default_population_size(n), study.workers());
  const std::int64_t population = options_.popsize.value_or(by_default);
  // Trials that other workers have begun count as well, as far as they can be of the first generation.
  const std::vector<std::uint32_t> unfinished = study.history()->unfinished();
  hone::TrialNumber at = unfinished.empty() ? number : std::min<hone::TrialNumber>(number, unfinished.front());
  at = std::max(at, number - population);
  hone::Json fact;
  fact.set("at", at);
  fact.set("population", population);
  if (options_.has_source()) {
    auto points = options_.source_storage ? source_points(*options_.source_storage, options_.source_study, space_)
                                          : source_points(options_.source_trials, space_, study.directions()[0]);
    hone::Json::Array list;
    for (const std::vector<double>& point : best_points(std::move(points), warm_start_gamma)) {
      list.emplace_back(hone::Json::Array(point.begin(), point.end()));
    }
    fact.set("source", std::move(list));
  }
  return host_.to_json_text(fact);
}

void StudyEvolution::start(const hone::StudyView& study, hone::TrialNumber number) {
  const std::string key = key_ + "start";
  std::optional<std::string> text = study.published(key);
  if (!text) text = study.publish_once(key, start_text(study, number), {});
  const hone::Json fact = host_.parse_json(*text);
  const hone::Json* at = fact.find("at");
  const hone::Json* population = fact.find("population");
  if (at == nullptr || at->as_int() == nullptr || population == nullptr || population->as_int() == nullptr ||
      *population->as_int() < 2) {
    throw std::runtime_error("the published fact '" + key + "' should hold the integers 'at' and 'population'");
  }
  const Coordinates coordinates(space_, options_.with_margin);
  EvolutionSettings settings = options_.settings;
  settings.seed = study.seed();
  settings.lambda = *population->as_int();
  settings.mean = Eigen::VectorXd::Constant(coordinates.size(), 0.5);
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const auto given = options_.x0.find(space_[i].name);
    const auto& [is_categorical, j] = coordinates.slots()[i];
    if (given != options_.x0.end() && !is_categorical) settings.mean[j] = coordinates.place(j, given->second);
  }
  const hone::Json* source = fact.find("source");
  if (source != nullptr && !begin_at(*source, coordinates, settings)) {
    throw std::runtime_error("the published fact '" + key + "' should hold points under 'source'");
  }
  pool_.emplace(space_, study.directions()[0], options_.consider_pruned_trials, *at->as_int());
  evolution_.emplace(coordinates, std::move(settings));
}

// Takes in one more generation if there is one.
bool StudyEvolution::advance(const hone::StudyView& study, hone::TrialNumber number) {
  if (pool_->free().size() < static_cast<std::size_t>(evolution_->lambda())) return false;
  const hone::History& history = study.history().all();
  const std::string key = key_ + std::to_string(evolution_->generation());
  std::optional<std::string> text = study.published(key);
  if (!text) {
    const std::optional<GenerationFact> chosen = choose(history, number);
    if (!chosen) return false;
    std::vector<hone::TrialNumber> rests_on = chosen->trials;
    rests_on.insert(rests_on.end(), chosen->left_out.begin(), chosen->left_out.end());
    text = study.publish_once(key, chosen->text(), rests_on);
  }
  const GenerationFact fact = GenerationFact::from(host_, key, *text);
  const bool usable =
      std::ranges::all_of(fact.trials, [&](hone::TrialNumber member) { return pool_->is_usable(history, member); });
  if (!usable || fact.trials.size() < static_cast<std::size_t>(evolution_->lambda())) {
    throw std::runtime_error("the published fact '" + key + "' should list " + std::to_string(evolution_->lambda()) +
                             " trials with results, but is: " + *text);
  }
  const std::int64_t run = evolution_->run();
  evolution_->tell(pool_->results(history, fact.trials));
  pool_->take(fact.trials);
  pool_->take(fact.left_out);
  if (evolution_->run() != run) pool_->restart(fact.at);
  return true;
}

// The oldest results that are free, and a better one from before the start if there is one.
std::optional<GenerationFact> StudyEvolution::choose(const hone::History& history, hone::TrialNumber number) {
  const auto lambda = static_cast<std::size_t>(evolution_->lambda());
  GenerationFact fact;
  fact.at = number;
  for (const hone::TrialNumber candidate : pool_->free()) {
    const bool is_late = evolution_->is_of_earlier_run(pool_->results(history, std::span(&candidate, 1)).front());
    (is_late ? fact.left_out : fact.trials).push_back(candidate);
    if (fact.trials.size() == lambda) break;
  }
  if (fact.trials.size() < lambda) return std::nullopt;
  if (const auto spare = pool_->spare_better_than(history, fact.trials)) fact.trials.push_back(*spare);
  return fact;
}

}  // namespace cmaes
