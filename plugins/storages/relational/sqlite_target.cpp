// SPDX-License-Identifier: MIT
#include "sqlite_target.hpp"

#include <charconv>
#include <filesystem>

#include <hone/error.hpp>

namespace hone::relational {
namespace {

double seconds_from(std::string_view key, std::string_view text, const std::string& location) {
  double seconds = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0.0)) {
    throw ConfigError("'" + std::string(key) + "' must be a number of seconds, but is '" + std::string(text) + "'",
                      location);
  }
  return seconds;
}

void read_parameter(SqliteTarget& target, std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  const std::string_view key = parameter.substr(0, equals);
  const std::string_view value = equals == parameter.npos ? "" : parameter.substr(equals + 1);
  if (key == "synchronous") {
    if (value != "normal" && value != "full") {
      throw ConfigError("'synchronous' must be normal or full, but is '" + std::string(value) + "'", target.location);
    }
    target.full_sync = value == "full";
  } else if (key == "timeout") {
    target.timeout = seconds_from(key, value, target.location);
  } else if (key == "foreign_grace") {
    target.foreign_grace = seconds_from(key, value, target.location);
  } else {
    throw ConfigError("there is no parameter '" + std::string(key) + "'; known are synchronous, timeout, foreign_grace",
                      target.location);
  }
}

std::string_view path_of(std::string_view text, const std::string& location) {
  if (text.starts_with("///")) {
    text.remove_prefix(3);
  } else if (text.starts_with("//")) {
    throw ConfigError("a SQLite URL names no host: write sqlite:///relative.db or sqlite:////absolute/path.db",
                      location);
  }
  if (text.empty() || text == ":memory:") {
    throw ConfigError("the name of a file is missing; the storage 'memory' keeps studies without a file", location);
  }
  return text;
}

}  // namespace

SqliteTarget sqlite_target_from(const Options& options) {
  const std::string text = options.get<std::string>("target");
  const std::size_t question = text.find('?');
  SqliteTarget target;
  target.location = "sqlite:" + text.substr(0, question);
  target.full_sync = options.get<std::string>("synchronous") == "full";
  target.timeout = options.get<double>("timeout");
  target.foreign_grace = options.get<double>("foreign_grace");
  if (question != text.npos) {
    std::string_view query = std::string_view(text).substr(question + 1);
    while (!query.empty()) {
      const std::size_t next = query.find('&');
      read_parameter(target, query.substr(0, next));
      query = next == query.npos ? std::string_view{} : query.substr(next + 1);
    }
  }
  // The working directory may change while the storage lives.
  const std::string_view path = path_of(std::string_view(text).substr(0, question), target.location);
  target.file = std::filesystem::absolute(std::filesystem::path(path)).lexically_normal().string();
  return target;
}

}  // namespace hone::relational
