// SPDX-License-Identifier: MIT
// A categorical choice, which is also how any parameter's value looks from outside.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <variant>

namespace hone {

/// null, true/false, an integer, a real or a text. Equality is typed: 1, 1.0 and true are three different choices.
using Choice = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// Typed equality in which NaN equals NaN, so that a stored choice is found again.
inline bool same_choice(const Choice& a, const Choice& b) {
  if (a.index() != b.index()) return false;
  if (const double* x = std::get_if<double>(&a)) {
    const double y = std::get<double>(b);
    return *x == y || (std::isnan(*x) && std::isnan(y));
  }
  return a == b;
}

/// Whether Python's `==`, by which Optuna looks a choice up, takes the two for one though they are different here:
/// True, 1 and 1.0. A categorical distribution that holds such a pair is refused.
inline bool confused_by_python(const Choice& a, const Choice& b) {
  const auto number = [](const Choice& c, double& out) {
    if (const bool* x = std::get_if<bool>(&c)) return out = *x ? 1.0 : 0.0, true;
    if (const std::int64_t* x = std::get_if<std::int64_t>(&c)) return out = static_cast<double>(*x), true;
    if (const double* x = std::get_if<double>(&c)) return out = *x, true;
    return false;
  };
  double x = 0.0;
  double y = 0.0;
  return a.index() != b.index() && number(a, x) && number(b, y) && x == y;
}

}  // namespace hone
