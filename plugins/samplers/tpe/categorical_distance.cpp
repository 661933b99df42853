// SPDX-License-Identifier: MIT
#include "categorical_distance.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

namespace tpe {
namespace {

using hone::Json;

[[noreturn]] void refuse(std::string_view parameter, const std::string& what) {
  throw std::invalid_argument("option 'categorical_distance', parameter '" + std::string(parameter) + "': " + what);
}

void check_matrix(std::string_view parameter, const Json::Array& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json::Array* row = rows[i].as_array();
    if (row == nullptr || row->size() != rows.size()) {
      refuse(parameter, "row " + std::to_string(i) + " is not a list of " + std::to_string(rows.size()) +
                            " numbers; a matrix has as many columns as rows");
    }
    for (std::size_t j = 0; j < row->size(); ++j) {
      const std::optional<double> distance = (*row)[j].number();
      const std::string place = "row " + std::to_string(i) + ", column " + std::to_string(j);
      if (!distance || !std::isfinite(*distance) || *distance < 0.0) refuse(parameter, place + " is no number >= 0");
      if (i == j && *distance != 0.0) refuse(parameter, place + " is not 0: a choice has no distance from itself");
    }
  }
}

double number_of(std::string_view parameter, const hone::Choice& choice) {
  if (const auto* whole = std::get_if<std::int64_t>(&choice)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&choice); real != nullptr && std::isfinite(*real)) return *real;
  refuse(parameter,
         "\"numeric\" is for choices that are finite numbers, and one of them is not; use \"order\" or a matrix");
}

}  // namespace

CategoricalDistance::CategoricalDistance(const Json& rules) {
  if (rules.is_null() || rules.as_string() != nullptr) return;  // null and "auto": none
  const std::string expected = "expected \"order\", \"numeric\" or a matrix, found ";
  for (const auto& [parameter, rule] : *rules.as_object()) {
    const std::string* word = rule.as_string();
    if (const Json::Array* rows = rule.as_array()) {
      check_matrix(parameter, *rows);
    } else if (word == nullptr) {
      refuse(parameter, expected + std::string(rule.type_name()));
    } else if (*word != "order" && *word != "numeric") {
      refuse(parameter, expected + *word);
    }
    rules_.emplace_back(parameter, rule);
  }
}

std::vector<double> CategoricalDistance::of(std::string_view parameter,
                                            const hone::CategoricalDistribution& distribution) const {
  const auto found = std::ranges::find(rules_, parameter, &Json::Member::first);
  if (found == rules_.end()) return {};
  const std::vector<hone::Choice>& choices = distribution.choices;
  const Json::Array* rows = found->second.as_array();
  if (rows != nullptr && rows->size() != choices.size()) {
    refuse(parameter, "the matrix has " + std::to_string(rows->size()) + " rows, and the parameter has " +
                          std::to_string(choices.size()) + " choices");
  }
  std::vector<double> place(choices.size());
  if (rows == nullptr) {
    const bool order = *found->second.as_string() == "order";
    for (std::size_t i = 0; i < choices.size(); ++i) {
      place[i] = order ? static_cast<double>(i) : number_of(parameter, choices[i]);
    }
  }
  std::vector<double> result;
  result.reserve(choices.size() * choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    for (std::size_t j = 0; j < choices.size(); ++j) {
      result.push_back(rows != nullptr ? *(*(*rows)[i].as_array())[j].number() : std::abs(place[i] - place[j]));
    }
  }
  return result;
}

}  // namespace tpe
