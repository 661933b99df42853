// SPDX-License-Identifier: MIT
// A JSON value: the form of options, attributes and published facts. Reading and writing text is the core's
// (`parse_json`, `to_json_text` for hosts; `Host` for plugins).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hone {

/// A JSON value. Objects keep the order in which members were written. Integers and reals are kept apart; NaN and the
/// infinities are legal reals, as in the files that Python's json module writes.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_number() const { return as_int() != nullptr || as_double() != nullptr; }

  // A pointer to the content if it has this type, else null.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&value_); }
  const double* as_double() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  Array* as_array() { return std::get_if<Array>(&value_); }
  Object* as_object() { return std::get_if<Object>(&value_); }

  /// The number as a double, integers included.
  std::optional<double> number() const {
    if (const double* real = as_double()) return *real;
    if (const std::int64_t* whole = as_int()) return static_cast<double>(*whole);
    return std::nullopt;
  }

  /// The member of an object, or null if this is no object or has none of that name.
  const Json* find(std::string_view key) const {
    if (const Object* object = as_object()) {
      for (const Member& member : *object) {
        if (member.first == key) return &member.second;
      }
    }
    return nullptr;
  }
  Json* find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }

  /// Adds or replaces a member; a null value becomes an object first.
  Json& set(std::string_view key, Json value) {
    if (is_null()) value_ = Object{};
    if (Json* present = find(key)) return *present = std::move(value);
    return std::get<Object>(value_).emplace_back(std::string(key), std::move(value)).second;
  }

  /// The type in words, for messages: "a number", "an object", …
  std::string_view type_name() const {
    constexpr std::string_view names[] = {"null",     "a boolean", "an integer", "a number",
                                          "a string", "a list",    "an object"};
    return names[value_.index()];
  }

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace hone
