// SPDX-License-Identifier: MIT
// What a program's output says: objective values and intermediate values, read line by line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/regex.hpp>

#include <hone/json.hpp>

#include "text_template.hpp"

namespace hone::cli {

/// The number that the text is as a whole, surrounding blanks excepted: decimal, `nan`, `inf`, any case.
std::optional<double> number_from(std::string_view text);

/// How the objective values are found (`objective.result`).
struct ResultFormat {
  enum class Form { last_number, json, regex };
  Form form = Form::last_number;
  std::size_t objectives = 1;
  std::vector<std::string> keys;     ///< json: one per objective; `a.b` reaches into objects
  std::string pattern_text;          ///< regex: as written
  boost::regex pattern;              ///< regex: group i is objective i; without a group the whole match counts
  std::optional<TextTemplate> file;  ///< read from this file instead of the standard output

  /// The values, if this line carries them. The last line that does counts.
  std::optional<std::vector<double>> read(std::string_view line) const;
  /// For messages: "a line that is a number", …
  std::string looked_for() const;
};

/// @throws ConfigError
ResultFormat result_format_from(const Json* json, std::size_t objectives);

/// How intermediate values are found (`objective.report`).
struct ReportFormat {
  std::string metric;  ///< empty: the study's one objective
  bool is_json = false;
  std::string step_key;  ///< json; empty: lines are counted
  std::string value_key;
  boost::regex pattern;
  bool named_groups = false;
  bool counts_steps = false;  ///< the pattern says no step
};

/// `report` is one format or a list of them. @throws ConfigError
std::vector<ReportFormat> report_formats_from(const Json* json, std::size_t objectives);

struct IntermediateValue {
  std::string_view metric;  ///< belongs to the format
  std::int64_t step = 0;
  double value = 0.0;
};

/// Reads one trial's intermediate values. Lines that match but hold no number are passed over.
class ReportReader {
 public:
  /// @param first_step  of lines that are counted
  ReportReader(const std::vector<ReportFormat>& formats, std::int64_t first_step)
      : formats_(formats), counts_(formats.size(), first_step) {}
  std::vector<IntermediateValue> read(std::string_view line);

 private:
  const std::vector<ReportFormat>& formats_;
  std::vector<std::int64_t> counts_;
};

}  // namespace hone::cli
