// SPDX-License-Identifier: MIT
#include "result_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <hone/config.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<Json> json_object_in(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty() || text.front() != '{' || text.back() != '}') return std::nullopt;
  try {
    Json json = parse_json(text);
    if (json.as_object() != nullptr) return json;
  } catch (const ConfigError&) {
    // Not every line that looks like JSON is meant as such.
  }
  return std::nullopt;
}

// The member `key`, or the member reached by `a.b.c`.
const Json* reach(const Json& json, std::string_view key) {
  if (const Json* direct = json.find(key)) return direct;
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return nullptr;
  const Json* inner = json.find(key.substr(0, dot));
  return inner == nullptr ? nullptr : reach(*inner, key.substr(dot + 1));
}

std::optional<double> number_at(const Json& json, std::string_view key) {
  const Json* member = reach(json, key);
  return member == nullptr ? std::nullopt : member->number();
}

std::optional<std::vector<double>> numbers_in(std::string_view line, std::size_t count) {
  std::vector<double> numbers;
  constexpr std::string_view separators = " \t\r\n\v\f,;";
  for (std::size_t at = line.find_first_not_of(separators); at != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    const std::optional<double> number = number_from(line.substr(at, end - at));
    if (!number || numbers.size() == count) return std::nullopt;
    numbers.push_back(*number);
    at = line.find_first_not_of(separators, end);
  }
  return numbers.size() == count ? std::optional(std::move(numbers)) : std::nullopt;
}

boost::regex pattern_from(const Json& json, const std::string& where) {
  const std::string* text = json.as_string();
  if (text == nullptr) {
    throw ConfigError("expected a regular expression as a string, found " + std::string(json.type_name()), where);
  }
  std::string perl = *text;
  // Python's spelling of a named group.
  for (std::size_t at = perl.find("(?P<"); at != perl.npos; at = perl.find("(?P<", at)) perl.erase(at + 2, 1);
  try {
    return boost::regex(perl, boost::regex::perl);
  } catch (const boost::regex_error& error) {
    throw ConfigError("'" + *text + "' is no regular expression: " + error.what(), where);
  }
}

std::string string_member(const Json& json, std::string_view key, const std::string& where) {
  const Json* member = json.find(key);
  if (member == nullptr) return {};
  if (member->as_string() == nullptr) {
    throw ConfigError("expected a string, found " + std::string(member->type_name()), where + "." + std::string(key));
  }
  return *member->as_string();
}

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::optional<double> number_from(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  // Beyond the range of a double: zero or infinity would be a guess.
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

std::optional<std::vector<double>> ResultFormat::read(std::string_view line) const {
  switch (form) {
    case Form::last_number: return numbers_in(line, objectives);
    case Form::json: {
      const std::optional<Json> json = json_object_in(line);
      if (!json) return std::nullopt;
      std::vector<double> values;
      for (const std::string& key : keys) {
        const std::optional<double> value = number_at(*json, key);
        if (!value) return std::nullopt;
        values.push_back(*value);
      }
      return values;
    }
    case Form::regex: break;
  }
  boost::match_results<std::string_view::const_iterator> match;
  if (!boost::regex_search(line.begin(), line.end(), match, pattern)) return std::nullopt;
  std::vector<double> values;
  for (std::size_t i = 0; i < objectives; ++i) {
    const auto& group = match[match.size() == 1 ? 0 : static_cast<int>(i) + 1];
    const std::optional<double> value = number_from(group.str());
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

std::string ResultFormat::looked_for() const {
  std::string what;
  switch (form) {
    case Form::last_number:
      what = objectives == 1 ? "a line that is a number" : "a line of " + count_of(objectives, "number");
      break;
    case Form::json:
      what = "a JSON line with ";
      for (std::size_t i = 0; i < keys.size(); ++i) what += (i == 0 ? "'" : " and '") + keys[i] + "'";
      break;
    case Form::regex: what = "a line that matches '" + pattern_text + "'"; break;
  }
  return what;
}

ResultFormat result_format_from(const Json* json, std::size_t objectives) {
  ResultFormat format;
  format.objectives = objectives;
  if (json == nullptr || json->is_null()) return format;
  const std::string where = "objective.result";
  if (json->as_object() == nullptr) {
    throw ConfigError("expected an object with \"json\", \"regex\" or \"file\", found " +
                          std::string(json->type_name()) + "; leave it out to read the last line that is a number",
                      where);
  }
  check_members(*json, {"json", "regex", "file"}, where);
  if (json->find("json") != nullptr && json->find("regex") != nullptr) {
    throw ConfigError("has both \"json\" and \"regex\"; keep one of them", where);
  }
  if (const Json* file = json->find("file")) {
    if (file->as_string() == nullptr) throw ConfigError("expected a path", where + ".file");
    format.file = TextTemplate::parse(*file->as_string(), where + ".file");
  }
  if (const Json* keys = json->find("json")) {
    format.form = ResultFormat::Form::json;
    if (const std::string* one = keys->as_string()) format.keys = {*one};
    if (const Json::Array* several = keys->as_array()) {
      for (const Json& key : *several) {
        if (key.as_string() == nullptr) throw ConfigError("expected names of members", where + ".json");
        format.keys.push_back(*key.as_string());
      }
    }
    if (format.keys.size() != objectives) {
      throw ConfigError(
          "names " + count_of(format.keys.size(), "value") + ", but the study has " + count_of(objectives, "objective"),
          where + ".json");
    }
  }
  if (const Json* pattern = json->find("regex")) {
    format.form = ResultFormat::Form::regex;
    format.pattern = pattern_from(*pattern, where + ".regex");
    format.pattern_text = *pattern->as_string();
    const std::size_t groups = format.pattern.mark_count();
    if (groups != objectives && !(groups == 0 && objectives == 1)) {
      throw ConfigError("'" + format.pattern_text + "' has " + count_of(groups, "group") + ", but the study has " +
                            count_of(objectives, "objective") + "; write (?:...) for a group that does not count",
                        where + ".regex");
    }
  }
  return format;
}

namespace {

ReportFormat report_format_from(const Json& json, std::size_t objectives, const std::string& where) {
  if (json.as_object() == nullptr) {
    throw ConfigError("expected an object with \"regex\" or \"json\", found " + std::string(json.type_name()), where);
  }
  check_members(json, {"regex", "json", "metric"}, where);
  ReportFormat format;
  format.metric = string_member(json, "metric", where);
  if (format.metric.empty() && objectives > 1) {
    throw ConfigError("a study of " + std::to_string(objectives) +
                          " objectives has no intermediate values of its own; name a \"metric\"",
                      where);
  }
  const Json* pattern = json.find("regex");
  const Json* keys = json.find("json");
  if ((pattern == nullptr) == (keys == nullptr)) {
    throw ConfigError("needs one of \"regex\" and \"json\"", where);
  }
  if (keys != nullptr) {
    format.is_json = true;
    if (const std::string* value = keys->as_string()) {
      format.value_key = *value;
    } else if (keys->as_object() != nullptr) {
      check_members(*keys, {"step", "value"}, where + ".json");
      format.step_key = string_member(*keys, "step", where + ".json");
      format.value_key = string_member(*keys, "value", where + ".json");
    }
    if (format.value_key.empty()) {
      throw ConfigError("expected {\"step\": NAME, \"value\": NAME} with the names of members", where + ".json");
    }
    format.counts_steps = format.step_key.empty();
    return format;
  }
  format.pattern = pattern_from(*pattern, where + ".regex");
  const std::string& text = *pattern->as_string();
  const auto has_group = [&](const std::string& name) {
    return text.find("(?<" + name + ">") != text.npos || text.find("(?P<" + name + ">") != text.npos;
  };
  format.named_groups = has_group("value");
  format.counts_steps = format.named_groups ? !has_group("step") : format.pattern.mark_count() < 2;
  if (!format.named_groups &&
      (has_group("step") || format.pattern.mark_count() < 1 || format.pattern.mark_count() > 2)) {
    throw ConfigError("'" + text +
                          "' needs a group for the value and may have one before it for the step: "
                          "(?<step>...) and (?<value>...), or by position",
                      where + ".regex");
  }
  return format;
}

struct StepAndValue {
  std::optional<double> step;
  std::optional<double> value;
};

StepAndValue read_json(const ReportFormat& format, std::string_view line) {
  const std::optional<Json> json = json_object_in(line);
  if (!json) return {};
  return {format.counts_steps ? std::nullopt : number_at(*json, format.step_key), number_at(*json, format.value_key)};
}

StepAndValue read_pattern(const ReportFormat& format, std::string_view line) {
  boost::match_results<std::string_view::const_iterator> match;
  if (!boost::regex_search(line.begin(), line.end(), match, format.pattern)) return {};
  const auto group = [&](const char* name, int position) {
    return number_from(format.named_groups ? match[name].str() : match[position].str());
  };
  if (format.counts_steps) return {std::nullopt, group("value", 1)};
  return {group("step", 1), group("value", 2)};
}

}  // namespace

std::vector<ReportFormat> report_formats_from(const Json* json, std::size_t objectives) {
  std::vector<ReportFormat> formats;
  if (json == nullptr || json->is_null()) return formats;
  const std::string where = "objective.report";
  if (const Json::Array* several = json->as_array()) {
    for (std::size_t i = 0; i < several->size(); ++i) {
      formats.push_back(report_format_from((*several)[i], objectives, where + "[" + std::to_string(i) + "]"));
    }
  } else {
    formats.push_back(report_format_from(*json, objectives, where));
  }
  return formats;
}

std::vector<IntermediateValue> ReportReader::read(std::string_view line) {
  std::vector<IntermediateValue> found;
  for (std::size_t i = 0; i < formats_.size(); ++i) {
    const ReportFormat& format = formats_[i];
    const StepAndValue read = format.is_json ? read_json(format, line) : read_pattern(format, line);
    if (!read.value) continue;
    if (format.counts_steps) {
      found.push_back({format.metric, counts_[i]++, *read.value});
    } else if (read.step && *read.step >= 0.0 && *read.step < 9e15 && *read.step == std::floor(*read.step)) {
      found.push_back({format.metric, static_cast<std::int64_t>(*read.step), *read.value});
    }
  }
  return found;
}

}  // namespace hone::cli
