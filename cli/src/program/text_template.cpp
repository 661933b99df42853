// SPDX-License-Identifier: MIT
#include "text_template.hpp"

#include <algorithm>

#include <hone/error.hpp>

namespace hone::cli {

TextTemplate TextTemplate::parse(std::string_view text, std::string_view where) {
  TextTemplate result;
  result.source_ = text;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) result.pieces_.push_back({false, std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool doubled = i + 1 < text.size() && text[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      literal += c;
      ++i;
    } else if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == text.npos || end == i + 1) {
        throw ConfigError("'" + std::string(text) + "' has a '{' that begins no {name}; write {{ for a brace itself",
                          std::string(where));
      }
      flush();
      result.pieces_.push_back({true, std::string(text.substr(i + 1, end - i - 1))});
      i = end;
    } else {
      literal += c;
    }
  }
  flush();
  return result;
}

std::vector<std::string> TextTemplate::names() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    if (piece.is_name) names.push_back(piece.text);
  }
  return names;
}

std::optional<std::string> TextTemplate::fill(const PlaceholderValues& values, bool quoted) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    if (!piece.is_name) {
      text += piece.text;
      continue;
    }
    const auto value = values.find(piece.text);
    if (value == values.end()) return std::nullopt;
    text += quoted ? shell_quoted(value->second) : value->second;
  }
  return text;
}

namespace {

// One line of a file filled in; nothing if a known name has no value.
std::optional<std::string> fill_line(std::string_view line, const std::vector<std::string>& known,
                                     const PlaceholderValues& values) {
  std::string filled;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t end = line[i] == '{' ? line.find('}', i) : line.npos;
    const std::string name(end == line.npos ? "" : line.substr(i + 1, end - i - 1));
    if (name.empty() || std::ranges::find(known, name) == known.end()) {
      filled += line[i];
      continue;
    }
    const auto value = values.find(name);
    if (value == values.end()) return std::nullopt;
    filled += value->second;
    i = end;
  }
  return filled;
}

}  // namespace

std::string fill_file(std::string_view content, const std::vector<std::string>& known,
                      const PlaceholderValues& values) {
  std::string result;
  while (!content.empty()) {
    const std::size_t newline = content.find('\n');
    const std::size_t length = newline == content.npos ? content.size() : newline + 1;
    if (const auto line = fill_line(content.substr(0, length), known, values)) result += *line;
    content.remove_prefix(length);
  }
  return result;
}

std::string shell_quoted(std::string_view text) {
  constexpr std::string_view safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,/:@%";
  if (!text.empty() && text.find_first_not_of(safe) == text.npos) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace hone::cli
