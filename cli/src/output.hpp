// SPDX-License-Identifier: MIT
// Lists on standard output: as a table for eyes, as JSON or CSV for programs.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <hone/json.hpp>

#include "command.hpp"

namespace hone::cli {

/// Rows of cells under named columns; a null cell is empty.
struct Listing {
  std::vector<std::string> columns;
  std::vector<std::vector<Json>> rows;
};

struct TableStyle {
  std::size_t width = 0;  ///< columns of the terminal; 0: lines are never cut
  bool colour = false;    ///< a dim header
};

/// Aligned, numbers to the right and in short form. Control characters are shown, not sent to the terminal.
void print_table(std::ostream& out, const Listing& listing, const TableStyle& style);
/// RFC 4180: a header line, fields quoted where needed, numbers in full.
void print_csv(std::ostream& out, const Listing& listing);
/// An array with one object a row, members named by the columns.
void print_json(std::ostream& out, const Listing& listing);
/// In the format that was asked for, on standard output.
void print_listing(const Context& context, Format format, const Listing& listing);

/// An array of JSON values, one a line.
void print_json_lines_array(std::ostream& out, const std::vector<Json>& items);

/// A real with six significant digits at most: `0.000123457`, `1e-07`.
std::string short_number(double value);
/// A cell as a table shows it: strings as they are, reals in short form, the rest as JSON.
std::string cell_text(const Json& cell);
/// How many columns of a terminal a UTF-8 text takes (wide characters count as one).
std::size_t display_width(std::string_view text);

}  // namespace hone::cli
