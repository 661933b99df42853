// SPDX-License-Identifier: MIT
// A storage that fails for a while: nothing is lost, and no trial is blamed for it.
#include <catch2/catch.hpp>

#include <hone/error.hpp>

#include "fake_plugins.hpp"
#include "fake_storage.hpp"

using namespace hone;

namespace {

/// A study on a storage that refuses writes for which `refuse` says so.
struct Faulty {
  explicit Faulty(const std::string& where) : storage(std::make_shared<FakeStorage>(where)), study(make()) {}
  Study make() const {
    StudyOptions options = fake_study("");
    options.opened_storage = storage;
    return Study::create(options, fake_registry());
  }
  /// The next `count` writes of existing trials fail.
  void fail(int count, bool retryable = false) {
    storage->before_apply = [count, retryable](const StudyPatch& patch) mutable {
      if (patch.target != StudyPatch::Target::existing_trial || count == 0) return;
      --count;
      throw StorageError("the storage is away", retryable);
    };
  }
  std::shared_ptr<FakeStorage> storage;
  Study study;
};

}  // namespace

TEST_CASE("what a failed write held is written by the next one") {
  Faulty faulty("failed flush");
  Trial trial = faulty.study.ask();
  const double x = trial.suggest_float("x", 0.0, 1.0);
  trial.report(0.5, 1);
  trial.report("accuracy", 0.25, 1);
  trial.set_user_attr("note", "kept");
  trial.set_constraint("memory", -1.0);
  faulty.fail(2);
  CHECK_THROWS_AS(trial.flush(), StorageError);
  trial.report(0.75, 2);
  CHECK_THROWS_AS(faulty.study.tell(trial, 3.0), StorageError);
  faulty.study.tell(trial, 3.0);
  const FrozenTrial stored = faulty.make().trial(0);
  CHECK(stored.state == TrialState::complete);
  REQUIRE(stored.param("x"));
  CHECK(std::get<double>(*stored.param("x")) == x);
  CHECK(stored.intermediate_values == std::map<std::int64_t, double>{{1, 0.5}, {2, 0.75}});
  CHECK(stored.named_reports.at("accuracy").at(1) == 0.25);
  CHECK(stored.user_attrs.at("note") == Json("kept"));
  CHECK(stored.constraints.at("memory") == -1.0);
}
