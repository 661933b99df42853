// SPDX-License-Identifier: MIT
// `hone trial`: what a program asks of the trial that it runs for, from any language that can start a command.
#include <cstdlib>
#include <iostream>
#include <memory>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "arguments.hpp"
#include "command.hpp"
#include "program/objective_config.hpp"
#include "program/trial_socket.hpp"

namespace hone::cli {
namespace {

/// The exit code of `hone trial report` that says: stop.
constexpr int exit_stop = 10;

constexpr const char* examples =
    R"(These commands work inside of a program that 'hone run' started, through HONE_TRIAL_SOCKET:
  lr=$(hone trial suggest float lr 1e-5 1e-1 --log)
  layers=$(hone trial suggest int layers 1 4)
  optimizer=$(hone trial suggest categorical optimizer sgd adam)
  hone trial report 3 0.25 || exit 0     exits with 10 when the trial is to stop, else with 0
  hone trial tell 0.125)";

struct Arguments {
  std::string name;
  std::string low;
  std::string high;
  std::string step;
  bool log = false;
  bool json = false;
  std::vector<std::string> choices;
  std::string number;
  std::string value;
  std::string metric;
  std::vector<std::string> values;
  std::string state;
  std::string reason;
};

double number_argument(const std::string& text, const std::string& what) {
  const std::optional<double> number = real_from(text);
  if (!number) throw ConfigError("expected a number, found '" + text + "'", what);
  return *number;
}

/// Integers stay integers.
Json bound(const std::string& text, const std::string& what) {
  const double number = number_argument(text, what);
  const Json json = json_or_text(text);
  return json.as_int() != nullptr ? json : Json(number);
}

Json ask(const Json& request) {
  const char* socket = std::getenv("HONE_TRIAL_SOCKET");
  if (socket == nullptr || *socket == '\0') {
    throw ConfigError(
        "there is no trial: HONE_TRIAL_SOCKET is not set. 'hone trial' works inside of a program that "
        "'hone run' started");
  }
  Json reply = ask_trial(socket, request);
  const Json* error = reply.find("error");
  if (error != nullptr) throw Error(error->as_string() == nullptr ? to_json_text(*error) : *error->as_string());
  return reply;
}

Json request_of(const char* type) {
  Json request;
  request.set("type", type);
  return request;
}

int suggest(const Arguments& arguments, const std::string& type) {
  Json distribution;
  distribution.set("type", type);
  if (type == "categorical") {
    Json::Array choices;
    for (const std::string& choice : arguments.choices) {
      choices.push_back(arguments.json ? json_or_text(choice) : Json(choice));
    }
    distribution.set("choices", std::move(choices));
  } else {
    distribution.set("low", bound(arguments.low, "LOW"));
    distribution.set("high", bound(arguments.high, "HIGH"));
    if (!arguments.step.empty()) distribution.set("step", bound(arguments.step, "--step"));
    if (arguments.log) distribution.set("log", true);
  }
  Json request = request_of("suggest");
  request.set("name", arguments.name);
  request.set("distribution", std::move(distribution));
  const Json reply = ask(request);
  const Json* value = reply.find("value");
  if (value == nullptr) throw Error("the trial's answer has no value: " + to_json_text(reply));
  std::cout << (value->as_string() != nullptr ? *value->as_string() : to_json_text(*value)) << '\n';
  return exit_done;
}

int report(const Arguments& arguments) {
  Json request = request_of("report");
  request.set("step", bound(arguments.number, "STEP"));
  request.set("value", number_argument(arguments.value, "VALUE"));
  if (!arguments.metric.empty()) request.set("metric", arguments.metric);
  const Json reply = ask(request);
  const Json* prune = reply.find("prune");
  return prune != nullptr && prune->as_bool() != nullptr && *prune->as_bool() ? exit_stop : exit_done;
}

int tell(const Arguments& arguments) {
  Json request = request_of("result");
  if (!arguments.state.empty()) request.set("state", arguments.state);
  if (!arguments.reason.empty()) request.set("reason", arguments.reason);
  if (!arguments.values.empty()) {
    Json::Array values;
    for (const std::string& value : arguments.values) values.push_back(number_argument(value, "VALUE"));
    request.set("values", std::move(values));
  }
  if (arguments.state.empty() && arguments.values.empty()) throw ConfigError("give the values, or --state");
  ask(request);
  return exit_done;
}

int set_attribute(const Arguments& arguments) {
  Json request = request_of("attr");
  request.set("key", arguments.name);
  request.set("value", json_or_text(arguments.value));
  ask(request);
  return exit_done;
}

int set_constraint(const Arguments& arguments) {
  Json request = request_of("constraint");
  request.set("name", arguments.name);
  request.set("value", number_argument(arguments.value, "VALUE"));
  ask(request);
  return exit_done;
}

void add_suggest(CLI::App& trial, Context& context, const std::shared_ptr<Arguments>& arguments) {
  CLI::App* command = trial.add_subcommand("suggest", "Print a value for a parameter");
  command->require_subcommand(1);
  for (const std::string type : {"float", "int", "categorical"}) {
    CLI::App* kind = command->add_subcommand(type, type == "categorical" ? "One of a list of choices"
                                                   : type == "int"       ? "A whole number between two bounds"
                                                                         : "A real number between two bounds");
    kind->add_option("NAME", arguments->name, "The parameter")->required();
    if (type == "categorical") {
      kind->add_option("CHOICE", arguments->choices, "The choices")->required();
      kind->add_flag("--json", arguments->json, "Read choices as JSON, so that 1 and true are no texts");
    } else {
      kind->add_option("LOW", arguments->low, "The lowest value")->required();
      kind->add_option("HIGH", arguments->high, "The highest value")->required();
      kind->add_option("--step", arguments->step, "The distance of neighbouring values");
      kind->add_flag("--log", arguments->log, "Uniform in the logarithm");
    }
    kind->callback(
        [&context, arguments, type] { context.action = [arguments, type] { return suggest(*arguments, type); }; });
  }
}

void on_call(CLI::App& command, Context& context, const std::shared_ptr<Arguments>& arguments,
             int (*action)(const Arguments&)) {
  command.callback(
      [&context, arguments, action] { context.action = [arguments, action] { return action(*arguments); }; });
}

}  // namespace

void add_trial_command(CLI::App& app, Context& context) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* trial = app.add_subcommand("trial", "Inside of a program that 'hone run' started: ask and tell");
  trial->footer(examples);
  trial->require_subcommand(1);
  add_suggest(*trial, context, arguments);

  CLI::App* reports =
      trial->add_subcommand("report", "Report an intermediate value; exits with 10 when the trial is to stop");
  reports->add_option("STEP", arguments->number, "The step, a whole number >= 0")->required();
  reports->add_option("VALUE", arguments->value, "The value")->required();
  reports->add_option("--metric", arguments->metric, "The metric (default: the study's one objective)");
  on_call(*reports, context, arguments, report);

  CLI::App* tells =
      trial->add_subcommand("tell", "Tell the objective values; the program's exit status counts no more");
  tells->add_option("VALUE", arguments->values, "One per objective");
  tells
      ->add_option_function<std::string>(
          "--state",
          [arguments](const std::string& word) {
            arguments->state = word == "fail" ? "FAIL" : word == "pruned" ? "PRUNED" : "COMPLETE";
          },
          "complete (with values), pruned or fail")
      ->check(CLI::IsMember({"complete", "pruned", "fail"}));
  tells->add_option("--reason", arguments->reason, "Why it failed");
  on_call(*tells, context, arguments, tell);

  CLI::App* attribute = trial->add_subcommand("attr", "Keep an attribute with the trial");
  attribute->add_option("KEY", arguments->name, "Its name")->required();
  attribute->add_option("VALUE", arguments->value, "JSON; what is none is kept as text")->required();
  on_call(*attribute, context, arguments, set_attribute);

  CLI::App* constraint =
      trial->add_subcommand("constraint", "Set a constraint; the trial is feasible when all are <= 0");
  constraint->add_option("NAME", arguments->name, "Its name")->required();
  constraint->add_option("VALUE", arguments->value, "Its value")->required();
  on_call(*constraint, context, arguments, set_constraint);
}

}  // namespace hone::cli
