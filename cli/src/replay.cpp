// SPDX-License-Identifier: MIT
// `hone replay`: derives every proposal of a study again.
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone replay --storage sqlite:///study.db
  hone replay --storage sqlite:///study.db --format json

Each proposal is computed again, from the study's seed, the sampler's options and the trials that it saw then, and
compared bit for bit. Exit code 1 if any differs.)";

struct Arguments {
  StudyArguments study;
  Format format = Format::table;
};

Json report_json(const ReplayReport& report) {
  Json result;
  result.set("agreed", report.agreed);
  result.set("fixed", report.fixed);
  result.set("foreign", report.foreign);
  result.set("differences", Json::Array(report.differences.begin(), report.differences.end()));
  result.set("notes", Json::Array(report.notes.begin(), report.notes.end()));
  return result;
}

int replay_command(Context& context, const Arguments& arguments) {
  const std::shared_ptr<Storage> storage = context.open_storage(arguments.study, Access::read);
  const std::optional<StudyRecord> study = find_study(*storage, arguments.study.study);
  if (!study) throw no_such_study(*storage, arguments.study.study);
  const ReplayReport report = replay(*storage, study->name, *context.registry());
  const int code = report.differences.empty() ? exit_done : exit_failed;
  if (arguments.format == Format::json) {
    std::cout << to_pretty_json_text(report_json(report)) << '\n';
    return code;
  }
  std::cout << "study '" << study->name << "': " << report.agreed << " proposals agree, " << report.differences.size()
            << " differ\n";
  if (report.fixed > 0) std::cout << "given, not proposed: " << report.fixed << '\n';
  if (report.foreign > 0) std::cout << "trials of other libraries, not replayed: " << report.foreign << '\n';
  for (const std::string& note : report.notes) std::cout << "note: " << note << '\n';
  for (const std::string& difference : report.differences) std::cout << "differs: " << difference << '\n';
  return code;
}

}  // namespace

void add_replay_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("replay", "Derive every proposal of a study again and compare");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  add_format_option(*command, arguments->format);
  command->footer(examples);
  command->callback([&context, arguments] {
    context.action = [&context, arguments] { return replay_command(context, *arguments); };
  });
}

}  // namespace hone::cli
