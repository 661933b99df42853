// SPDX-License-Identifier: MIT
// The public face of a trial, and the replay of an objective with fixed values.
#include <hone/trial.hpp>

#include <cmath>

#include <hone/error.hpp>

#include "trial_impl.hpp"

namespace hone {
namespace {

// Answers from given values; stores nothing.
class FixedTrial final : public Trial::Impl {
 public:
  FixedTrial(std::map<std::string, Choice> values, TrialNumber number) : values_(std::move(values)), number_(number) {}

  TrialNumber number() const override { return number_; }
  Suggestion suggest(std::string_view name, const Distribution& distribution) override {
    const auto given = values_.find(std::string(name));
    if (given == values_.end()) {
      throw TrialError("the fixed trial has no value for '" + std::string(name) + "'", number_, std::string(name));
    }
    const std::optional<double> value = to_internal(distribution, given->second);
    if (!value || !contains(distribution, *value)) {
      throw TrialError("the fixed value of '" + std::string(name) + "' is not in its distribution", number_,
                       std::string(name));
    }
    const Distribution& kept = distributions_.try_emplace(std::string(name), distribution).first->second;
    return {&kept, *value};
  }
  void report(std::string_view, double, std::int64_t) override {}
  bool should_prune() override { return false; }
  void set_attr(AttributeKind, std::string_view, const Json&) override {}
  void set_constraint(std::string_view, double) override {}
  std::vector<FrozenTrial::Param> params() const override {
    std::vector<FrozenTrial::Param> result;
    for (const auto& [name, distribution] : distributions_) result.push_back({name, distribution, values_.at(name)});
    return result;
  }

 private:
  std::map<std::string, Choice> values_;
  std::map<std::string, Distribution> distributions_;
  TrialNumber number_;
};

Distribution sound(Distribution distribution, std::string_view name, TrialNumber trial) {
  if (const std::optional<std::string> problem = problem_of(distribution)) {
    throw TrialError("parameter '" + std::string(name) + "': " + *problem, trial, std::string(name));
  }
  return normalized(std::move(distribution));
}

}  // namespace

double fixed_value(const Distribution& distribution, const Choice& value, std::string_view parameter, TrialNumber trial,
                   const Logger& logger) {
  const std::optional<double> internal = to_internal(distribution, value);
  if (!internal || !std::isfinite(*internal)) {
    throw TrialError("trial " + std::to_string(trial) + ": the fixed value of '" + std::string(parameter) +
                         "' cannot be a value of this parameter; check its type and, if categorical, its spelling",
                     trial, std::string(parameter));
  }
  if (!contains(distribution, *internal)) {
    logger.warning("trial " + std::to_string(trial) + ": the fixed value of '" + std::string(parameter) +
                   "' is outside of its distribution; it is used all the same");
  }
  return *internal;
}

Trial Trial::fixed(std::map<std::string, Choice> params, TrialNumber number) {
  return Trial(std::make_unique<FixedTrial>(std::move(params), number));
}

Trial::Trial(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trial::Trial(Trial&&) noexcept = default;
Trial& Trial::operator=(Trial&&) noexcept = default;
Trial::~Trial() = default;

TrialNumber Trial::number() const { return impl_->number(); }

double Trial::suggest_float(std::string_view name, double low, double high, FloatOptions options) {
  return impl_->suggest(name, sound(FloatDistribution{low, high, options.log, options.step}, name, number())).value;
}

std::int64_t Trial::suggest_int(std::string_view name, std::int64_t low, std::int64_t high, IntOptions options) {
  return static_cast<std::int64_t>(
      impl_->suggest(name, sound(IntDistribution{low, high, options.log, options.step}, name, number())).value);
}

const Choice& Trial::suggest_categorical(std::string_view name, const std::vector<Choice>& choices) {
  const Suggestion s = impl_->suggest(name, sound(CategoricalDistribution{choices}, name, number()));
  const auto* kept = std::get_if<CategoricalDistribution>(s.distribution);
  if (kept == nullptr) {
    throw TrialError("parameter '" + std::string(name) + "' was suggested before and is not categorical", number(),
                     std::string(name));
  }
  return kept->choices[static_cast<std::size_t>(s.value)];
}

const std::string& Trial::suggest_categorical(std::string_view name, const std::vector<std::string>& choices) {
  return std::get<std::string>(suggest_categorical(name, std::vector<Choice>(choices.begin(), choices.end())));
}

const std::string& Trial::suggest_categorical(std::string_view name, std::initializer_list<std::string_view> choices) {
  return suggest_categorical(name, std::vector<std::string>(choices.begin(), choices.end()));
}

Choice Trial::suggest(std::string_view name, const Distribution& distribution) {
  const Suggestion s = impl_->suggest(name, sound(distribution, name, number()));
  return to_external(*s.distribution, s.value);
}

void Trial::report(double value, std::int64_t step) { impl_->report("", value, step); }
void Trial::report(std::string_view metric, double value, std::int64_t step) { impl_->report(metric, value, step); }
bool Trial::should_prune() { return impl_->should_prune(); }
void Trial::set_user_attr(std::string_view key, const Json& value) { impl_->set_attr(AttributeKind::user, key, value); }
void Trial::set_system_attr(std::string_view key, const Json& value) {
  impl_->set_attr(AttributeKind::system, key, value);
}
void Trial::set_constraint(std::string_view name, double value) { impl_->set_constraint(name, value); }
std::vector<FrozenTrial::Param> Trial::params() const { return impl_->params(); }
std::int64_t Trial::attempt() const { return impl_->attempt(); }
std::optional<std::int64_t> Trial::resume_step() const { return impl_->resume_step(); }
std::string Trial::owner_token() const { return impl_->owner_text(); }
std::string Trial::owner_nonce() const { return impl_->owner().nonce; }
void Trial::set_process_group(std::int64_t process_group) { impl_->set_process_group(process_group); }
void Trial::flush() { impl_->flush(); }

}  // namespace hone
