// SPDX-License-Identifier: MIT
#include <unistd.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <hone/config.hpp>
#include <hone/error.hpp>
#include <hone/study.hpp>

using namespace hone;
namespace fs = std::filesystem;

namespace {

std::string message_of(std::string_view text, const std::vector<std::string>& overrides = {}) {
  try {
    parse_config(text, "study.jsonc", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("hone-config-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("each section of a config is read") {
  const StudyConfig config = parse_config(R"({
    "$schema": "hone.schema.json",
    "study":   {"name": "digits", "direction": "maximize", "metric_names": ["accuracy"]},
    "storage": "sqlite:///digits.db",
    "sampler": {"plugin": "tpe", "multivariate": true, "seed": 7},
    "pruner":  {"plugin": "hyperband", "max_resource": 30},
    "space":   {"lr": {"type": "float", "low": 1e-4, "high": 1.0, "log": true}},
    "objective": {"command": ["./train", "--lr", "{lr}"], "timeout": "10m"},
    "run": {"trials": 100, "jobs": 2, "timeout": "1.5h"},  // and so on
  })");
  CHECK(config.name == "digits");
  CHECK(config.directions == std::vector{Direction::maximize});
  CHECK(config.metric_names == std::vector<std::string>{"accuracy"});
  CHECK(config.storage.name == "sqlite");
  CHECK(*config.storage.options.find("target")->as_string() == "///digits.db");
  CHECK(config.sampler.name == "tpe");
  CHECK(*config.sampler.options.find("multivariate")->as_bool());
  CHECK(config.sampler.options.find("seed") == nullptr);
  CHECK(config.seed == 7u);
  CHECK(config.pruner.name == "hyperband");
  REQUIRE(config.space.size() == 1);
  CHECK(config.space[0].distribution == Distribution(FloatDistribution{1e-4, 1.0, true, {}}));
  CHECK(*config.objective.find("timeout")->as_string() == "10m");
  CHECK(config.run.trials == 100);
  CHECK(config.run.jobs == 2);
  CHECK(config.run.timeout == std::chrono::minutes(90));
}

TEST_CASE("without anything there is one objective to minimise, by tpe, in memory") {
  const StudyConfig config = parse_config("{}");
  CHECK(config.directions == std::vector{Direction::minimize});
  CHECK(config.sampler.name == "tpe");
  CHECK(config.pruner.name.empty());
  CHECK(config.storage.name == "memory");
  CHECK(config.space.empty());
  CHECK(config.objective.is_null());
  CHECK_FALSE(config.seed);
  CHECK_FALSE(config.run.trials);
  CHECK(config.run.jobs == 1);
}

TEST_CASE("overrides set any field before the checks") {
  const StudyConfig config = parse_config(R"({"sampler": "tpe", "objective": {"command": ["a", "b"]}})", "config",
                                          {"run.jobs=4", "sampler.gamma=0.5", "study.name=late",
                                           "study.directions=[\"minimize\", \"maximize\"]", "objective.command.1=c"});
  CHECK(config.run.jobs == 4);
  CHECK(config.sampler.name == "tpe");
  CHECK(config.sampler.options.find("gamma")->number() == 0.5);
  CHECK(config.name == "late");
  CHECK(config.directions.size() == 2);
  CHECK(*(*config.objective.find("command")->as_array())[1].as_string() == "c");
  CHECK(message_of("{}", {"run.jbos=4"}).find("run.jbos: unknown key 'jbos'; did you mean 'jobs'?") !=
        std::string::npos);
  CHECK(message_of("{}", {"jobs"}) == "--set jobs: an override is PATH=JSON, such as run.jobs=4");
  CHECK(message_of(R"({"run": {"jobs": 1}})", {"run.jobs.x=1"}).find("cannot be set in 1") != std::string::npos);
}

TEST_CASE("a syntax error names file, line and column") {
  CHECK(message_of("{\n  \"study\": {\"name\": }\n}").starts_with("study.jsonc:2:21: "));
}

TEST_CASE("an unknown key names the file, the place and the nearest key") {
  CHECK(message_of(R"({"sapce": {}})") ==
        "study.jsonc: sapce: unknown key 'sapce'; did you mean 'space'? Known here: $schema, study, storage, sampler, "
        "pruner, space, objective, run, plugin_path");
  CHECK(message_of(R"({"study": {"nam": "x"}})")
            .starts_with("study.jsonc: study.nam: unknown key 'nam'; did you mean 'name'?"));
}

TEST_CASE("a wrong value names the file, the place, what was expected and what was found") {
  CHECK(message_of(R"({"run": {"trials": "many"}})") ==
        "study.jsonc: run.trials: expected a whole number of at least 1, but found \"many\"");
  CHECK(message_of(R"({"study": {"direction": "up"}})") ==
        "study.jsonc: study.direction: expected \"minimize\" or \"maximize\", but found \"up\"");
  CHECK(message_of(R"({"study": {"direction": "minimize", "directions": ["minimize"]}})").find("not both") !=
        std::string::npos);
  CHECK(message_of(R"({"study": {"metric_names": ["a", "b"]}})").find("2 metric names for 1 objectives") !=
        std::string::npos);
  CHECK(message_of(R"({"sampler": {"seed": 1}})").starts_with("study.jsonc: sampler: the object lacks \"plugin\""));
  CHECK(message_of(R"({"sampler": {"plugin": "tpe", "seed": -1}})")
            .starts_with("study.jsonc: sampler.seed: expected a whole number"));
  CHECK(message_of(R"({"run": {"timeout": "soon"}})").starts_with("study.jsonc: run.timeout: expected a duration"));
  CHECK(message_of("[]").find("expected an object with sections") != std::string::npos);
}

TEST_CASE("a config that is not there says so") {
  CHECK_THROWS_WITH(load_config("/nonexistent/study.jsonc"), "/nonexistent/study.jsonc: there is no such config file");
}

TEST_CASE("paths of plugins count from the folder of the config") {
  const Folder folder;
  const fs::path file = folder.write("study.jsonc", R"({
    "plugin_path": ["mine", "/opt/theirs"],
    "sampler": "./build/special.so",
    "pruner": {"plugin": "patient", "wrapped": {"plugin": "lib/inner.so"}}})");
  const StudyConfig config = load_config(file);
  CHECK(config.plugin_path == std::vector<fs::path>{folder.path() / "mine", "/opt/theirs"});
  CHECK(config.sampler.name == (folder.path() / "build/special.so").string());
  CHECK(*config.pruner.options.find("wrapped")->find("plugin")->as_string() ==
        (folder.path() / "lib/inner.so").string());
  CHECK(config.file == file);
}

TEST_CASE("a storage is a URL, a path or a plugin with options") {
  const auto target = [](std::string_view url) {
    const PluginSpec spec = storage_spec_from_url(url);
    const Json* found = spec.options.find("target");
    return spec.name + " " + (found != nullptr ? *found->as_string() : "-");
  };
  CHECK(target("sqlite:///digits.db") == "sqlite ///digits.db");
  CHECK(target("memory") == "memory -");
  CHECK(target("results/x.db") == "sqlite ///results/x.db");
  CHECK(target("/data/x.sqlite3") == "sqlite ////data/x.sqlite3");
  CHECK(target("./libmine.so") == "./libmine.so -");
  CHECK(target("python:module:Class") == "python module:Class");
  CHECK_THROWS_AS(storage_spec_from_url(""), ConfigError);
  CHECK(parse_config(R"({"storage": {"plugin": "sqlite", "target": "x.db"}})").storage.name == "sqlite");
}

TEST_CASE("durations have units, and bare numbers are seconds") {
  using std::chrono::milliseconds;
  const auto ms = [](const Json& json) { return duration_from(json).value_or(milliseconds(-1)).count(); };
  CHECK(ms(90) == 90000);
  CHECK(ms(0.25) == 250);
  CHECK(ms("90s") == 90000);
  CHECK(ms("90") == 90000);
  CHECK(ms("10m") == 600000);
  CHECK(ms("1.5h") == 5400000);
  CHECK(ms("2d") == 172800000);
  CHECK(ms("500ms") == 500);
  CHECK(ms("10 min") == 600000);
  for (const Json& wrong :
       {Json("soon"), Json(""), Json("-1s"), Json(-1), Json("5 years"), Json(true), Json("nan"), Json(1e300)}) {
    CHECK_FALSE(duration_from(wrong));
  }
}

TEST_CASE("a misspelt word is near when a third of it or less differs") {
  const std::vector<std::string> words{"gamma", "multivariate", "n_startup_trials"};
  CHECK(nearest("gama", words) == "gamma");
  CHECK(nearest("agmma", words) == "gamma");
  CHECK(nearest("n_startup_trails", words) == "n_startup_trials");
  CHECK_FALSE(nearest("colour", words));
  CHECK_FALSE(nearest("x", {"y"}));
}

TEST_CASE("what a run makes of workers that died is said in the config") {
  const StudyConfig config =
      parse_config(R"({"run": {"max_crashes": 5, "heartbeat_grace": "2m", "fail_foreign_after": "1h"}})");
  const StudyOptions options = Study::options_from(config);
  CHECK(options.max_crashes == 5);
  CHECK(options.heartbeat_grace == std::chrono::minutes(2));
  CHECK(options.fail_foreign_after == std::chrono::hours(1));
  const StudyOptions defaults = Study::options_from(parse_config("{}"));
  CHECK(defaults.max_crashes == 3);
  CHECK_FALSE(defaults.fail_foreign_after);
}
