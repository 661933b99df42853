// SPDX-License-Identifier: MIT
// `hone enqueue`: adds a trial with given parameters, to be run next.
#include <iostream>

#include "arguments.hpp"
#include "command.hpp"
#include "study_config.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone enqueue --config study.jsonc --param lr=0.01 --param optimizer=adam
  hone enqueue --storage sqlite:///study.db --params '{"lr": 0.01, "hidden": 64}'

Parameters that are not named are drawn by the sampler when the trial runs. A value is JSON, or a text if it is none.
With --config the study is created if it does not exist, and the values are checked against its space. Prints the number
of the trial.)";

struct Arguments {
  StudyConfigArguments study;
  std::vector<std::string> assignments;
  std::vector<std::string> objects;
  std::vector<std::string> user_attrs;
  bool skip_if_exists = false;
};

std::map<std::string, Json> attributes_from(const std::vector<std::string>& assignments) {
  std::map<std::string, Json> attributes;
  for (const std::string& text : assignments) {
    const auto [name, value] = split_assignment(text, "--user-attr");
    attributes[name] = json_or_text(value);
  }
  return attributes;
}

int enqueue(Context& context, const Arguments& arguments) {
  std::map<std::string, Choice> params = params_from(arguments.assignments, arguments.objects);
  const std::map<std::string, Json> attributes = attributes_from(arguments.user_attrs);
  const StudyOptions options = study_options(context, arguments.study);
  if (!options.space.empty()) fit_to_space(params, options.space);
  Study study = create_or_load(context, options, !arguments.study.config.empty());
  const std::optional<TrialNumber> number = study.enqueue_trial(params, attributes, arguments.skip_if_exists);
  if (number) {
    std::cout << *number << '\n';
  } else {
    std::cerr << "hone: a trial with these parameters exists already; nothing was added\n";
  }
  return exit_done;
}

}  // namespace

void add_enqueue_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("enqueue", "Add a trial with given parameters, to be run next");
  const auto arguments = std::make_shared<Arguments>();
  add_study_config_options(*command, arguments->study);
  command->add_option("--param", arguments->assignments, "One parameter (repeatable)")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--params", arguments->objects, "Parameters as a JSON object")
      ->type_name("JSON")
      ->expected(1)
      ->take_all();
  command->add_option("--user-attr", arguments->user_attrs, "An attribute of the trial (repeatable)")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  command->add_flag("--skip-if-exists", arguments->skip_if_exists,
                    "Do nothing if a trial has these parameters already");
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return enqueue(context, *arguments); }; });
}

}  // namespace hone::cli
