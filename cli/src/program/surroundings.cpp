// SPDX-License-Identifier: MIT
#include "surroundings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace hone::cli {

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == text.npos || text.starts_with("HONE_TRIAL_") || text.starts_with("HONE_PARAM_")) continue;
    all[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : variables) all[name] = value;
  std::vector<std::string> result;
  for (const auto& [name, value] : all) result.push_back(name + '=' + value);
  return result;
}

std::vector<std::pair<std::string, std::string>> trial_variables(const ObjectiveConfig& objective, const Trial& trial) {
  std::vector<std::pair<std::string, std::string>> variables{{"HONE_STUDY", objective.study},
                                                             {"HONE_TRIAL_NUMBER", std::to_string(trial.number())},
                                                             {"HONE_TRIAL_TOKEN", trial.owner_nonce()}};
  if (const auto step = trial.resume_step()) variables.emplace_back("HONE_TRIAL_RESUME_STEP", std::to_string(*step));
  return variables;
}

std::vector<std::pair<std::string, std::string>> parameter_variables(const std::vector<FrozenTrial::Param>& params) {
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::pair<std::string, std::string>> exact;
  for (const FrozenTrial::Param& param : params) {
    std::string name = "HONE_PARAM_" + param.name;
    std::ranges::replace_if(
        name, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')); },
        '_');
    const std::string value = value_text(param.value);
    exact.emplace_back(name, value);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    variables.emplace_back(name, value);
  }
  // Later ones win: with parameters x and X, HONE_PARAM_X is X.
  variables.insert(variables.end(), exact.begin(), exact.end());
  return variables;
}

std::string with_output(const std::string& reason, const std::string& last_lines, const std::filesystem::path& file) {
  if (last_lines.empty()) return reason + "; it wrote nothing";
  return reason + "; its output (" + file.string() + ") ends with:\n" + last_lines;
}

std::string duration_words(std::chrono::milliseconds duration) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> units{
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}}};
  for (const auto& [length, unit] : units) {
    if (duration.count() >= length && duration.count() % length == 0) {
      return std::to_string(duration.count() / length) + std::string(unit);
    }
  }
  return std::to_string(duration.count()) + "ms";
}

}  // namespace hone::cli
