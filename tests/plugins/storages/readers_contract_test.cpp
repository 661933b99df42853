// SPDX-License-Identifier: MIT
// What every storage promises (storage.hpp) to several readers of one study, checked on each of them.
#include <catch2/catch.hpp>

#include <hone/error.hpp>

#include "storage_fixture.hpp"

using namespace hone;
using namespace hone::test;

TEST_CASE("another reader sees a running trial by the patch that it started with, and what came later aside") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const Distribution unit = FloatDistribution{0.0, 1.0}, log = FloatDistribution{1e-5, 0.1, true};
  const Distribution whole = IntDistribution{1, 9, false, 2};
  const Distribution words = CategoricalDistribution{{Choice("a"), Choice(std::int64_t{1}), Choice()}};
  const TrialNumber number = bench.reader.apply(running_trial("owner")).number;
  StudyPatch start = change_of(number);
  start.trial.params = {{"x", &unit, 0.1}, {"lr", &log, 1e-5}};
  start.trial.start = StartRecord{"sampler:1", "bracket 2", "", {{"later", &whole, 7.0}, {"word", &words, 2.0}}};
  bench.reader.apply(start);
  StudyPatch late = change_of(number);
  late.trial.params = {{"later", &whole, 7.0}, {"own", &words, 1.0}};
  late.trial.reports = {{"", 3, std::nan("")}, {"", 1, 0.5}, {"accuracy", 1, 0.25}};
  bench.reader.apply(late);

  const std::unique_ptr<Reader> other = bench.other_reader();
  other->refresh();
  const History& history = other->history();
  REQUIRE(history.pending(number));
  CHECK(history.owner(number)->token == "owner");
  CHECK(history.cohort_name(history.cohort(number)) == "bracket 2");
  std::vector<std::pair<std::string, double>> visible;
  for (const ParameterId p : history.parameters(number)) {
    visible.emplace_back(history.parameter_name(p), history.value(number, p));
  }
  CHECK(visible ==
        std::vector<std::pair<std::string, double>>{{"later", 7.0}, {"word", 2.0}, {"x", 0.1}, {"lr", 1e-5}});
  std::vector<std::string> suggested;
  for (const History::Cell& cell : history.suggested(number))
    suggested.emplace_back(history.parameter_name(cell.parameter));
  CHECK(suggested == std::vector<std::string>{"x", "lr", "later", "own"});
  REQUIRE(history.relative(number).size() == 2);
  CHECK(history.distribution(history.relative(number)[0].distribution) == whole);
  CHECK(history.distribution(history.relative(number)[1].distribution) == words);
  const auto reports = history.reports(number);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].step == 1);
  CHECK(reports[0].value == 0.5);
  CHECK(std::isnan(reports[1].value));
  CHECK(history.reports(number, history.find_metric("accuracy").value())[0].value == 0.25);
}

TEST_CASE("another reader sees all of a finished trial") {
  const std::string kind = each_kind();
  Bench bench(kind, {Direction::minimize, Direction::maximize});
  const double infinity = std::numeric_limits<double>::infinity();
  const Distribution unit = FloatDistribution{0.0, 1.0};
  StudyPatch patch = running_trial();
  patch.trial.state = TrialState::complete;
  patch.trial.owner.reset();
  patch.trial.start_time = Timestamp(std::chrono::microseconds(1'700'000'000'123'456));
  patch.trial.complete_time = Timestamp(std::chrono::microseconds(1'700'000'001'000'001));
  patch.trial.values = {infinity, -2.5};
  patch.trial.params = {{"x", &unit, 0.3}};
  patch.trial.constraints = {{"memory", -1.0}, {"time", 2.0}};
  const TrialNumber number = bench.reader.apply(patch).number;
  const std::unique_ptr<Reader> other = bench.other_reader();
  other->refresh();
  const History& history = other->history();
  CHECK(history.state(number) == TrialState::complete);
  CHECK(history.start_time(number) == patch.trial.start_time);
  CHECK(history.complete_time(number) == patch.trial.complete_time);
  REQUIRE(history.values(number).size() == 2);
  CHECK(history.values(number)[0] == infinity);
  CHECK(history.values(number)[1] == -2.5);
  CHECK(history.total_violation(number) == 2.0);
  CHECK(history.constraint_name(history.constraints(number)[1].name) == "time");
  CHECK(history.value(number, history.find_parameter("x").value()) == 0.3);
}

TEST_CASE("a trial that was added RUNNING has no owner, for every reader, and keeps what it came with") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const Distribution unit = FloatDistribution{0.0, 1.0};
  StudyPatch patch = running_trial();
  patch.trial.owner.reset();
  patch.trial.params = {{"x", &unit, 0.3}};
  patch.trial.reports = {{"", 1, 0.5}};
  const TrialNumber number = bench.reader.apply(patch).number;
  const std::unique_ptr<Reader> other = bench.other_reader();
  other->refresh();
  for (Reader* reader : {&bench.reader, other.get()}) {
    reader->refresh();
    const History& history = reader->history();
    CHECK(history.state(number) == TrialState::running);
    CHECK_FALSE(history.owner(number));
    CHECK(history.suggested(number).size() == 1);
    CHECK(history.reports(number).size() == 1);
  }
  CHECK(other->apply(end_of(number), in_state(TrialState::running)));
  bench.reader.refresh();
  CHECK(bench.reader.history().finished(number));
}

TEST_CASE("a new attempt drops the reports of the earlier ones and keeps the parameters") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const Distribution unit = FloatDistribution{0.0, 1.0};
  const TrialNumber number = bench.reader.apply(running_trial("a")).number;
  StudyPatch patch = change_of(number);
  patch.trial.params = {{"x", &unit, 0.3}};
  patch.trial.reports = {{"", 0, 1.0}, {"accuracy", 0, 1.0}};
  bench.reader.apply(patch);
  StudyPatch again = change_of(number);
  again.trial.new_attempt = true;
  again.trial.owner = OwnerRecord{"b", 1, 1, 0};
  again.trial.reports = {{"", 0, 2.0}};
  bench.reader.apply(again);
  const std::unique_ptr<Reader> other = bench.other_reader();
  other->refresh();
  for (const History* history : {&bench.reader.history(), &other->history()}) {
    REQUIRE(history->reports(number).size() == 1);
    CHECK(history->reports(number)[0].value == 2.0);
    CHECK(history->reports(number, history->find_metric("accuracy").value_or(1)).empty());
    CHECK(history->suggested(number).size() == 1);
  }
}

TEST_CASE("the first report of a step counts") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const TrialNumber number = bench.reader.apply(running_trial()).number;
  for (const double value : {1.0, 2.0}) {
    StudyPatch patch = change_of(number);
    patch.trial.reports = {{"", 0, value}};
    bench.reader.apply(patch);
  }
  const std::unique_ptr<Reader> other = bench.other_reader();
  other->refresh();
  REQUIRE(other->history().reports(number).size() == 1);
  CHECK(other->history().reports(number)[0].value == 1.0);
}

TEST_CASE("times that a patch leaves out are the moment of the write") {
  const std::string kind = each_kind();
  Bench bench(kind);
  const Timestamp before = now();
  const TrialNumber number = bench.reader.apply(running_trial()).number;
  bench.reader.apply(end_of(number));
  bench.reader.apply(waiting_trial());
  const History& history = bench.reader.history();
  REQUIRE(history.start_time(number));
  REQUIRE(history.complete_time(number));
  CHECK(*history.start_time(number) >= before);
  CHECK(*history.complete_time(number) >= *history.start_time(number));
  CHECK_FALSE(history.start_time(number + 1));
}

TEST_CASE("a heartbeat has an age; a worker that never beat has none") {
  const std::string kind = each_kind();
  Bench bench(kind);
  CHECK_FALSE(bench.storage->heartbeat_age("worker"));
  bench.storage->heartbeat("worker");
  const auto age = bench.storage->heartbeat_age("worker");
  REQUIRE(age);
  CHECK(*age < std::chrono::seconds(30));
}

TEST_CASE("a cursor delivers exactly what has changed") {
  Bench bench("sqlite");
  const std::unique_ptr<Reader> other = bench.other_reader();
  using Events = std::vector<Reader::Event>;
  const auto seen = [&other] {
    other->events.clear();
    other->refresh();
    return other->events;
  };
  CHECK(seen().empty());
  bench.reader.apply(running_trial("a"));
  bench.reader.apply(waiting_trial());
  bench.reader.apply(waiting_trial());
  CHECK(seen() == Events{{0, true}, {1, true}, {2, true}});
  CHECK(seen().empty());
  StudyPatch report = change_of(0);
  report.trial.reports = {{"", 0, 1.0}};
  bench.reader.apply(report);
  CHECK(seen() == Events{{0, true}});
  bench.reader.apply(claim_of(2));
  CHECK(seen() == Events{{2, true}});
  bench.reader.apply(end_of(0));
  bench.reader.apply(fact("f", "1"));
  CHECK(seen() == Events{{0, true}});
  CHECK(other->facts.size() == 1);
  bench.storage->heartbeat("worker");
  CHECK(seen().empty());

  SECTION("its own writes come as it wrote them, after what others did") {
    bench.reader.apply(end_of(2));
    other->events.clear();
    other->apply(claim_of(1));
    CHECK(other->events == Events{{2, true}, {1, false}});
    CHECK(seen().empty());
  }
  SECTION("a refused write delivers what others did") {
    bench.reader.apply(claim_of(1));
    other->events.clear();
    CHECK(other->apply(claim_of(1), in_state(TrialState::waiting)).refusal == Refusal::wrong_state);
    CHECK(other->events == Events{{1, true}});
  }
}

TEST_CASE("two readers on one storage object see each other's writes") {
  Bench bench("sqlite");
  Reader other(*bench.storage, bench.study);
  bench.reader.apply(running_trial());
  other.refresh();
  CHECK(other.history().horizon() == 1);
  other.apply(end_of(0));
  bench.reader.refresh();
  CHECK(bench.reader.history().finished(0));
}
