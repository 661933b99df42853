// SPDX-License-Identifier: MIT
// How plugins are named: in configs, in URLs, by name, scheme or path.
#include "plugin_spec.hpp"

#include <algorithm>
#include <cctype>

#include <hone/error.hpp>

namespace hone {
namespace {

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::ranges::all_of(text,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+'; });
}

bool is_database_file(std::string_view url) {
  const std::string_view path = url.substr(0, url.find('?'));
  return std::ranges::any_of(std::initializer_list<std::string_view>{".db", ".sqlite", ".sqlite3"},
                             [path](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

PluginReference reference_from(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon != std::string_view::npos && is_scheme(name.substr(0, colon))) {
    return {std::string(name.substr(0, colon)), std::string(name.substr(colon + 1)), false};
  }
  return {std::string(name), std::nullopt, name.find('/') != std::string_view::npos};
}

PluginSpec storage_spec_from_url(std::string_view url) {
  if (url.empty()) {
    throw ConfigError("the storage URL is empty; name one, such as sqlite:///study.db or memory", "storage");
  }
  const PluginReference reference = reference_from(url);
  PluginSpec spec{reference.name};
  if (reference.target) {
    spec.options.set("target", *reference.target);
  } else if (is_database_file(url)) {
    // As in SQLAlchemy's URLs: three slashes before a relative path, four in all for an absolute one.
    spec.name = "sqlite";
    spec.options.set("target", "///" + std::string(url));
  }
  return spec;
}

PluginSpec plugin_spec_from(const Json& json, std::string_view where) {
  if (const std::string* name = json.as_string()) {
    if (name->empty()) throw ConfigError("the plugin's name is empty", std::string(where));
    return {*name};
  }
  const Json::Object* object = json.as_object();
  if (object == nullptr) {
    throw ConfigError("expected a plugin's name, or an object with \"plugin\" and its options, but found " +
                          std::string(json.type_name()),
                      std::string(where));
  }
  const Json* name = json.find("plugin");
  if (name == nullptr) {
    throw ConfigError("the object lacks \"plugin\", the plugin's name; its other members are the options",
                      std::string(where));
  }
  if (name->as_string() == nullptr || name->as_string()->empty()) {
    throw ConfigError("expected a plugin's name, but found " + std::string(name->type_name()),
                      std::string(where) + ".plugin");
  }
  PluginSpec spec{*name->as_string()};
  for (const Json::Member& member : *object) {
    if (member.first != "plugin") spec.options.set(member.first, member.second);
  }
  return spec;
}

}  // namespace hone
