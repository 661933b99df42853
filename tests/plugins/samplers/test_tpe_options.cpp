// SPDX-License-Identifier: MIT
// What TPE's options come to: Optuna's densities with "compatible", weights by improvement, distances between choices.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <hone/sdk/testing/fake_study.hpp>

#include <density_model.hpp>
#include <tpe_options.hpp>

#include "tpe_reference.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;
using tpe::DensityModel;
using tpe::TpeOptions;

namespace {

TpeOptions options_with(const std::map<std::string, Json>& given, std::size_t objectives = 1) {
  Options resolved;
  for (const hone_option& option : tpe::shared_options) {
    const auto found = given.find(option.name);
    resolved.set(option.name,
                 found != given.end() ? found->second : sdk::testing::detail::json_of_default(option.default_json));
  }
  return TpeOptions(resolved, objectives);
}

FakeTrial trial_of(const Json& json, const std::map<std::string, Distribution>& space) {
  FakeTrial trial;
  const std::string& state = *member(json, "state").as_string();
  trial.state = state == "PRUNED"    ? TrialState::pruned
                : state == "RUNNING" ? TrialState::running
                                     : TrialState::complete;
  trial.values = numbers(member(json, "values"));
  for (const auto& [name, value] : *member(json, "params").as_object()) {
    trial.params.push_back({name, space.at(name), *value.number()});
  }
  for (const Json& report : *member(json, "reports").as_array()) {
    const std::vector<double> pair = numbers(report);
    trial.reports.emplace_back(static_cast<std::int64_t>(pair[0]), pair[1]);
  }
  for (const auto& [name, value] : *member(json, "constraints").as_object()) {
    trial.constraints.emplace_back(name, *value.number());
  }
  return trial;
}

DensityModel model_of(FakeStudy& study, const TpeOptions& options, const SearchSpace& space) {
  tpe::TrialLog log(study.directions(), options.split);
  log.update(study, study.history()->horizon());
  DensityModel model(space, options.below, options.above, options.distance);
  model.update(study.history().all(), log);
  return model;
}

double log_below_at(DensityModel& model, double x) {
  double below = 0.0;
  double above = 0.0;
  model.log_densities(std::span(&x, 1), std::span(&below, 1), std::span(&above, 1));
  return below;
}

std::string refusal_of(const std::map<std::string, Json>& given, const Distribution& distribution) {
  try {
    FakeStudy study;
    DensityModel model({study.parameter("c", distribution)}, {}, {}, options_with(given).distance);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing was wrong";
}

}  // namespace

TEST_CASE("compatible with Optuna, both densities are Optuna's to 1e-9 on whole histories") {
  const Json reference = reference_from(HONE_TPE_COMPATIBLE_REFERENCE);
  for (const Json& history : *member(reference, "histories").as_array()) {
    std::vector<Direction> directions;
    for (const Json& word : *member(history, "directions").as_array()) {
      directions.push_back(*word.as_string() == "minimize" ? Direction::minimize : Direction::maximize);
    }
    std::map<std::string, Distribution> space;
    for (const Json& density : *member(history, "densities").as_array()) {
      for (const Json& json : *member(density, "space").as_array()) {
        space.emplace(*member(json, "name").as_string(), distribution_of(json));
      }
    }
    FakeStudy study(directions);
    for (const Json& json : *member(history, "trials").as_array()) study.add(trial_of(json, space));
    const TpeOptions options = options_with(
        {{"compatible", "optuna"}, {"multivariate", *member(history, "multivariate").as_bool()}}, directions.size());
    CHECK(options.n_ei_candidates == 24);
    for (const Json& density : *member(history, "densities").as_array()) {
      INFO(study.history()->horizon() << " trials, " << to_json_text(member(density, "space")));
      SearchSpace parameters;
      for (const Json& json : *member(density, "space").as_array()) {
        const std::string& name = *member(json, "name").as_string();
        parameters.push_back(study.parameter(name, space.at(name)));
      }
      DensityModel model = model_of(study, options, parameters);
      const std::vector<double> below = numbers(member(density, "log_below"));
      const std::vector<double> above = numbers(member(density, "log_above"));
      std::vector<double> found_below(below.size());
      std::vector<double> found_above(above.size());
      model.log_densities(numbers(member(density, "points")), found_below, found_above);
      for (std::size_t i = 0; i < below.size(); ++i) {
        CHECK(found_below[i] == Approx(below[i]).margin(1e-9).epsilon(1e-9));
        CHECK(found_above[i] == Approx(above[i]).margin(1e-9).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("weights by improvement: good trials by how much better they are than the best other one") {
  const FloatDistribution unit{0.0, 1.0};
  const auto density_at = [&](std::vector<double> values, double x, double exponent = 1.0) {
    FakeStudy study;
    // Two of six are good: those at 0.2 and 0.8.
    const std::vector<double> places{0.2, 0.8, 0.5, 0.4, 0.6, 0.1};
    for (std::size_t i = 0; i < places.size(); ++i) {
      study.add({.values = {values[i]}, .params = {{"x", unit, places[i]}}});
    }
    const TpeOptions options =
        options_with({{"weights", "ei"}, {"gamma", 0.3}, {"improvement_exponent", Json(exponent)}});
    DensityModel model = model_of(study, options, {study.parameter("x", unit)});
    return std::exp(log_below_at(model, x));
  };
  // The kernels about 0.2 and 0.8 are 0.6 wide; the prior has the mean of their weights.
  const auto expected = [](double first, double second, double x) {
    const auto kernel = [&](double mean, double width) {
      const auto cdf = [&](double y) { return 0.5 * std::erfc(-(y - mean) / width / std::sqrt(2.0)); };
      const double z = (x - mean) / width;
      return std::exp(-0.5 * z * z) / (width * std::sqrt(2.0 * M_PI)) / (cdf(1.0) - cdf(0.0));
    };
    const double prior = 0.5 * (first + second);
    return (first * kernel(0.2, 0.6) + second * kernel(0.8, 0.6) + prior * kernel(0.5, 1.0)) / (first + second + prior);
  };
  for (const double x : {0.1, 0.5, 0.9}) {
    CHECK(density_at({1.0, 4.0, 5.0, 6.0, 7.0, 8.0}, x) == Approx(expected(4.0, 1.0, x)).epsilon(1e-9));
    CHECK(density_at({1.0, 4.0, 5.0, 6.0, 7.0, 8.0}, x, 2.0) == Approx(expected(16.0, 1.0, x)).epsilon(1e-9));
    // Whatever the scale of the objective.
    CHECK(density_at({1e-15, 4e-15, 5e-15, 6e-15, 7e-15, 8e-15}, x) == Approx(expected(4.0, 1.0, x)).epsilon(1e-9));
    // A good one that is no better than the best other one hardly counts; if none is better, all count the same.
    CHECK(density_at({1.0, 5.0, 5.0, 6.0, 7.0, 8.0}, x) == Approx(expected(1.0, 1e-12, x)).epsilon(1e-9));
    CHECK(density_at({5.0, 5.0, 5.0, 6.0, 7.0, 8.0}, x) == Approx(expected(1.0, 1.0, x)).epsilon(1e-9));
    // No improvement is a number where a value is none: all count the same.
    CHECK(density_at({-INFINITY, 4.0, 5.0, 6.0, 7.0, 8.0}, x) == Approx(expected(1.0, 1.0, x)).epsilon(1e-9));
  }
}

TEST_CASE("with distances, a choice near to a good one is likelier than one far away, as in Optuna 4") {
  const CategoricalDistribution sizes{{std::int64_t{1}, std::int64_t{2}, std::int64_t{8}}};
  const auto densities = [&](const Json& rule) {
    FakeStudy study;
    for (int i = 0; i < 3; ++i) study.add({.values = {double(i)}, .params = {{"c", sizes, 0.0}}});
    const Json::Object rules{{"c", rule}};
    const TpeOptions options = options_with({{"categorical_distance", Json(rules)}, {"gamma", 1.0}});
    DensityModel model = model_of(study, options, {study.parameter("c", sizes)});
    std::vector<double> result;
    for (int choice = 0; choice < 3; ++choice) result.push_back(std::exp(log_below_at(model, choice)));
    return result;
  };
  // Optuna 4's formula: three kernels about the first choice, and the prior's.
  const auto expected = [](std::vector<double> distances) {
    const double steepness = std::log(4.0) * std::log(3.0) / std::log(6.0);
    std::vector<double> kernel;
    for (const double d : distances) kernel.push_back(std::exp(-d * d * steepness));
    const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
    for (double& p : kernel) p = 0.75 * p / sum + 0.25 / 3.0;
    return kernel;
  };
  const auto check = [&](const Json& rule, std::vector<double> distances) {
    const std::vector<double> found = densities(rule);
    const std::vector<double> wanted = expected(std::move(distances));
    for (std::size_t i = 0; i < 3; ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-12));
  };
  check("order", {0.0, 0.5, 1.0});
  check("numeric", {0.0, 1.0 / 7.0, 1.0});
  check(Json::Array{Json::Array{0, 3, 1}, Json::Array{3, 0, 2}, Json::Array{1, 2, 0}}, {0.0, 1.0, 1.0 / 3.0});
}

TEST_CASE("draws from a kernel with distances have its probabilities") {
  tpe::CategoricalKernels kernels(3, {0, 1, 4, 1, 0, 2, 4, 2, 0});
  kernels.assign({0, 0, 1});
  kernels.refresh(1.0, true);
  for (std::uint32_t about = 0; about <= kernels.none(); ++about) {
    std::vector<double> counts(3, 0.0);
    for (int i = 0; i < 3000; ++i) counts[static_cast<std::size_t>(kernels.draw(about, (i + 0.5) / 3000.0))] += 1.0;
    for (std::size_t choice = 0; choice < 3; ++choice) {
      const double probability = std::exp(kernels.log_greatest + kernels.penalties[choice * 4 + about]);
      CHECK(counts[choice] / 3000.0 == Approx(probability).margin(1e-3));
    }
  }
}

TEST_CASE("a distance that is none is refused with the place and what is wrong there") {
  const CategoricalDistribution words{{std::string("a"), std::string("b")}};
  const auto with = [&](Json rule) {
    const Json::Object rules{{"c", std::move(rule)}};
    return refusal_of({{"categorical_distance", Json(rules)}}, words);
  };
  CHECK(with("alphabet").find("parameter 'c': expected \"order\", \"numeric\" or a matrix, found alphabet") !=
        std::string::npos);
  CHECK(with(7).find("found an integer") != std::string::npos);
  CHECK(with("numeric").find("for choices that are finite numbers") != std::string::npos);
  CHECK(with(Json::Array{Json::Array{0, 1}}).find("row 0 is not a list of 1 numbers") != std::string::npos);
  CHECK(with(Json::Array{Json::Array{0, -1}, Json::Array{1, 0}}).find("row 0, column 1 is no number >= 0") !=
        std::string::npos);
  CHECK(with(Json::Array{Json::Array{0, 1}, Json::Array{1, 2}}).find("row 1, column 1 is not 0") != std::string::npos);
  CHECK(with(Json::Array{Json::Array{0}}).find("1 rows, and the parameter has 2 choices") != std::string::npos);
}

TEST_CASE("128 candidates are looked at for a joint draw of mostly continuous parameters, 24 for any other") {
  const Distribution real = FloatDistribution{0.0, 1.0, true};
  const Distribution stepped = FloatDistribution{0.0, 1.0, false, 0.1};
  const Distribution whole = IntDistribution{1, 8};
  const auto candidates = [](std::vector<const Distribution*> space, const TpeOptions& options) {
    SearchSpace parameters;
    for (const Distribution* distribution : space) parameters.push_back({"p", distribution});
    return options.candidates(parameters);
  };
  CHECK(candidates({&real}, options_with({})) == 24);
  CHECK(candidates({&real, &real, &whole}, options_with({})) == 128);
  CHECK(candidates({&real, &stepped}, options_with({})) == 24);
  CHECK(candidates({&real, &whole, &stepped}, options_with({})) == 24);
  CHECK(candidates({&real, &whole, &stepped}, options_with({{"n_ei_candidates", 100}})) == 100);
}

TEST_CASE("options that contradict each other are refused") {
  CHECK_THROWS_WITH(options_with({{"group", true}, {"multivariate", false}}), Catch::Contains("needs 'multivariate'"));
  CHECK_THROWS_WITH(options_with({{"group", true}, {"conditional", "tree"}}), Catch::Contains("leave 'group' out"));
  CHECK_THROWS_WITH(options_with({{"conditional", "tree"}, {"multivariate", false}}),
                    Catch::Contains("needs 'multivariate'"));
}

TEST_CASE("kernels may be narrower than Optuna's, those of good trials more so") {
  const TpeOptions own = options_with({});
  CHECK(own.below.clip_factor == 0.5);
  CHECK(own.above.clip_factor == 0.82);
  const TpeOptions optuna = options_with({{"compatible", Json("optuna")}});
  CHECK(optuna.below.clip_factor == 1.0);
  CHECK(optuna.above.clip_factor == 1.0);
  const TpeOptions told = options_with({{"clip_factor_good", Json(0.7)}, {"clip_factor_rest", Json(0.9)}});
  CHECK(told.below.clip_factor == 0.7);
  CHECK(told.above.clip_factor == 0.9);
}

TEST_CASE("candidates are drawn from narrower kernels than the density's, unless like Optuna or told otherwise") {
  CHECK(options_with({}).below.draw_width == 0.6);
  CHECK(options_with({{"compatible", Json("optuna")}}).below.draw_width == 1.0);
  CHECK(options_with({{"candidate_width", Json(3.0)}}).below.draw_width == 3.0);
}
