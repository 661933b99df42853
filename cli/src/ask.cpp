// SPDX-License-Identifier: MIT
// `hone ask`: begins a trial whose objective is evaluated elsewhere.
#include <iostream>

#include <hone/distribution_json.hpp>
#include <hone/json_text.hpp>

#include "arguments.hpp"
#include "command.hpp"
#include "study_config.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone ask --config study.jsonc
  hone ask --storage sqlite:///study.db --study lab --direction minimize \
           --space '{"x": {"type": "float", "low": 0, "high": 10}}'
  hone tell 0 1.25 --storage sqlite:///study.db --study lab --lease TOKEN

Prints one JSON object a trial: its number, its params, and the lease token that 'hone tell' presents. The lease ends
after a day, or as --lease says; then the trial is given to the next who asks. A trial that a pruner had paused has a
"resume_step" too, the step of the checkpoint from which it goes on.)";

struct Arguments {
  StudyConfigArguments study;
  std::vector<std::string> directions;
  std::string space;
  std::string distributions;
  std::string sampler;
  std::optional<std::uint64_t> seed;
  std::string lease;
  std::size_t count = 1;
};

std::vector<Direction> directions_from(const std::vector<std::string>& words) {
  std::vector<Direction> directions;
  for (const std::string& word : words) {
    directions.push_back(word == "maximize" ? Direction::maximize : Direction::minimize);
  }
  return directions;
}

DeclaredSpace space_from(const std::string& text) {
  Json config;
  config.set("space", parse_json(text, "--space"));
  return parse_config(to_json_text(config), "--space").space;
}

AskOptions ask_options(const Arguments& arguments) {
  AskOptions options;
  if (!arguments.distributions.empty()) {
    options.distributions = distributions_from(arguments.distributions, "--distributions");
  }
  if (arguments.lease.empty()) return options;
  options.lease = duration_from(json_or_text(arguments.lease));
  if (!options.lease)
    throw ConfigError("'" + arguments.lease + "' is no duration; write 90s, 10m, 1.5h or 2d", "--lease");
  return options;
}

Study open_study(Context& context, const Arguments& arguments) {
  StudyOptions options = study_options(context, arguments.study);
  if (!arguments.space.empty()) options.space = space_from(arguments.space);
  if (!arguments.sampler.empty()) options.sampler = plugin_spec_from(json_or_text(arguments.sampler), "--sampler");
  if (arguments.seed) options.seed = arguments.seed;
  const bool may_create = !arguments.study.config.empty() || !arguments.directions.empty();
  if (!arguments.directions.empty()) options.directions = directions_from(arguments.directions);
  return create_or_load(context, options, may_create);
}

void print(const Trial& trial) {
  Json params = Json::Object{};
  for (const FrozenTrial::Param& param : trial.params()) params.set(param.name, to_json(param.value));
  Json result;
  result.set("number", trial.number());
  result.set("params", std::move(params));
  result.set("lease", trial.owner_token());
  if (const std::optional<std::int64_t> step = trial.resume_step()) result.set("resume_step", *step);
  std::cout << to_json_text(result) << '\n';
}

int ask(Context& context, const Arguments& arguments) {
  const AskOptions options = ask_options(arguments);
  Study study = open_study(context, arguments);
  const std::vector<Trial> trials = study.ask(arguments.count, options);
  for (const Trial& trial : trials) {
    if (trial.params().empty()) {
      context.logger->warning("trial " + std::to_string(trial.number()) +
                              " has no parameters; declare them with --space, --distributions or --config");
    }
    print(trial);
  }
  return exit_done;
}

}  // namespace

void add_ask_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("ask", "Begin a trial and print its parameters");
  const auto arguments = std::make_shared<Arguments>();
  add_study_config_options(*command, arguments->study);
  command->add_option("--space", arguments->space, "The parameters, as the section 'space' of a config")
      ->type_name("JSON");
  command
      ->add_option("--distributions", arguments->distributions,
                   "Parameters by name as a config or as Optuna writes distributions, suggested one by one")
      ->type_name("JSON");
  command->add_option("--sampler", arguments->sampler, "A sampler's name, or an object with \"plugin\" (default: tpe)")
      ->type_name("NAME|JSON");
  command
      ->add_option("--direction", arguments->directions,
                   "minimize or maximize, once an objective; creates the study if it does not exist")
      ->type_name("WORD")
      ->expected(1)
      ->take_all()
      ->check(CLI::IsMember({"minimize", "maximize"}));
  command->add_option("--seed", arguments->seed, "The seed of a study that is created")
      ->type_name("N")
      ->check(non_negative);
  command->add_option("--lease", arguments->lease, "How long the trial is kept for who asked (default: 1d)")
      ->type_name("DURATION");
  command->add_option("--count", arguments->count, "How many trials to begin, each with the earlier ones pending")
      ->type_name("N")
      ->check(positive);
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return ask(context, *arguments); }; });
}

}  // namespace hone::cli
