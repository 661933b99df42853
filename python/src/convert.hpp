// SPDX-License-Identifier: MIT
// Values between C++ and Python. All functions need the interpreter's lock.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

// All casters here, because a file that lacks one compiles and fails when it runs.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <hone/distribution.hpp>
#include <hone/frozen_trial.hpp>
#include <hone/json.hpp>
#include <hone/registry.hpp>

namespace hone::python {

namespace nb = nanobind;

/// A class or function of the Python part of the package, such as `attribute("hone.trial", "FrozenTrial")`.
nb::object attribute(const char* module, const char* name);

/// A str as UTF-8. `what` names it in the error: "a parameter's name".
/// @throws nb::type_error for anything but a str, nb::value_error for a str that UTF-8 cannot hold (half a surrogate)
std::string text_from(nb::handle value, const char* what);
/// A str as UTF-8 for people to read: what UTF-8 cannot hold stands as its escape. Empty if it cannot be read at all.
std::string readable(nb::handle text) noexcept;
/// The value itself. @throws nb::type_error for anything but a dict
nb::dict dict_from(nb::handle value, const char* what);

nb::object to_python(const Json& value);
/// None, bool, int, float, str, lists, tuples and dicts of these; numbers of NumPy as what they hold.
/// @throws nb::type_error that names the type, nb::value_error for an int beyond 64 bits and for what nests too deep
Json json_from(nb::handle value);
std::map<std::string, Json> json_map_from(nb::handle dict);

nb::object to_python(const Choice& choice);
/// @throws nb::type_error for anything but None, bool, int, float and str
Choice choice_from(nb::handle value);
std::map<std::string, Choice> choices_from(nb::handle dict);

nb::object to_python(const Distribution& distribution);
/// From a class of `hone.distributions`, or one of another library with the same attributes. @throws nb::type_error
Distribution distribution_from(nb::handle object);

nb::object to_python(const FrozenTrial& trial);
/// From a class of `hone.trial`, or one of another library with the same attributes.
FrozenTrial frozen_trial_from(nb::handle trial, bool with_attributes = true);

/// A number, or a sequence of numbers.
/// @throws nb::python_error where `float()` would
std::vector<double> values_from(nb::handle value);

/// A time in seconds; beyond a hundred years, such as infinity, it is a hundred years.
/// @throws nb::value_error for NaN
std::chrono::milliseconds milliseconds_from(double seconds);

/// `(name, options)`; what follows is left alone.
PluginSpec plugin_spec_from(nb::handle pair);

}  // namespace hone::python
