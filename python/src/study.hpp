// SPDX-License-Identifier: MIT
// A study as Python holds it.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include <hone/registry.hpp>
#include <hone/study.hpp>

namespace hone::python {

/// The plugins of this interpreter, found once.
std::shared_ptr<PluginRegistry> shared_registry();

/// A storage that several studies may share.
struct OpenedStorage {
  std::shared_ptr<Storage> storage;
};

void bind_study(nanobind::module_& module);
void bind_optimize(nanobind::class_<Study>& study);
/// Ends the `optimize` that this thread works for, if there is one, by this exception. Needs the interpreter's lock.
void interrupt_optimize(nanobind::python_error error);

void bind_end(nanobind::module_& module);
void bind_plugins(nanobind::module_& module);
void bind_study_channel(nanobind::module_& module);
void bind_algorithm_session(nanobind::module_& module);
void bind_native_algorithms(nanobind::module_& module);

}  // namespace hone::python
