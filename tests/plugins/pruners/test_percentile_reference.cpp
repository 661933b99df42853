// SPDX-License-Identifier: MIT
// Decisions about random histories, against those of Optuna 5.0.0 (make_percentile_reference.py).
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

struct ReferenceReport {
  std::int64_t step = 0;
  double value = 0.0;
  bool pruned = false;
};

// STEP:VALUE or STEP:VALUE:DECISION; strtod also reads "nan".
ReferenceReport report_from(const std::string& word) {
  char* at = nullptr;
  ReferenceReport result;
  result.step = std::strtoll(word.c_str(), &at, 10);
  result.value = std::strtod(at + 1, &at);
  result.pruned = *at == ':' && at[1] == '1';
  return result;
}

std::vector<ReferenceReport> reports_from(std::istringstream& words) {
  std::vector<ReferenceReport> reports;
  for (std::string word; words >> word;) reports.push_back(report_from(word));
  return reports;
}

// One case of the file: a study, a pruner for it, and how many decisions agreed.
class Case {
 public:
  Case(std::istringstream& words, bool fresh_for_each_decision) : fresh_(fresh_for_each_decision) {
    std::string direction;
    std::int64_t startup = 0, warmup = 0, interval = 0, n_min = 0;
    double percentile = 0.0;
    words >> direction >> percentile >> startup >> warmup >> interval >> n_min;
    directions_ = {direction == "maximize" ? Direction::maximize : Direction::minimize};
    study_ = std::make_unique<FakeStudy>(directions_);
    options_ = {{"n_startup_trials", startup},
                {"n_warmup_steps", warmup},
                {"interval_steps", interval},
                {"n_min_trials", n_min}};
    name_ = percentile == 50.0 ? "median" : "percentile";
    if (percentile != 50.0) options_.emplace_back("percentile", percentile);
    pruner_ = make_pruner(name_, options_, directions_);
  }

  void add_trial(std::istringstream& words) {
    std::string state;
    words >> state;
    const TrialNumber number = study_->history()->horizon();
    TrialPatch patch;
    patch.state = TrialState::running;
    study_->writable_history().apply(number, patch);
    for (const ReferenceReport& r : reports_from(words)) report(*study_, number, r.step, r.value);
    if (const TrialState end = *trial_state_from(state); is_finished(end)) finish(*study_, number, end);
  }

  // The number of decisions that differ.
  int probe(std::istringstream& words, int& decisions) {
    const TrialNumber number = study_->history()->horizon();
    int wrong = 0;
    for (const ReferenceReport& r : reports_from(words)) {
      report(*study_, number, r.step, r.value);
      if (fresh_) pruner_ = make_pruner(name_, options_, directions_);
      wrong += pruner_->should_prune(*study_, TrialView(number)) != r.pruned ? 1 : 0;
      ++decisions;
    }
    return wrong;
  }

 private:
  bool fresh_;
  std::vector<Direction> directions_;
  std::string name_;
  Json::Object options_;
  std::unique_ptr<FakeStudy> study_;
  std::shared_ptr<Pruner> pruner_;
};

void check_against_reference(bool fresh_for_each_decision) {
  std::ifstream file(HONE_PERCENTILE_REFERENCE);
  REQUIRE(file);
  std::optional<Case> current;
  int line_number = 0, decisions = 0;
  for (std::string line; std::getline(file, line);) {
    ++line_number;
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "case") {
      current.emplace(words, fresh_for_each_decision);
    } else if (kind == "trial") {
      current->add_trial(words);
    } else if (kind == "probe") {
      INFO("line " << line_number << ": " << line);
      CHECK(current->probe(words, decisions) == 0);
    }
  }
  CHECK(decisions > 1000);
}

}  // namespace

TEST_CASE("median and percentile decide as Optuna does") { check_against_reference(false); }

TEST_CASE("a fresh pruner decides as one that has followed the study") { check_against_reference(true); }
