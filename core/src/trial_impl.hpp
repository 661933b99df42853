// SPDX-License-Identifier: MIT
// What is behind a Trial: a study's trial, or fixed values.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "study_impl.hpp"

namespace hone {

/// A suggested value with the distribution it belongs to.
struct Suggestion {
  const Distribution* distribution = nullptr;
  double value = 0.0;
};

class Trial::Impl {
 public:
  virtual ~Impl() = default;
  virtual TrialNumber number() const = 0;
  virtual Suggestion suggest(std::string_view name, const Distribution& distribution) = 0;
  virtual void report(std::string_view metric, double value, std::int64_t step) = 0;
  virtual bool should_prune() = 0;
  virtual void set_attr(AttributeKind kind, std::string_view key, const Json& value) = 0;
  virtual void set_constraint(std::string_view name, double value) = 0;
  virtual std::vector<FrozenTrial::Param> params() const = 0;
  virtual std::int64_t attempt() const { return 0; }
  virtual std::optional<std::int64_t> resume_step() const { return std::nullopt; }
  virtual OwnerToken owner() const { return {}; }
  virtual std::string owner_text() const { return {}; }
  virtual void set_process_group(std::int64_t) {}
  virtual void flush() {}
};

/// A running trial of a study. What it learns is buffered until it must be stored (see `flush_due`), and stays buffered
/// until the storage has it.
class StudyTrial final : public Trial::Impl {
 public:
  StudyTrial(std::shared_ptr<Study::Impl> study, Claim claim, std::map<std::string, Choice> fixed);

  /// Draws and stores the start, or takes up what an earlier attempt had stored.
  void begin();
  /// Buffers nothing from now on: for a trial that anybody may tell by its number, whatever becomes of this object.
  void write_through() { write_through_ = true; }

  TrialNumber number() const override { return claim_.number; }
  Suggestion suggest(std::string_view name, const Distribution& distribution) override;
  void report(std::string_view metric, double value, std::int64_t step) override;
  bool should_prune() override;
  void set_attr(AttributeKind kind, std::string_view key, const Json& value) override;
  void set_constraint(std::string_view name, double value) override;
  std::vector<FrozenTrial::Param> params() const override;
  std::int64_t attempt() const override { return claim_.attempt; }
  std::optional<std::int64_t> resume_step() const override;
  OwnerToken owner() const override { return claim_.token; }
  std::string owner_text() const override { return claim_.token_text; }
  void set_process_group(std::int64_t process_group) override;
  void flush() override;

  /// Ends the trial, or pauses it if that is what the pruner advised; writes everything that is buffered in the same
  /// patch.
  void end(Study::Impl::Ending ending);
  /// Gives the trial back unfinished, for takeover.
  void release();
  Study::Impl& study() { return *study_; }
  bool ended() const { return ended_; }
  bool paused() const { return paused_; }

 private:
  struct BufferedReport {
    std::string metric;
    std::int64_t step;
    double value;
  };
  struct BufferedAttribute {
    AttributeKind kind;
    std::string key;
    std::string json;
  };
  std::size_t drawn(std::string_view name) const;
  const History::Cell* already(std::string_view name, const Distribution& distribution) const;
  bool takes_draw(std::size_t draw, const Distribution& distribution) const;
  Parameter intern(std::string_view name, const Distribution& distribution);
  double choose(const Parameter& parameter, bool& must_store);
  void fill_from_buffers(TrialPatch& patch) const;
  void forget_buffers();
  void write(const StudyPatch& patch);
  [[noreturn]] void lost();
  StudyPatch patch_of_this() const;
  bool flush_due() const;
  void pause(std::int64_t resume_step);
  /// The pruner's answer, and in `pause_step_` whether it is a pause. Caller holds the pruner's mutex and the
  /// history's.
  bool stops(const StudyView& view, const TrialView& trial);
  /// Of a trial that was paused; caller holds the history's lock.
  void take_up();

  std::shared_ptr<Study::Impl> study_;
  Claim claim_;
  std::map<std::string, Choice> fixed_;
  std::vector<Parameter> relative_;
  std::vector<double> relative_values_;
  std::vector<bool> relative_taken_;  ///< suggested already
  std::size_t next_draw_ = 0;         ///< the joint draw that is probably asked for next
  std::vector<History::Cell> suggested_;
  std::vector<Parameter> suggested_parameters_;
  std::size_t stored_ = 0;  ///< how many of `suggested_` are in the storage
  VisibleSet start_set_;
  std::vector<std::pair<std::string, std::string>> draws_;  ///< parameter, visible set: not yet stored
  std::vector<BufferedReport> reports_;
  std::vector<BufferedAttribute> attributes_;
  std::vector<std::pair<std::string, double>> constraints_;
  std::set<std::string, std::less<>> constraint_names_;
  std::set<std::pair<std::string, std::int64_t>> reported_steps_;
  std::chrono::steady_clock::time_point last_write_;
  bool ended_ = false;
  bool paused_ = false;
  std::optional<std::int64_t> pause_step_;  ///< where to resume, if the pruner's latest answer was a pause
  bool write_through_ = false;
};

/// The internal value of a fixed (enqueued) one. Out of range it is used all the same, with a warning, as Optuna does.
/// @throws TrialError if it cannot be a value of the parameter at all.
double fixed_value(const Distribution& distribution, const Choice& value, std::string_view parameter, TrialNumber trial,
                   const Logger& logger);

}  // namespace hone
