// SPDX-License-Identifier: MIT
// What every storage promises (storage.hpp), checked on each of them.
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <thread>

#include <hone/error.hpp>

#include "storage_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

constexpr int thread_count = 8;

// Runs `work(thread)` in threads that start together.
template <class Work>
void in_threads(const Work& work) {
  std::atomic<int> ready = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      ++ready;
      while (ready < thread_count) std::this_thread::yield();
      work(i);
    });
  }
}

}  // namespace

TEST_CASE("a study is found by its name, with its directions and the number of its trials") {
  const std::string kind = each_kind();
  Bench bench(kind, {Direction::minimize, Direction::maximize});
  CHECK_FALSE(bench.storage->find_study("nobody"));
  bench.reader.apply(running_trial());
  const std::optional<StudyRecord> record = bench.storage->find_study("study");
  REQUIRE(record);
  CHECK(record->id == bench.study);
  CHECK(record->directions == std::vector{Direction::minimize, Direction::maximize});
  CHECK(record->trials == 1);
  CHECK(record->first_start);
}

TEST_CASE("studies are listed in the order of their creation") {
  const std::string kind = each_kind();
  Bench bench(kind);
  bench.storage->create_study("b", {Direction::maximize});
  bench.storage->create_study("a", {Direction::minimize});
  std::vector<std::string> names;
  for (const StudyRecord& record : bench.storage->studies()) names.push_back(record.name);
  CHECK(names == std::vector<std::string>{"study", "b", "a"});
}

TEST_CASE("a name is taken once") {
  const std::string kind = each_kind();
  Bench bench(kind);
  CHECK_THROWS_AS(bench.storage->create_study("study", {Direction::minimize}), DuplicatedStudyError);
}

TEST_CASE("a deleted study is gone with its trials, and its name is free") {
  const std::string kind = each_kind();
  Bench bench(kind);
  StudyPatch patch = end_of(bench.reader.apply(running_trial()).number);
  patch.study_user_attrs.push_back({"key", "1"});
  bench.reader.apply(patch);
  bench.storage->delete_study(bench.study);
  CHECK_FALSE(bench.storage->find_study("study"));
  CHECK_THROWS_AS(bench.reader.apply(running_trial()), StorageError);
  CHECK_THROWS_AS(bench.reader.refresh(), StorageError);
  bench.storage->delete_study(bench.study);

  const StudyId fresh = bench.storage->create_study("study", {Direction::minimize});
  CHECK(fresh != bench.study);
  CHECK(bench.storage->find_study("study")->trials == 0);
  CHECK(bench.storage->study_attributes(fresh, AttributeKind::user).empty());
  Reader reader(*bench.storage, fresh);
  reader.refresh();
  CHECK(reader.history().horizon() == 0);
  CHECK(reader.apply(running_trial()).number == 0);
}

TEST_CASE("numbers are consecutive and unique under many threads") {
  const std::string kind = each_kind();
  Bench bench(kind);
  constexpr int each = 50;
  std::vector<std::vector<TrialNumber>> numbers(thread_count);
  in_threads([&](int thread) {
    Reader reader(*bench.storage, bench.study);
    for (int i = 0; i < each; ++i) {
      const std::string owner = std::to_string(thread);
      const ApplyResult claimed = reader.apply(running_trial(owner));
      numbers[static_cast<std::size_t>(thread)].push_back(claimed.number);
      reader.apply(end_of(claimed.number), owned_by(owner));
    }
  });
  std::set<TrialNumber> all;
  for (const auto& list : numbers) all.insert(list.begin(), list.end());
  CHECK(all.size() == thread_count * each);
  CHECK(*all.begin() == 0);
  CHECK(*all.rbegin() == thread_count * each - 1);
  bench.reader.refresh();
  CHECK(bench.reader.history().count(TrialState::complete) == thread_count * each);
}

TEST_CASE("a waiting trial is claimed once") {
  const std::string kind = each_kind();
  Bench bench(kind);
  constexpr int trials = 20;
  for (int i = 0; i < trials; ++i) bench.reader.apply(waiting_trial());
  std::atomic<int> claimed = 0;
  in_threads([&](int thread) {
    Reader reader(*bench.storage, bench.study);
    reader.refresh();
    for (int i = 0; i < trials; ++i) {
      if (reader.apply(claim_of(i, std::to_string(thread)), in_state(TrialState::waiting))) ++claimed;
    }
  });
  CHECK(claimed == trials);
}

TEST_CASE("the budget is never exceeded") {
  const std::string kind = each_kind();
  Bench bench(kind);
  constexpr std::int64_t budget = 100;
  in_threads([&](int thread) {
    Reader reader(*bench.storage, bench.study);
    const std::string owner = std::to_string(thread);
    while (const ApplyResult claimed = reader.apply(running_trial(owner), within(budget))) {
      reader.apply(end_of(claimed.number), owned_by(owner));
    }
  });
  bench.reader.refresh();
  CHECK(bench.reader.history().horizon() == budget);
}

TEST_CASE("waiting trials fill the budget of new ones and leave room for their own claim") {
  const std::string kind = each_kind();
  Bench bench(kind);
  REQUIRE(bench.reader.apply(running_trial("a"), within(2)));
  REQUIRE(bench.reader.apply(waiting_trial()));
  CHECK(bench.reader.apply(running_trial("b"), within(2)).refusal == Refusal::budget_spent);
  CHECK(bench.reader.apply(claim_of(1), within(1)).refusal == Refusal::budget_spent);
  CHECK(bench.reader.apply(claim_of(1), within(2)));
}

TEST_CASE("a write by another owner is refused as a whole") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial("first")).number;
  StudyPatch patch = change_of(number);
  const Distribution distribution = FloatDistribution{0.0, 1.0};
  patch.trial.params.push_back({"x", &distribution, 0.5});
  patch.study_user_attrs.push_back({"key", "1"});
  patch.facts.push_back({"fact", "1", ""});
  CHECK(bench.reader.apply(patch, owned_by("second")).refusal == Refusal::not_the_owner);
  CHECK(bench.reader.history().suggested(number).empty());
  CHECK(bench.storage->study_attributes(bench.study, AttributeKind::user).empty());
  CHECK(bench.reader.facts.empty());
  CHECK(bench.reader.apply(patch, owned_by("first")));
  CHECK(bench.reader.history().suggested(number).size() == 1);
}

TEST_CASE("a trial that was taken over refuses its old owner") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial("first")).number;
  StudyPatch takeover = change_of(number);
  takeover.trial.owner = OwnerRecord{"second", 1, 1, 4, 3};
  takeover.trial.new_attempt = true;
  REQUIRE(bench.reader.apply(takeover, owned_by("first")));
  CHECK(bench.reader.apply(end_of(number), owned_by("first")).refusal == Refusal::not_the_owner);
  const History::Owner owner = bench.reader.history().owner(number).value();
  CHECK(owner.token == "second");
  CHECK(owner.attempt == 1);
  CHECK(owner.crashes == 1);
  CHECK(owner.furthest_step == 4);
  CHECK(owner.paused_at == 3);
  CHECK(bench.reader.apply(end_of(number), owned_by("second")));
}

TEST_CASE("a trial without an owner record is nobody's, also not of an empty token") {
  const std::string kind = each_kind();
  Bench bench(kind);
  bench.reader.apply(waiting_trial());
  CHECK(bench.reader.apply(end_of(0), owned_by("")).refusal == Refusal::not_the_owner);
}

TEST_CASE("a write that expects another state is refused") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial()).number;
  CHECK(bench.reader.apply(claim_of(number), in_state(TrialState::waiting)).refusal == Refusal::wrong_state);
}

TEST_CASE("a trial that does not exist is refused") {
  const std::string kind = each_kind();
  Bench bench(kind);
  CHECK(bench.reader.apply(end_of(0)).refusal == Refusal::no_such_trial);
  CHECK(bench.reader.apply(end_of(-1)).refusal == Refusal::no_such_trial);
}

TEST_CASE("a finished trial is immutable") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial("owner")).number;
  REQUIRE(bench.reader.apply(end_of(number, 1.0)));
  StudyPatch late = end_of(number, 2.0);
  late.trial.user_attrs.push_back({"key", "1"});
  CHECK(bench.reader.apply(late, owned_by("owner")).refusal == Refusal::trial_finished);
  CHECK(bench.reader.history().values(number)[0] == 1.0);
  CHECK(bench.storage->trial_attributes(bench.study, number, AttributeKind::user).empty());
}

TEST_CASE("a trial is not created twice with the same system attribute") {
  const std::string kind = each_kind();
  Bench bench(kind);
  StudyPatch patch = waiting_trial();
  patch.trial.system_attrs.push_back({"fixed_params", R"({"x": 1})"});
  Preconditions absent;
  absent.absent_system_attr = AttributeRecord{"fixed_params", R"({"x": 1})"};
  CHECK(bench.reader.apply(patch, absent));
  CHECK(bench.reader.apply(patch, absent).refusal == Refusal::present_already);
  patch.trial.system_attrs[0].json = R"({"x": 2})";
  absent.absent_system_attr = patch.trial.system_attrs[0];
  CHECK(bench.reader.apply(patch, absent));
  CHECK(bench.reader.history().horizon() == 2);
}

TEST_CASE("NaN is refused as a final value") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial()).number;
  CHECK_THROWS_AS(bench.reader.apply(end_of(number, std::nan(""))), StorageError);
  bench.reader.refresh();
  CHECK(bench.reader.history().state(number) == TrialState::running);
}

TEST_CASE("the first fact of a key wins, and every reader is told it once") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const std::unique_ptr<Reader> other = bench.other_reader();
  CHECK(bench.reader.apply(fact("seed", "1")));
  CHECK(other->apply(fact("seed", "2")));
  CHECK(other->facts["seed"] == "1");
  CHECK(other->apply(fact("generation", "[0, 1]", "0-1")));
  bench.reader.refresh();
  bench.reader.refresh();
  other->refresh();
  CHECK(bench.reader.facts["seed"] == "1");
  CHECK(bench.reader.fact_order == std::vector<std::string>{"seed", "generation"});
  CHECK(other->fact_order == std::vector<std::string>{"seed", "generation"});
}

TEST_CASE("facts are published once under many threads") {
  const std::string kind = each_kind();
  Bench bench(kind);
  std::vector<std::string> winners(thread_count);
  in_threads([&](int thread) {
    Reader reader(*bench.storage, bench.study);
    const std::string mine = std::to_string(thread);
    reader.apply(fact("who", mine));
    winners[static_cast<std::size_t>(thread)] = reader.facts["who"];
  });
  CHECK(std::set<std::string>(winners.begin(), winners.end()).size() == 1);
}

TEST_CASE("attributes are kept, and replaced by a later value") {
  const std::string kind = each_kind();
  Bench bench(kind);
  StudyPatch patch = running_trial();
  patch.trial.user_attrs = {{"note", R"("a")"}};
  patch.trial.system_attrs = {{"hone:x", "1"}};
  patch.study_user_attrs = {{"s", "1"}};
  patch.study_system_attrs = {{"study:metric_names", R"(["loss"])"}};
  bench.reader.apply(patch);
  StudyPatch second = change_of(0);
  second.trial.user_attrs = {{"note", R"("b")"}};
  second.study_user_attrs = {{"s", "2"}};
  bench.reader.apply(second);
  const auto& storage = bench.storage;
  CHECK(storage->trial_attributes(bench.study, 0, AttributeKind::user) == std::vector<Attribute>{{"note", R"("b")"}});
  CHECK(storage->trial_attributes(bench.study, 0, AttributeKind::system) == std::vector<Attribute>{{"hone:x", "1"}});
  CHECK(storage->trial_attributes(bench.study, 7, AttributeKind::system).empty());
  CHECK(storage->study_attributes(bench.study, AttributeKind::user) == std::vector<Attribute>{{"s", "2"}});
  CHECK(storage->study_attributes(bench.study, AttributeKind::system) ==
        std::vector<Attribute>{{"study:metric_names", R"(["loss"])"}});
}

TEST_CASE("all trials' attributes come in the order of numbers, and the visitor may write") {
  const std::string kind = each_kind();
  Bench bench(kind);
  for (int i = 0; i < 5; ++i) {
    StudyPatch patch = running_trial();
    const std::string json = std::to_string(i);
    if (i != 2) patch.trial.user_attrs = {{"i", json}};
    bench.reader.apply(patch);
  }
  std::vector<TrialNumber> numbers;
  bench.storage->for_each_trial_attribute(bench.study, AttributeKind::user,
                                          [&](TrialNumber number, std::string_view key, std::string_view json) {
                                            CHECK(key == "i");
                                            CHECK(json == std::to_string(number));
                                            numbers.push_back(number);
                                            bench.reader.apply(waiting_trial());
                                          });
  CHECK(numbers == std::vector<TrialNumber>{0, 1, 3, 4});
}

TEST_CASE("the origin of a trial is kept for replay") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial()).number;
  StudyPatch start = change_of(number);
  start.trial.start = StartRecord{"sampler:1", "", "3;1;2", {}};
  bench.reader.apply(start);
  StudyPatch draw = change_of(number);
  draw.trial.draws = {{"y", "4;;"}, {"x", "5;1-2;"}};
  bench.reader.apply(draw);
  bench.reader.apply(end_of(number));
  bench.reader.apply(end_of(bench.reader.apply(running_trial()).number));

  const auto provenance = bench.storage->provenance(bench.study, number);
  REQUIRE(provenance);
  CHECK(provenance->config == "sampler:1");
  CHECK(provenance->visible_set == "3;1;2");
  CHECK(provenance->draws == std::vector<std::pair<std::string, std::string>>{{"y", "4;;"}, {"x", "5;1-2;"}});
  const auto without = bench.storage->provenance(bench.study, 1);
  REQUIRE(without);
  CHECK(without->config.empty());
  CHECK(without->visible_set.empty());
  CHECK_FALSE(bench.storage->provenance(bench.study, 2));
}
