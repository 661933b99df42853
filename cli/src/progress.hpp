// SPDX-License-Identifier: MIT
// What `hone run` shows while trials run: a live line on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <hone/frozen_trial.hpp>
#include <hone/log.hpp>
#include <hone/types.hpp>

namespace hone::cli {

struct ProgressStyle {
  bool quiet = false;  ///< no lines for trials
  bool live = false;   ///< a terminal, whose last line is drawn again and again
  bool colour = false;
  std::size_t width = 80;  ///< of the terminal
};

/// Where the study stands when the run begins.
struct ProgressStart {
  std::vector<Direction> directions;
  std::int64_t finished = 0;
  std::optional<std::int64_t> budget;  ///< finished trials to be reached
  std::optional<std::pair<TrialNumber, double>> best;
};

/// Thread-safe.
class Progress {
 public:
  Progress(std::ostream& out, ProgressStyle style);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void begin(ProgressStart start);
  /// Takes the live line away; after it nothing is drawn.
  void end();
  void trial_started();
  /// The trial runs no more, whether it finished or was released.
  void trial_left();
  /// @param finished  the finished trials of the study, other workers' included
  void trial_finished(const FrozenTrial& trial, std::int64_t finished);
  /// A line of its own above the live one.
  void line(std::string_view text);
  /// The same on standard error.
  void error_line(std::string_view text);

 private:
  void draw();
  void clear();
  void tick();
  std::string status() const;

  std::ostream& out_;
  ProgressStyle style_;
  ProgressStart start_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  bool drawn_ = false;
  std::int64_t finished_ = 0;
  std::int64_t finished_here_ = 0;
  std::int64_t in_flight_ = 0;
  std::chrono::steady_clock::time_point began_{};
  std::chrono::steady_clock::time_point last_drawn_{};
  std::thread ticker_;
};

/// One line about a finished trial: number, state, values or the reason, parameters, duration.
std::string summary_line(const FrozenTrial& trial);

/// Why a FAIL trial failed; empty if it is not known.
std::string fail_reason(const FrozenTrial& trial);

/// A logger that keeps the live line whole.
std::shared_ptr<const Logger> progress_logger(std::shared_ptr<Progress> progress, const bool& verbose);

}  // namespace hone::cli
