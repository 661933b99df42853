// SPDX-License-Identifier: MIT
// Spans of time as configs write them.
#include <charconv>
#include <cmath>

#include <hone/config.hpp>

namespace hone {
namespace {

// Milliseconds in a unit; nothing for a word that is no unit.
std::optional<double> milliseconds_in(std::string_view unit) {
  if (unit == "ms") return 1.0;
  if (unit == "s" || unit.empty()) return 1e3;
  if (unit == "m" || unit == "min") return 60e3;
  if (unit == "h") return 3600e3;
  if (unit == "d") return 86400e3;
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> rounded(double milliseconds) {
  constexpr double longest = 1e15;  // some 30,000 years, which no clock's arithmetic overflows
  if (!(milliseconds >= 0.0 && milliseconds <= longest)) return std::nullopt;
  return std::chrono::milliseconds(std::llround(milliseconds));
}

}  // namespace

std::optional<std::chrono::milliseconds> duration_from(const Json& json) {
  if (const std::optional<double> seconds = json.number()) return rounded(*seconds * 1e3);
  if (json.as_string() == nullptr) return std::nullopt;
  const std::string& text = *json.as_string();
  double count = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const std::optional<double> scale = milliseconds_in(unit);
  return scale ? rounded(count * *scale) : std::nullopt;
}

}  // namespace hone
