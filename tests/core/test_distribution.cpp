// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <hone/distribution_json.hpp>
#include <hone/json_text.hpp>

using namespace hone;

TEST_CASE("a stepped range ends at its last grid point, by decimal arithmetic") {
  const auto high = [](double low, double high_bound, double step) {
    return std::get<FloatDistribution>(normalized(FloatDistribution{low, high_bound, false, step})).high;
  };
  CHECK(high(0.0, 0.3, 0.1) == 0.3);
  CHECK(high(0.0, 1.0, 0.3) == Approx(0.9));
  CHECK(high(-1.0, 1.0, 0.25) == 1.0);
  CHECK(std::get<IntDistribution>(normalized(IntDistribution{1, 10, false, 4})).high == 9);
}

TEST_CASE("what is on the grid is contained, and nothing else") {
  const Distribution stepped = FloatDistribution{0.0, 1.0, false, 0.1};
  CHECK(contains(stepped, 0.1 * 3));
  CHECK_FALSE(contains(stepped, 0.25));
  CHECK_FALSE(contains(stepped, std::nan("")));
  const Distribution even = IntDistribution{0, 10, false, 2};
  CHECK(contains(even, 4.0));
  CHECK_FALSE(contains(even, 5.0));
  CHECK_FALSE(contains(even, 4.5));
  const Distribution letters = CategoricalDistribution{{std::string("a"), std::string("b")}};
  CHECK(contains(letters, 1.0));
  CHECK_FALSE(contains(letters, 2.0));
}

TEST_CASE("impossible distributions say what is wrong") {
  CHECK_THAT(*problem_of(FloatDistribution{2.0, 1.0}), Catch::Contains("low must not exceed high"));
  CHECK_THAT(*problem_of(FloatDistribution{0.0, 1.0, true}), Catch::Contains("log needs low > 0"));
  CHECK_THAT(*problem_of(FloatDistribution{0.1, 1.0, true, 0.1}), Catch::Contains("exclude each other"));
  CHECK_THAT(*problem_of(IntDistribution{0, (std::int64_t{1} << 53) + 1}), Catch::Contains("2^53"));
  CHECK_THAT(*problem_of(CategoricalDistribution{}), Catch::Contains("at least one choice"));
  CHECK_THAT(*problem_of(CategoricalDistribution{{true, std::int64_t{1}}}), Catch::Contains("confuse"));
  CHECK_FALSE(problem_of(FloatDistribution{1e-5, 1.0, true}));
}

TEST_CASE("choices are found by typed equality, NaN included") {
  const Distribution d = CategoricalDistribution{{std::string("1"), std::int64_t{1}, std::nan(""), std::monostate{}}};
  CHECK(to_internal(d, std::int64_t{1}) == 1.0);
  CHECK(to_internal(d, std::string("1")) == 0.0);
  CHECK(to_internal(d, std::nan("")) == 2.0);
  CHECK(to_internal(d, Choice()) == 3.0);
  CHECK_FALSE(to_internal(d, 1.0));
}

TEST_CASE("distributions are written as Optuna writes them, and read back equal") {
  const std::pair<Distribution, const char*> cases[] = {
      {FloatDistribution{0.0, 1.0},
       R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}})"},
      {FloatDistribution{0.001, 1.0, true},
       R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 1.0, "log": true}})"},
      {FloatDistribution{0.0, 1.0, false, 0.25},
       R"({"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}})"},
      {IntDistribution{1, 1024, true},
       R"({"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 1024}})"},
      {CategoricalDistribution{{std::string("a"), std::int64_t{2}, 2.5, true, std::monostate{}, std::nan("")}},
       R"({"name": "CategoricalDistribution", "attributes": {"choices": ["a", 2, 2.5, true, null, NaN]}})"}};
  for (const auto& [distribution, text] : cases) {
    CHECK(to_json_text(to_json(distribution)) == text);
    CHECK(distribution_from(parse_json(text)) == distribution);
  }
}

TEST_CASE("the names of older files are read") {
  CHECK(
      distribution_from(parse_json(R"({"name": "LogUniformDistribution", "attributes": {"low": 0.1, "high": 1.0}})")) ==
      Distribution(FloatDistribution{0.1, 1.0, true, {}}));
  CHECK(distribution_from(
            parse_json(R"({"name": "IntUniformDistribution", "attributes": {"low": 1, "high": 9, "step": 2}})")) ==
        Distribution(IntDistribution{1, 9, false, 2}));
  CHECK(distribution_from(parse_json(R"({"type": "float", "low": 0, "high": 1})")) ==
        Distribution(FloatDistribution{0.0, 1.0, false, {}}));
  CHECK_FALSE(distribution_from(parse_json(R"({"name": "Strange", "attributes": {"low": 0, "high": 1}})")));
}
