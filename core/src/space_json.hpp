// SPDX-License-Identifier: MIT
// A declared space as JSON, as it is published with a sampler's configuration.
#pragma once

#include <hone/json.hpp>
#include <hone/search_space.hpp>

namespace hone {

Json space_to_json(const DeclaredSpace& space);
/// @throws StorageError if the JSON is not what space_to_json wrote.
DeclaredSpace space_from_json(const Json& json);

}  // namespace hone
