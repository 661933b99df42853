// SPDX-License-Identifier: MIT
// The sampler `gp`: between the study's interface and the models.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include <hone/sdk/group_decomposition.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>
#include <hone/sdk/unit_interval.hpp>

#include "companions.hpp"
#include "gp_options.hpp"
#include "group_model.hpp"
#include "quasi_random.hpp"

namespace {

class GpSampler final : public hone::Sampler {
 public:
  GpSampler(const hone::FactoryContext& context, const hone::Options& options)
      : options_(options, context.directions.size()),
        directions_(context.directions.begin(), context.directions.end()),
        independent_(options.plugin<hone::Sampler>("independent_sampler")) {
    if (directions_.size() > gp::most_objectives) {
      throw std::invalid_argument("it serves up to " + std::to_string(gp::most_objectives) +
                                  " objectives, but the study has " + std::to_string(directions_.size()) +
                                  "; use 'nsga3' or 'tpe'");
    }
  }

  void before_trial(const hone::StudyView& study, const hone::TrialView& trial) override {
    if (independent_) independent_->before_trial(study, trial);
  }

  // What trials have had so far, and what is declared.
  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    hone::SearchSpace all;
    for (const hone::SearchSpace& group : groups_.update(study.history())) {
      all.insert(all.end(), group.begin(), group.end());
    }
    for (const hone::Parameter& parameter : study.declared_parameters()) {
      if (hone::is_single(*parameter.distribution)) continue;
      const auto known = std::ranges::find(all, parameter.id, &hone::Parameter::id);
      if (known == all.end()) all.push_back(parameter);
    }
    std::ranges::sort(all, {}, &hone::Parameter::name);
    return all;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    std::vector<double> values = even_draw(study, trial, space);
    if (study.history()->count(hone::TrialState::complete) < options_.n_startup_trials) return values;
    const std::vector<hone::SearchSpace>& groups = groups_.update(study.history());
    ++asked_;
    const bool single = groups.size() == 1;
    std::vector<bool> exact(space.size(), false);
    for (const std::size_t g : ancestors_first(study.history(), groups)) {
      propose_group(study, trial, groups[g], single, space, values, exact);
    }
    // Ranges that change with every trial would fill the memory with models that are never asked again.
    constexpr std::uint64_t most_idle = 8;
    std::erase_if(models_, [&](const auto& entry) { return entry.second.asked + most_idle < asked_; });
    // One group alone has seen to the finished trials itself.
    if (single) exact.assign(space.size(), false);
    step_aside(study, trial, space, exact, values);
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    if (options_.warn_independent_sampling && study.history()->latest_distribution(parameter.id)) {
      study.logger().warning("gp: trial " + std::to_string(trial.number()) + " draws '" + std::string(parameter.name) +
                             "' on its own, because no completed trial has it with this range");
    }
    if (independent_) return independent_->sample_independent(study, trial, parameter);
    return uniform(study, trial, parameter);
  }

  void after_trial(const hone::StudyView& study, const hone::TrialView& trial, hone::TrialState state,
                   std::span<const double> values, hone::AttributeSink& attributes) override {
    if (independent_) independent_->after_trial(study, trial, state, values, attributes);
  }

 private:
  // The parameters of a model, and how many of them are its context.
  using Key = std::pair<std::vector<std::pair<hone::ParameterId, hone::DistributionId>>, std::size_t>;

  // The draw of the sampler `random` with the same seed.
  static double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  // The first trials are spread evenly, as far as their parameters are known; later ones have models.
  static std::vector<double> even_draw(const hone::StudyView& study, const hone::TrialView& trial,
                                       const hone::SearchSpace& space) {
    std::vector<double> values;
    values.reserve(space.size());
    constexpr hone::TrialNumber most = 256;
    if (trial.number() >= most) {
      for (const hone::Parameter& parameter : space) values.push_back(uniform(study, trial, parameter));
      return values;
    }
    const auto dimensions = static_cast<Eigen::Index>(space.size());
    const auto index = static_cast<Eigen::Index>(trial.number());
    const Eigen::MatrixXd points =
        gp::sobol_points(dimensions, index + 1, study.random(hone::TrialView(0), "gp/startup"));
    for (Eigen::Index j = 0; j < dimensions; ++j) {
      const hone::Distribution& distribution = *space[static_cast<std::size_t>(j)].distribution;
      values.push_back(hone::sdk::from_unit_interval(distribution, points(j, index)));
    }
    return values;
  }

  // The parameters, as places in the space, of a trial that has the same values in all of them; empty if there is none.
  // A running trial, or a finished one with an `exact` parameter.
  static std::vector<std::size_t> repeated(const hone::StudyView& study, const hone::TrialView& trial,
                                           const hone::SearchSpace& space, const std::vector<bool>& exact,
                                           const std::vector<double>& values) {
    const hone::HistoryView view = study.history();
    std::vector<std::size_t> shared;
    const auto is_same = [&](hone::TrialNumber number) {
      shared.clear();
      for (std::size_t j = 0; j < space.size(); ++j) {
        const double value = view->value(number, space[j].id);
        if (std::isnan(value)) continue;
        if (value != values[j]) return false;
        shared.push_back(j);
      }
      return !shared.empty();
    };
    for (const hone::TrialNumber number : view->running_trials()) {
      if (number == trial.number() || !view.contains(number) || !view->pending(number)) continue;
      if (is_same(number)) return shared;
    }
    if (std::ranges::find(exact, true) == exact.end()) return {};
    bool found = false;
    view.for_each([&](hone::TrialNumber number) {
      if (found || view->state(number) != hone::TrialState::complete || !is_same(number)) return;
      found = std::ranges::any_of(shared, [&](std::size_t j) { return exact[j]; });
    });
    return found ? shared : std::vector<std::size_t>{};
  }

  // Each group may want to be where it is in one and the same trial. Then a parameter of that trial is redrawn; where
  // such points seem to be taken, all are. As far as chance finds one that is not.
  static void step_aside(const hone::StudyView& study, const hone::TrialView& trial, const hone::SearchSpace& space,
                         const std::vector<bool>& exact, std::vector<double>& values) {
    hone::RandomStream stream = study.random(trial, "gp/aside");
    const std::vector<double> wanted = values;
    const std::vector<std::size_t> taken = repeated(study, trial, space, exact, values);
    if (taken.empty()) return;
    constexpr int attempts = 200;
    for (int i = 0; i < attempts; ++i) {
      values = wanted;
      const auto redraw = [&](std::size_t j) { values[j] = hone::sdk::uniform_draw(*space[j].distribution, stream); };
      if (i < attempts / 2) {
        redraw(taken[stream.below(taken.size())]);
      } else {
        for (std::size_t j = 0; j < space.size(); ++j) redraw(j);
      }
      if (repeated(study, trial, space, exact, values).empty()) return;
    }
    values = wanted;
  }

  // Places of groups: of two groups of which all trials of one have the other, that other one first.
  std::vector<std::size_t> ancestors_first(const hone::HistoryView& view,
                                           const std::vector<hone::SearchSpace>& groups) {
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (groups.size() < 2) return order;
    companions_.update(view);
    std::ranges::stable_sort(order, {}, [&](std::size_t g) { return companions_.of(groups[g].front().id).size(); });
    return order;
  }

  // Of the space's parameters those that all trials of a group have besides its own, and not all the same; by places.
  std::vector<std::size_t> context_of(const hone::SearchSpace& group, const hone::SearchSpace& space) const {
    std::vector<std::size_t> context;
    for (std::size_t j = 0; j < space.size(); ++j) {
      if (std::ranges::find(group, space[j].id, &hone::Parameter::id) != group.end()) continue;
      const auto& companions = companions_.of(group.front().id);
      const auto found = std::ranges::find(companions, space[j].id, &gp::Companions::Companion::id);
      if (found != companions.end() && found->varies) context.push_back(j);
    }
    return context;
  }

  // A group may have lost parameters to a wrapper that fixes them. Marks those as `exact` whose trials have no noise.
  void propose_group(const hone::StudyView& study, const hone::TrialView& trial, const hone::SearchSpace& group,
                     bool differs, const hone::SearchSpace& wanted, std::vector<double>& values,
                     std::vector<bool>& exact) {
    hone::SearchSpace part;
    std::vector<std::size_t> places;
    for (const hone::Parameter& parameter : group) {
      const auto place = std::ranges::find(wanted, parameter.id, &hone::Parameter::id);
      if (place == wanted.end()) continue;
      part.push_back(parameter);
      places.push_back(static_cast<std::size_t>(place - wanted.begin()));
    }
    if (part.empty()) return;
    std::vector<double> given;
    if (!differs) {
      for (const std::size_t place : context_of(group, wanted)) {
        part.push_back(wanted[place]);
        given.push_back(values[place]);
      }
    }
    gp::GroupModel& model = model_of(part, given.size());
    model.update(study.history());
    if (model.is_starting()) return;
    const gp::Proposal proposal = model.propose(study, trial, differs, given);
    for (std::size_t i = 0; i < places.size(); ++i) {
      values[places[i]] = proposal.values[i];
      exact[places[i]] = !proposal.is_noisy;
    }
  }

  gp::GroupModel& model_of(const hone::SearchSpace& space, std::size_t context) {
    Key key{{}, context};
    for (const hone::Parameter& parameter : space) key.first.emplace_back(parameter.id, parameter.distribution_id);
    auto& slot = models_[std::move(key)];
    if (!slot.model) slot.model = std::make_unique<gp::GroupModel>(options_, space, directions_, context);
    slot.asked = asked_;
    return *slot.model;
  }

  gp::GpOptions options_;
  std::vector<hone::Direction> directions_;
  std::shared_ptr<hone::Sampler> independent_;
  hone::sdk::GroupDecomposition groups_{/*include_pruned=*/false};
  gp::Companions companions_;
  struct Slot {
    std::unique_ptr<gp::GroupModel> model;
    std::uint64_t asked = 0;  // the last proposal that used it
  };
  std::map<Key, Slot> models_;
  std::uint64_t asked_ = 0;  // proposals so far
};

constexpr const char* kernels[] = {"matern52", "rbf", nullptr};
constexpr const char* output_transforms[] = {"auto", "bounded", "by_turns", "half_rank",
                                             "log",  "none",    "power",    nullptr};

constexpr hone_option options[] = {
    hone::sdk::int_option("n_startup_trials", "10", "0", nullptr,
                          "completed trials that are spread evenly before a model is used"),
    hone::sdk::bool_option("deterministic_objective", "false",
                           "the objective returns the same for the same parameters: no noise is fitted"),
    hone::sdk::enum_option("kernel", "\"matern52\"", kernels, "how similar near points are"),
    hone::sdk::enum_option(
        "output_transform", "\"auto\"", output_transforms,
        "half_rank: the worse half of the results counts by rank alone; log: and the best ones count "
        "more; by_turns: one trial this, the next one that; bounded: outliers among the worse half are brought nearer; "
        "power: the same, and then Yeo and Johnson's power that makes them look normal; none: results as they are; "
        "auto: by_turns, or bounded with several objectives"),
    hone::sdk::bool_option("input_warping", "false",
                           "bend each parameter so that the objective varies evenly along it"),
    hone::sdk::bool_option("trust_region", "false",
                           "propose within a box about the best trial that grows with success and shrinks without, and "
                           "begin anew elsewhere when it has become tiny (TuRBO-1); with one objective"),
    hone::sdk::int_option("n_candidates", "512", "1", nullptr, "points at which the acquisition is looked at first"),
    hone::sdk::int_option("n_local_search", "4", "0", nullptr, "of them, how many are improved by a local search"),
    hone::sdk::int_option(
        "n_local_model", "600", "20", "2000",
        "beyond so many trials the model is one of the neighbourhood of the best; time grows with its "
        "cube, memory with its square"),
    hone::sdk::or_auto(hone::sdk::option("independent_sampler", hone::OptionType::sampler, "null",
                                         "the sampler for parameters that no trial has had; null: at random")),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be modelled"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<GpSampler>(
    {.name = "gp",
     .version = "1.2",
     .description = "models the objective by a Gaussian process and proposes where the expected improvement is largest",
     .references = "Rasmussen, Williams: Gaussian Processes for Machine Learning, MIT Press 2006\n"
                   "Ament, Daulton, Eriksson, Balandat, Bakshy: Unexpected Improvements to Expected Improvement for "
                   "Bayesian Optimization, NeurIPS 2023\n"
                   "Hvarfner, Hellsten, Nardi: Vanilla Bayesian Optimization Performs Great in High Dimensions, ICML "
                   "2024",
     .capabilities = Capability::same_platform | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::models_cohort,
     .options = options}));
