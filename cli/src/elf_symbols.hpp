// SPDX-License-Identifier: MIT
// The dynamic symbols of a shared object, read from the file without loading it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hone::cli {

struct DynamicSymbols {
  std::vector<std::string> defined;    ///< exported: global or weak, with default visibility
  std::vector<std::string> undefined;  ///< expected from elsewhere, weak ones included
};

/// @throws Error if the file is no 64-bit little-endian ELF file, or is damaged
DynamicSymbols dynamic_symbols(const std::filesystem::path& file);

}  // namespace hone::cli
