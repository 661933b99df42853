// SPDX-License-Identifier: MIT
// `hone export`: a study with everything that is stored about it.
#include <filesystem>
#include <fstream>
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone export --storage sqlite:///study.db --output study.json
  hone export --storage sqlite:///study.db --format csv --output trials.csv

JSON holds the study's attributes and published facts, and all trials with their distributions, reports, constraints
and attributes. CSV holds one line a trial. Without --output, to standard output.)";

struct Arguments {
  StudyArguments study;
  std::string format = "json";
  std::string output;
};

Json study_json(const Study& study) {
  Json directions = Json::Array{};
  for (const Direction direction : study.directions()) directions.as_array()->emplace_back(to_string(direction));
  const std::vector<std::string> metrics = study.metric_names();
  const std::map<std::string, Json> user = study.user_attrs();
  const std::map<std::string, Json> system = study.system_attrs();
  Json facts = Json::Object{};
  for (const auto& [key, text] : study.facts()) facts.set(key, parse_json(text, "the fact " + key));
  Json result;
  result.set("name", study.name());
  result.set("directions", std::move(directions));
  result.set("metric_names", Json::Array(metrics.begin(), metrics.end()));
  result.set("user_attrs", Json::Object(user.begin(), user.end()));
  result.set("system_attrs", Json::Object(system.begin(), system.end()));
  result.set("facts", std::move(facts));
  return result;
}

void write_json(std::ostream& out, const Study& study, const std::vector<FrozenTrial>& trials) {
  std::vector<Json> items;
  items.reserve(trials.size());
  for (const FrozenTrial& trial : trials) items.push_back(full_trial_json(trial));
  out << "{\n\"hone\": " << to_json_text(Json(version)) << ",\n\"study\": " << to_json_text(study_json(study))
      << ",\n\"trials\": ";
  print_json_lines_array(out, items);
  out << "}\n";
}

// Written beside the target and then renamed, so that a full disk does not leave half a file in its place.
void write_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write) {
  std::filesystem::path unfinished = file;
  unfinished += ".unfinished";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  if (!out) throw Error("cannot write " + unfinished.string() + "; check that the folder exists and may be written to");
  write(out);
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(unfinished, file, error);
  if (out && !error) return;
  std::filesystem::remove(unfinished, error);
  throw Error("cannot write " + file.string() + "; is the disk full?");
}

int export_command(Context& context, const Arguments& arguments) {
  const Study study = context.load_study(arguments.study);
  const std::vector<FrozenTrial> trials = study.trials();
  const auto write = [&](std::ostream& out) {
    if (arguments.format == "csv") {
      print_csv(out, trial_listing(study, trials, Detail::wide));
    } else {
      write_json(out, study, trials);
    }
  };
  if (arguments.output.empty() || arguments.output == "-") {
    write(std::cout);
    return exit_done;
  }
  write_file(arguments.output, write);
  std::cerr << "hone: wrote " << trials.size() << " trials of '" << study.name() << "' to " << arguments.output << '\n';
  return exit_done;
}

}  // namespace

void add_export_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("export", "Write a study with all its trials to a file");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  command->add_option("--format", arguments->format, "json or csv (default: json)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"json", "csv"}));
  command->add_option("--output,-o", arguments->output, "The file to write (default: standard output)")
      ->type_name("FILE");
  command->footer(examples);
  command->callback([&context, arguments] {
    context.action = [&context, arguments] { return export_command(context, *arguments); };
  });
}

}  // namespace hone::cli
