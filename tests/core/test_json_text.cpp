// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <limits>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

using namespace hone;

namespace {

std::string again(std::string_view text) { return to_json_text(parse_json(text)); }

std::string message_of(std::string_view text) {
  try {
    parse_json(text, "study.jsonc");
  } catch (const ConfigError& error) {
    CHECK(std::string(error.what()).starts_with(error.where + ": "));
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("text is written as Python's json.dumps writes it") {
  CHECK(again(R"({"a":1,"b":[1.0,-2.5],"c":{},"d":[],"e":null,"f":true})") ==
        R"({"a": 1, "b": [1.0, -2.5], "c": {}, "d": [], "e": null, "f": true})");
  // json.dumps('"\\/\b\f\n\r\t\x01\x7fé☃😀')
  CHECK(again("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7F\u00e9\u2603\U0001F600\"") ==
        R"("\"\\/\b\f\n\r\t\u0001\u007f\u00e9\u2603\ud83d\ude00")");
}

TEST_CASE("reals are written as Python's repr writes them") {
  const std::vector<std::pair<double, std::string>> reprs{{1.0, "1.0"},
                                                          {-0.0, "-0.0"},
                                                          {0.1, "0.1"},
                                                          {1e-5, "1e-05"},
                                                          {1e-4, "0.0001"},
                                                          {1e15, "1000000000000000.0"},
                                                          {1e16, "1e+16"},
                                                          {1e22, "1e+22"},
                                                          {1.5e300, "1.5e+300"},
                                                          {5e-324, "5e-324"},
                                                          {0.30000000000000004, "0.30000000000000004"},
                                                          {123456789.125, "123456789.125"},
                                                          {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (const auto& [value, text] : reprs) {
    CHECK(to_json_text(Json(value)) == text);
    CHECK(*parse_json(text).as_double() == value);
  }
}

TEST_CASE("reals are read to the last bit") {
  for (const double value : {2.2250738585072014e-308, 0.3333333333333333, 9007199254740993.0, 1.1125369292536007e-308,
                             123456.78901234567, 8.41e21, 3.14159265358979311600}) {
    CHECK(*parse_json(to_json_text(Json(value))).as_double() == value);
  }
  CHECK(*parse_json("1e999").as_double() == std::numeric_limits<double>::infinity());
  CHECK(*parse_json("-1e-999").as_double() == 0.0);
}

TEST_CASE("integers and reals are kept apart, and integers beyond 64 bits become reals") {
  CHECK(parse_json("1").as_int() != nullptr);
  CHECK(parse_json("1.0").as_double() != nullptr);
  CHECK(*parse_json("9223372036854775807").as_int() == std::numeric_limits<std::int64_t>::max());
  CHECK(*parse_json("-9223372036854775808").as_int() == std::numeric_limits<std::int64_t>::min());
  CHECK(*parse_json("9223372036854775808").as_double() == 9223372036854775808.0);
  CHECK(*parse_json("100000000000000000000000").as_double() == 1e23);
}

TEST_CASE("Python's tokens are numbers outside of strings and comments, and text inside") {
  CHECK(again(R"([NaN, Infinity, -Infinity, "NaN", "a \" NaN", "-Infinity"] // NaN)") ==
        R"([NaN, Infinity, -Infinity, "NaN", "a \" NaN", "-Infinity"])");
  CHECK(again(R"({"NaN": NaN /* Infinity */, "x": "é"})") == R"({"NaN": NaN, "x": "\u00e9"})");
}

TEST_CASE("comments, trailing commas and a byte order mark are allowed") {
  CHECK(again("\xEF\xBB\xBF// first\n{\"a\": [1, 2,], /* in */ \"b\": 3,}\n// last") == R"({"a": [1, 2], "b": 3})");
}

TEST_CASE("the last of equal names counts") { CHECK(again(R"({"a": 1, "b": 2, "a": 3})") == R"({"a": 3, "b": 2})"); }

TEST_CASE("an error names file, line and column and says what is expected") {
  CHECK(message_of("{\n  \"a\": 1\n  \"b\": 2\n}") ==
        "study.jsonc:3:3: found '\"' where a comma or a closing bracket is expected");
  CHECK(message_of("") == "study.jsonc:1:1: the text is empty, but a JSON value is expected");
  CHECK(message_of("[1, 2").starts_with("study.jsonc:1:6: the text ends too early"));
  CHECK(message_of("{'a': 1}") == "study.jsonc:1:2: found a single quote; JSON strings are written in double quotes");
  CHECK(message_of("[1] 2") == "study.jsonc:1:5: found '2' after the end of the JSON value; remove it");
  CHECK(message_of("{\"\u00e9\": x}").starts_with("study.jsonc:1:7: this is no JSON: found 'x'"));
  CHECK(message_of("{\"a\": NaN,\n \"b\": nope}").starts_with("study.jsonc:2:"));
  CHECK(message_of("\"\xC3\x28\"").starts_with("study.jsonc:1:"));
  CHECK(message_of(std::string(600, '[')).find("nest deeper than 512 levels") != std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 are written as the replacement character") {
  CHECK(to_json_text(Json(std::string("a\xFFz"))) == R"("a\ufffdz")");
}

TEST_CASE("pretty text indents by two spaces") {
  CHECK(to_pretty_json_text(parse_json(R"({"a":[1,{}],"b":{"c":[]}})")) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  }\n}");
}
