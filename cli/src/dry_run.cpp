// SPDX-License-Identifier: MIT
// `hone run --dry-run`: everything checked, nothing written.
#include <iostream>

#include <hone/error.hpp>

#include "program/program_objective.hpp"
#include "run_setup.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

// Says what is in the storage; a file that is not there yet is not made.
void check_storage(Context& context, const RunSetup& setup) {
  const std::shared_ptr<PluginRegistry> registry = context.registry();
  registry->resolve(PluginKind::storage, setup.options.storage, "storage");
  try {
    require_existing(setup.options.storage);
  } catch (const StorageError&) {
    std::cout << "storage   would be made\n";
    return;
  }
  const FactoryContext factory{setup.options.name, setup.options.directions, 0, &registry->host()};
  const std::shared_ptr<Storage> storage = registry->make_storage(setup.options.storage, factory);
  const std::optional<StudyRecord> study = storage->find_study(setup.options.name);
  std::cout << "storage   " << storage->location() << '\n';
  if (study) std::cout << "study     exists, with " << study->trials << " trials\n";
}

std::string command_text(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& argument : arguments) text += (text.empty() ? "" : " ") + shell_quoted(argument);
  return text;
}

}  // namespace

int dry_run(Context& context, const RunSetup& setup) {
  std::cout << "config    " << setup.config.file.string() << " is fine\n";
  std::cout << "study     " << setup.options.name << '\n';
  check_storage(context, setup);
  std::cout << "program   " << setup.program.string() << '\n';

  // The first proposal of a study like this one, in memory.
  StudyOptions options = setup.options;
  options.storage = PluginSpec{"memory"};
  Study study = Study::create(options, context.registry());
  Trial trial = study.ask();
  suggest_declared(setup.objective.space, trial);
  const Preparation preparation = prepare(setup.objective, trial);
  std::cout << "sampler   " << setup.options.sampler.name << ", seed " << study.seed()
            << (setup.config.seed ? "" : " (drawn; a run draws its own)") << "\n\nA first trial would be\n";
  for (const FrozenTrial::Param& param : trial.params()) {
    std::cout << "  " << param.name << " = " << value_text(param.value) << '\n';
  }
  if (trial.params().empty()) std::cout << "  (the program asks for its parameters while it runs)\n";
  std::cout << "run as\n  " << command_text(preparation.arguments) << '\n';
  if (!preparation.workdir.empty()) std::cout << "in\n  " << preparation.workdir.string() << '\n';
  for (const auto& file : preparation.files) std::cout << "with the file\n  " << file.first.string() << '\n';
  std::cout << "\nNothing was run and nothing was stored.\n";
  return exit_done;
}

}  // namespace hone::cli
