// SPDX-License-Identifier: MIT
// `hone trials`: the trials of a study.
#include <iostream>
#include <set>

#include "command.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone trials --storage sqlite:///study.db
  hone trials --storage sqlite:///study.db --state complete --last 10
  hone trials --storage sqlite:///study.db --format json | jq '.[] | select(.state == "PRUNED") | .params'

JSON is an array with, for each trial: number, state, values, params, intermediate_values, user_attrs, system_attrs,
datetime_start, datetime_complete (UTC, ISO 8601, or null). NaN and infinities are written as Python's json module does.)";

struct Arguments {
  StudyArguments study;
  Format format = Format::table;
  std::vector<std::string> states;
  std::optional<std::size_t> last;
};

std::vector<TrialState> states_from(const std::vector<std::string>& words) {
  std::vector<TrialState> states;
  for (const std::string& word : words) states.push_back(*trial_state_from(word));
  return states;
}

int trials(Context& context, const Arguments& arguments) {
  const Study study = context.load_study(arguments.study);
  std::vector<FrozenTrial> all = study.trials(states_from(arguments.states));
  if (arguments.last && *arguments.last < all.size()) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(*arguments.last));
  }
  if (arguments.format != Format::json) {
    const Detail detail = arguments.format == Format::csv ? Detail::wide : Detail::brief;
    print_listing(context, arguments.format, trial_listing(study, all, detail));
    return exit_done;
  }
  std::vector<Json> items;
  items.reserve(all.size());
  for (const FrozenTrial& trial : all) items.push_back(trial_json(trial));
  print_json_lines_array(std::cout, items);
  return exit_done;
}

}  // namespace

void add_trials_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("trials", "List the trials of a study");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  add_format_option(*command, arguments->format);
  command->add_option("--state", arguments->states, "Only trials in this state (repeatable)")
      ->type_name("STATE")
      ->expected(1)
      ->take_all()
      ->transform(
          CLI::IsMember(std::set<std::string>{"COMPLETE", "PRUNED", "FAIL", "RUNNING", "WAITING"}, CLI::ignore_case));
  command->add_option("--last", arguments->last, "Only the last N of them")->type_name("N")->check(non_negative);
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return trials(context, *arguments); }; });
}

}  // namespace hone::cli
