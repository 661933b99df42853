// SPDX-License-Identifier: MIT
// `hone run CONFIG`: tunes the program that a config names.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>

#include <hone/error.hpp>
#include <hone/owner.hpp>

#include "output.hpp"
#include "patient_output.hpp"
#include "program/jsonl_objective.hpp"
#include "program/output_file.hpp"
#include "program/program_failed.hpp"
#include "program/program_objective.hpp"
#include "progress.hpp"
#include "run_setup.hpp"
#include "terminal.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone run study.jsonc                              what the config says
  hone run study.jsonc --dry-run                    check everything, print the first proposal
  hone run study.jsonc --more 50 --jobs 4           50 trials beyond those that are finished
  hone run study.jsonc --set sampler.plugin=random  override any field

The same command completes what is missing after a crash or Ctrl-C, and may be started several times side by side.
Exit codes: 0 done, 1 a storage or plugin failed or no trial came to a result, 2 wrong usage or config,
130 interrupted.)";

/// Notices when the first trials of a run all fail for the same reason.
class FailureWatch {
 public:
  /// What to say, once, after the trial that makes it clear.
  std::optional<std::string> finished(const FrozenTrial& trial) {
    ++finished_;
    if (trial.state != TrialState::fail) {
      ++fine_;
      return std::nullopt;
    }
    const std::string reason = fail_reason(trial);
    const std::string kind = kind_of(reason);
    if (finished_ == 1) kind_ = kind;
    same_ = same_ && kind == kind_;
    if (finished_ != enough || fine_ != 0 || !same_) return std::nullopt;
    return "\nAll of the first " + std::to_string(enough) + " trials failed in the same way:\n" + reason +
           "\nThe program or the config is probably wrong; Ctrl-C ends the run.\n";
  }
  bool nothing_came_of_it() const { return finished_ != 0 && fine_ == 0; }

 private:
  static constexpr int enough = 3;

  // The first line without what differs from trial to trial.
  static std::string kind_of(const std::string& reason) {
    std::string kind = reason.substr(0, std::min(reason.find('\n'), reason.find(';')));
    std::erase_if(kind, [](char c) { return c >= '0' && c <= '9'; });
    return kind;
  }

  int finished_ = 0;
  int fine_ = 0;
  bool same_ = true;
  std::string kind_;
};

std::shared_ptr<Progress> make_progress(const Context& context, bool quiet) {
  ProgressStyle style;
  style.quiet = quiet;
  style.live = context.out_is_terminal;
  style.colour = context.out_colour;
  style.width = terminal_width(STDOUT_FILENO);
  return std::make_shared<Progress>(std::cout, style);
}

ProgressStart progress_start(const Study& study, std::optional<std::int64_t> budget) {
  ProgressStart start;
  start.directions = study.directions();
  start.finished = static_cast<std::int64_t>(study.finished_count());
  start.budget = budget;
  if (start.directions.size() == 1) {
    if (const std::optional<FrozenTrial> best = study.best_trial()) start.best = {best->number, best->value()};
  }
  return start;
}

void print_best(const Study& study) {
  if (study.directions().size() > 1) {
    std::cout << "\nThe Pareto front has " << study.best_trials().size() << " trials.\n";
    return;
  }
  const std::optional<FrozenTrial> best = study.best_trial();
  if (!best) {
    std::cout << "\nNo trial has come to a result yet.\n";
    return;
  }
  std::cout << "\nBest: ";
  print_trial(std::cout, study, *best);
}

void print_counts(const Study& study) {
  std::cout << "\nThe study '" << study.name() << "' has " << study.finished_count() << " finished trials";
  const char* separator = ": ";
  for (const TrialState state : {TrialState::complete, TrialState::pruned, TrialState::fail}) {
    if (study.count(state) == 0) continue;
    std::cout << separator << study.count(state) << ' ' << to_string(state);
    separator = ", ";
  }
  std::cout << ".\n";
}

void print_whereabouts(const Study& study, const RunSetup& setup, const std::string& program,
                       const std::filesystem::path& output) {
  if (std::filesystem::exists(output)) std::cout << "The output of its trials is in " << output.string() << "/\n";
  const std::string again = "  " + program + " run " + setup.same_study;
  if (!study.storage().shared()) {
    std::cout << "It was kept in memory and ends here. To keep it, add a storage:\n"
              << again << " --storage sqlite:///" << shell_quoted(study.name()) << ".db\n";
    return;
  }
  const std::string location = study.storage().location();
  std::string where = " --storage " + shell_quoted(location);
  if (study.storage().studies().size() > 1) where += " --study " + shell_quoted(study.name());
  std::cout << "It is saved in " << location << ". What to type next:\n"
            << "  " << program << " best" << where << '\n'
            << "  " << program << " trials" << where << '\n'
            << again << " --more " << setup.config.run.trials.value_or(100) << '\n';
}

/// One run: the study, the programs, what is shown.
class Run {
 public:
  Run(const Context& context, const RunArguments& arguments, const RunSetup& setup, Study study,
      const Surroundings& surroundings, std::shared_ptr<Progress> progress)
      : program_(context.program),
        setup_(setup),
        study_(std::move(study)),
        surroundings_(surroundings),
        progress_(std::move(progress)),
        quiet_(arguments.quiet) {
    budget_ = setup.config.run.trials;
    if (arguments.more) budget_ = static_cast<std::int64_t>(study_.finished_count()) + *arguments.more;
  }

  int execute() {
    if (budget_ && static_cast<std::int64_t>(study_.finished_count()) >= *budget_) {
      std::cout << "Nothing is missing: the study '" << study_.name() << "' has " << study_.finished_count()
                << " finished trials of " << *budget_ << ". --more N runs N more.\n";
      summarise();
      return exit_done;
    }
    if (!quiet_) announce();
    progress_->begin(progress_start(study_, budget_));
    try {
      optimize();
    } catch (...) {
      progress_->end();
      throw;
    }
    progress_->end();
    study_.refresh();
    summarise();
    return outcome();
  }

 private:
  void announce() const {
    const std::size_t finished = study_.finished_count();
    std::cout << "Study '" << study_.name() << "'";
    if (budget_) std::cout << ", " << *budget_ << " trials";
    if (finished != 0) std::cout << " (" << finished << " are finished)";
    std::cout << ", " << setup_.config.run.jobs << " at a time, sampler " << setup_.options.sampler.name << '\n';
    std::cout.flush();
  }

  void optimize() {
    OptimizeOptions options;
    options.budget = budget_;
    options.timeout = setup_.config.run.timeout;
    options.jobs = setup_.config.run.jobs;
    options.stop = surroundings_.interrupts.stop_token();
    options.on_start = [this](const Trial&) { progress_->trial_started(); };
    options.callbacks.emplace_back([this](Study& study, const FrozenTrial& trial) {
      progress_->trial_finished(trial, static_cast<std::int64_t>(study.finished_count()));
      if (const std::optional<std::string> alarm = failures_.finished(trial)) progress_->error_line(*alarm);
    });
    std::optional<JsonlPrograms> programs;
    if (setup_.objective.protocol == ObjectiveConfig::Protocol::jsonl) {
      programs.emplace(setup_.objective, setup_.program, surroundings_);
    }
    study_.optimize(
        [&](Trial& trial) {
          const std::shared_ptr<void> left(nullptr, [this](void*) { progress_->trial_left(); });
          try {
            return programs ? programs->run(trial)
                            : run_program(setup_.objective, setup_.program, surroundings_, trial);
          } catch (const SurroundingsFailed& error) {
            end_early(error.what());
            throw TrialReleased();
          }
        },
        options);
  }

  // Trials that run come to their end; said at once, because that may take its time.
  void end_early(const std::string& reason) {
    if (ended_early_.exchange(true)) return;
    study_.stop();
    progress_->error_line("hone: " + reason + ". No further trial begins");
  }

  void summarise() const {
    print_counts(study_);
    print_best(study_);
    std::cout << '\n';
    print_whereabouts(study_, setup_, program_, surroundings_.output_folder);
  }

  std::size_t paused_count() const {
    std::size_t paused = 0;
    study_.with_history([&paused](const History& history) {
      paused = static_cast<std::size_t>(std::ranges::count_if(
          history.running_trials(), [&](std::uint32_t n) { return is_paused_owner(history.owner_token(n)); }));
    });
    return paused;
  }

  int outcome() const {
    const auto finished = static_cast<std::int64_t>(study_.finished_count());
    if (ended_early_) {
      std::cout << "\nThe run ended early, by the error above. The same command goes on where this one stopped.\n";
      return exit_failed;
    }
    if (surroundings_.interrupts.interrupted()) {
      std::cout << "\nInterrupted. The same command goes on where this one stopped.\n";
      return exit_interrupted;
    }
    if (budget_ && finished < *budget_) {
      const std::size_t paused = paused_count();
      const std::size_t running = study_.count(TrialState::running) - paused;
      if (paused != 0) {
        std::cout << "\n"
                  << paused << (paused == 1 ? " trial is" : " trials are")
                  << " paused; the same command continues the good ones.\n";
      }
      if (running != 0) {
        std::cout << "\n"
                  << running << " trials are with other workers; should those die, the same command completes "
                  << "what is missing.\n";
      } else if (setup_.config.run.timeout) {
        std::cout << "\nThe time is over; the same command goes on.\n";
      }
    }
    if (failures_.nothing_came_of_it()) {
      std::cerr << "hone: none of the trials came to a result; each one's reason is in 'hone trials' and its output\n";
      return exit_failed;
    }
    return exit_done;
  }

  std::string program_;
  const RunSetup& setup_;
  Study study_;
  const Surroundings& surroundings_;
  std::shared_ptr<Progress> progress_;
  bool quiet_;
  std::optional<std::int64_t> budget_;
  FailureWatch failures_;
  std::atomic<bool> ended_early_ = false;
};

int run(Context& context, const RunArguments& arguments) {
  const RunSetup setup = read_setup(context, arguments);
  const std::shared_ptr<Progress> progress = make_progress(context, arguments.quiet);
  context.logger = progress_logger(progress, context.verbose);
  require_an_end(setup, arguments, *context.registry(setup.config.plugin_path));
  if (arguments.dry_run) {
    return dry_run(context, setup);
  }
  // First of all, while there is one thread: the guardian, then the signals.
  const Guardian guardian;
  const Interrupts interrupts;
  const PatientOutput patient_out(std::cout, STDOUT_FILENO, interrupts);
  const PatientOutput patient_err(std::cerr, STDERR_FILENO, interrupts);
  const InterruptNotice notice(interrupts, *progress);
  const std::shared_ptr<PluginRegistry> registry = context.registry(setup.config.plugin_path);
  Study study = Study::create(setup.options, registry);
  const Surroundings surroundings{guardian, interrupts, output_folder(setup, study.storage().location())};
  return Run(context, arguments, setup, std::move(study), surroundings, progress).execute();
}

}  // namespace

void add_run_command(CLI::App& app, Context& context) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Tune the program that a config names");
  command->footer(examples);
  command->add_option("CONFIG", arguments->config, "The study's config, JSON with comments")->required();
  add_storage_option(*command, arguments->study);
  command->add_option("--study", arguments->study.study, "The study's name (default: the config's, or its file name)")
      ->type_name("NAME");
  CLI::Option* trials =
      command->add_option("--trials", arguments->trials, "Finished trials that all workers together shall reach")
          ->type_name("N")
          ->check(CLI::PositiveNumber);
  command->add_option("--more", arguments->more, "So many beyond those that are finished at the start")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->excludes(trials);
  command->add_option("--jobs,-j", arguments->jobs, "Trials at a time")->type_name("N")->check(CLI::PositiveNumber);
  command->add_option("--timeout", arguments->timeout, "Begin no trial after this time, such as 90s, 10m, 1.5h")
      ->type_name("D");
  command->add_option("--seed", arguments->seed, "The study's seed")->type_name("N");
  command->add_option("--set", arguments->overrides, "Override a field of the config (repeatable)")
      ->type_name("PATH=JSON")
      ->expected(1)
      ->take_all();
  command->add_flag("--dry-run", arguments->dry_run,
                    "Check config, plugins, storage and program; print a first proposal");
  command->add_flag("--quiet,-q", arguments->quiet, "Print the summary only");
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return run(context, *arguments); }; });
}

}  // namespace hone::cli
