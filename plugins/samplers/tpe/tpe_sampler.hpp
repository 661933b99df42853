// SPDX-License-Identifier: MIT
// The samplers `tpe` and `bohb`: between the study's interface and the densities.
#pragma once

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <hone/sdk/group_decomposition.hpp>
#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>

#include "conditional_tree.hpp"
#include "density_model.hpp"
#include "tpe_options.hpp"

namespace tpe {

/// Draws from the densities of good and of other trials, as the options say.
class TpeSampler : public hone::Sampler {
 public:
  TpeSampler(const hone::FactoryContext& context, const TpeOptions& options)
      : options_(options), log_(context.directions, options_.split, options_.budget) {}

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    if (options_.conditional == ConditionalModel::tree) {
      tree_.update(study);
      return tree_.all();
    }
    if (options_.conditional == ConditionalModel::independent) return intersection_.update(study.history());
    hone::SearchSpace all;
    for (const hone::SearchSpace& group : groups_.update(study.history())) {
      all.insert(all.end(), group.begin(), group.end());
    }
    std::ranges::sort(all, {}, &hone::Parameter::name);
    return all;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    log_.update(study, trial.number());
    std::vector<double> values(space.size(), std::numeric_limits<double>::quiet_NaN());
    if (options_.conditional == ConditionalModel::tree) {
      tree_.update(study);
      draw_tree(study, trial, space, values);
    } else if (is_random(study, trial)) {
      for (std::size_t i = 0; i < space.size(); ++i) values[i] = uniform(study, trial, space[i]);
    } else if (options_.conditional == ConditionalModel::group) {
      for (const hone::SearchSpace& group : groups_.update(study.history())) {
        draw_group(study, trial, group, space, values);
      }
    } else if (options_.multivariate) {
      values = draw(study, trial, space);
    } else {
      // What independent draws would give, at the start, so that other trials see it as pending.
      for (std::size_t i = 0; i < space.size(); ++i) values[i] = draw(study, trial, {space[i]})[0];
    }
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    log_.update(study, trial.number());
    if (is_random(study, trial)) return uniform(study, trial, parameter);
    if (options_.warn_independent_sampling && options_.multivariate) warn_of_independent_draw(study, trial, parameter);
    return draw(study, trial, {parameter})[0];
  }

 private:
  bool is_random(const hone::StudyView& study, const hone::TrialView& trial) const {
    if (log_.finished() < options_.n_startup_trials || !log_.is_comparable()) return true;
    return options_.random_fraction > 0.0 && study.random(trial, "tpe/random").uniform() < options_.random_fraction;
  }

  // The draw of the sampler `random` with the same seed.
  static double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  std::vector<double> draw(const hone::StudyView& study, const hone::TrialView& trial,
                           const std::vector<hone::Parameter>& space, const TreeSpace* tree = nullptr) {
    DensityModel& model = model_of(space, tree == nullptr ? Rows::complete : Rows::partial);
    model.update(study.history().all(), log_);
    std::vector<hone::RandomStream> parameters;
    parameters.reserve(space.size());
    for (const hone::Parameter& p : space) parameters.push_back(study.random(trial, "tpe", p.name));
    return model.propose(options_.candidates(space), study.random(trial, "tpe/component", space.front().name),
                         std::move(parameters), tree);
  }

  // Puts what was drawn of a space into the places that its parameters have among those wanted.
  static void place(const hone::SearchSpace& space, const std::vector<double>& drawn, const hone::SearchSpace& wanted,
                    std::vector<double>& values) {
    for (std::size_t i = 0; i < space.size(); ++i) {
      const auto at = std::ranges::find(wanted, space[i].id, &hone::Parameter::id);
      values[static_cast<std::size_t>(at - wanted.begin())] = drawn[i];
    }
  }

  // A group may have lost parameters to a wrapper that fixes them.
  void draw_group(const hone::StudyView& study, const hone::TrialView& trial, const hone::SearchSpace& group,
                  const hone::SearchSpace& wanted, std::vector<double>& values) {
    hone::SearchSpace part;
    std::ranges::copy_if(group, std::back_inserter(part), [&](const hone::Parameter& parameter) {
      return std::ranges::find(wanted, parameter.id, &hone::Parameter::id) != wanted.end();
    });
    if (!part.empty()) place(part, draw(study, trial, part), wanted, values);
  }

  // The tree as a whole; what hangs on nothing known, by groups.
  void draw_tree(const hone::StudyView& study, const hone::TrialView& trial, const hone::SearchSpace& wanted,
                 std::vector<double>& values) {
    const TreeSpace part = tree_.tree().restricted_to(wanted);
    if (is_random(study, trial)) {
      for (std::size_t i = 0; i < wanted.size(); ++i) values[i] = uniform(study, trial, wanted[i]);
      std::vector<double> row;
      for (const hone::Parameter& parameter : part.space) row.push_back(uniform(study, trial, parameter));
      part.clear_inactive(row);
      place(part.space, row, wanted, values);
      return;
    }
    if (!part.space.empty()) {
      place(part.space, draw(study, trial, part.space, part.conditional() ? &part : nullptr), wanted, values);
    }
    for (const hone::SearchSpace& group : tree_.loose()) draw_group(study, trial, group, wanted, values);
  }

  DensityModel& model_of(const std::vector<hone::Parameter>& space, Rows rows) {
    ModelKey key{rows, {}};
    key.second.reserve(space.size());
    for (const hone::Parameter& parameter : space) key.second.emplace_back(parameter.id, parameter.distribution_id);
    // Ranges that change with every trial would fill the memory with models that are never asked again.
    constexpr std::size_t most_models = 256;
    if (models_.size() >= most_models && !models_.contains(key)) models_.clear();
    auto& slot = models_[std::move(key)];
    if (!slot) {
      slot = std::make_unique<DensityModel>(space, options_.below, options_.above, options_.distance, rows);
    }
    return *slot;
  }

  void warn_of_independent_draw(const hone::StudyView& study, const hone::TrialView& trial,
                                const hone::Parameter& parameter) const {
    if (!study.history()->latest_distribution(parameter.id)) return;  // not at its first appearance
    const char* reason =
        options_.conditional == ConditionalModel::independent
            ? "not every trial has it; with \"conditional\": \"tree\" it is drawn together with the parameters of its "
              "branch"
            : "its range changes from trial to trial, or the trials so far did not tell that this one would have it";
    study.logger().warning(options_.name + ": trial " + std::to_string(trial.number()) + " draws '" +
                           std::string(parameter.name) + "' on its own: " + reason);
  }

  TpeOptions options_;
  TrialLog log_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/true};
  hone::sdk::GroupDecomposition groups_{/*include_pruned=*/true};
  ConditionalTree tree_;
  using ModelKey = std::pair<Rows, std::vector<std::pair<hone::ParameterId, hone::DistributionId>>>;
  std::map<ModelKey, std::unique_ptr<DensityModel>> models_;
};

}  // namespace tpe
