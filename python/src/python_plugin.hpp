// SPDX-License-Identifier: MIT
// Samplers and pruners that are Python objects, as plugins of the core.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include <hone/plugin.hpp>
#include <hone/registry.hpp>

namespace hone::python {

/// The plugins `sampler/python` and `pruner/python`: their option `target` is `module:Class`, `options` are the
/// keywords that the class is made with.
const hone_plugin_table_v1& python_plugin_table();

/// A plugin by name with its options, `(name, options)`, or an object of a class derived from hone.Sampler. For an
/// object `registry` is replaced by one of its own, in which the name of its class stands for this very object; so it
/// is for `(name, options, objects)`, whose options name the objects' classes.
PluginSpec sampler_spec(nanobind::handle given, std::shared_ptr<PluginRegistry>& registry);
PluginSpec pruner_spec(nanobind::handle given, std::shared_ptr<PluginRegistry>& registry);

}  // namespace hone::python
