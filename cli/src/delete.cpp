// SPDX-License-Identifier: MIT
// `hone delete`: removes a study with all its trials.
#include <unistd.h>

#include <iostream>

#include "command.hpp"
#include "terminal.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone delete --storage sqlite:///study.db --study old
  hone delete --storage sqlite:///study.db --study old --yes

Asks first. Where there is no terminal to ask, --yes is needed. Exit code 1 if there is no such study.)";

struct Arguments {
  StudyArguments study;
  bool yes = false;
};

bool confirmed(const StudyRecord& study, const Storage& storage) {
  std::cerr << "Delete the study '" << study.name << "' with its " << study.trials << " trials from "
            << storage.location() << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int delete_command(Context& context, const Arguments& arguments) {
  const std::shared_ptr<Storage> storage = context.open_storage(arguments.study, Access::read);
  const std::optional<StudyRecord> study = find_study(*storage, arguments.study.study);
  // Not a ConfigError: scripts tell "it was not there" from wrong usage.
  if (!study) throw Error(no_such_study(*storage, arguments.study.study).what());
  if (!arguments.yes) {
    if (!is_terminal(STDIN_FILENO))
      throw ConfigError("there is no terminal to ask whether to delete '" + study->name + "'; give --yes");
    if (!confirmed(*study, *storage)) {
      std::cerr << "hone: nothing was deleted\n";
      return exit_failed;
    }
  }
  storage->delete_study(study->id);
  std::cerr << "hone: deleted the study '" << study->name << "' with its " << study->trials << " trials\n";
  return exit_done;
}

}  // namespace

void add_delete_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("delete", "Delete a study with all its trials");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  command->add_flag("--yes,-y", arguments->yes, "Do not ask");
  command->footer(examples);
  command->callback([&context, arguments] {
    context.action = [&context, arguments] { return delete_command(context, *arguments); };
  });
}

}  // namespace hone::cli
