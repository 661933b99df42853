// SPDX-License-Identifier: MIT
// Trials as JSON and as rows.
#include "trial_output.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <ostream>
#include <set>

#include <hone/distribution_json.hpp>

namespace hone::cli {
namespace {

std::string formatted_time(Timestamp time, const char* format, bool with_fraction) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 80> text{};
  const auto fraction = static_cast<long long>(with_fraction ? clock.subseconds().count() : 0);
  std::snprintf(text.data(), text.size(), format, static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()), fraction);
  return text.data();
}

template <class Key>
Json reports_json(const std::map<Key, double>& reports) {
  Json result = Json::Object{};
  for (const auto& [step, value] : reports) result.set(std::to_string(step), value);
  return result;
}

Json map_json(const std::map<std::string, Json>& map) { return Json::Object(map.begin(), map.end()); }

Json values_json(const FrozenTrial& trial) {
  if (trial.values.empty()) return {};
  return Json::Array(trial.values.begin(), trial.values.end());
}

Json time_json(const std::optional<Timestamp>& time) {
  if (!time) return {};
  return iso_time(*time);
}

std::optional<std::chrono::microseconds> duration_of(const FrozenTrial& trial) {
  if (!trial.start_time || !trial.complete_time) return std::nullopt;
  return *trial.complete_time - *trial.start_time;
}

// The names that occur in any trial, those that come first in a trial first.
std::vector<std::string> parameter_names(const std::vector<FrozenTrial>& trials) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const FrozenTrial& trial : trials) {
    for (const FrozenTrial::Param& param : trial.params) {
      if (seen.insert(param.name).second) names.push_back(param.name);
    }
  }
  return names;
}

using JsonMap = std::map<std::string, Json>;

std::set<std::string> keys_of(const std::vector<FrozenTrial>& trials, const JsonMap FrozenTrial::*map) {
  std::set<std::string> keys;
  for (const FrozenTrial& trial : trials) {
    for (const auto& [key, value] : trial.*map) keys.insert(key);
  }
  return keys;
}

// Number, state, values, params, times; cells that a trial lacks stay null.
std::vector<Json> row_of(const FrozenTrial& trial, std::size_t objectives, const std::vector<std::string>& params,
                         Detail detail) {
  const bool wide = detail == Detail::wide;
  std::vector<Json> row(2 + objectives + params.size() + (wide ? 3 : 1));
  row[0] = trial.number;
  row[1] = to_string(trial.state);
  for (std::size_t i = 0; i < std::min(objectives, trial.values.size()); ++i) row[2 + i] = trial.values[i];
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (const Choice* value = trial.param(params[i])) row[2 + objectives + i] = to_json(*value);
  }
  if (wide) {
    row[row.size() - 3] = time_json(trial.start_time);
    row[row.size() - 2] = time_json(trial.complete_time);
  }
  if (const auto duration = duration_of(trial)) {
    if (wide) {
      row.back() = std::chrono::duration<double>(*duration).count();
    } else {
      row.back() = duration_text(*duration);
    }
  }
  return row;
}

// Why trials failed, if any did and said so.
void add_reasons(Listing& listing, const std::vector<FrozenTrial>& trials) {
  const std::string key = "hone:fail_reason";
  if (!keys_of(trials, &FrozenTrial::system_attrs).contains(key)) return;
  listing.columns.emplace_back("reason");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    Json& cell = listing.rows[i].emplace_back();
    if (const auto found = trials[i].system_attrs.find(key); found != trials[i].system_attrs.end())
      cell = found->second;
  }
}

void add_attributes(Listing& listing, const std::vector<FrozenTrial>& trials, const JsonMap FrozenTrial::*map,
                    const std::string& prefix) {
  for (const std::string& key : keys_of(trials, map)) {
    listing.columns.push_back(prefix + key);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const auto found = (trials[i].*map).find(key);
      Json& cell = listing.rows[i].emplace_back();
      if (found != (trials[i].*map).end()) cell = found->second;
    }
  }
}

}  // namespace

std::string iso_time(Timestamp time) {
  return formatted_time(time, "%04d-%02u-%02uT%02d:%02d:%02d.%06lld+00:00", true);
}

std::string short_time(Timestamp time) { return formatted_time(time, "%04d-%02u-%02u %02d:%02d:%02d", false); }

std::string duration_text(std::chrono::microseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 60.0) return short_number(std::round(seconds * 1000.0) / 1000.0) + "s";
  const auto whole = static_cast<long long>(seconds);
  std::array<char, 48> text{};
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lldm %02llds", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lldh %02lldm", whole / 3600, whole / 60 % 60);
  }
  return text.data();
}

Json trial_json(const FrozenTrial& trial) {
  Json params = Json::Object{};
  for (const FrozenTrial::Param& param : trial.params) params.set(param.name, to_json(param.value));
  Json result;
  result.set("number", trial.number);
  result.set("state", to_string(trial.state));
  result.set("values", values_json(trial));
  result.set("params", std::move(params));
  result.set("intermediate_values", reports_json(trial.intermediate_values));
  result.set("user_attrs", map_json(trial.user_attrs));
  result.set("system_attrs", map_json(trial.system_attrs));
  result.set("datetime_start", time_json(trial.start_time));
  result.set("datetime_complete", time_json(trial.complete_time));
  return result;
}

Json full_trial_json(const FrozenTrial& trial) {
  Json result = trial_json(trial);
  Json distributions = Json::Object{};
  for (const FrozenTrial::Param& param : trial.params) distributions.set(param.name, to_json(param.distribution));
  Json reports = Json::Object{};
  for (const auto& [metric, series] : trial.named_reports) reports.set(metric, reports_json(series));
  Json constraints = Json::Object{};
  for (const auto& [name, value] : trial.constraints) constraints.set(name, value);
  result.set("distributions", std::move(distributions));
  result.set("named_reports", std::move(reports));
  result.set("constraints", std::move(constraints));
  return result;
}

std::vector<std::string> value_columns(const Study& study) {
  const std::size_t objectives = study.directions().size();
  std::vector<std::string> names = study.metric_names();
  if (names.size() == objectives) return names;
  if (objectives == 1) return {"value"};
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < objectives; ++i) columns.push_back("value_" + std::to_string(i));
  return columns;
}

Listing trial_listing(const Study& study, const std::vector<FrozenTrial>& trials, Detail detail) {
  const bool wide = detail == Detail::wide;
  const std::vector<std::string> params = parameter_names(trials);
  const std::vector<std::string> values = value_columns(study);
  Listing listing;
  listing.columns = {"number", "state"};
  listing.columns.insert(listing.columns.end(), values.begin(), values.end());
  for (const std::string& name : params) listing.columns.push_back(wide ? "params_" + name : name);
  if (wide) listing.columns.insert(listing.columns.end(), {"datetime_start", "datetime_complete"});
  listing.columns.push_back("duration");
  for (const FrozenTrial& trial : trials) listing.rows.push_back(row_of(trial, values.size(), params, detail));
  if (!wide) {
    add_reasons(listing, trials);
    return listing;
  }
  listing.columns.push_back("intermediate_values");
  for (std::size_t i = 0; i < trials.size(); ++i)
    listing.rows[i].push_back(reports_json(trials[i].intermediate_values));
  add_attributes(listing, trials, &FrozenTrial::user_attrs, "user_attrs_");
  add_attributes(listing, trials, &FrozenTrial::system_attrs, "system_attrs_");
  return listing;
}

void print_trial(std::ostream& out, const Study& study, const FrozenTrial& trial) {
  const std::vector<std::string> names = value_columns(study);
  std::vector<std::pair<std::string, std::string>> lines;
  for (std::size_t i = 0; i < trial.values.size(); ++i) {
    lines.emplace_back(i < names.size() ? names[i] : "value", cell_text(Json(trial.values[i])));
  }
  for (const FrozenTrial::Param& param : trial.params) lines.emplace_back(param.name, cell_text(to_json(param.value)));
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, display_width(cell_text(Json(name))));
  out << "trial " << trial.number << '\n';
  for (const auto& [name, value] : lines) {
    const std::string shown = cell_text(Json(name));
    out << "  " << shown << std::string(width - display_width(shown), ' ') << "  " << value << '\n';
  }
}

}  // namespace hone::cli
