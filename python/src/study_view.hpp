// SPDX-License-Identifier: MIT
// What samplers and pruners written in Python see of a study.
#pragma once

#include <nanobind/nanobind.h>

#include <optional>
#include <stdexcept>
#include <string>

#include <hone/search_space.hpp>
#include <hone/study.hpp>
#include <hone/study_view.hpp>

namespace hone::python {

/// A StudyView on loan to Python, with the trial at hand.
class Lent {
 public:
  Lent(const StudyView& study, const TrialView& trial) : study_(&study), trial_(&trial) {}
  /// @throws std::runtime_error once the call is over
  const StudyView& get() const {
    check();
    return *study_;
  }
  const TrialView& trial() const {
    check();
    return *trial_;
  }
  HistoryView history() const { return get().history(); }
  const History& columns() const { return get().history().all(); }
  void take_back() { study_ = nullptr; }

 private:
  void check() const {
    if (study_ == nullptr) throw std::runtime_error("the study was lent to a call that is over; do not keep it");
  }
  const StudyView* study_;
  const TrialView* trial_;
};

/// The Python objects that stand for a StudyView and a TrialView during one call. Afterwards they refuse to answer, and
/// meanwhile the study itself does, in this thread. Needs the interpreter's lock from construction to destruction.
class LentStudy {
 public:
  LentStudy(const StudyView& study, const TrialView& trial);
  ~LentStudy();
  LentStudy(const LentStudy&) = delete;
  LentStudy& operator=(const LentStudy&) = delete;

  const nanobind::object& study() const { return study_; }
  const nanobind::object& trial() const { return trial_; }

 private:
  nanobind::object study_;
  nanobind::object trial_;
};

/// @throws Error inside of a call into the study's own sampler or pruner, which would wait for itself: the study's
/// locks are held for as long as it runs
void refuse_inside_plugin(const Study& study);

/// The parameter of the history, or of the declared space, with this name and distribution; nothing if there is none.
std::optional<Parameter> find_parameter(const StudyView& study, const std::string& name, nanobind::handle distribution);
/// Those that a Python space names. Others have never been seen; they are drawn one by one when they are.
SearchSpace space_from(const StudyView& study, nanobind::handle space);

void bind_study_view(nanobind::module_& module);

}  // namespace hone::python
