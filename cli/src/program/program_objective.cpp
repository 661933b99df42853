// SPDX-License-Identifier: MIT
#include "program_objective.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "line_buffer.hpp"
#include "output_file.hpp"
#include "pipe_reading.hpp"
#include "program_failed.hpp"
#include "trial_requests.hpp"
#include "trial_socket.hpp"

namespace hone::cli {
namespace {

using Clock = std::chrono::steady_clock;

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) throw ProgramFailed("cannot write " + path.string());
}

std::string params_as_json(const Trial& trial) {
  Json params{Json::Object{}};
  for (const FrozenTrial::Param& param : trial.params()) params.set(param.name, to_json(param.value));
  return to_pretty_json_text(params) + "\n";
}

Preparation carried_out(Preparation preparation) {
  if (!preparation.workdir.empty()) {
    std::error_code error;
    std::filesystem::create_directories(preparation.workdir, error);
    if (error) {
      throw ProgramFailed("cannot make the working directory " + preparation.workdir.string() + ": " + error.message());
    }
  }
  for (const auto& [path, content] : preparation.files) write_file(path, content);
  // Another trial's result must not be taken for this one's.
  std::error_code none_there;
  if (preparation.result_file) std::filesystem::remove(*preparation.result_file, none_there);
  return preparation;
}

// The run of one program.
class ProgramRun {
 public:
  ProgramRun(const ObjectiveConfig& objective, const std::filesystem::path& program, const Surroundings& surroundings,
             Trial& trial)
      : objective_(objective),
        surroundings_(surroundings),
        requests_(trial, objective.objectives),
        socket_(surroundings.guardian.private_folder() / ("trial-" + std::to_string(trial.number()) + ".sock"),
                requests_),
        output_(surroundings.output_folder, trial.number(), trial.attempt()),
        // Where lines are counted, those of a trial that goes on come after the one that it goes on from.
        reports_(objective.reports, trial.resume_step().value_or(-1) + 1),
        preparation_(carried_out(prepare(objective, trial))),
        stdout_(make_pipe()),
        process_(start(program), surroundings.guardian) {
    stdout_.write_end.close();
    make_nonblocking(stdout_.read_end.get());
    trial.set_process_group(process_.group());
  }

  Values result() {
    wait();
    process_end_ = process_.reap();
    read_output(capacity_of(stdout_.read_end));
    lines_.flush([this](std::string_view line) { take(line); });
    switch (ending_) {
      case Ending::interrupt: throw TrialReleased();
      case Ending::prune: throw TrialPruned();
      case Ending::timeout:
        fail("it did not end within " + duration_words(*objective_.timeout) + " (objective.timeout) and was ended");
      case Ending::none: break;
    }
    if (requests_.told()) return values_of(*requests_.told());
    // A script that was told to stop may leave in any way that it likes.
    if (requests_.prune()) throw TrialPruned();
    if (!process_end_.success()) fail("it " + to_string(process_end_));
    std::optional<std::vector<double>> values = objective_.result.file ? values_from_file() : values_;
    if (!values) {
      fail("it printed nothing usable: looked for " + objective_.result.looked_for() + " on its standard output");
    }
    refuse_nan(*values);
    return *values;
  }

 private:
  enum class Ending { none, timeout, prune, interrupt };

  ProcessStart start(const std::filesystem::path& program) {
    preparation_.environment.push_back("HONE_TRIAL_SOCKET=" + socket_.path().string());
    ProcessStart start;
    start.program = program;
    start.arguments = preparation_.arguments;
    start.environment = preparation_.environment;
    start.directory = preparation_.workdir;
    start.standard_output = stdout_.write_end.get();
    start.standard_error = output_.descriptor();
    return start;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ProgramFailed(with_output(reason, output_.last_lines(), output_.path()));
  }

  // Waits until the leader has ended, by itself or because the trial's end was decided here.
  void wait() {
    const Clock::time_point started = Clock::now();
    std::optional<Clock::time_point> told_to_stop;
    while (!process_.has_ended()) {
      const Clock::time_point time = Clock::now();
      std::optional<Clock::time_point> deadline;
      if (objective_.timeout) deadline = started + *objective_.timeout;
      if (surroundings_.interrupts.interrupted()) return end(Ending::interrupt);
      if (stop_now_) return end(Ending::prune);
      if (deadline && time >= *deadline) return end(Ending::timeout);
      // Who asked whether to stop, and was told, gets the grace to go by itself.
      if (requests_.prune()) {
        if (!told_to_stop) told_to_stop = time;
        const Clock::time_point patience = *told_to_stop + objective_.grace;
        if (time >= patience) return end(Ending::prune);
        deadline = std::min(deadline.value_or(patience), patience);
      }
      poll_once(deadline);
    }
  }

  void poll_once(std::optional<Clock::time_point> deadline) {
    std::vector<pollfd> polled{{surroundings_.interrupts.descriptor(), POLLIN, 0},
                               {process_.end_descriptor(), POLLIN, 0},
                               {stdout_.read_end.get(), POLLIN, 0}};
    socket_.add_descriptors(polled);
    // Without a descriptor for the process's end it is asked for now and then.
    if (process_.end_descriptor() < 0) {
      const Clock::time_point soon = Clock::now() + std::chrono::milliseconds(5);
      deadline = std::min(deadline.value_or(soon), soon);
    }
    int milliseconds = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    }
    if (poll(polled.data(), polled.size(), milliseconds) <= 0) return;
    if (polled[2].revents != 0) read_output(one_portion);
    socket_.serve();
  }

  void read_output(std::size_t most) {
    read_available(stdout_.read_end, most, [this](std::string_view text) {
      output_.write(text);
      lines_.add(text, [this](std::string_view line) { take(line); });
    });
  }

  void take(std::string_view line) {
    if (!objective_.result.file) {
      if (std::optional<std::vector<double>> values = objective_.result.read(line)) values_ = std::move(values);
    }
    if (stop_now_) return;
    // Whether the program has ended by now plays no role, so that the speed of a machine decides nothing.
    for (const IntermediateValue& value : reports_.read(line)) {
      stop_now_ = requests_.report(value.metric, value.step, value.value);
      if (stop_now_) return;
    }
  }

  void end(Ending ending) {
    ending_ = ending;
    process_.end_group(objective_.grace);
  }

  std::optional<std::vector<double>> values_from_file() const {
    const std::filesystem::path& path = *preparation_.result_file;
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("it ended without an error, but there is no result file " + path.string());
    std::optional<std::vector<double>> found;
    std::string content{std::istreambuf_iterator<char>(file), {}};
    if (objective_.result.form == ResultFormat::Form::json) {
      // A file may hold its object over several lines.
      std::ranges::replace(content, '\n', ' ');
    }
    LineBuffer lines;
    const auto take_line = [&](std::string_view line) {
      if (std::optional<std::vector<double>> read = objective_.result.read(line)) found = std::move(read);
    };
    lines.add(content, take_line);
    lines.flush(take_line);
    if (!found) {
      fail("its result file " + path.string() + " holds nothing usable: looked for " + objective_.result.looked_for());
    }
    return found;
  }

  const ObjectiveConfig& objective_;
  const Surroundings& surroundings_;
  TrialRequests requests_;
  TrialSocket socket_;
  OutputFile output_;
  ReportReader reports_;
  Preparation preparation_;
  Pipe stdout_;
  LineBuffer lines_;
  Process process_;
  ProcessEnd process_end_;
  std::optional<std::vector<double>> values_;
  Ending ending_ = Ending::none;
  bool stop_now_ = false;
};

}  // namespace

Preparation prepare(const ObjectiveConfig& objective, const Trial& trial) {
  Preparation result;
  PlaceholderValues values = placeholder_values(objective, trial);
  if (objective.workdir) result.workdir = std::filesystem::absolute(objective.workdir->fill(values).value_or(""));
  const std::filesystem::path folder = objective.workdir ? result.workdir : std::filesystem::current_path();
  values.emplace("workdir", folder.string());
  std::vector<std::pair<std::string, std::string>> variables = trial_variables(objective, trial);
  const auto parameters = parameter_variables(trial.params());
  variables.insert(variables.end(), parameters.begin(), parameters.end());
  if (objective.params_file) {
    const std::filesystem::path path = folder / objective.params_file->fill(values).value_or("");
    result.files.emplace_back(path, params_as_json(trial));
    values.emplace("params_file", path.string());
    variables.emplace_back("HONE_PARAMS_FILE", path.string());
  }
  std::vector<std::string> known = placeholder_words();
  for (const DeclaredParameter& declared : objective.space) known.push_back(declared.name);
  for (const FileTemplate& file : objective.templates) {
    result.files.emplace_back(folder / file.to.fill(values).value_or(""), fill_file(file.content, known, values));
  }
  if (objective.result.file) result.result_file = folder / objective.result.file->fill(values).value_or("");
  for (const auto& [name, text] : objective.environment) {
    if (std::optional<std::string> value = text.fill(values)) variables.emplace_back(name, *value);
  }
  result.arguments = command_line(objective, values);
  result.environment = environment_with(variables);
  return result;
}

Values run_program(const ObjectiveConfig& objective, const std::filesystem::path& program,
                   const Surroundings& surroundings, Trial& trial) {
  if (surroundings.interrupts.interrupted()) throw TrialReleased();
  suggest_declared(objective.space, trial);
  return ProgramRun(objective, program, surroundings, trial).result();
}

Values values_of(const Told& told) {
  switch (told.state) {
    case TrialState::pruned: throw TrialPruned();
    case TrialState::complete: break;
    default:
      throw ProgramFailed(told.reason.empty() ? "its program told FAIL" : "its program told FAIL: " + told.reason);
  }
  refuse_nan(told.values);
  return told.values;
}

void refuse_nan(const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) continue;
    throw ProgramFailed(values.size() == 1
                            ? "its result is nan, not a number to compare"
                            : "its result " + std::to_string(i + 1) + " is nan, not a number to compare");
  }
}

}  // namespace hone::cli
