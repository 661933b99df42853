// SPDX-License-Identifier: MIT
// A Python interpreter inside of this process, reached without its headers, so that hone needs no Python to be built.
#pragma once

#include <string>

#include <hone/plugin.hpp>

namespace hone::python_bridge {

/// The plugins that the Python package `hone` offers to a host: `sampler/python` and `pruner/python`. Starts an
/// interpreter if none runs: the one that HONE_PYTHON names, or `python3`, with its module path.
/// @throws std::runtime_error that says what is missing and what to do
const hone_plugin_table_v1& plugins_of_package();

}  // namespace hone::python_bridge
