// SPDX-License-Identifier: MIT
// Lists on standard output: as a table for eyes, as JSON or CSV for programs.
#include "output.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iostream>

#include <hone/json_text.hpp>

#include "terminal.hpp"

namespace hone::cli {
namespace {

constexpr std::string_view ellipsis = "…";

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

// What a stored text contains must not steer the user's terminal.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view digits = "0123456789abcdef";
      result += "\\x";
      result += digits[byte >> 4U];
      result += digits[byte & 15U];
    } else {
      result += c;
    }
  }
  return result;
}

// The text cut to a width, with an ellipsis in place of the rest.
std::string cut(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::string result;
  std::size_t used = 0;
  for (const char c : text) {
    if (starts_character(c) && ++used >= width) break;
    result += c;
  }
  return result + std::string(ellipsis);
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blank(width - std::min(width, display_width(text)), ' ');
  return right ? blank + text : text + blank;
}

std::string csv_field(const Json& cell) {
  if (cell.is_null()) return "";
  std::string text = cell.as_string() != nullptr ? *cell.as_string() : to_json_text(cell);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// A column of numbers stands to the right.
bool is_numeric(const Listing& listing, std::size_t column) {
  bool any = false;
  for (const auto& row : listing.rows) {
    if (row[column].is_null()) continue;
    if (!row[column].is_number()) return false;
    any = true;
  }
  return any;
}

}  // namespace

std::string short_number(double value) {
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 6);
  return error == std::errc{} ? std::string(text.data(), end) : std::to_string(value);
}

std::string cell_text(const Json& cell) {
  if (cell.is_null()) return "";
  if (const std::string* text = cell.as_string()) return printable(*text);
  if (const double* real = cell.as_double()) return short_number(*real);
  return to_json_text(cell);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

void print_table(std::ostream& out, const Listing& listing, const TableStyle& style) {
  const std::size_t columns = listing.columns.size();
  std::vector<std::size_t> widths(columns);
  std::vector<bool> right(columns);
  std::vector<std::vector<std::string>> cells;
  cells.reserve(listing.rows.size());
  for (std::size_t c = 0; c < columns; ++c) {
    widths[c] = display_width(printable(listing.columns[c]));
    right[c] = is_numeric(listing, c);
  }
  for (const auto& row : listing.rows) {
    auto& line = cells.emplace_back(columns);
    for (std::size_t c = 0; c < columns; ++c) {
      line[c] = cell_text(row[c]);
      widths[c] = std::max(widths[c], display_width(line[c]));
    }
  }
  const auto line_of = [&](const std::vector<std::string>& texts) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) line += (c == 0 ? "" : "  ") + padded(texts[c], widths[c], right[c]);
    line = without_trailing_blanks(std::move(line));
    return style.width == 0 ? line : cut(line, style.width);
  };
  std::vector<std::string> header(columns);
  std::ranges::transform(listing.columns, header.begin(), printable);
  out << (style.colour ? "\x1b[1m" : "") << line_of(header) << (style.colour ? "\x1b[0m" : "") << '\n';
  for (const auto& line : cells) out << line_of(line) << '\n';
}

void print_csv(std::ostream& out, const Listing& listing) {
  for (std::size_t c = 0; c < listing.columns.size(); ++c) out << (c == 0 ? "" : ",") << csv_field(listing.columns[c]);
  out << '\n';
  for (const auto& row : listing.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) out << (c == 0 ? "" : ",") << csv_field(row[c]);
    out << '\n';
  }
}

void print_json_lines_array(std::ostream& out, const std::vector<Json>& items) {
  out << '[';
  for (std::size_t i = 0; i < items.size(); ++i) out << (i == 0 ? "\n" : ",\n") << to_json_text(items[i]);
  out << (items.empty() ? "]\n" : "\n]\n");
}

void print_json(std::ostream& out, const Listing& listing) {
  std::vector<Json> items;
  items.reserve(listing.rows.size());
  for (const auto& row : listing.rows) {
    Json item = Json::Object{};
    for (std::size_t c = 0; c < row.size(); ++c) item.set(listing.columns[c], row[c]);
    items.push_back(std::move(item));
  }
  print_json_lines_array(out, items);
}

void print_listing(const Context& context, Format format, const Listing& listing) {
  switch (format) {
    case Format::json: return print_json(std::cout, listing);
    case Format::csv: return print_csv(std::cout, listing);
    case Format::table: return print_table(std::cout, listing, {terminal_width(STDOUT_FILENO), context.out_colour});
  }
}

}  // namespace hone::cli
