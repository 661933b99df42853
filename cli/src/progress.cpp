// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <algorithm>
#include <iostream>

#include <hone/distribution_json.hpp>

#include "output.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view plain = "\x1b[0m";

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

std::string bar(double part, std::size_t width) {
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width));
  std::string text = "[" + std::string(full, '=');
  if (full < width) text += '>';
  text.resize(width + 1, ' ');
  return text + "]";
}

std::string rough_duration(Clock::duration duration) {
  return duration_text(std::chrono::round<std::chrono::seconds>(duration));
}

class ProgressLogger final : public Logger {
 public:
  ProgressLogger(std::shared_ptr<Progress> progress, const bool& verbose)
      : progress_(std::move(progress)), verbose_(verbose) {}
  void write(LogLevel level, std::string_view message) const noexcept override {
    if (level < LogLevel::info || (level == LogLevel::info && !verbose_)) return;
    try {
      const std::string prefix = level == LogLevel::info ? "hone: " : "hone: " + std::string(to_string(level)) + ": ";
      progress_->error_line(prefix + std::string(message));
    } catch (const std::exception&) {
      // A message that cannot be shown is lost; the work goes on.
    }
  }

 private:
  std::shared_ptr<Progress> progress_;
  const bool& verbose_;
};

}  // namespace

std::string fail_reason(const FrozenTrial& trial) {
  const auto found = trial.system_attrs.find("hone:fail_reason");
  return found == trial.system_attrs.end() ? std::string() : cell_text(found->second);
}

std::string summary_line(const FrozenTrial& trial) {
  std::string text = "trial " + std::to_string(trial.number) + "  " + std::string(to_string(trial.state));
  for (std::size_t i = 0; i < trial.values.size(); ++i) text += (i == 0 ? "  " : ", ") + short_number(trial.values[i]);
  if (trial.state == TrialState::pruned && !trial.intermediate_values.empty()) {
    text += "  at step " + std::to_string(trial.intermediate_values.rbegin()->first);
  }
  std::string params;
  for (const FrozenTrial::Param& param : trial.params) {
    params += (params.empty() ? "  " : " ") + param.name + '=' + cell_text(to_json(param.value));
  }
  text += params;
  if (trial.start_time && trial.complete_time) {
    text += "  (" + duration_text(*trial.complete_time - *trial.start_time) + ")";
  }
  if (trial.state == TrialState::fail) text += ": " + first_line(fail_reason(trial));
  return text;
}

Progress::Progress(std::ostream& out, ProgressStyle style) : out_(out), style_(style) {}

Progress::~Progress() { end(); }

void Progress::begin(ProgressStart start) {
  const std::lock_guard lock(mutex_);
  start_ = std::move(start);
  finished_ = start_.finished;
  began_ = Clock::now();
  running_ = true;
  if (!style_.live || style_.quiet) return;
  draw();
  ticker_ = std::thread([this] { tick(); });
}

void Progress::end() {
  {
    const std::lock_guard lock(mutex_);
    if (running_) clear();
    running_ = false;
  }
  changed_.notify_all();
  if (ticker_.joinable()) ticker_.join();
}

void Progress::tick() {
  std::unique_lock lock(mutex_);
  while (running_) {
    changed_.wait_for(lock, std::chrono::milliseconds(500));
    if (running_) draw();
  }
}

void Progress::trial_started() {
  const std::lock_guard lock(mutex_);
  ++in_flight_;
  if (Clock::now() - last_drawn_ > std::chrono::milliseconds(100)) draw();
}

void Progress::trial_left() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
}

void Progress::trial_finished(const FrozenTrial& trial, std::int64_t finished) {
  const std::lock_guard lock(mutex_);
  finished_ = std::max(finished_, finished);
  ++finished_here_;
  if (style_.quiet) return;
  std::string text;
  if (!style_.live || trial.state == TrialState::fail) text = summary_line(trial) + '\n';
  const bool one_objective = start_.directions.size() == 1;
  if (one_objective && trial.state == TrialState::complete && !trial.values.empty() && trial.feasible()) {
    const double value = trial.value();
    const Direction direction = start_.directions[0];
    if (!start_.best || as_minimized(direction, value) < as_minimized(direction, start_.best->second)) {
      start_.best = {trial.number, value};
      const std::string best = "best so far: " + short_number(value) + " (trial " + std::to_string(trial.number) + ")";
      text += (style_.colour ? std::string(green) + best + std::string(plain) : best) + '\n';
    }
  }
  if (!text.empty()) {
    clear();
    out_ << text;
    out_.flush();
  }
  if (!text.empty() || Clock::now() - last_drawn_ > std::chrono::milliseconds(100)) draw();
}

void Progress::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  out_ << text << '\n';
  out_.flush();
  draw();
}

void Progress::error_line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  std::cerr << std::string(text) + '\n';
  draw();
}

void Progress::clear() {
  if (!drawn_) return;
  out_ << "\r\x1b[K";
  out_.flush();
  drawn_ = false;
}

void Progress::draw() {
  if (!style_.live || style_.quiet || !running_) return;
  std::string text = status();
  if (style_.width > 1 && text.size() >= style_.width) text.resize(style_.width - 1);
  out_ << "\r\x1b[K" << text;
  out_.flush();
  drawn_ = true;
  last_drawn_ = Clock::now();
}

std::string Progress::status() const {
  const Clock::duration elapsed = Clock::now() - began_;
  std::string text;
  if (start_.budget) {
    const double part = *start_.budget > 0 ? static_cast<double>(finished_) / static_cast<double>(*start_.budget) : 1.0;
    text = bar(part, 24) + ' ' + std::to_string(finished_) + '/' + std::to_string(*start_.budget);
  } else {
    text = std::to_string(finished_) + " trials";
  }
  if (start_.best)
    text += "  best " + short_number(start_.best->second) + " (trial " + std::to_string(start_.best->first) + ")";
  text += "  " + std::to_string(in_flight_) + " running  " + rough_duration(elapsed);
  if (start_.budget && finished_here_ > 0 && finished_ > start_.finished && finished_ < *start_.budget) {
    // All workers' trials of this time count, as all of them count towards the budget.
    const double each =
        std::chrono::duration<double>(elapsed).count() / static_cast<double>(finished_ - start_.finished);
    const double left = each * static_cast<double>(*start_.budget - finished_);
    text += ", " + rough_duration(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(left))) +
            " left";
  }
  return text;
}

std::shared_ptr<const Logger> progress_logger(std::shared_ptr<Progress> progress, const bool& verbose) {
  return std::make_shared<ProgressLogger>(std::move(progress), verbose);
}

}  // namespace hone::cli
