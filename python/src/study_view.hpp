// SPDX-License-Identifier: MIT
// What samplers and pruners written in Python see of a study.
#pragma once

#include <nanobind/nanobind.h>

#include <hone/study_view.hpp>

namespace hone::python {

/// The Python objects that stand for a StudyView and a TrialView during one call. Afterwards they refuse to answer.
/// Needs the interpreter's lock from construction to destruction.
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

void bind_study_view(nanobind::module_& module);

}  // namespace hone::python
