// SPDX-License-Identifier: MIT
#include "stored_forms.hpp"

#include <charconv>
#include <limits>

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>

namespace hone::relational {
namespace {

Json parse(const Host& host, std::string_view text, const char* what) {
  try {
    return host.parse_json(text);
  } catch (const std::exception& error) {
    throw StorageError("the database holds damaged JSON where " + std::string(what) + " should be: " + error.what());
  }
}

std::string exact_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

}  // namespace

double value_from(std::string_view type, double stored) {
  if (type == "FINITE") return stored;
  if (type == "INF_POS") return std::numeric_limits<double>::infinity();
  if (type == "INF_NEG") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

const StoredForms::Written& StoredForms::written(std::string_view parameter, const Distribution& distribution) {
  const auto found = written_.find(parameter);
  if (found != written_.end() && found->second.distribution == distribution) return found->second;
  Written entry{distribution, host_.to_json_text(to_json(distribution)), host_.to_json_text(Json(parameter))};
  return written_.insert_or_assign(keep(parameter), std::move(entry)).first->second;
}

std::string_view StoredForms::distribution_text(std::string_view parameter, const Distribution& distribution) {
  return written(parameter, distribution).text;
}

const Distribution& StoredForms::distribution_from_text(std::string_view text) {
  if (const auto found = read_.find(text); found != read_.end()) return *found->second;
  const std::optional<Distribution> distribution = distribution_from(parse(host_, text, "a distribution"));
  if (!distribution) {
    throw StorageError("the database holds a distribution that hone does not know: " + std::string(text));
  }
  return *read_.emplace(keep(text), std::make_unique<Distribution>(*distribution)).first->second;
}

std::string StoredForms::relative_text(std::span<const ParameterRecord> relative) {
  std::string text = "[";
  for (const ParameterRecord& record : relative) {
    const Written& forms = written(record.name, *record.distribution);
    if (text.size() > 1) text += ", ";
    text += '[' + forms.quoted_name + ", " + forms.text + ", \"" + exact_text(record.value) + "\"]";
  }
  return text + ']';
}

std::vector<ParameterRecord> StoredForms::relative_from_text(std::string_view text) {
  const Json json = parse(host_, text, "a joint draw");
  std::vector<ParameterRecord> result;
  if (json.as_array() == nullptr) throw StorageError("the database holds a damaged joint draw: " + std::string(text));
  for (const Json& item : *json.as_array()) {
    const Json::Array* parts = item.as_array();
    const bool sound = parts != nullptr && parts->size() == 3 && (*parts)[0].as_string() != nullptr &&
                       (*parts)[2].as_string() != nullptr;
    if (!sound) throw StorageError("the database holds a damaged joint draw: " + std::string(text));
    const std::string& number = *(*parts)[2].as_string();
    double value = 0.0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    result.push_back({keep(*(*parts)[0].as_string()), &distribution_from_text(host_.to_json_text((*parts)[1])), value});
  }
  return result;
}

std::vector<std::pair<std::string, double>> constraints_from(std::string_view key, std::string_view json,
                                                             const Host& host) {
  std::vector<std::pair<std::string, double>> result;
  const Json value = parse(host, json, "a constraint");
  if (key.starts_with(constraint_prefix)) {
    const std::optional<double> number = value.number();
    if (number && !std::isnan(*number)) result.emplace_back(key.substr(constraint_prefix.size()), *number);
  } else if (const Json::Array* list = value.as_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::optional<double> number = (*list)[i].number();
      if (number && !std::isnan(*number)) result.emplace_back(std::to_string(i), *number);
    }
  }
  return result;
}

}  // namespace hone::relational
