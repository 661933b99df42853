// SPDX-License-Identifier: MIT
#include "config_override.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone {
namespace {

Json json_or_text(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const ConfigError&) {
    return Json(text);
  }
}

Json& item_of(Json::Array& list, std::string_view index, const std::string& text) {
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), at);
  if (error != std::errc() || end != index.data() + index.size() || at >= list.size()) {
    throw ConfigError("'" + std::string(index) + "' names no item of a list with " + std::to_string(list.size()) +
                          " items; the first is 0",
                      "--set " + text);
  }
  return list[at];
}

}  // namespace

void apply_override(Json& config, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError("an override is PATH=JSON, such as run.jobs=4", "--set " + text);
  }
  Json* at = &config;
  std::string_view path(text.data(), equals);
  bool is_section = true;
  while (!path.empty()) {
    const std::string_view key = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), key.size() + 1));
    const bool may_be_plugin = !is_section && at->as_string() != nullptr;
    if (may_be_plugin) {
      Json plugin;
      plugin.set("plugin", *at);
      *at = std::move(plugin);
    }
    if (Json::Array* list = at->as_array()) {
      at = &item_of(*list, key, text);
    } else if (at->is_null() || at->as_object() != nullptr) {
      Json* const member = at->find(key);
      at = member != nullptr ? member : &at->set(key, Json());
    } else {
      throw ConfigError("'" + std::string(key) + "' cannot be set in " + to_json_text(*at) + ", which has no members",
                        "--set " + text);
    }
    is_section = false;
  }
  *at = json_or_text(std::string_view(text).substr(equals + 1));
}

}  // namespace hone
