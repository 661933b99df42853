// SPDX-License-Identifier: MIT
// Plugins in files: found, refused with a reason, built, guarded.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include <hone/error.hpp>
#include <hone/registry.hpp>
#include <hone/study.hpp>

#include "fake_plugins.hpp"

using namespace hone;
using Catch::Contains;
namespace fs = std::filesystem;

extern "C" const hone_plugin_table_v1 hone_plugin_table_fakes;

namespace {

const fs::path fixtures = HONE_FIXTURE_PLUGINS;

std::shared_ptr<PluginRegistry> registry_of(const std::vector<fs::path>& folders, bool trusting = false) {
  auto registry = std::make_shared<PluginRegistry>(PluginSearch{folders, false, trusting});
  registry->add(hone_plugin_table_fakes);
  return registry;
}
std::shared_ptr<PluginRegistry> good() { return registry_of({fixtures}); }

PluginError refusal(PluginRegistry& registry, PluginKind kind, const std::string& name) {
  try {
    registry.find(kind, name);
  } catch (const PluginError& error) {
    return error;
  }
  return PluginError("no error", name);
}
std::string bad(const std::string& name) {
  return refusal(*registry_of({fixtures / "bad"}), PluginKind::sampler, name).what();
}

constexpr Direction minimize[] = {Direction::minimize};
FactoryContext context() { return {"study", minimize, 1, nullptr}; }

Study study_with(const PluginSpec& sampler, const std::string& where, const PluginSpec& pruner = {"never"}) {
  StudyOptions options = fake_study(where);
  options.sampler = sampler;
  options.pruner = pruner;
  return Study::create(options, good());
}

PluginSpec misbehaving(const char* how) { return {"misbehaving", Json(Json::Object{{"how", how}})}; }

PluginError failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const PluginError& error) {
    return error;
  }
  return PluginError("no error", "");
}

}  // namespace

TEST_CASE("a plugin is found in the folder of its kind, and described by its table") {
  const PluginInfo info = good()->find(PluginKind::pruner, "wrapper");
  CHECK(info.name == "wrapper");
  CHECK(info.description == "asks another pruner");
  CHECK(info.file == fixtures / "pruners/wrapper.so");
  REQUIRE(info.options.size() == 2);
  CHECK(info.options[0].type == OptionType::pruner);
  CHECK_FALSE(info.options[0].default_value);
  CHECK(*info.options[1].default_value->as_bool() == false);
}

TEST_CASE("a name with a slash is a file, and a file may hold several plugins") {
  const auto registry = registry_of({});
  const std::string file = (fixtures / "samplers/two_faced.so").string();
  CHECK(registry->find(PluginKind::sampler, file).name == "two_faced");
  CHECK(registry->find(PluginKind::pruner, file).name == "never");
  CHECK_THAT(refusal(*registry, PluginKind::storage, file).what(),
             Contains("the file holds no storage; it holds sampler/two_faced, pruner/never"));
  CHECK_THAT(refusal(*registry, PluginKind::sampler, "./nowhere.so").what(), Contains("there is no such file"));
}

TEST_CASE("an unknown plugin says what was looked for and where, and the nearest name") {
  const PluginError error = refusal(*good(), PluginKind::sampler, "cohort_maen");
  CHECK_THAT(error.what(), Contains("there is no sampler 'cohort_maen'; did you mean 'cohort_mean'? Looked for "
                                    "samplers/cohort_maen.so and cohort_maen.so in " +
                                    fixtures.string()));
  CHECK(error.plugin == "sampler/cohort_maen");
}

TEST_CASE("the folders of the search come first, then the environment, then the user's own") {
  const auto find = [](std::vector<fs::path> folders) {
    PluginRegistry registry{PluginSearch{std::move(folders), true, false}};
    return std::string(refusal(registry, PluginKind::sampler, "nobody").what());
  };
  ::setenv("HONE_PLUGIN_PATH", "/from/environment::/second", 1);
  ::setenv("XDG_DATA_HOME", "/home/data", 1);
  CHECK_THAT(find({"/from/config"}),
             Contains("in /from/config, /from/environment, /second, /home/data/hone/plugins, "));
  ::unsetenv("HONE_PLUGIN_PATH");
  CHECK_THAT(find({}), Contains("in /home/data/hone/plugins, "));
  CHECK_THAT(find({}), Contains("lib/hone/plugins"));
}

TEST_CASE("a file that is no plugin of this hone is refused with the reason and what to do") {
  CHECK_THAT(bad("text"), Contains("bad/text.so: this is no shared object; a plugin is built by hone_add_plugin()"));
  CHECK_THAT(bad("truncated"), Contains("truncated, damaged or made for another machine; build it again"));
  CHECK_THAT(bad("no_table"), Contains("exports no hone_plugin_table, so it is no plugin of hone"));
  CHECK_THAT(bad("wrong_magic"), Contains("that is no plugin table of hone"));
  CHECK_THAT(bad("wrong_sdk_major"),
             Contains("built with SDK 99.0, but this hone needs SDK 1.x; build the plugin again"));
  CHECK_THAT(bad("wrong_sdk_minor"),
             Contains("built with SDK 1.99, which is newer than this hone's SDK 1.0; update hone"));
  CHECK_THAT(bad("wrong_sanitizer"), Contains("built with the sanitizer 'memory', and hone with"));
  CHECK_THAT(bad("wrong_layout"), Contains("layout: built against another hone"));
  CHECK_THAT(bad("wrong_default_out_of_range"), Contains("the descriptor is wrong: the default of option 'count'"));
}

TEST_CASE("a file or folder that others may write to is refused, unless the user says otherwise") {
  CHECK_THAT(bad("writable"),
             Contains("not loaded, because it is writable by every user, who could put any code there; "
                      "run 'chmod go-w " +
                      (fixtures / "bad/writable.so").string() + "'"));
  const auto open_folder = registry_of({fixtures / "open"});
  CHECK_THAT(refusal(*open_folder, PluginKind::sampler, "publisher").what(),
             Contains("its folder " + (fixtures / "open").string() + " is writable by every user"));
  CHECK(registry_of({fixtures / "open"}, true)->find(PluginKind::sampler, "publisher").name == "publisher");
}

TEST_CASE("a link to a file that others may write to is refused") {
  const fs::path folder = fs::temp_directory_path() / ("hone-registry-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  fs::create_symlink(fixtures / "bad/writable.so", folder / "publisher.so");
  const auto registry = registry_of({folder});
  CHECK_THAT(refusal(*registry, PluginKind::sampler, "publisher").what(), Contains("writable by every user"));
  fs::remove_all(folder);
}

TEST_CASE("a plugin that belongs to another user is refused, and one in a folder of another user's") {
  if (::geteuid() != 0) {
    WARN("left out: only root can give files away");
    return;
  }
  const fs::path folder = fs::temp_directory_path() / ("hone-owners-" + std::to_string(::getpid()));
  const fs::path file = folder / "publisher.so";
  fs::create_directory(folder);
  fs::copy_file(fixtures / "samplers/publisher.so", file);
  const auto find = [&](bool trusting = false) { return registry_of({folder}, trusting); };
  CHECK(find()->find(PluginKind::sampler, "publisher").name == "publisher");
  constexpr uid_t stranger = 12345;
  REQUIRE(::chown(file.c_str(), stranger, 0) == 0);
  CHECK_THAT(refusal(*find(), PluginKind::sampler, "publisher").what(),
             Contains("not loaded, because it belongs to user 12345, who could put any code there; run 'chown root " +
                      file.string() + "'"));
  CHECK(find(true)->find(PluginKind::sampler, "publisher").name == "publisher");
  REQUIRE(::chown(file.c_str(), 0, 0) == 0);
  REQUIRE(::chown(folder.c_str(), stranger, 0) == 0);
  CHECK_THAT(refusal(*find(), PluginKind::sampler, "publisher").what(),
             Contains("its folder " + folder.string() + " belongs to user 12345"));
  fs::remove_all(folder);
}

TEST_CASE("bad files do not hide good ones from a listing, which is quick") {
  const auto registry = registry_of({fixtures, fixtures / "bad"});
  std::vector<std::string> problems;
  std::set<std::string> names;
  for (const PluginInfo& info : registry->list(&problems)) {
    CHECK(names.insert(std::string(to_string(info.kind)) + "/" + info.name).second);
  }
  CHECK(names.contains("sampler/two_faced"));
  CHECK(names.contains("pruner/never"));
  CHECK(names.contains("storage/failing"));
  CHECK(problems.size() == 10);
}

TEST_CASE("plugins that are linked come before those in files") {
  CHECK(good()->find(PluginKind::pruner, "never").file.empty());
}

TEST_CASE("a factory that throws names the plugin, its file and the call") {
  const auto registry = good();
  const std::string file = (fixtures / "samplers/misbehaving.so").string();
  const PluginError error =
      failure([&] { registry->make_sampler(misbehaving("factory_throws_exception"), context()); });
  CHECK(std::string(error.what()) == "sampler/misbehaving (" + file + ") failed in factory: no parts to build it from");
  CHECK(error.plugin == "sampler/misbehaving");
  CHECK(error.file == file);
  CHECK(error.call == "factory");
  CHECK_THAT(failure([&] { registry->make_sampler(misbehaving("factory_throws_int"), context()); }).what(),
             Contains("failed in factory: threw something that does not derive from std::exception"));
  CHECK_THAT(failure([&] { registry->make_sampler(misbehaving("factory_returns_null"), context()); }).what(),
             Contains("returned a null pointer"));
  CHECK_THROWS_AS(registry->make_sampler(misbehaving("factory_throws_config_error"), context()), ConfigError);
}

TEST_CASE("a sampler that throws names the plugin, its file and the call") {
  const auto first_draw = [](const char* how) {
    Study study = study_with(misbehaving(how), how);
    return failure([&] { study.ask().suggest_float("x", 0.0, 1.0); });
  };
  const PluginError error = first_draw("throws_exception");
  CHECK_THAT(error.what(), Contains("failed in sample_independent: lost the way"));
  CHECK(error.plugin == "sampler/misbehaving");
  CHECK(error.call == "sample_independent");
  CHECK_THAT(first_draw("throws_int").what(), Contains("threw something that does not derive from std::exception"));
}

TEST_CASE("a proposal that is no number or out of range is refused and not stored") {
  for (const char* how : {"proposes_nan", "proposes_out_of_range"}) {
    Study study = study_with(misbehaving(how), how);
    Trial trial = study.ask();
    CHECK_THROWS_AS(trial.suggest_float("x", 0.0, 1.0), PluginError);
    CHECK(study.trials().at(0).params.empty());
  }
}

TEST_CASE("errors of hone keep their type across the border, and others become the plugin's") {
  const auto storage = good()->make_storage({"failing"}, context());
  bool retryable = false;
  try {
    storage->studies();
  } catch (const StorageError& error) {
    retryable = error.retryable;
    CHECK(std::string(error.what()) == "the disk is on holiday");
  }
  CHECK(retryable);
  CHECK_THROWS_AS(storage->create_study("taken", {}), DuplicatedStudyError);
  const auto throws = [](const char* how) {
    const auto other = good()->make_storage({"failing", Json(Json::Object{{"how", how}})}, context());
    return std::string(failure([&] { other->heartbeat("worker"); }).what());
  };
  CHECK_THAT(throws("exception"), Contains("failed in heartbeat: not what a storage throws"));
  CHECK_THAT(throws("int"), Contains("failed in heartbeat: threw something"));
}

TEST_CASE("a plugin may wrap another one that its option names") {
  Study study =
      study_with({"keyed"}, "wrapped", {"wrapper", Json(Json::Object{{"wrapped", "halves"}, {"turn", true}})});
  Trial trial = study.ask();
  trial.report(1.0, 0);
  CHECK(trial.should_prune());
}

TEST_CASE("a pruner that throws when it is to continue a trial is named with its file and the call") {
  Study study = study_with({"keyed"}, "unwilling", {"unwilling"});
  Trial trial = study.ask();
  trial.report(1.0, 1);
  CHECK(trial.should_prune());
  study.tell(trial, TrialState::pruned);
  const PluginError error = failure([&] { study.ask(); });
  const std::string file = (fixtures / "pruners/unwilling.so").string();
  CHECK(std::string(error.what()) == "pruner/unwilling (" + file + ") failed in next_to_continue: no idea");
  CHECK(error.file == file);
}

TEST_CASE("a sampler that models its cohort sees the trials of its cohort alone") {
  Study study = study_with({"cohort_mean"}, "cohorts", {"halves"});
  study.optimize([](Trial& trial) { return trial.suggest_float("x", 0.0, 1.0); }, 2);
  study.enqueue_trial({{"x", Choice(1.0)}});
  study.optimize([](Trial& trial) { return trial.suggest_float("x", 0.0, 1.0); }, 3);
  // Trial 2 was enqueued with 1: its cohort's mean is 0.5 by then, the other's is still 0.
  CHECK(study.trial(3).values.at(0) == 0.0);
}

TEST_CASE("a sampler's published fact passes through the guard") {
  Study study = study_with({"publisher"}, "publishing");
  study.optimize([](Trial& trial) { return trial.suggest_float("x", 0.0, 10.0); }, 3);
  for (const FrozenTrial& trial : study.trials()) CHECK(trial.values.at(0) == 0.0);
  CHECK(study.facts().size() >= 1);
}

TEST_CASE("a sampler for one objective is refused under two directions, with those that fit") {
  StudyOptions options = fake_study("two directions");
  options.directions = {Direction::minimize, Direction::maximize};
  options.sampler = {"publisher"};
  try {
    Study::create(options, good());
    FAIL("no error");
  } catch (const ConfigError& error) {
    CHECK_THAT(error.what(), Contains("two_faced"));
  }
}
