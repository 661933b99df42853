// SPDX-License-Identifier: MIT
// A plugin's options as its factory gets them: checked against the table and completed with defaults.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <hone/json.hpp>
#include <hone/pruner.hpp>
#include <hone/sampler.hpp>
#include <hone/storage.hpp>

namespace hone {

/// A plugin that was built for an option of type plugin(kind); null if the option was null.
using InnerPlugin = std::variant<std::shared_ptr<Sampler>, std::shared_ptr<Pruner>, std::shared_ptr<Storage>>;

/// The resolved options: every name of the plugin's table is present.
class Options {
 public:
  void set(std::string name, Json value) { values_[std::move(name)] = std::move(value); }
  void set_plugin(std::string name, InnerPlugin plugin) { plugins_[std::move(name)] = std::move(plugin); }

  /// The value of an option of type bool, int, float, string or enum. Ints are given for floats.
  /// @throws std::logic_error for a name or type that is not in the plugin's own table.
  template <class T>
  T get(std::string_view name) const {
    const Json& value = json(name);
    if constexpr (std::is_same_v<T, bool>) {
      if (const bool* b = value.as_bool()) return *b;
    } else if constexpr (std::is_integral_v<T>) {
      if (const std::int64_t* i = value.as_int()) return static_cast<T>(*i);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (const auto number = value.number()) return static_cast<T>(*number);
    } else {
      static_assert(std::is_same_v<T, std::string>, "bool, an integer, a real or std::string");
      if (const std::string* s = value.as_string()) return *s;
    }
    throw std::logic_error("option '" + std::string(name) + "' has another type than the plugin asks for");
  }

  /// Whether the option was left to the plugin: null, or the word "auto" where the type allows it.
  bool is_auto(std::string_view name) const {
    const Json& value = json(name);
    return value.is_null() || (value.as_string() != nullptr && *value.as_string() == "auto");
  }

  /// The value as it is; for lists and maps.
  const Json& json(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::logic_error("the plugin has no option '" + std::string(name) + "'");
    return found->second;
  }

  /// The inner plugin of an option of type plugin(kind), such as `plugin<Pruner>("wrapped")`; null if none was given.
  template <class Kind>
  std::shared_ptr<Kind> plugin(std::string_view name) const {
    const auto found = plugins_.find(name);
    if (found == plugins_.end()) return nullptr;
    return std::get<std::shared_ptr<Kind>>(found->second);
  }

 private:
  std::map<std::string, Json, std::less<>> values_;
  std::map<std::string, InnerPlugin, std::less<>> plugins_;
};

}  // namespace hone
