// SPDX-License-Identifier: MIT
// hone's half of the comparison with Optuna (optuna_interop.py): writes studies, and works in one.
//
//   optuna_study write FILE                    the studies "all" and "several", with everything that a trial can hold
//   optuna_study work FILE STUDY TRIALS SEED   runs trials of a study that may be anybody's
#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include <hone/hone.hpp>

using namespace hone;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

StudyOptions options_of(const std::string& file, const std::string& name) {
  StudyOptions options;
  options.name = name;
  options.storage = storage_spec_from_url("sqlite:///" + file);
  options.sampler = PluginSpec{"random"};
  options.pruner = PluginSpec{"nop"};
  options.seed = 1;
  return options;
}

Distribution a_float(double low, double high, bool log = false, std::optional<double> step = {}) {
  return FloatDistribution{low, high, log, step};
}
Distribution an_int(std::int64_t low, std::int64_t high, bool log = false, std::int64_t step = 1) {
  return IntDistribution{low, high, log, step};
}

// Every kind of parameter, report, attribute and constraint; a choice of each type is taken once.
void add_full_trials(Study& study) {
  const Distribution choices = CategoricalDistribution{{Choice("text"), Choice(std::int64_t{7}), Choice(2.5),
                                                        Choice(true), Choice(std::monostate{}), Choice(-infinity)}};
  const std::string long_text = [] {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "\u00e9\u6f22\U0001f600";
    return text;
  }();
  for (const Choice& choice : std::get<CategoricalDistribution>(choices).choices) {
    FrozenTrial trial;
    trial.state = TrialState::complete;
    trial.values = {-1e300};
    trial.params = {{"f", a_float(-1.5, 2.5), 0.30000000000000004},
                    {"log", a_float(1e-5, 1.0, true), 1.2345678901234567e-4},
                    {"step", a_float(0.0, 1.0, false, 0.1), 0.30000000000000004},
                    {"i", an_int(-5, 10), std::int64_t{-3}},
                    {"i step", an_int(1, 9, false, 2), std::int64_t{5}},
                    {"i log", an_int(1, 1024, true), std::int64_t{1000}},
                    {"i big", an_int(0, max_exact_int), max_exact_int},
                    {"c", choices, choice}};
    trial.intermediate_values = {{0, 1.5}, {3, not_a_number}, {7, infinity}, {9, -infinity}};
    trial.user_attrs = {{"long", long_text}, {"list", Json::Array{1, 2.5, nullptr, true, "x", not_a_number, infinity}}};
    trial.user_attrs.emplace("\u540d\u524d \"quoted\"", Json::Object{{"k", Json::Object{{"deep", -infinity}}}});
    trial.system_attrs = {{"ours:note", Json("a")}};
    trial.constraints = {{"memory", -0.5}, {"latency", 1.25}, {"\u00fc", -infinity}};
    study.add_trial(trial);
  }
}

void add_finished(Study& study, TrialState state, std::vector<double> values) {
  FrozenTrial trial;
  trial.state = state;
  trial.values = std::move(values);
  if (state == TrialState::pruned) trial.intermediate_values = {{2, 0.25}};
  study.add_trial(trial);
}

void write(const std::string& file) {
  Study all = Study::create(options_of(file, "all"));
  all.set_user_attr("who", "hone \u00e9");
  all.set_metric_names({"loss"});
  add_full_trials(all);
  add_finished(all, TrialState::complete, {infinity});
  add_finished(all, TrialState::complete, {-infinity});
  add_finished(all, TrialState::pruned, {0.25});
  add_finished(all, TrialState::pruned, {});
  add_finished(all, TrialState::fail, {});
  all.enqueue_trial({{"x", 0.5}, {"kind", std::monostate{}}}, {{"why", "asked"}});
  AskOptions lease;
  lease.distributions = {{"x", a_float(0.0, 1.0)}, {"kind", CategoricalDistribution{{std::monostate{}, Choice("b")}}}};
  Trial told = all.ask(lease);
  told.report(0.75, 1);
  all.tell(told, 0.5);
  Trial running = all.ask(lease);
  running.report(0.125, 4);
  running.set_user_attr("state", "running");
  running.flush();
  all.enqueue_trial({{"x", 0.25}});

  StudyOptions options = options_of(file, "several");
  options.directions = {Direction::minimize, Direction::maximize, Direction::minimize};
  Study several = Study::create(options);
  several.set_metric_names({"lat", "acc", "size"});
  add_finished(several, TrialState::complete, {1.0, infinity, -0.0});
  add_finished(several, TrialState::complete, {-infinity, 5e-324, 1.7976931348623157e308});
}

void work(const std::string& file, const std::string& name, std::int64_t trials, std::uint64_t seed) {
  StudyOptions options = options_of(file, name);
  options.sampler = PluginSpec{"tpe"};
  options.pruner = PluginSpec{"median"};
  options.seed = seed;
  Study study = Study::load(options);
  study.optimize(
      [](Trial& trial) -> Values {
        const double x = trial.suggest_float("x", -5.0, 5.0);
        const auto n = static_cast<double>(trial.suggest_int("n", 1, 10));
        const double penalty = trial.suggest_categorical("kind", {"a", "b"}) == "a" ? 0.0 : 1.0;
        trial.set_user_attr("worker", "hone");
        for (std::int64_t step = 0; step < 3; ++step) {
          trial.report(x * x + n + penalty + static_cast<double>(step), step);
          if (trial.should_prune()) throw TrialPruned();
        }
        return x * x + n + penalty;
      },
      trials);
}

}  // namespace

int main(int count, char** words) try {
  const std::string command = count > 2 ? words[1] : "";
  if (command == "write" && count == 3) {
    write(words[2]);
  } else if (command == "work" && count == 6) {
    work(words[2], words[3], std::stoll(words[4]), std::stoull(words[5]));
  } else {
    std::cerr << "usage: optuna_study write FILE | work FILE STUDY TRIALS SEED\n";
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "optuna_study: " << error.what() << '\n';
  return 1;
}
