// SPDX-License-Identifier: MIT
// Which trials a proposal could see.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hone/types.hpp>

namespace hone {

/// The trials that a proposal was derived from: all trials below `horizon` as finished, except `unfinished` (not seen
/// at all) and `pending` (seen by the patch they started with). Both lists ascend and are disjoint.
struct VisibleSet {
  TrialNumber horizon = 0;
  std::vector<TrialNumber> unfinished;
  std::vector<TrialNumber> pending;
  friend bool operator==(const VisibleSet&, const VisibleSet&) = default;

  /// What a trial sees that starts alone: every lower number, finished. It need not be stored.
  static VisibleSet all_below(TrialNumber number) { return {number, {}, {}}; }

  bool sees_finished(TrialNumber number) const {
    return number < horizon && !std::ranges::binary_search(unfinished, number) &&
           !std::ranges::binary_search(pending, number);
  }

  /// How many trials are seen as finished.
  TrialNumber finished_count() const { return horizon - static_cast<TrialNumber>(unfinished.size() + pending.size()); }
};

namespace detail {

inline void append_ranges(std::string& text, const std::vector<TrialNumber>& numbers) {
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (i != 0) text += ',';
    text += std::to_string(numbers[i]);
    if (last != i) text += '-' + std::to_string(numbers[last]);
    i = last + 1;
  }
}

inline bool parse_ranges(std::string_view text, std::vector<TrialNumber>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    TrialNumber first = 0;
    auto [next, error] = std::from_chars(at, end, first);
    if (error != std::errc{}) return false;
    TrialNumber last = first;
    if (next != end && *next == '-') {
      const auto [after, second_error] = std::from_chars(next + 1, end, last);
      if (second_error != std::errc{} || last < first) return false;
      next = after;
    }
    for (TrialNumber n = first; n <= last; ++n) numbers.push_back(n);
    if (next != end && *next++ != ',') return false;
    at = next;
  }
  return true;
}

}  // namespace detail

/// `horizon;unfinished;pending` with runs as `a-b`: `12;3,7-9;10`.
inline std::string to_text(const VisibleSet& set) {
  std::string text = std::to_string(set.horizon) + ';';
  detail::append_ranges(text, set.unfinished);
  text += ';';
  detail::append_ranges(text, set.pending);
  return text;
}

/// The inverse of `to_text`; nothing if the text is not of that form.
inline std::optional<VisibleSet> visible_set_from(std::string_view text) {
  const std::size_t first = text.find(';');
  const std::size_t second = first == text.npos ? text.npos : text.find(';', first + 1);
  if (second == text.npos) return std::nullopt;
  VisibleSet set;
  const auto [end, error] = std::from_chars(text.data(), text.data() + first, set.horizon);
  if (error != std::errc{} || end != text.data() + first) return std::nullopt;
  if (!detail::parse_ranges(text.substr(first + 1, second - first - 1), set.unfinished)) return std::nullopt;
  if (!detail::parse_ranges(text.substr(second + 1), set.pending)) return std::nullopt;
  return set;
}

}  // namespace hone
