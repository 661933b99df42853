// SPDX-License-Identifier: MIT
// What a program may ask of its trial: one JSON object a request, one a reply. Spoken over the private socket (by
// `hone trial`) and over the standard input and output of long-lived programs. docs/programs.md describes it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <hone/json.hpp>
#include <hone/trial.hpp>
#include <hone/types.hpp>

namespace hone::cli {

/// How a program said that its trial ended.
struct Told {
  TrialState state = TrialState::complete;
  std::vector<double> values;  ///< with complete
  std::string reason;          ///< with fail
};

/// A parameter's value as JSON.
Json value_to_json(const Choice& value);

/// Answers the requests of one trial. Used by the trial's thread.
class TrialRequests {
 public:
  TrialRequests(Trial& trial, std::size_t objectives) : trial_(trial), objectives_(objectives) {}

  /// The reply; `{"error": TEXT}` for a request that is wrong. Errors that are not the program's (a storage that
  /// fails, a sampler that breaks) are thrown.
  Json answer(const Json& request);
  /// An intermediate value, and whether the trial is to stop.
  bool report(std::string_view metric, std::int64_t step, double value);

  /// Whether a report was answered by "stop".
  bool prune() const { return prune_; }
  const std::optional<Told>& told() const { return told_; }

 private:
  Json suggest(const Json& request);
  Json reply_to_report(const Json& request);
  Json take_result(const Json& request);
  Json take_attribute(const Json& request);
  Json take_constraint(const Json& request);

  Trial& trial_;
  std::size_t objectives_;
  bool prune_ = false;
  std::optional<Told> told_;
};

}  // namespace hone::cli
