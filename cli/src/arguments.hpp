// SPDX-License-Identifier: MIT
// Values that are typed on the command line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/choice.hpp>
#include <hone/distribution.hpp>
#include <hone/json.hpp>
#include <hone/search_space.hpp>

namespace hone::cli {

/// A real as people type it, `nan` and `inf` included; nothing if the text is anything else.
std::optional<double> real_from(std::string_view text);

/// JSON, or the text itself when it is none: `5`, `true`, `adam`, `"5"`.
Json json_or_text(const std::string& text);

/// The two sides of `name=value`. @throws ConfigError that names the option
std::pair<std::string, std::string> split_assignment(const std::string& text, std::string_view option);

/// Parameters from `name=value` arguments and JSON objects, later ones over earlier ones.
/// @throws ConfigError for what is no assignment, no object, or no choice
std::map<std::string, Choice> params_from(const std::vector<std::string>& assignments,
                                          const std::vector<std::string>& objects);

/// Fits typed values to the distributions of a declared space: a choice that was meant as text becomes one.
/// @throws ConfigError for a name that the space does not have, with the nearest, or a value out of range
void fit_to_space(std::map<std::string, Choice>& params, const DeclaredSpace& space);

/// Parameters and their distributions: `{"x": {"type": "float", …}}`, or Optuna's form of a distribution.
/// @throws ConfigError
std::vector<std::pair<std::string, Distribution>> distributions_from(const std::string& text, std::string_view option);

}  // namespace hone::cli
