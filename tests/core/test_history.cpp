// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <hone/history.hpp>
#include <hone/visible_set.hpp>

using namespace hone;

namespace {
const Distribution unit = FloatDistribution{0.0, 1.0};

TrialPatch started(const char* name, double value) {
  TrialPatch patch;
  patch.state = TrialState::running;
  patch.start = StartRecord{};
  patch.start->relative.push_back({name, &unit, value});
  return patch;
}

TrialPatch completed(double value) {
  TrialPatch patch;
  patch.state = TrialState::complete;
  patch.values = {value};
  return patch;
}
}  // namespace

TEST_CASE("a running trial shows what it started with, and not what it suggests later") {
  History history(1);
  history.apply(0, started("x", 0.25));
  TrialPatch later;
  later.params.push_back({"y", &unit, 0.75});
  history.apply(0, later);
  const ParameterId x = *history.find_parameter("x");
  const ParameterId y = *history.find_parameter("y");
  CHECK(history.pending(0));
  CHECK(history.value(0, x) == 0.25);
  CHECK(std::isnan(history.value(0, y)));
  CHECK(history.suggested(0).size() == 1);

  history.apply(0, completed(1.0));
  // x was drawn but never asked for.
  CHECK(std::isnan(history.value(0, x)));
  CHECK(history.value(0, y) == 0.75);
  CHECK(history.values(0)[0] == 1.0);
  CHECK(history.parameters(0).size() == 1);
}

TEST_CASE("finished trials are immutable") {
  History history(1);
  history.apply(0, completed(1.0));
  history.apply(0, completed(2.0));
  CHECK(history.values(0)[0] == 1.0);
  CHECK(history.count(TrialState::complete) == 1);
  CHECK(history.unfinished().empty());
}

TEST_CASE("running and waiting trials are listed apart, in order") {
  History history(1);
  TrialPatch waiting;
  waiting.state = TrialState::waiting;
  for (const TrialNumber n : {0, 2, 5, 3}) history.apply(n, waiting);
  CHECK(history.last_finished() == -1);
  for (const TrialNumber n : {4, 1}) history.apply(n, started("x", 0.1));
  const auto lists = [&history] {
    const auto running = history.running_trials();
    const auto& queue = history.waiting_trials();
    return std::pair(std::vector<std::uint32_t>(running.begin(), running.end()),
                     std::vector<std::uint32_t>(queue.begin(), queue.end()));
  };
  using Numbers = std::vector<std::uint32_t>;
  CHECK(lists() == std::pair(Numbers{1, 4}, Numbers{0, 2, 3, 5}));
  CHECK(history.unfinished() == Numbers{0, 1, 2, 3, 4, 5});
  history.apply(0, started("x", 0.2));
  history.apply(3, started("x", 0.2));
  CHECK(lists() == std::pair(Numbers{0, 1, 3, 4}, Numbers{2, 5}));
  history.apply(3, completed(1.0));
  history.apply(2, completed(1.0));
  CHECK(lists() == std::pair(Numbers{0, 1, 4}, Numbers{5}));
  CHECK(history.last_finished() == 3);
}

TEST_CASE("what changed since a revision is told, trial by trial") {
  History history(1);
  history.apply(0, started("x", 0.1));
  const std::size_t revision = history.revision();
  CHECK(history.changes_since(revision).empty());
  history.apply(1, started("x", 0.2));
  history.apply(0, completed(0.0));
  const auto changes = history.changes_since(revision);
  REQUIRE(changes.size() == 2);
  CHECK(changes[0] == 1);
  CHECK(changes[1] == 0);
}

TEST_CASE("numbers that have not been seen are unknown") {
  History history(1);
  history.apply(3, completed(0.0));
  CHECK(history.horizon() == 4);
  CHECK_FALSE(history.known(1));
  CHECK(history.finished(3));
}

TEST_CASE("reports are kept in order of steps, the first of a step counts, a new attempt drops them") {
  History history(1);
  TrialPatch patch = started("x", 0.0);
  patch.reports = {{"", 5, 0.5}, {"", 1, 0.1}, {"", 5, 9.9}, {"accuracy", 1, 0.7}};
  history.apply(0, patch);
  REQUIRE(history.reports(0).size() == 2);
  CHECK(history.reports(0)[0].step == 1);
  CHECK(history.reports(0)[1].value == 0.5);
  CHECK(history.reports(0, *history.find_metric("accuracy")).size() == 1);
  TrialPatch again;
  again.new_attempt = true;
  history.apply(0, again);
  CHECK(history.reports(0).empty());
}

TEST_CASE("a cohort has its own changes") {
  History history(1);
  for (TrialNumber n = 0; n < 6; ++n) {
    TrialPatch patch = started("x", 0.0);
    patch.start->cohort = n % 2 == 0 ? "even" : "odd";
    history.apply(n, patch);
    history.apply(n, completed(0.0));
  }
  const auto odd = history.cohort_changes(*history.find_cohort("odd"));
  REQUIRE(odd.size() == 6);
  for (const std::uint32_t n : odd) CHECK(n % 2 == 1);
}

TEST_CASE("spans of a column stay valid while it grows") {
  History history(1);
  for (TrialNumber n = 0; n < 10; ++n) {
    TrialPatch patch = started("x", static_cast<double>(n));
    history.apply(n, patch);
  }
  const auto chunk = history.column(*history.find_parameter("x")).chunk(0);
  for (TrialNumber n = 10; n < 5000; ++n) history.apply(n, started("x", 0.0));
  for (std::size_t n = 0; n < 10; ++n) CHECK(chunk[n] == static_cast<double>(n));
}

TEST_CASE("a visible set is written shortly and read back") {
  const VisibleSet set{12, {3, 7, 8, 9}, {10, 11}};
  CHECK(to_text(set) == "12;3,7-9;10-11");
  CHECK(visible_set_from(to_text(set)) == set);
  CHECK(visible_set_from("5;;") == VisibleSet{5, {}, {}});
  CHECK_FALSE(visible_set_from("5;1-"));
  CHECK_FALSE(visible_set_from("nonsense"));
  CHECK(set.sees_finished(2));
  CHECK_FALSE(set.sees_finished(8));
  CHECK_FALSE(set.sees_finished(10));
  CHECK_FALSE(set.sees_finished(12));
  CHECK(set.finished_count() == 6);
}

TEST_CASE("equal distributions are kept once, however many others there are") {
  History history(1);
  std::vector<Distribution> all;
  for (int i = 0; i < 500; ++i) all.emplace_back(FloatDistribution{0.0, 1.0 + i});
  all.emplace_back(FloatDistribution{0.0, 1.0, false, 0.5});
  all.emplace_back(IntDistribution{0, 1});
  all.emplace_back(CategoricalDistribution{{std::string("a"), true}});
  all.emplace_back(CategoricalDistribution{{std::string("a"), std::nan("")}});
  std::vector<DistributionId> ids;
  for (const Distribution& distribution : all) ids.push_back(history.intern_distribution(distribution));
  CHECK(history.distribution_count() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(history.intern_distribution(all[i]) == ids[i]);
  CHECK(history.intern_distribution(FloatDistribution{-0.0, 1.0}) == ids[0]);
}
