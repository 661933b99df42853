// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <hone/config.hpp>
#include <hone/error.hpp>

using namespace hone;

namespace {

DeclaredSpace space(const std::string& text) { return parse_config("{\"space\": " + text + "}").space; }

std::string message_of(const std::string& text) {
  try {
    parse_config("{\"space\": " + text + "}", "f");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> names(const DeclaredSpace& parameters) {
  std::vector<std::string> result;
  for (const DeclaredParameter& parameter : parameters) result.push_back(parameter.name);
  return result;
}

}  // namespace

TEST_CASE("parameters are floats, ints and categories, with log and step") {
  const DeclaredSpace read = space(R"({
    "a": {"type": "float", "low": 0, "high": 1, "step": 0.25},
    "b": {"type": "int", "low": 8, "high": 1e3, "log": true},
    "c": {"type": "categorical", "choices": ["sgd", 1, 2.5, false, null]},
    "d": {"type": "int", "low": 1, "high": 10, "step": 4}})");
  REQUIRE(names(read) == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(read[0].distribution == Distribution(FloatDistribution{0.0, 1.0, false, 0.25}));
  CHECK(read[1].distribution == Distribution(IntDistribution{8, 1000, true, 1}));
  CHECK(std::get<CategoricalDistribution>(read[2].distribution).choices ==
        std::vector<Choice>{std::string("sgd"), std::int64_t{1}, 2.5, false, std::monostate()});
  CHECK(std::get<IntDistribution>(read[3].distribution).high == 9);
}

TEST_CASE("a condition is a value, a list or a range, and parameters come after those that they depend on") {
  const DeclaredSpace read = space(R"({
    "momentum": {"type": "float", "low": 0, "high": 1, "when": {"optimizer": "sgd", "depth": {"low": 2}}},
    "nesterov": {"type": "categorical", "choices": [true, false], "when": {"momentum": {"low": 0.5, "high": 1}}},
    "optimizer": {"type": "categorical", "choices": ["sgd", "adam", "lion"]},
    "depth": {"type": "int", "low": 1, "high": 4},
    "beta": {"type": "float", "low": 0, "high": 1, "when": {"optimizer": ["adam", "lion"]}}})");
  CHECK(names(read) == std::vector<std::string>{"optimizer", "depth", "momentum", "nesterov", "beta"});
  const std::vector<Condition>& when = read[2].when;
  REQUIRE(when.size() == 2);
  CHECK(when[0].accepts(Choice(std::string("sgd"))));
  CHECK_FALSE(when[0].accepts(Choice(std::string("adam"))));
  CHECK(when[1].accepts(Choice(std::int64_t{4})));
  CHECK_FALSE(when[1].accepts(Choice(std::int64_t{1})));
  CHECK(read[4].when[0].values.size() == 2);
}

TEST_CASE("a condition's number is taken as the parameter has it") {
  const DeclaredSpace read = space(R"({
    "x": {"type": "float", "low": 0, "high": 1},
    "y": {"type": "float", "low": 0, "high": 1, "when": {"x": 1}}})");
  CHECK(read[1].when[0].accepts(Choice(1.0)));
}

TEST_CASE("an impossible distribution names the parameter and what is wrong") {
  CHECK(message_of(R"({"x": {"type": "float", "low": 2, "high": 1}})")
            .starts_with("f: space.x: low must not exceed high"));
  CHECK(message_of(R"({"x": {"type": "float", "low": 0, "high": 1, "log": true}})")
            .starts_with("f: space.x: log needs low > 0"));
  CHECK(message_of(R"({"x": {"type": "float", "low": 1, "high": 2, "log": true, "step": 1}})")
            .find("exclude each other") != std::string::npos);
  CHECK(message_of(R"({"x": {"type": "int", "low": 0.5, "high": 2}})") ==
        "f: space.x.low: expected a whole number, but found a number: 0.5");
  CHECK(message_of(R"({"x": {"type": "categorical", "choices": []}})").find("at least one choice") !=
        std::string::npos);
  CHECK(message_of(R"({"x": {"type": "categorical", "choices": [1, 1.0]}})").find("equal numbers of different types") !=
        std::string::npos);
  CHECK(message_of(R"({"x": {"type": "categorical", "choices": [[1]]}})")
            .starts_with("f: space.x.choices[0]: expected a choice"));
  CHECK(message_of(R"({"x": {"type": "flaot", "low": 0, "high": 1}})").find("did you mean \"float\"?") !=
        std::string::npos);
  CHECK(message_of(R"({"x": {"type": "float", "low": 0}})") == "f: space.x: \"high\" is missing");
  CHECK(message_of(R"({"x": {"type": "float", "low": 0, "hihg": 1}})").find("did you mean 'high'?") !=
        std::string::npos);
  CHECK(message_of(R"({"x": 5})").starts_with("f: space.x: expected an object such as"));
  CHECK(message_of(R"({"x": {"type": "float", "low": 0, "high": Infinity}})").starts_with("f: space.x: "));
}

TEST_CASE("a condition that can never hold is an error") {
  const std::string optimizer = R"("optimizer": {"type": "categorical", "choices": ["sgd", "adam"]})";
  const auto with = [&](const std::string& when) {
    return message_of("{" + optimizer + R"(, "x": {"type": "int", "low": 0, "high": 9, "when": )" + when + "}}");
  };
  CHECK(with(R"({"optimiser": "sgd"})") ==
        "f: space.x.when.optimiser: there is no parameter 'optimiser' in the space; did you mean 'optimizer'?");
  CHECK(with(R"({"optimizer": "lion"})") ==
        "f: space.x.when.optimizer: the parameter 'optimizer' is never \"lion\"; it is one of [\"sgd\", \"adam\"]");
  CHECK(with(R"({"optimizer": []})").find("the list is empty") != std::string::npos);
  CHECK(with(R"({"optimizer": {"low": 1}})").find("are no numbers") != std::string::npos);
  CHECK(with(R"({"optimizer": {}})").find("a range needs") != std::string::npos);
  CHECK(with(R"("sgd")").find("expected an object that names parameters") != std::string::npos);
}

TEST_CASE("conditions in a circle name the circle") {
  const auto parameter = [](const char* name, const char* on) {
    return std::string("\"") + name + R"(": {"type": "int", "low": 0, "high": 9, "when": {")" + on + R"(": 1}})";
  };
  CHECK(message_of("{" + parameter("a", "b") + "," + parameter("b", "c") + "," + parameter("c", "b") + "}") ==
        "f: space.b.when: conditions run in a circle: 'b' depends on 'c' depends on 'b'");
  CHECK(message_of("{" + parameter("a", "a") + "}").find("'a' depends on 'a'") != std::string::npos);
}
