// SPDX-License-Identifier: MIT
// Text with placeholders such as `--lr={lr}`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone::cli {

/// What placeholders stand for, by name. A parameter that is inactive in a trial is absent.
using PlaceholderValues = std::map<std::string, std::string, std::less<>>;

/// Text in which `{name}` stands for a value; `{{` and `}}` stand for the braces themselves.
class TextTemplate {
 public:
  /// @param where  JSON path for messages. @throws ConfigError for a brace that is not closed, or an empty name.
  static TextTemplate parse(std::string_view text, std::string_view where);

  const std::string& source() const { return source_; }
  /// The names of its placeholders, in order, repeated as they are.
  std::vector<std::string> names() const;
  /// The text with all values put in; nothing if one is absent. With `quoted`, values are quoted for a POSIX shell.
  std::optional<std::string> fill(const PlaceholderValues& values, bool quoted = false) const;

 private:
  struct Piece {
    bool is_name = false;
    std::string text;
  };
  std::string source_;
  std::vector<Piece> pieces_;
};

/// Fills in a whole file: `{name}` is replaced where `known` contains the name; all other braces stay. A line with a
/// known name that has no value (an inactive parameter) is left out.
std::string fill_file(std::string_view content, const std::vector<std::string>& known, const PlaceholderValues& values);

/// The text as one word for a POSIX shell; unchanged if it needs no quotes.
std::string shell_quoted(std::string_view text);

}  // namespace hone::cli
