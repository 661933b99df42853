// SPDX-License-Identifier: MIT
// Text to Json: Boost.JSON's incremental parser, and the tokens that it does not know.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "utf8.hpp"

namespace hone {
namespace {

namespace json = boost::json;

constexpr std::size_t max_depth = 512;

// NaN and the infinities reach the parser as strings that begin with a byte that no UTF-8 text holds. Their lengths are
// those of the tokens, so that places in messages stay right.
constexpr char nan_mark = '\xFF';
constexpr char infinity_mark = '\xFE';
constexpr char minus_infinity_mark = '\xFD';

struct Token {
  std::string_view text;
  char mark;
};
constexpr Token python_tokens[] = {{"NaN", nan_mark}, {"Infinity", infinity_mark}, {"-Infinity", minus_infinity_mark}};

// The end of the string literal that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const bool line = text[at + 1] == '/';
  const std::size_t end = text.find(line ? "\n" : "*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + (line ? 1 : 2);
}

// Whether the parser must be helped: the text holds one of Python's tokens, and is UTF-8 otherwise.
bool needs_marks(std::string_view text) {
  return (text.find("NaN") != std::string_view::npos || text.find("Infinity") != std::string_view::npos) &&
         is_utf8(text);
}

std::string with_marks(std::string_view text) {
  std::string marked(text);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = end_of_string(text, at);
    } else if (text.substr(at).starts_with("//") || text.substr(at).starts_with("/*")) {
      at = end_of_comment(text, at);
    } else {
      std::size_t length = 1;
      for (const Token& token : python_tokens) {
        if (!text.substr(at).starts_with(token.text)) continue;
        length = token.text.size();
        marked.replace(at, length, '"' + std::string(length - 2, token.mark) + '"');
      }
      at += length;
    }
  }
  return marked;
}

// Builds a Json from the parser's events.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;
  using Code = boost::system::error_code;
  using Text = json::string_view;

  Json take() { return std::move(root_); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(Json(Json::Object{})); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code&) { return open(Json(Json::Array{})); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_key_part(Text part, std::size_t, Code&) { return collect(part); }
  bool on_key(Text part, std::size_t, Code&) {
    collect(part);
    keys_.back() = std::exchange(text_, {});
    return true;
  }
  bool on_string_part(Text part, std::size_t, Code&) { return collect(part); }
  bool on_string(Text part, std::size_t, Code&) {
    collect(part);
    return add(string_or_token(std::exchange(text_, {})));
  }
  bool on_number_part(Text part, Code&) { return collect(part); }
  bool on_int64(std::int64_t value, Text, Code&) { return number(Json(value)); }
  bool on_uint64(std::uint64_t value, Text, Code&) { return number(Json(static_cast<double>(value))); }
  bool on_double(double roughly, Text part, Code&) {
    collect(part);
    return number(Json(exactly(text_, roughly)));
  }
  bool on_bool(bool value, Code&) { return add(Json(value)); }
  bool on_null(Code&) { return add(Json()); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  // Boost 1.81 reads reals to within an ulp only; ours must read back what was written.
  static double exactly(const std::string& text, double roughly) {
    double value = 0.0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc::result_out_of_range) return value;
    const double limit = std::abs(roughly) < 1.0 ? 0.0 : std::numeric_limits<double>::infinity();
    return std::copysign(limit, text.front() == '-' ? -1.0 : 1.0);
  }

  static Json string_or_token(std::string text) {
    const char mark = text.empty() ? '\0' : text.front();
    if (mark == nan_mark) return Json(std::numeric_limits<double>::quiet_NaN());
    if (mark == infinity_mark) return Json(std::numeric_limits<double>::infinity());
    if (mark == minus_infinity_mark) return Json(-std::numeric_limits<double>::infinity());
    return Json(std::move(text));
  }

  bool collect(Text part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool number(Json value) {
    text_.clear();
    return add(std::move(value));
  }
  bool open(Json container) {
    stack_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json container = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return add(std::move(container));
  }
  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (Json::Array* array = stack_.back().as_array()) {
      array->push_back(std::move(value));
    } else {
      stack_.back().set(keys_.back(), std::move(value));
    }
    return true;
  }

  Json root_;
  std::vector<Json> stack_;
  std::vector<std::string> keys_;  // the pending key of each open container
  std::string text_;               // the string, key or number that is being read
};

std::string place(std::string_view source, std::string_view text, std::size_t at) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, at)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++column;  // counts characters, not bytes
    }
  }
  return std::string(source) + ':' + std::to_string(line) + ':' + std::to_string(column);
}

std::string found_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return "the end of the text";
  const std::optional<CodePoint> point = first_code_point(text.substr(at));
  if (!point) return "a byte that is no UTF-8";
  if (point->value < 0x20) return point->value == '\n' ? "the end of the line" : "a control character";
  return "'" + std::string(text.substr(at, point->bytes)) + "'";
}

// Whether a value stands where the one before it has just ended.
bool comma_is_missing(std::string_view text, std::size_t at) {
  if (at >= text.size() || at == 0) return false;
  const std::size_t before = text.find_last_not_of(" \t\r\n", at - 1);
  constexpr std::string_view value_begins = "\"{[-0123456789tfn";
  constexpr std::string_view value_ends = "\"]}0123456789el";
  return before != std::string_view::npos && before + 1 < at && value_begins.find(text[at]) != std::string_view::npos &&
         value_ends.find(text[before]) != std::string_view::npos;
}

std::string sentence(const boost::system::error_code& code, std::string_view text, std::size_t at) {
  const std::string found = found_at(text, at);
  if (code == json::error::incomplete || at >= text.size())
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos
               ? "the text is empty, but a JSON value is expected"
               : "the text ends too early; a bracket, brace, quote or comment is not closed";
  if (code == json::error::extra_data) return "found " + found + " after the end of the JSON value; remove it";
  if (code == json::error::too_deep) return "brackets nest deeper than " + std::to_string(max_depth) + " levels";
  if (comma_is_missing(text, at)) return "found " + found + " where a comma or a closing bracket is expected";
  if (found == "'''") return "found a single quote; JSON strings are written in double quotes";
  return "this is no JSON: found " + found +
         ", but expected a string in double quotes, a number, true, false, null, a list, an object, or the comma or "
         "bracket "
         "that follows one";
}

}  // namespace

Json parse_json(std::string_view text, std::string_view source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const bool marked = needs_marks(text);
  const std::string copy = marked ? with_marks(text) : std::string();
  const std::string_view input = marked ? copy : text;
  json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  options.allow_invalid_utf8 = marked;
  options.max_depth = max_depth;
  json::basic_parser<Builder> parser(options);
  boost::system::error_code code;
  const std::size_t read = parser.write_some(false, input.data(), input.size(), code);
  if (!code && read < input.size()) code = json::error::extra_data;
  if (code) throw ConfigError(sentence(code, text, read), place(source, text, read));
  return parser.handler().take();
}

}  // namespace hone
