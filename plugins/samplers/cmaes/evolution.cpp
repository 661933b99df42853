// SPDX-License-Identifier: MIT
#include "evolution.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

#include "box_transform.hpp"
#include "margin.hpp"

namespace cmaes {
namespace {

constexpr std::size_t kept_sources = 4;
constexpr std::size_t most_drawn = 4096;
constexpr double most_deviation = 1.0 / 3.0;  // of a range, as in pycma

StrategyParameters parameters_for(const EvolutionSettings& settings, Eigen::Index n, Eigen::Index lambda) {
  StrategyParameters p = settings.separable ? separable_parameters(n, lambda) : strategy_parameters(n, lambda);
  // A point may be bad for its choices alone, so that its coordinates say little.
  if (settings.positive_weights) p.w = p.w.cwiseMax(0.0);
  if (settings.adapt_learning_rates) p.eigen_gap = 1;
  return p;
}

std::optional<LearningRates> rates_for(const EvolutionSettings& settings, Eigen::Index n) {
  return settings.adapt_learning_rates ? std::optional(LearningRates(n)) : std::nullopt;
}

}  // namespace

Evolution::Evolution(Coordinates coordinates, EvolutionSettings settings)
    : coordinates_(std::move(coordinates)),
      settings_(std::move(settings)),
      restarts_(settings_.restarts, settings_.lambda, settings_.sigma, settings_.population_factor, settings_.seed),
      es_(first_es()),
      stopping_(coordinates_.size(), settings_.lambda),
      scale_(Eigen::VectorXd::Ones(coordinates_.size())),
      categories_(uniform_choices()) {
  push_source();
}

CategoricalDistribution Evolution::uniform_choices() const {
  return {coordinates_.choices(), coordinates_.choices().size() + coordinates_.discrete_count()};
}

CmaEs Evolution::first_es() const {
  const Eigen::Index n = coordinates_.size();
  const Shape shape = settings_.separable ? Shape::diagonal : Shape::full;
  return {parameters_for(settings_, n, settings_.lambda), settings_.mean,
          settings_.first_sigma.value_or(settings_.sigma),
          settings_.C ? Covariance(*settings_.C) : Covariance(n, shape), rates_for(settings_, n)};
}

CmaEs Evolution::restarted_es() const {
  const Eigen::Index n = coordinates_.size();
  const Run& run = restarts_.current();
  hone::RandomStream random(settings_.seed, run.number, "cmaes/restart");
  Eigen::VectorXd mean(n);
  for (double& m : mean) m = random.uniform();
  const Shape shape = settings_.separable ? Shape::diagonal : Shape::full;
  return {parameters_for(settings_, n, run.lambda), mean, run.sigma, Covariance(n, shape), rates_for(settings_, n)};
}

Evolution::Randoms Evolution::randoms(hone::TrialNumber number) const {
  hone::RandomStream random(settings_.seed, number, "cmaes");
  Randoms all{Eigen::VectorXd(coordinates_.size()), std::vector<double>(categories_.size())};
  for (double& one : all.z) one = hone::sdk::normal_quantile(random.uniform_open());
  for (double& one : all.u) one = random.uniform();
  return all;
}

std::vector<double> Evolution::values_at(const Source& source, const Eigen::VectorXd& x,
                                         const std::vector<double>& u) const {
  std::vector<double> values;
  values.reserve(coordinates_.slots().size());
  for (const auto& [is_categorical, j] : coordinates_.slots()) {
    if (is_categorical) {
      const auto variable = static_cast<std::size_t>(j);
      values.push_back(static_cast<double>(choice_at(source.q[variable], u[variable])));
      continue;
    }
    const double m = source.distribution.mean[j];
    const double place = coordinates_.is_discrete(j) ? m + (x[j] - m) * source.scale[j] : BoxTransform::to_box(x[j]);
    values.push_back(coordinates_.value(j, place));
  }
  return values;
}

const std::vector<double>& Evolution::propose(hone::TrialNumber number) {
  if (const auto known = drawn_.find(number); known != drawn_.end() && known->second.generation == generation_) {
    return known->second.values;
  }
  if (drawn_.size() >= most_drawn) drawn_.clear();
  const Randoms random = randoms(number);
  Eigen::VectorXd x = sources_.back().distribution.point(random.z);
  std::vector<double> values = values_at(sources_.back(), x, random.u);
  Drawn& drawn = drawn_[number];
  drawn = {generation_, std::move(x), std::move(values)};
  return drawn.values;
}

// The newest state that gives the trial these values, and the point that they come from. Every worker finds the same,
// whether it has drawn the trial itself or not.
std::optional<Evolution::Found> Evolution::find_source(const Result& result) {
  const auto drawn = drawn_.find(result.number);
  std::optional<Randoms> random;
  for (const Source& source : sources_ | std::views::reverse) {
    if (drawn != drawn_.end() && drawn->second.generation == source.generation) {
      if (drawn->second.values == result.values) return Found{&source, drawn->second.x};
      continue;
    }
    if (!random) random = randoms(result.number);
    Eigen::VectorXd x = source.distribution.point(random->z);
    if (values_at(source, x, random->u) == result.values) return Found{&source, std::move(x)};
  }
  return std::nullopt;
}

bool Evolution::is_of_earlier_run(const Result& result) {
  if (sources_.front().run == run()) return false;
  const std::optional<Found> found = find_source(result);
  return found && found->source->run != run();
}

// A point that could have given the values, close to the mean.
Eigen::VectorXd Evolution::inverse(const std::vector<double>& values) const {
  Eigen::VectorXd x(coordinates_.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& [is_categorical, j] = coordinates_.slots()[i];
    if (is_categorical) continue;
    const double u = coordinates_.place(j, values[i]);
    const double m = es_.mean()[j];
    x[j] = coordinates_.is_discrete(j) ? m + (u - m) / scale_[j] : BoxTransform::from_box_near(u, m);
  }
  return x;
}

// The point to tell for a result: as it was drawn, or injected.
Eigen::VectorXd Evolution::preimage(const Result& result) {
  const std::optional<Found> found = find_source(result);
  if (found && found->source == &sources_.back()) return found->x;
  const SearchDistribution& now = sources_.back().distribution;
  const Eigen::VectorXd x = found ? found->x : inverse(result.values);
  const double distance = now.distance(x);
  const double longest = es_.longest_step();
  return distance <= longest ? x : Eigen::VectorXd(now.mean + (x - now.mean) * (longest / distance));
}

void Evolution::tell(std::span<const Result> results) {
  ++generation_;
  if (!restarts_.is_over()) {
    const auto count = static_cast<std::size_t>(lambda());
    evaluations_ += static_cast<std::int64_t>(results.size());
    Eigen::MatrixXd X(coordinates_.size(), lambda());
    std::vector<double> losses;
    for (const Result& result : results.first(count)) {
      X.col(static_cast<Eigen::Index>(losses.size())) = preimage(result);
      losses.push_back(result.loss);
    }
    tell_choices(results.first(count));
    es_.tell(X);
    es_.limit_deviations(most_deviation);
    correct_margins();
    const Run& run = restarts_.current();
    const bool spent = run.most_evaluations > 0 && evaluations_ >= run.most_evaluations;
    if (spent || stopping_.check(es_, losses)) restart();
  }
  push_source();
}

void Evolution::tell_choices(std::span<const Result> results) {
  if (categories_.size() == 0) return;
  std::vector<std::vector<Eigen::Index>> chosen;
  for (const Result& result : results) {
    std::vector<Eigen::Index>& one = chosen.emplace_back();
    for (std::size_t i = 0; i < result.values.size(); ++i) {
      if (coordinates_.slots()[i].is_categorical) one.push_back(static_cast<Eigen::Index>(result.values[i]));
    }
  }
  categories_.tell(chosen, es_.parameters().w);
}

void Evolution::correct_margins() {
  if (coordinates_.discrete_count() == 0) return;
  // The margin of the paper's section 5.1.
  const double alpha = 1.0 / static_cast<double>(coordinates_.size() * lambda());
  const Eigen::VectorXd deviations = es_.deviations();
  Eigen::VectorXd mean = es_.mean();
  for (Eigen::Index j = 0; j < mean.size(); ++j) {
    if (!coordinates_.is_discrete(j)) continue;
    const Coordinates::Cell cell = coordinates_.cell(j, mean[j]);
    const MarginState corrected = with_margin({mean[j], scale_[j]}, deviations[j], cell.low, cell.high, alpha);
    mean[j] = corrected.mean;
    scale_[j] = corrected.scale;
  }
  es_.set_mean(std::move(mean));
}

void Evolution::restart() {
  restarts_.next(evaluations_);
  if (restarts_.is_over()) return;
  evaluations_ = 0;
  es_ = restarted_es();
  stopping_ = StoppingCriteria(coordinates_.size(), lambda());
  scale_.setOnes();
  categories_ = uniform_choices();
}

void Evolution::push_source() {
  sources_.push_back({generation_, run(), es_.distribution(), scale_, categories_.all()});
  if (sources_.size() > kept_sources) sources_.pop_front();
  std::erase_if(drawn_, [this](const auto& one) { return one.second.generation < sources_.front().generation; });
}

}  // namespace cmaes
