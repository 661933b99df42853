// SPDX-License-Identifier: MIT
// What values a parameter may take, and how they are represented as doubles.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <hone/choice.hpp>

namespace hone {

/// A real number in [low, high]; on the grid low, low + step, … when `step` is set; uniform in the logarithm when
/// `log`. Step and log exclude each other; log needs low > 0.
struct FloatDistribution {
  double low = 0.0;
  double high = 1.0;
  bool log = false;
  std::optional<double> step{};
  friend bool operator==(const FloatDistribution&, const FloatDistribution&) = default;
};

/// A whole number in [low, high] on the grid low, low + step, …; log needs low >= 1 and step 1.
/// Bounds beyond 2^53 are refused, because the internal representation is a double.
struct IntDistribution {
  std::int64_t low = 0;
  std::int64_t high = 1;
  bool log = false;
  std::int64_t step = 1;
  friend bool operator==(const IntDistribution&, const IntDistribution&) = default;
};

/// One of a fixed list of choices; the internal representation is the index.
struct CategoricalDistribution {
  std::vector<Choice> choices;
  friend bool operator==(const CategoricalDistribution& a, const CategoricalDistribution& b) {
    return std::ranges::equal(a.choices, b.choices, same_choice);
  }
};

using Distribution = std::variant<FloatDistribution, IntDistribution, CategoricalDistribution>;

/// The largest magnitude of an integer parameter: every integer up to it is exact as a double.
inline constexpr std::int64_t max_exact_int = std::int64_t{1} << 53;

namespace detail {

// A decimal number as mantissa * 10^exponent, read from the shortest text that gives the double back.
struct Decimal {
  std::int64_t mantissa = 0;
  int exponent = 0;
};

inline std::optional<Decimal> decimal_of(double value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view all(text, static_cast<std::size_t>(end - text));
  const std::size_t e = all.find('e');
  std::string digits;
  int fraction = 0;
  bool after_point = false;
  for (const char c : all.substr(0, e)) {
    if (c == '.') {
      after_point = true;
    } else {
      digits += c;
      if (after_point) ++fraction;
    }
  }
  Decimal result;
  std::from_chars(digits.data(), digits.data() + digits.size(), result.mantissa);
  result.exponent = std::atoi(std::string(all.substr(e + 1)).c_str()) - fraction;
  return result;
}

// floor((high - low) / step) in decimal arithmetic, so that 0 to 0.3 by 0.1 has three steps; nothing if the numbers
// are too far apart in magnitude for 64 bits.
inline std::optional<std::int64_t> decimal_steps(double low, double high, double step) {
  const std::optional<Decimal> l = decimal_of(low), h = decimal_of(high), s = decimal_of(step);
  if (!l || !h || !s) return std::nullopt;
  // A zero has no magnitude of its own.
  int unit = s->exponent;
  if (l->mantissa != 0) unit = std::min(unit, l->exponent);
  if (h->mantissa != 0) unit = std::min(unit, h->exponent);
  const auto scaled = [unit](const Decimal& d) -> std::optional<std::int64_t> {
    if (d.mantissa == 0) return 0;
    std::int64_t result = d.mantissa;
    for (int i = unit; i < d.exponent; ++i) {
      if (__builtin_mul_overflow(result, std::int64_t{10}, &result)) return std::nullopt;
    }
    return result;
  };
  const std::optional<std::int64_t> a = scaled(*l), b = scaled(*h), c = scaled(*s);
  std::int64_t width = 0;
  if (!a || !b || !c || *c == 0 || __builtin_sub_overflow(*b, *a, &width)) return std::nullopt;
  return width / *c;
}

}  // namespace detail

/// The number of steps from low to high, or nothing for a continuous distribution.
inline std::optional<double> step_count(const FloatDistribution& d) {
  if (!d.step) return std::nullopt;
  if (const auto steps = detail::decimal_steps(d.low, d.high, *d.step)) return static_cast<double>(*steps);
  return std::floor((d.high - d.low) / *d.step + 1e-8);
}

/// The point of a stepped float's grid: low + index * step.
inline double grid_value(const FloatDistribution& d, double index) { return d.low + index * d.step.value_or(0.0); }

namespace detail {
// The shortest text that gives the number back.
inline std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}
}  // namespace detail

/// What is wrong with a distribution, as a clause without a full stop; nothing if it is sound.
inline std::optional<std::string> problem_of(const Distribution& distribution) {
  using detail::shortest;
  using std::to_string;
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) {
    if (!std::isfinite(d->low) || !std::isfinite(d->high)) return "low and high must be finite numbers";
    if (!std::isfinite(d->high - d->low)) return "high - low overflows a double";
    if (d->low > d->high)
      return "low must not exceed high, but low is " + shortest(d->low) + " and high " + shortest(d->high);
    if (d->log && d->step) return "log and step exclude each other; leave one of them out";
    if (d->log && d->low <= 0.0) return "log needs low > 0, but low is " + shortest(d->low);
    if (d->step && !(*d->step > 0.0 && std::isfinite(*d->step)))
      return "step must be a positive number, but is " + shortest(*d->step);
  } else if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    if (i->low > i->high)
      return "low must not exceed high, but low is " + to_string(i->low) + " and high " + to_string(i->high);
    if (i->low < -max_exact_int || i->high > max_exact_int)
      return "integers beyond 2^53 are refused, because values are kept as doubles";
    if (i->step < 1) return "step must be at least 1, but is " + to_string(i->step);
    if (i->log && i->low < 1) return "log needs low >= 1, but low is " + to_string(i->low);
    if (i->log && i->step != 1) return "log needs step 1, but step is " + to_string(i->step);
  } else {
    const auto& choices = std::get<CategoricalDistribution>(distribution).choices;
    if (choices.empty()) return "a categorical parameter needs at least one choice";
    for (std::size_t a = 0; a < choices.size(); ++a) {
      for (std::size_t b = a + 1; b < choices.size(); ++b) {
        if (same_choice(choices[a], choices[b]))
          return "the choices at " + to_string(a) + " and " + to_string(b) + " are the same";
        if (confused_by_python(choices[a], choices[b]))
          return "the choices at " + to_string(a) + " and " + to_string(b) +
                 " are equal numbers of different types (1, 1.0 and true), which other programs would confuse; use one "
                 "type";
      }
    }
  }
  return std::nullopt;
}

/// The same distribution with `high` lowered to its last grid point.
inline Distribution normalized(Distribution distribution) {
  if (auto* d = std::get_if<FloatDistribution>(&distribution); d != nullptr && d->step) {
    const double steps = *step_count(*d);
    // Keeps `high` as written when it lies on the grid.
    if (std::abs((d->high - d->low) / *d->step - steps) > 1e-8) d->high = grid_value(*d, steps);
  } else if (auto* i = std::get_if<IntDistribution>(&distribution)) {
    i->high = i->low + (i->high - i->low) / i->step * i->step;
  }
  return distribution;
}

inline bool is_categorical(const Distribution& d) { return std::holds_alternative<CategoricalDistribution>(d); }
inline bool is_int(const Distribution& d) { return std::holds_alternative<IntDistribution>(d); }

/// Whether only one value is possible, so that nobody need be asked for it.
inline bool is_single(const Distribution& distribution) {
  if (const auto* d = std::get_if<FloatDistribution>(&distribution))
    return d->low == d->high || (d->step && *step_count(*d) < 1.0);
  if (const auto* i = std::get_if<IntDistribution>(&distribution)) return i->high - i->low < i->step;
  return std::get<CategoricalDistribution>(distribution).choices.size() == 1;
}

/// The one value of a single-valued distribution (its first value otherwise), internal representation.
inline double first_value(const Distribution& distribution) {
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) return d->low;
  if (const auto* i = std::get_if<IntDistribution>(&distribution)) return static_cast<double>(i->low);
  return 0.0;
}

/// Whether an internal value is a possible one: finite, in range, on the grid (floats: within 1e-8 of a step).
inline bool contains(const Distribution& distribution, double value) {
  if (!std::isfinite(value)) return false;
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) {
    if (value < d->low || value > d->high) return false;
    if (!d->step) return true;
    const double k = (value - d->low) / *d->step;
    return std::abs(k - std::round(k)) < 1e-8;
  }
  if (value != std::floor(value)) return false;
  if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    if (value < static_cast<double>(i->low) || value > static_cast<double>(i->high)) return false;
    return (static_cast<std::int64_t>(value) - i->low) % i->step == 0;
  }
  return value >= 0.0 && value < static_cast<double>(std::get<CategoricalDistribution>(distribution).choices.size());
}

/// The value as users see it. `value` must be contained, or at least be a valid index for a categorical one.
inline Choice to_external(const Distribution& distribution, double value) {
  if (std::holds_alternative<FloatDistribution>(distribution)) return value;
  if (std::holds_alternative<IntDistribution>(distribution)) return static_cast<std::int64_t>(value);
  return std::get<CategoricalDistribution>(distribution).choices.at(static_cast<std::size_t>(value));
}

/// The internal value of what a user wrote, whether or not it is in range; nothing if its type cannot be one
/// (integers are accepted for floats, whole reals for ints, only equal choices for categorical).
inline std::optional<double> to_internal(const Distribution& distribution, const Choice& external) {
  if (const auto* c = std::get_if<CategoricalDistribution>(&distribution)) {
    for (std::size_t i = 0; i < c->choices.size(); ++i) {
      if (same_choice(c->choices[i], external)) return static_cast<double>(i);
    }
    return std::nullopt;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&external)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&external)) {
    if (is_int(distribution) && *real != std::floor(*real)) return std::nullopt;
    return *real;
  }
  return std::nullopt;
}

/// Whether one study may hold both for one parameter: the same kind, the same `log`, and for categorical ones the same
/// choices in the same order. Bounds and steps may change between trials.
inline bool compatible(const Distribution& a, const Distribution& b) {
  if (a.index() != b.index()) return false;
  if (const auto* d = std::get_if<FloatDistribution>(&a)) return d->log == std::get<FloatDistribution>(b).log;
  if (const auto* i = std::get_if<IntDistribution>(&a)) return i->log == std::get<IntDistribution>(b).log;
  return a == b;
}

/// Equal distributions have equal hashes.
inline std::size_t hash_of(const Distribution& distribution) {
  std::size_t hash = distribution.index();
  const auto add = [&hash](std::size_t part) { hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL; };
  // Adding zero makes one of the two zeros, which are equal.
  const auto add_real = [&add](double value) { add(std::hash<double>{}(value + 0.0)); };
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) {
    add_real(d->low);
    add_real(d->high);
    add_real(d->step.value_or(0.0));
  } else if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    add(static_cast<std::size_t>(i->low));
    add(static_cast<std::size_t>(i->high));
    add(static_cast<std::size_t>(i->step));
  } else {
    for (const Choice& choice : std::get<CategoricalDistribution>(distribution).choices) {
      add(choice.index());
      if (const std::string* text = std::get_if<std::string>(&choice)) add(std::hash<std::string>{}(*text));
    }
  }
  return hash;
}

}  // namespace hone
