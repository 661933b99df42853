// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/registry.hpp>

#define HONE_STATIC_PLUGIN options
#include <hone/sdk/plugin.hpp>

using namespace hone;

namespace {

class Lowest final : public Sampler {
 public:
  Lowest(const FactoryContext&, const Options&) {}
  double sample_independent(const StudyView&, const TrialView&, const Parameter& parameter) override {
    return first_value(*parameter.distribution);
  }
};
class Never final : public Pruner {
 public:
  Never(const FactoryContext&, const Options&) {}
  bool should_prune(const StudyView&, const TrialView&) override { return false; }
};

constexpr const char* words[] = {"slow", "fast", nullptr};
constexpr hone_option sampler_options[] = {
    sdk::int_option("n_startup_trials", "10", "0", nullptr, "random trials"),
    sdk::option("gamma", OptionType::real, "0.1", "share of the good", "0", "1", 1),
    sdk::enum_option("pace", "\"slow\"", words, "how fast"),
    sdk::or_auto(sdk::int_option("width", "\"auto\"", "1", "9", "how wide")),
    sdk::bool_option("group", "false", "apart"),
    sdk::string_option("label", "\"\"", "a word"),
    sdk::option("points", OptionType::list, "[]", "first points"),
    sdk::option("weights", OptionType::map, "{}", "by name"),
    sdk::option("wrapped", OptionType::pruner, "null", "the pruner inside"),
};
constexpr hone_option pruner_options[] = {sdk::string_option("target", nullptr, "what stands after the colon")};
constexpr hone_option outer_options[] = {
    sdk::option("inner", OptionType::pruner, nullptr, "the pruner inside"),
};

}  // namespace

HONE_PLUGINS(
    sdk::sampler<Lowest>({.name = "lowest", .version = "1", .description = "the least", .options = sampler_options}),
    sdk::pruner<Never>({.name = "never", .version = "1", .description = "none", .options = pruner_options}),
    sdk::pruner<Never>({.name = "outer", .version = "1", .description = "none", .options = outer_options}));

namespace {

struct Fixture {
  Fixture() {
    PluginSearch search;
    search.environment = false;
    registry = std::make_unique<PluginRegistry>(search);
    registry->add(hone_plugin_table_options);
  }
  std::string resolved(PluginKind kind, const char* name, const char* options) const {
    return to_json_text(registry->resolve(kind, {name, parse_json(options)}, to_string(kind)));
  }
  std::string refusal(const char* options, PluginKind kind = PluginKind::sampler, const char* name = "lowest") const {
    try {
      resolved(kind, name, options);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }
  std::unique_ptr<PluginRegistry> registry;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "options are completed with defaults, in the table's order") {
  CHECK(resolved(PluginKind::sampler, "lowest", R"({"gamma": 0.5, "n_startup_trials": 3})") ==
        R"({"n_startup_trials": 3, "gamma": 0.5, "pace": "slow", "width": "auto", "group": false, "label": "", )"
        R"("points": [], "weights": {}, "wrapped": null})");
}

TEST_CASE_METHOD(Fixture, "an unknown option suggests the nearest and lists all") {
  CHECK(refusal(R"({"gama": 0.5})") ==
        "sampler.gama: the sampler 'lowest' has no option 'gama'; did you mean 'gamma'? Its options: "
        "n_startup_trials, gamma, pace, width, group, label, points, weights, wrapped");
}

TEST_CASE_METHOD(Fixture, "a wrong value names the option, the value and what is allowed") {
  CHECK(refusal(R"({"gamma": "big"})") ==
        "sampler.gamma: option 'gamma' of the sampler 'lowest': found \"big\", but expected a number above 0 and at "
        "most 1");
  CHECK(refusal(R"({"gamma": 0})").find("found 0, but expected a number above 0") != std::string::npos);
  CHECK(refusal(R"({"gamma": NaN})").find("found NaN") != std::string::npos);
  CHECK(refusal(R"({"n_startup_trials": 2.5})").find("expected a whole number of at least 0") != std::string::npos);
  CHECK(refusal(R"({"pace": "medium"})").find(R"(expected one of "slow", "fast")") != std::string::npos);
  CHECK(refusal(R"({"width": 10})").find(R"(expected a whole number of at least 1 and at most 9, or "auto")") !=
        std::string::npos);
  CHECK(refusal(R"({"group": 1})").find("expected true or false") != std::string::npos);
  CHECK(refusal(R"({"label": 1})").find("expected a string") != std::string::npos);
  CHECK(refusal(R"({"points": {}})").find("expected a list") != std::string::npos);
  CHECK(refusal(R"({"weights": []})").find("expected an object") != std::string::npos);
  CHECK(refusal(R"({"wrapped": 1})").find("expected a pruner") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "whole reals are integers, integers are reals, and auto is null or the word") {
  CHECK(refusal(R"({"n_startup_trials": 1e3, "gamma": 1, "width": null})") == "no error");
  CHECK(refusal(R"({"width": "auto"})") == "no error");
  CHECK(refusal(R"({"n_startup_trials": "auto"})") != "no error");
}

TEST_CASE_METHOD(Fixture, "an option without a default must be given") {
  CHECK(refusal("{}", PluginKind::pruner, "never") ==
        "pruner.target: the pruner 'never' needs the option 'target': a string (what stands after the colon)");
}

TEST_CASE_METHOD(Fixture, "what stands after a scheme is the option target") {
  CHECK(resolved(PluginKind::pruner, "never:a:b/c", "{}") == R"({"target": "a:b/c"})");
  CHECK(refusal(R"({"target": "x"})", PluginKind::pruner, "never:y").find("say the same twice") != std::string::npos);
  CHECK(refusal("{}", PluginKind::sampler, "lowest:y").find("takes nothing after its name") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "inner plugins are checked and completed in the same way, at any depth") {
  CHECK(resolved(PluginKind::pruner, "outer", R"({"inner": {"plugin": "outer", "inner": "never:x"}})") ==
        R"({"inner": {"plugin": "outer", "inner": {"plugin": "never", "target": "x"}}})");
  CHECK(
      refusal(R"({"inner": {"plugin": "outer", "inner": {"plugin": "never", "traget": 1}}})", PluginKind::pruner,
              "outer")
          .starts_with("pruner.inner.inner.traget: the pruner 'never' has no option 'traget'; did you mean 'target'?"));
  CHECK(refusal(R"({"inner": null})", PluginKind::pruner, "outer") == "no error");
  CHECK_THROWS_AS(resolved(PluginKind::pruner, "outer", R"({"inner": "nevver"})"), PluginError);
}
