// SPDX-License-Identifier: MIT
// Distributions, values and joint draws in the forms that rows hold.
#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/history.hpp>
#include <hone/plugin.hpp>
#include <hone/trial_patch.hpp>

namespace hone::relational {

/// A double beside which its kind is stored, because a column holds neither NaN nor the infinities.
/// @return FINITE, INF_POS, INF_NEG or NAN
constexpr const char* value_type_of(double value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0.0 ? "INF_POS" : "INF_NEG";
  return "FINITE";
}
/// What is stored in the column itself: nothing unless finite.
inline std::optional<double> stored_value(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}
/// The inverse of both.
double value_from(std::string_view type, double stored);

/// The texts of distributions, in both directions, each written and read once. Used by one thread at a time.
class StoredForms {
 public:
  explicit StoredForms(const Host& host) : host_(host) {}

  /// The distribution as Optuna writes it. Valid until the next call with this name.
  std::string_view distribution_text(std::string_view parameter, const Distribution& distribution);
  /// Valid while this object lives. @throws StorageError if the text is no distribution
  const Distribution& distribution_from_text(std::string_view text);
  /// A name that stays valid while this object lives.
  std::string_view keep(std::string_view name) { return names_.text(names_.intern(name)); }

  /// A joint draw as JSON: `[["name", {distribution}, "value"], …]`, values as text so that they read back exactly.
  std::string relative_text(std::span<const ParameterRecord> relative);
  /// The inverse. @throws StorageError
  std::vector<ParameterRecord> relative_from_text(std::string_view text);

  const Host& host() const { return host_; }

 private:
  struct Written {
    Distribution distribution;
    std::string text;
    std::string quoted_name;
  };
  const Written& written(std::string_view parameter, const Distribution& distribution);

  const Host& host_;
  Interner names_;
  std::unordered_map<std::string_view, Written> written_;                     // by a kept name: the last one
  std::unordered_map<std::string_view, std::unique_ptr<Distribution>> read_;  // by a kept text
};

/// The constraints that a trial's system attribute holds: `constraints:NAME` with a number, or `constraints` with a
/// list, whose members are named 0, 1, ….
std::vector<std::pair<std::string, double>> constraints_from(std::string_view key, std::string_view json,
                                                             const Host& host);
inline constexpr std::string_view constraint_prefix = "constraints:";
/// Whether a trial's system attribute is a form of constraints.
constexpr bool is_constraint_key(std::string_view key) {
  return key == constraint_prefix.substr(0, constraint_prefix.size() - 1) || key.starts_with(constraint_prefix);
}

}  // namespace hone::relational
