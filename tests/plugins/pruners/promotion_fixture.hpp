// SPDX-License-Identifier: MIT
// What the tests of promotion share: studies whose pruner promotes, and an objective that saves its state.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "pruner_fixture.hpp"

namespace hone::test {

inline StudyOptions promoting(Json::Object more = {}) {
  StudyOptions options;
  options.name = "promotion";
  options.seed = 5;
  options.sampler = {"random"};
  options.load_if_exists = true;
  Json::Object pruner{{"min_resource", 1}, {"reduction_factor", 3}, {"promotion", true}};
  for (auto& member : more) pruner.push_back(std::move(member));
  options.pruner = {"successive_halving", Json(std::move(pruner))};
  return options;
}

struct Database {
  Database() { remove(); }
  ~Database() { remove(); }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  }
  PluginSpec spec() const { return {"sqlite", Json(Json::Object{{"target", file.string()}})}; }
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("hone_promotion_" + std::to_string(::getpid()) + ".db");
};

// A run of 27 steps that keeps its state when it is paused, as a program with checkpoints does.
struct Training {
  struct Run {
    TrialNumber number;
    std::int64_t from, to;
  };
  std::map<TrialNumber, std::int64_t> checkpoints{};
  std::vector<Run> runs{};
  bool resumes_where_it_was = true;

  double operator()(Trial& trial) {
    const double x = trial.suggest_float("x", 0.0, 1.0);
    const std::int64_t from = trial.resume_step().value_or(0);
    resumes_where_it_was = resumes_where_it_was && from == checkpoints[trial.number()];
    runs.push_back({trial.number(), from, from});
    for (std::int64_t step = from + 1; step <= 27; ++step) {
      trial.report(x + 1.0 / static_cast<double>(step), step);
      runs.back().to = checkpoints[trial.number()] = step;
      // After the last step there is nothing left to save.
      if (step < 27 && trial.should_prune()) throw TrialPruned();
    }
    return x;
  }
};

inline OptimizeOptions up_to(std::int64_t budget) {
  OptimizeOptions options;
  options.budget = budget;
  return options;
}

inline std::string paused_attribute(const FrozenTrial& trial) {
  const auto found = trial.system_attrs.find("hone:paused");
  return found == trial.system_attrs.end() ? "" : to_json_text(found->second);
}

// Three trials that report 0, 1 and 2 at step 1 and are paused there.
inline void pause_three(Study& study) {
  for (int i = 0; i < 3; ++i) {
    Trial trial = study.ask();
    trial.report(static_cast<double>(i), 1);
    CHECK(trial.should_prune());
    study.tell(trial, TrialState::pruned);
  }
}

}  // namespace hone::test
