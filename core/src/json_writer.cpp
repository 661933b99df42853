// SPDX-License-Identifier: MIT
// Json to text, as Python's json.dumps writes it.
#include <charconv>
#include <cmath>

#include <hone/json_text.hpp>

#include "utf8.hpp"

namespace hone {
namespace {

// Python's repr: the shortest digits that read back, fixed for exponents from -4 to 15, otherwise 1e+16.
std::string python_repr(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0.0 ? "Infinity" : "-Infinity";
  char scientific[32];
  const auto end = std::to_chars(scientific, scientific + sizeof scientific, value, std::chars_format::scientific).ptr;
  const std::string_view text(scientific, static_cast<std::size_t>(end - scientific));
  int exponent = 0;
  std::string_view digits = text.substr(text.find('e') + 1);
  if (digits.front() == '+') digits.remove_prefix(1);
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (exponent < -4 || exponent >= 16) return std::string(text);
  char fixed[64];
  const auto stop = std::to_chars(fixed, fixed + sizeof fixed, value, std::chars_format::fixed).ptr;
  std::string result(fixed, stop);
  if (result.find('.') == std::string::npos) result += ".0";
  return result;
}

void append_unit(std::string& out, char32_t unit) {
  constexpr char hex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex[(unit >> shift) & 15];
}

void append_escaped(std::string& out, char32_t point) {
  switch (point) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
  }
  if (point >= 0x20 && point < 0x7F) {
    out += static_cast<char>(point);
  } else if (point > 0xFFFF) {
    append_unit(out, 0xD800 + ((point - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
  } else {
    append_unit(out, point);
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    // Bytes that are no UTF-8 become the replacement character, so that what is written can be read.
    const CodePoint point = first_code_point(text).value_or(CodePoint{0xFFFD, 1});
    append_escaped(out, point.value);
    text.remove_prefix(point.bytes);
  }
  out += '"';
}

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void write(const Json& value) {
    if (value.is_null()) {
      out_ += "null";
    } else if (const bool* flag = value.as_bool()) {
      out_ += *flag ? "true" : "false";
    } else if (const std::int64_t* whole = value.as_int()) {
      out_ += std::to_string(*whole);
    } else if (const double* real = value.as_double()) {
      out_ += python_repr(*real);
    } else if (const std::string* text = value.as_string()) {
      append_string(out_, *text);
    } else if (const Json::Array* array = value.as_array()) {
      list('[', ']', *array, [this](const Json& item) { write(item); });
    } else {
      list('{', '}', *value.as_object(), [this](const Json::Member& member) {
        append_string(out_, member.first);
        out_ += ": ";
        write(member.second);
      });
    }
  }
  std::string take() { return std::move(out_); }

 private:
  template <class Items, class Write>
  void list(char open, char close, const Items& items, Write write_item) {
    out_ += open;
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += pretty_ ? "," : ", ";
      first = false;
      new_line();
      write_item(item);
    }
    --depth_;
    if (!items.empty()) new_line();
    out_ += close;
  }
  void new_line() {
    if (pretty_) out_.append("\n").append(2 * depth_, ' ');
  }

  bool pretty_;
  std::size_t depth_ = 0;
  std::string out_;
};

std::string text_of(const Json& value, bool pretty) {
  Writer writer(pretty);
  writer.write(value);
  return writer.take();
}

}  // namespace

std::string to_json_text(const Json& value) { return text_of(value, false); }
std::string to_pretty_json_text(const Json& value) { return text_of(value, true); }

}  // namespace hone
