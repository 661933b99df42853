// SPDX-License-Identifier: MIT
// `hone tell`: ends a trial that was asked for.
#include <iostream>
#include <set>

#include "arguments.hpp"
#include "command.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone tell 0 1.25 --storage sqlite:///study.db --lease TOKEN
  hone tell 1 0.9 120 --storage sqlite:///study.db        (two directions)
  hone tell 2 --state fail --reason "no material" --storage sqlite:///study.db

One value an objective makes the trial COMPLETE. The lease is what 'hone ask' printed; with it, a trial that was given
to somebody else in the meantime is refused.)";

struct Arguments {
  StudyArguments study;
  TrialNumber number = 0;
  std::vector<std::string> values;
  std::string state;
  std::string lease;
  std::string reason;
  bool skip_if_finished = false;
};

std::optional<Values> values_from(const Arguments& arguments, std::size_t objectives) {
  std::vector<double> values;
  for (const std::string& text : arguments.values) {
    const std::optional<double> value = real_from(text);
    if (!value) throw ConfigError("'" + text + "' is no number", "VALUE");
    values.push_back(*value);
  }
  const bool needs_values = arguments.state.empty() || arguments.state == "COMPLETE";
  if (values.empty() && !needs_values) return std::nullopt;
  if (values.size() != objectives) {
    throw ConfigError("the study has " + std::to_string(objectives) + (objectives == 1 ? " objective" : " objectives") +
                          ", but " + std::to_string(values.size()) +
                          (values.size() == 1 ? " value was" : " values were") + " given" +
                          (values.empty() ? "; give them, or --state fail or --state pruned" : ""),
                      "VALUE");
  }
  return Values(std::move(values));
}

int tell(Context& context, const Arguments& arguments) {
  Study study = context.load_study(arguments.study);
  TellOptions options;
  if (!arguments.state.empty()) options.state = trial_state_from(arguments.state);
  options.owner_token = arguments.lease;
  options.skip_if_finished = arguments.skip_if_finished;
  options.fail_reason = arguments.reason;
  const FrozenTrial trial = study.tell(arguments.number, values_from(arguments, study.directions().size()), options);
  std::cerr << "hone: trial " << trial.number << " is " << to_string(trial.state);
  for (std::size_t i = 0; i < trial.values.size(); ++i)
    std::cerr << (i == 0 ? " with " : ", ") << short_number(trial.values[i]);
  std::cerr << '\n';
  return exit_done;
}

}  // namespace

void add_tell_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("tell", "End a trial with its value");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  command->add_option("NUMBER", arguments->number, "The trial's number")->required()->check(non_negative);
  command->add_option("VALUE", arguments->values, "One value an objective");
  command->add_option("--state", arguments->state, "complete (default), pruned or fail")
      ->type_name("STATE")
      ->transform(CLI::IsMember(std::set<std::string>{"COMPLETE", "PRUNED", "FAIL"}, CLI::ignore_case));
  command->add_option("--lease", arguments->lease, "The token that 'hone ask' printed")->type_name("TOKEN");
  command->add_option("--reason", arguments->reason, "Kept with a trial that failed")->type_name("TEXT");
  command->add_flag("--skip-if-finished", arguments->skip_if_finished, "Do nothing if the trial has ended already");
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return tell(context, *arguments); }; });
}

}  // namespace hone::cli
