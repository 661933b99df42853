// SPDX-License-Identifier: MIT
// The options that name the series of reports by which a pruner decides.
#pragma once

#include <string>

#include <hone/error.hpp>
#include <hone/sdk/plugin.hpp>

namespace hone::sdk {

namespace detail {
inline constexpr const char* directions_of_a_metric[] = {"minimize", "maximize", nullptr};
}

inline constexpr hone_option metric_option = string_option(
    "metric", "\"\"", "the reported metric that decides; empty: the reports of the study's one objective");
inline constexpr hone_option metric_direction_option =
    or_auto(enum_option("metric_direction", "\"auto\"", detail::directions_of_a_metric,
                        "which way the metric is better; to be set when 'metric' is"));

/// The option `metric` of a pruner for which no direction matters.
/// @throws ConfigError for several directions without a metric.
inline std::string metric_name(const FactoryContext& context, const Options& options) {
  std::string name = options.get<std::string>("metric");
  if (name.empty() && context.directions.size() != 1) {
    throw ConfigError("the study has " + std::to_string(context.directions.size()) +
                      " directions, so 'metric' must name the reported metric that decides, and 'metric_direction' "
                      "(where the pruner has it) say which way is better; or use the pruner 'nop'");
  }
  return name;
}

/// The metric that decides, and which way it is better: the options `metric` and `metric_direction`.
struct DecidingMetric {
  std::string name;  ///< empty: the reports of the study's one objective
  Direction direction;

  /// @throws ConfigError for a metric without a direction, and for several directions without a metric.
  DecidingMetric(const FactoryContext& context, const Options& options)
      : name(options.get<std::string>("metric")), direction(direction_of(context, options)) {}

 private:
  static Direction direction_of(const FactoryContext& context, const Options& options) {
    const bool directed = !options.is_auto("metric_direction");
    if (options.get<std::string>("metric").empty() && directed) {
      throw ConfigError(
          "option 'metric_direction' goes with 'metric', which is not set; remove it, or name the metric whose reports "
          "decide");
    }
    const std::string metric = metric_name(context, options);
    if (metric.empty()) return context.directions[0];
    if (!directed) {
      throw ConfigError("option 'metric' names '" + metric +
                        "'; set 'metric_direction' to \"minimize\" or \"maximize\" as well");
    }
    return options.get<std::string>("metric_direction") == "maximize" ? Direction::maximize : Direction::minimize;
  }
};

}  // namespace hone::sdk
