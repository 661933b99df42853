// SPDX-License-Identifier: MIT
// What samplers and pruners written in Python see of a study.
#pragma once

#include <nanobind/nanobind.h>

#include <hone/study.hpp>
#include <hone/study_view.hpp>

namespace hone::python {

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

void bind_study_view(nanobind::module_& module);

}  // namespace hone::python
