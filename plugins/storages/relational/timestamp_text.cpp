// SPDX-License-Identifier: MIT
#include "timestamp_text.hpp"

#include <chrono>

namespace hone::relational {
namespace {

void put_digits(std::string& text, std::size_t at, std::size_t count, std::uint64_t value) {
  for (std::size_t i = count; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
}

// The number in `count` digits; nothing if there is anything else.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  return value;
}

}  // namespace

std::string to_text(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const auto within = static_cast<std::uint64_t>((time - day).count());
  std::string text = "0000-00-00 00:00:00.000000";
  put_digits(text, 0, 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  put_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  const std::uint64_t seconds = within / 1'000'000;
  put_digits(text, 11, 2, seconds / 3600);
  put_digits(text, 14, 2, seconds / 60 % 60);
  put_digits(text, 17, 2, seconds % 60);
  put_digits(text, 20, 6, within % 1'000'000);
  return text;
}

std::optional<Timestamp> timestamp_from(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!y || !m || !d || !hour || !minute || !second) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*y)), month(*m), day(*d));
  if (!date.ok()) return std::nullopt;
  std::int64_t fraction = 0;
  if (text.size() > 20 && text[19] == '.') {
    std::int64_t unit = 100'000;
    for (const char c : text.substr(20)) {
      if (c < '0' || c > '9' || unit == 0) break;
      fraction += (c - '0') * unit;
      unit /= 10;
    }
  }
  return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + microseconds(fraction);
}

}  // namespace hone::relational
