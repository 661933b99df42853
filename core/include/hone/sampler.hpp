// SPDX-License-Identifier: MIT
// The interface of an algorithm that proposes values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hone/json.hpp>
#include <hone/study_view.hpp>

namespace hone {

/// Attributes that a sampler adds to a trial that ends. Values are JSON; keys should carry the plugin's name.
class AttributeSink {
 public:
  virtual ~AttributeSink() = default;
  virtual void set_system_attr(std::string_view key, const Json& value) = 0;
};

/// Proposes values for trials.
///
///     ask ──▶ Storage: claim a number, with what has changed ──▶ History
///         ──▶ before_trial ──▶ infer_relative_search_space ──▶ sample_relative ──▶ Storage: one patch
///     suggest_x ──▶ fixed? single-valued? in the relative sample? else sample_independent
///     tell ──▶ after_trial ──▶ Storage: last patch (values, state) ──▶ History
///
/// A sampler is a pure function of seed, options, trial number and the history it is shown; what it keeps between calls
/// is a cache. A fresh instance given the same history proposes the same, so sums run in an order that does not depend
/// on the order of arrival (use numbers, or values and then numbers), and all randomness comes from
/// `StudyView::random`. The trial at hand may itself be in the history, as pending: skip `trial.number()`.
///
/// Calls into one object are serialised. A function may throw anything derived from std::exception: the trial's
/// proposal then fails with a `PluginError` that names plugin and function.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// Called once for a trial that begins, before anything is drawn.
  virtual void before_trial(const StudyView&, const TrialView&) {}

  /// The parameters to draw together, ascending in name; empty for none. Parameters that are fixed or single-valued
  /// may be included; their draws are not used.
  virtual SearchSpace infer_relative_search_space(const StudyView&, const TrialView&) { return {}; }

  /// One internal value per parameter of `space` (which is what infer_relative_search_space returned, never empty), in
  /// its order; NaN leaves a parameter to sample_independent.
  virtual std::vector<double> sample_relative(const StudyView&, const TrialView&, const SearchSpace& space) {
    return std::vector<double>(space.size(), std::numeric_limits<double>::quiet_NaN());
  }

  /// An internal value for one parameter that the joint draw does not cover; it may never have been seen before.
  virtual double sample_independent(const StudyView&, const TrialView&, const Parameter& parameter) = 0;

  /// Called before a trial's end is stored, with its final state and values. May add attributes and nothing else: what
  /// a sampler knows comes from the history.
  virtual void after_trial(const StudyView&, const TrialView&, TrialState, std::span<const double>, AttributeSink&) {}

  /// A later addition to the interface, by its id; null if the sampler does not have it.
  virtual void* query_extension(std::string_view) noexcept { return nullptr; }
};

/// Extension of a sampler that is done at some time, such as one that visits every point of a grid.
class FiniteSamplerExtension {
 public:
  static constexpr std::string_view id = "hone.finite_sampler/1";
  /// So many trials, of any state, and nothing is left to propose; nothing while there is no end in sight. Asked before
  /// a trial is created, under the same lock as the sampler's other functions: `optimize` of any worker creates none
  /// beyond. A sampler that cannot serve the study throws here, before the first trial.
  virtual std::optional<std::int64_t> trials_to_the_end(const StudyView& study) = 0;

 protected:
  ~FiniteSamplerExtension() = default;
};

/// Extension of a sampler that is made for a certain pruner: a study whose config names none has that one, with its
/// default options.
class PreferredPrunerExtension {
 public:
  static constexpr std::string_view id = "hone.preferred_pruner/1";
  /// A pruner's name.
  virtual std::string_view preferred_pruner() const = 0;

 protected:
  ~PreferredPrunerExtension() = default;
};

}  // namespace hone
