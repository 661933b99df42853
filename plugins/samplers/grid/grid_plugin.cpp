// SPDX-License-Identifier: MIT
// The sampler `grid`: the trial's number is the place in an order of all combinations.
#include <algorithm>
#include <map>
#include <string>

#include <hone/distribution_json.hpp>
#include <hone/sdk/fixed_parameters.hpp>
#include <hone/sdk/plugin.hpp>

#include "grid.hpp"

namespace {

// More values than anyone tries one by one; a range that is meant otherwise gets a clear word.
constexpr double most_values = 1e6;

std::vector<hone::Choice> values_of(const std::string& name, const hone::Distribution& distribution) {
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) return categorical->choices;
  const auto* real = std::get_if<hone::FloatDistribution>(&distribution);
  const auto* whole = std::get_if<hone::IntDistribution>(&distribution);
  if (real != nullptr && !real->step && real->low != real->high) {
    throw std::invalid_argument("the parameter '" + name +
                                "' is continuous; give it a step, or its values in the option 'search_space'");
  }
  const std::int64_t whole_steps = whole != nullptr ? (whole->high - whole->low) / whole->step : 0;
  const double steps = real != nullptr ? hone::step_count(*real).value_or(0.0) : static_cast<double>(whole_steps);
  if (steps >= most_values) {
    throw std::invalid_argument("the parameter '" + name +
                                "' has more than a million values; give those to try in the option 'search_space'");
  }
  std::vector<hone::Choice> values;
  for (double i = 0.0; i <= steps; ++i) {
    // Rounding may lead beyond the end of a range.
    const double value = real != nullptr ? std::min(hone::grid_value(*real, i), real->high)
                                         : static_cast<double>(whole->low) + i * static_cast<double>(whole->step);
    values.push_back(hone::to_external(distribution, value));
  }
  return values;
}

class GridSampler final : public hone::Sampler,
                          public hone::FiniteSamplerExtension,
                          public hone::sdk::FixedParametersExtension {
 public:
  GridSampler(const hone::FactoryContext& context, const hone::Options& options) : seed_(context.seed) {
    const hone::Json& space = options.json("search_space");
    if (space.as_object() == nullptr) return;
    for (const auto& [name, list] : *space.as_object()) {
      std::vector<hone::Choice> values;
      if (list.as_array() == nullptr || list.as_array()->empty()) {
        throw std::invalid_argument("option 'search_space': '" + name + "' needs a list of at least one value");
      }
      for (const hone::Json& item : *list.as_array()) {
        const std::optional<hone::Choice> value = hone::choice_from(item);
        if (!value)
          throw std::invalid_argument("option 'search_space': a value of '" + name + "' is " +
                                      std::string(item.type_name()) + ", but values are no lists or objects");
        values.push_back(*value);
      }
      set(name, std::move(values));
    }
  }

  void fix_parameters(const hone::sdk::FixedParameters& fixed) override { fixed_ = fixed; }

  std::optional<std::int64_t> trials_to_the_end(const hone::StudyView& study) override {
    settle(study);
    return static_cast<std::int64_t>(count_);
  }

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    settle(study);
    hone::SearchSpace space;
    for (const hone::Parameter& p : study.declared_parameters()) space.push_back(p);
    std::ranges::sort(space, {}, &hone::Parameter::name);
    return space;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    std::vector<double> values;
    for (const hone::Parameter& parameter : space) values.push_back(sample_independent(study, trial, parameter));
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    settle(study);
    const auto name = std::ranges::find(names_, parameter.name);
    if (name == names_.end()) {
      throw std::invalid_argument("the grid has no values for '" + std::string(parameter.name) +
                                  "'; name them in the option 'search_space'");
    }
    const auto column = static_cast<std::size_t>(name - names_.begin());
    // Trials beyond the last point, which only `ask` makes, begin anew.
    const std::size_t point = order_[static_cast<std::size_t>(trial.number()) % count_];
    const hone::Choice& value = values_[column][grid::places_of(point, lengths_)[column]];
    const std::optional<double> internal = hone::sdk::value_in(*parameter.distribution, value);
    if (!internal) {
      throw std::invalid_argument("a value of '" + std::string(parameter.name) +
                                  "' in the grid is none that the parameter can take");
    }
    return *internal;
  }

  void* query_extension(std::string_view extension) noexcept override {
    if (extension == hone::FiniteSamplerExtension::id) return static_cast<hone::FiniteSamplerExtension*>(this);
    if (extension == hone::sdk::FixedParametersExtension::id)
      return static_cast<hone::sdk::FixedParametersExtension*>(this);
    return nullptr;
  }

 private:
  void set(const std::string& name, std::vector<hone::Choice> values) {
    names_.push_back(name);
    lengths_.push_back(values.size());
    values_.push_back(std::move(values));
  }

  // Without given values the grid is that of the declared space.
  void settle(const hone::StudyView& study) {
    if (count_ != 0) return;
    if (names_.empty()) {
      for (const hone::Parameter& p : study.declared_parameters()) {
        const auto fixed = fixed_.find(p.name);
        set(std::string(p.name),
            fixed != fixed_.end() ? std::vector{fixed->second} : values_of(std::string(p.name), *p.distribution));
      }
    }
    for (std::size_t column = 0; column < names_.size(); ++column) {
      const auto fixed = fixed_.find(names_[column]);
      if (fixed == fixed_.end()) continue;
      values_[column] = {fixed->second};
      lengths_[column] = 1;
    }
    if (names_.empty()) {
      throw std::invalid_argument(
          "a grid needs values: give them in the option 'search_space', such as {\"x\": [1, 2, 3]}, or declare a space "
          "of choices, whole numbers and steps");
    }
    order_ = grid::shuffled(grid::point_count(lengths_), seed_);
    const hone::DeclaredSpace& space = study.declared_space();
    if (std::ranges::any_of(space, [](const hone::DeclaredParameter& p) { return !p.when.empty(); })) {
      std::erase_if(order_, [&](std::size_t point) { return is_repeated(space, point); });
    }
    count_ = order_.size();
  }

  // Whether another point differs in inactive parameters alone: the one that stays has the first of their values.
  bool is_repeated(const hone::DeclaredSpace& space, std::size_t point) const {
    const std::vector<std::size_t> places = grid::places_of(point, lengths_);
    std::map<std::string_view, hone::Choice> active;
    for (const hone::DeclaredParameter& parameter : space) {
      const bool is_active = std::ranges::all_of(parameter.when, [&active](const hone::Condition& condition) {
        const auto found = active.find(condition.parameter);
        return found != active.end() && condition.accepts(found->second);
      });
      const auto name = std::ranges::find(names_, parameter.name);
      if (name == names_.end()) {
        // Without values in the grid it has one alone, or its draw says what is missing.
        if (is_active) {
          const auto fixed = fixed_.find(parameter.name);
          active[parameter.name] = fixed != fixed_.end() ? fixed->second
                                                         : hone::to_external(parameter.distribution,
                                                                             hone::first_value(parameter.distribution));
        }
        continue;
      }
      const auto column = static_cast<std::size_t>(name - names_.begin());
      if (is_active) {
        active[parameter.name] = values_[column][places[column]];
      } else if (places[column] != 0) {
        return true;
      }
    }
    return false;
  }

  std::uint64_t seed_;
  hone::sdk::FixedParameters fixed_;
  std::vector<std::string> names_;
  std::vector<std::size_t> lengths_;
  std::vector<std::vector<hone::Choice>> values_;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> order_;
};

constexpr hone_option options[] = {
    hone::sdk::or_auto(
        hone::sdk::option("search_space", hone::OptionType::map, "null",
                          "the values of each parameter, {\"x\": [1, 2, 3]}; null: those of the declared "
                          "space")),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<GridSampler>({.name = "grid",
                                              .version = "1.1",
                                              .description = "tries every combination of given values once",
                                              .capabilities = Capability::portable | Capability::ignores_history |
                                                              Capability::multi_objective | Capability::constraints |
                                                              Capability::conditional | Capability::categorical |
                                                              Capability::ends,
                                              .options = options}));
