// SPDX-License-Identifier: MIT
// The compiled part of the Python package.
#include <nanobind/nanobind.h>

#include <hone/abi.hpp>
#include <hone/types.hpp>

#include "convert.hpp"
#include "errors.hpp"
#include "running_trial.hpp"
#include "study.hpp"
#include "study_view.hpp"

NB_MODULE(_core, module) {
  using namespace hone::python;
  module.doc() = "The engine of hone. Use the package `hone`.";
  module.attr("version") = std::string(hone::version);
  module.attr("abi_tag") = hone::abi_tag();
  // A sampler written in Python reaches the study that it serves through its module, so some studies end with the
  // interpreter.
  nanobind::set_leak_warnings(false);
  register_errors();
  bind_trial(module);
  bind_study(module);
  bind_end(module);
  bind_study_view(module);
  bind_plugins(module);
  bind_study_channel(module);
  bind_algorithm_session(module);
  bind_native_algorithms(module);
  module.def(
      "keep_for_ever", [](nanobind::handle object) { object.inc_ref(); }, nanobind::arg("object"),
      "Lets the object outlast the interpreter, for what must not be closed in this process.");
}
