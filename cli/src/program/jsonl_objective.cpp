// SPDX-License-Identifier: MIT
#include "jsonl_objective.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/owner.hpp>

#include "line_buffer.hpp"
#include "output_file.hpp"
#include "pipe_reading.hpp"
#include "program_failed.hpp"
#include "program_objective.hpp"
#include "trial_requests.hpp"

namespace hone::cli {

using Clock = std::chrono::steady_clock;

/// One such program.
class JsonlProgram {
 public:
  JsonlProgram(const ObjectiveConfig& objective, const std::filesystem::path& program, const Surroundings& surroundings)
      : objective_(objective),
        surroundings_(surroundings),
        input_(make_pipe()),
        stdout_(make_pipe()),
        stderr_(make_pipe()),
        process_(start(program), surroundings.guardian) {
    input_.read_end.close();
    stdout_.write_end.close();
    stderr_.write_end.close();
    for (const int descriptor : {input_.write_end.get(), stdout_.read_end.get(), stderr_.read_end.get()}) {
      make_nonblocking(descriptor);
    }
  }

  /// Runs one trial. Whoever gets an exception here asks `usable` before the next one.
  Values run(Trial& trial) {
    TrialRequests requests(trial, objective_.objectives);
    OutputFile output(surroundings_.output_folder, trial.number(), trial.attempt());
    usable_ = false;
    send(trial_line(trial));
    const Outcome outcome = converse(requests, output);
    if (outcome == Outcome::told) {
      usable_ = true;
      return values_of(*requests.told());
    }
    return without_result(outcome, output);
  }

  /// Whether it waits for another trial.
  bool usable() const { return usable_; }

  /// Says that there are no more trials.
  void close_input() { input_.write_end.close(); }
  /// Waits for its end, until the deadline politely.
  void end(Clock::time_point deadline) {
    while (!process_.has_ended() && Clock::now() < deadline) {
      std::array<pollfd, 3> polled{{{process_.end_descriptor(), POLLIN, 0},
                                    {stdout_.read_end.get(), POLLIN, 0},
                                    {stderr_.read_end.get(), POLLIN, 0}}};
      poll(polled.data(), polled.size(), 10);
      // Its last words, so that it does not wait for room in a pipe.
      for (FileDescriptor* output : {&stdout_.read_end, &stderr_.read_end}) {
        read_available(*output, one_portion, [](std::string_view) {});
      }
    }
    if (!process_.has_ended()) process_.end_group(objective_.grace);
  }

 private:
  enum class Outcome { told, ended, timeout, prune, interrupt };

  ProcessStart start(const std::filesystem::path& program) {
    const PlaceholderValues values{{"study", objective_.study}, {"config_dir", objective_.config_folder.string()}};
    // Of no single trial: the mark of the worker lets a takeover of any of its trials find it.
    std::vector<std::pair<std::string, std::string>> variables{{"HONE_STUDY", objective_.study},
                                                               {"HONE_TRIAL_WORKER", new_process_token().worker()}};
    for (const auto& [name, text] : objective_.environment) {
      if (std::optional<std::string> value = text.fill(values)) variables.emplace_back(name, *value);
    }
    ProcessStart start;
    start.program = program;
    start.arguments = command_line(objective_, values);
    start.environment = environment_with(variables);
    if (objective_.workdir) {
      start.directory = std::filesystem::absolute(objective_.workdir->fill(values).value_or(""));
      std::filesystem::create_directories(start.directory);
    }
    start.standard_input = input_.read_end.get();
    start.standard_output = stdout_.write_end.get();
    start.standard_error = stderr_.write_end.get();
    // It outlives the thread of its first trial; should the worker die, the guardian and the end of its input end it.
    start.dies_with_thread = false;
    return start;
  }

  static Json trial_line(const Trial& trial) {
    Json params{Json::Object{}};
    for (const FrozenTrial::Param& param : trial.params()) params.set(param.name, to_json(param.value));
    Json line;
    line.set("type", "trial");
    line.set("number", trial.number());
    line.set("attempt", trial.attempt());
    if (const auto step = trial.resume_step()) line.set("resume_step", *step);
    line.set("params", std::move(params));
    return line;
  }

  void send(const Json& json) { unsent_ += to_json_text(json) + '\n'; }

  Outcome converse(TrialRequests& requests, OutputFile& output) {
    const Clock::time_point started = Clock::now();
    std::optional<Clock::time_point> told_to_stop;
    for (;;) {
      if (requests.told()) return Outcome::told;
      if (!stdout_.read_end) return Outcome::ended;
      if (surroundings_.interrupts.interrupted()) return Outcome::interrupt;
      std::optional<Clock::time_point> deadline;
      if (objective_.timeout) deadline = started + *objective_.timeout;
      if (deadline && Clock::now() >= *deadline) return Outcome::timeout;
      if (requests.prune()) {
        if (!told_to_stop) told_to_stop = Clock::now();
        const Clock::time_point patience = *told_to_stop + objective_.grace;
        if (Clock::now() >= patience) return Outcome::prune;
        deadline = std::min(deadline.value_or(patience), patience);
      }
      write_unsent();
      wait_for_news(deadline);
      read_errors(output, one_portion);
      read_lines(requests, output);
    }
  }

  void wait_for_news(std::optional<Clock::time_point> deadline) {
    std::array<pollfd, 4> polled{{{surroundings_.interrupts.descriptor(), POLLIN, 0},
                                  {stdout_.read_end.get(), POLLIN, 0},
                                  {stderr_.read_end.get(), POLLIN, 0},
                                  {unsent_.empty() ? -1 : input_.write_end.get(), POLLOUT, 0}}};
    int milliseconds = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    }
    poll(polled.data(), polled.size(), milliseconds);
  }

  void write_unsent() {
    while (!unsent_.empty()) {
      const ssize_t count = write(input_.write_end.get(), unsent_.data(), unsent_.size());
      if (count < 0 && errno == EINTR) continue;
      // A program that closed its input is heard of when its output ends.
      if (count < 0) {
        if (errno != EAGAIN) unsent_.clear();
        return;
      }
      unsent_.erase(0, static_cast<std::size_t>(count));
    }
  }

  void read_errors(OutputFile& output, std::size_t most) {
    read_available(stderr_.read_end, most, [&](std::string_view text) { output.write(text); });
  }

  void read_lines(TrialRequests& requests, OutputFile& output) {
    read_available(stdout_.read_end, one_portion, [&](std::string_view text) {
      lines_.add(text, [&](std::string_view line) { take(line, requests, output); });
    });
  }

  void take(std::string_view line, TrialRequests& requests, OutputFile& output) {
    if (!line.starts_with('{')) {
      // Not the protocol: something that the program prints.
      output.write(std::string(line) + '\n');
      return;
    }
    Json request;
    try {
      request = parse_json(line, "request");
    } catch (const ConfigError& error) {
      throw ProgramFailed("its program broke the protocol: " + std::string(error.what()));
    }
    const Json reply = requests.answer(request);
    const Json* error = reply.find("error");
    if (error != nullptr) {
      const std::string message = error->as_string() == nullptr ? std::string() : *error->as_string();
      throw ProgramFailed("its program asked for what cannot be: " + message + " (the line was " + std::string(line) +
                          ")");
    }
    // A result needs no answer: the next trial's line follows.
    if (!requests.told()) send(reply);
  }

  [[noreturn]] Values without_result(Outcome outcome, OutputFile& output) {
    if (outcome != Outcome::ended) process_.end_group(objective_.grace);
    const bool closed_only = outcome == Outcome::ended && !wait_for_end();
    if (closed_only) process_.end_group(objective_.grace);
    read_errors(output, capacity_of(stderr_.read_end));
    const ProcessEnd end = process_.reap();
    switch (outcome) {
      case Outcome::interrupt: throw TrialReleased();
      case Outcome::prune: throw TrialPruned();
      case Outcome::timeout:
        throw ProgramFailed(with_output("it did not end within " + duration_words(*objective_.timeout) +
                                            " (objective.timeout) and its program was ended",
                                        output.last_lines(), output.path()));
      default: break;
    }
    throw ProgramFailed(with_output(closed_only
                                        ? "its program closed its standard output before it sent a \"result\" line"
                                        : "its program " + to_string(end) + " before it sent a \"result\" line",
                                    output.last_lines(), output.path()));
  }

  bool wait_for_end() const {
    const Clock::time_point deadline = Clock::now() + objective_.grace;
    while (!process_.has_ended() && Clock::now() < deadline) {
      pollfd ended{process_.end_descriptor(), POLLIN, 0};
      poll(&ended, 1, 10);
    }
    return process_.has_ended();
  }

  const ObjectiveConfig& objective_;
  const Surroundings& surroundings_;
  Pipe input_;
  Pipe stdout_;
  Pipe stderr_;
  Process process_;
  LineBuffer lines_;
  std::string unsent_;
  bool usable_ = false;
};

JsonlPrograms::JsonlPrograms(const ObjectiveConfig& objective, std::filesystem::path program,
                             const Surroundings& surroundings)
    : objective_(objective), program_(std::move(program)), surroundings_(surroundings) {}

JsonlPrograms::~JsonlPrograms() {
  for (const auto& program : idle_) program->close_input();
  const Clock::time_point deadline = Clock::now() + objective_.grace;
  for (const auto& program : idle_) program->end(deadline);
}

std::unique_ptr<JsonlProgram> JsonlPrograms::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<JsonlProgram> program = std::move(idle_.back());
      idle_.pop_back();
      return program;
    }
  }
  return std::make_unique<JsonlProgram>(objective_, program_, surroundings_);
}

Values JsonlPrograms::run(Trial& trial) {
  if (surroundings_.interrupts.interrupted()) throw TrialReleased();
  suggest_declared(objective_.space, trial);
  std::unique_ptr<JsonlProgram> program = take();
  // Back to the others however the trial ends, if the program itself is fine.
  const std::shared_ptr<void> give_back(nullptr, [&](void*) {
    if (!program->usable()) return;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(program));
  });
  return program->run(trial);
}

}  // namespace hone::cli
