// SPDX-License-Identifier: MIT
// Decisions about random histories, against those of Optuna 5.0.0 (make_decision_reference.py).
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "pruner_fixture.hpp"

namespace hone::test {

/// A trial that begins, in the cohort that the pruner gives it, as in a real study.
inline void start(FakeStudy& study, Pruner& pruner, TrialNumber number) {
  const std::string cohort = pruner.cohort(study, TrialView(number)).value_or("");
  TrialPatch patch;
  patch.state = TrialState::running;
  patch.start = StartRecord{};
  patch.start->cohort = cohort;
  study.writable_history().apply(number, patch);
}

/// One case of a reference file.
class DecisionCase {
 public:
  DecisionCase(const std::string& pruner, std::istringstream& words, bool fresh_for_each_decision)
      : name_(pruner), fresh_(fresh_for_each_decision) {
    std::string direction, options;
    words >> direction;
    std::getline(words, options);
    directions_ = {direction == "maximize" ? Direction::maximize : Direction::minimize};
    options_ = *registry().host().parse_json(options).as_object();
    study_ = std::make_unique<FakeStudy>(directions_);
    pruner_ = make_pruner(name_, options_, directions_);
  }

  /// Whether the event was as in the reference.
  bool play(const std::string& kind, std::istringstream& words, int& decisions) {
    TrialNumber number = 0;
    words >> number;
    if (kind == "start") start(*study_, *pruner_, number);
    if (kind == "end") end(number, words);
    return kind != "report" || decide(number, words, decisions);
  }

 private:
  void end(TrialNumber number, std::istringstream& words) {
    std::string state;
    TrialPatch patch;
    double value = 0.0;
    words >> state;
    patch.state = *trial_state_from(state);
    if (words >> value) patch.values = {value};
    study_->writable_history().apply(number, patch);
  }

  bool decide(TrialNumber number, std::istringstream& words, int& decisions) {
    std::int64_t step = 0;
    std::string value, decision;
    words >> step >> value >> decision;
    report(*study_, number, step, std::strtod(value.c_str(), nullptr));
    if (fresh_) pruner_ = make_pruner(name_, options_, directions_);
    const bool pruned = pruner_->should_prune(*study_, TrialView(number));
    if (decision == "-") return true;
    ++decisions;
    return pruned == (decision == "1");
  }

  std::string name_;
  bool fresh_;
  std::vector<Direction> directions_;
  Json::Object options_;
  std::unique_ptr<FakeStudy> study_;
  std::shared_ptr<Pruner> pruner_;
};

/// Plays PRUNER_reference.txt. `fresh_for_each_decision`: by a new pruner each time, as a new process would have.
inline void check_decisions(const std::string& pruner, bool fresh_for_each_decision) {
  std::ifstream file(HONE_PRUNER_REFERENCES + ("/" + pruner) + "_reference.txt");
  REQUIRE(file);
  std::unique_ptr<DecisionCase> current;
  int line_number = 0, decisions = 0;
  for (std::string line; std::getline(file, line);) {
    ++line_number;
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    INFO(pruner << "_reference.txt, line " << line_number << ": " << line);
    if (kind == "case") {
      current = std::make_unique<DecisionCase>(pruner, words, fresh_for_each_decision);
    } else if (kind != "#") {
      CHECK(current->play(kind, words, decisions));
    }
  }
  CHECK(decisions > 1000);
}

}  // namespace hone::test
