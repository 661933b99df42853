// SPDX-License-Identifier: MIT
// `hone best`: the best trial, or the Pareto front.
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone best --storage sqlite:///study.db
  hone best --storage sqlite:///study.db --format json | jq .params

The best trial is the COMPLETE one with the best value that violates no constraint; of several directions, the Pareto
front is listed. JSON is one trial as in 'hone trials' (of several directions: an array). Exit code 1 if there is none.)";

struct Arguments {
  StudyArguments study;
  Format format = Format::table;
};

void print_one(const Context& context, const Study& study, const FrozenTrial& trial, Format format) {
  switch (format) {
    case Format::json: std::cout << to_pretty_json_text(trial_json(trial)) << '\n'; return;
    case Format::csv: print_listing(context, format, trial_listing(study, {trial}, Detail::wide)); return;
    case Format::table: print_trial(std::cout, study, trial); return;
  }
}

void print_front(const Context& context, const Study& study, const std::vector<FrozenTrial>& front, Format format) {
  if (format != Format::json) {
    print_listing(context, format, trial_listing(study, front, format == Format::csv ? Detail::wide : Detail::brief));
    return;
  }
  std::vector<Json> items;
  for (const FrozenTrial& trial : front) items.push_back(trial_json(trial));
  print_json_lines_array(std::cout, items);
}

int best(Context& context, const Arguments& arguments) {
  const Study study = context.load_study(arguments.study);
  const std::vector<FrozenTrial> front = study.best_trials();
  if (front.empty()) {
    throw Error("the study '" + study.name() +
                "' has no COMPLETE trial that violates no constraint, so none is best yet");
  }
  if (study.directions().size() > 1) {
    print_front(context, study, front, arguments.format);
  } else {
    print_one(context, study, study.best_trial().value_or(front.front()), arguments.format);
  }
  return exit_done;
}

}  // namespace

void add_best_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("best", "Print the best trial");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  add_format_option(*command, arguments->format);
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return best(context, *arguments); }; });
}

}  // namespace hone::cli
