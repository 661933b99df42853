// SPDX-License-Identifier: MIT
#include "evolution.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

#include "box_transform.hpp"
#include "integer_mutation.hpp"
#include "margin.hpp"

namespace cmaes {
namespace {

constexpr std::size_t kept_sources = 4;
constexpr std::size_t most_drawn = 4096;
// In generations. With noise the best value is a lucky one, and must not hold the search for ever.
constexpr std::int64_t most_age_of_best = 8;
constexpr double most_deviation = 1.0 / 3.0;  // of a range, as in pycma

StrategyParameters parameters_for(const EvolutionSettings& settings, Eigen::Index n, Eigen::Index lambda) {
  StrategyParameters p = settings.separable ? separable_parameters(n, lambda) : strategy_parameters(n, lambda);
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
      mutation_rate_(Eigen::VectorXd::Constant(coordinates_.size(), 0.5)),
      mutated_(static_cast<std::size_t>(coordinates_.size()), false),
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
    const double place = coordinates_.is_discrete(j) ? scaled(x[j], m, source.scale[j]) : BoxTransform::to_box(x[j]);
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
  const auto drawn = drawn_.find(result.standing.number);
  std::optional<Randoms> random;
  for (const Source& source : sources_ | std::views::reverse) {
    if (drawn != drawn_.end() && drawn->second.generation == source.generation) {
      if (drawn->second.values == result.values) return Found{&source, drawn->second.x};
      continue;
    }
    if (!random) random = randoms(result.standing.number);
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
    x[j] = coordinates_.is_discrete(j) ? unscaled(u, m, scale_[j]) : BoxTransform::from_box_near(u, m);
  }
  return x;
}

// The point of the current distribution with the values of an older one's point x, which has scaled integers otherwise.
Eigen::VectorXd Evolution::rebased(Eigen::VectorXd x, const Source& source) const {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (!coordinates_.is_discrete(j)) continue;
    x[j] = unscaled(scaled(x[j], source.distribution.mean[j], source.scale[j]), es_.mean()[j], scale_[j]);
  }
  return x;
}

Eigen::VectorXd Evolution::preimage(const Result& result) {
  std::optional<Found> found = find_source(result);
  if (found && found->source == &sources_.back()) return found->x;
  const SearchDistribution& now = sources_.back().distribution;
  const Eigen::VectorXd x = found ? rebased(std::move(found->x), *found->source) : inverse(result.values);
  const double distance = now.distance(x);
  const double longest = es_.longest_step();
  return distance <= longest ? x : Eigen::VectorXd(now.mean + (x - now.mean) * (longest / distance));
}

// The generation with the best result of those before it at its rank. (The last one then does not count.)
std::vector<Result> Evolution::with_best(std::span<const Result> results) {
  std::vector<Result> all(results.begin(), results.end());
  if (best_ && generation_ - best_since_ > most_age_of_best) best_.reset();
  // Behind its equals: of these the newest is kept.
  const auto merit = [](const Result& result) { return result.standing.merit(); };
  if (best_) all.insert(std::ranges::upper_bound(all, merit(*best_), {}, merit), *best_);
  if (!best_ || all.front().standing.number != best_->standing.number) {
    best_ = all.front();
    best_since_ = generation_;
  }
  return all;
}

void Evolution::tell(std::span<const Result> told) {
  ++generation_;
  if (!restarts_.is_over()) {
    const auto count = static_cast<std::size_t>(lambda());
    evaluations_ += static_cast<std::int64_t>(told.size());
    const std::vector<Result> all = settings_.keeps_best ? with_best(told) : std::vector<Result>();
    const std::span<const Result> results = settings_.keeps_best ? all : told;
    Eigen::MatrixXd X(coordinates_.size(), lambda());
    std::vector<double> losses;
    for (const Result& result : results.first(count)) {
      X.col(static_cast<Eigen::Index>(losses.size())) = preimage(result);
      losses.push_back(result.standing.loss());
    }
    if (settings_.integer_mutation) center_integers(X);
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
  // The worse half does not count here: a point may be bad for its coordinates alone.
  categories_.tell(chosen, es_.parameters().w.cwiseMax(0.0));
}

void Evolution::center_integers(Eigen::MatrixXd& X) {
  const auto middle = [this](Eigen::Index j, double u) { return coordinates_.place(j, coordinates_.value(j, u)); };
  const Eigen::Index mu = es_.parameters().mu;
  std::vector<double> v(static_cast<std::size_t>(mu));
  std::vector<double> middles(v.size());
  for (Eigen::Index j = 0; j < X.rows(); ++j) {
    if (!coordinates_.is_discrete(j)) continue;
    const double m = es_.mean()[j];
    for (Eigen::Index k = 0; k < mu; ++k) {
      v[static_cast<std::size_t>(k)] = scaled(X(j, k), m, scale_[j]);
      middles[static_cast<std::size_t>(k)] = middle(j, v[static_cast<std::size_t>(k)]);
    }
    mutated_[static_cast<std::size_t>(j)] = cmaes::center_integers(v, middles, middle(j, m));
    for (Eigen::Index k = 0; k < mu; ++k) X(j, k) = unscaled(v[static_cast<std::size_t>(k)], m, scale_[j]);
  }
}

void Evolution::correct_margins() {
  if (coordinates_.discrete_count() == 0) return;
  // Else the margin of the paper's section 5.1.
  const double alpha = settings_.integer_mutation ? mutation_margin(categories_.size() + coordinates_.discrete_count())
                                                  : 1.0 / static_cast<double>(coordinates_.size() * lambda());
  const Eigen::VectorXd deviations = es_.deviations();
  Eigen::VectorXd mean = es_.mean();
  for (Eigen::Index j = 0; j < mean.size(); ++j) {
    if (coordinates_.is_discrete(j)) correct_margin(j, mean, deviations[j], alpha);
  }
  es_.set_mean(std::move(mean));
}

void Evolution::correct_margin(Eigen::Index j, Eigen::VectorXd& mean, double deviation, double alpha) {
  const Coordinates::Cell cell = coordinates_.cell(j, mean[j]);
  if (settings_.integer_mutation) {
    const double middle = coordinates_.place(j, coordinates_.value(j, mean[j]));
    const MutationState corrected =
        with_mutation_margin({mean[j], scale_[j], mutation_rate_[j]}, mutated_[static_cast<std::size_t>(j)], deviation,
                             {cell.low, cell.high, middle}, alpha);
    mean[j] = corrected.mean;
    scale_[j] = corrected.scale;
    mutation_rate_[j] = corrected.rate;
    return;
  }
  const MarginState corrected = with_margin({mean[j], scale_[j]}, deviation, cell.low, cell.high, alpha);
  mean[j] = corrected.mean;
  scale_[j] = corrected.scale;
}

void Evolution::restart() {
  restarts_.next(evaluations_);
  if (restarts_.is_over()) return;
  evaluations_ = 0;
  es_ = restarted_es();
  stopping_ = StoppingCriteria(coordinates_.size(), lambda());
  scale_.setOnes();
  mutation_rate_.setConstant(0.5);
  best_.reset();
  categories_ = uniform_choices();
}

void Evolution::push_source() {
  sources_.push_back({generation_, run(), es_.distribution(), scale_, categories_.all()});
  if (sources_.size() > kept_sources) sources_.pop_front();
  std::erase_if(drawn_, [this](const auto& one) { return one.second.generation < sources_.front().generation; });
}

}  // namespace cmaes
