// SPDX-License-Identifier: MIT
// The file that keeps what the program of one trial wrote.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <hone/types.hpp>

#include "file_descriptor.hpp"

namespace hone::cli {

/// Made at the first write; a trial that writes nothing leaves no file. A first attempt begins the file anew, later
/// ones append.
class OutputFile {
 public:
  OutputFile(const std::filesystem::path& folder, TrialNumber number, std::int64_t attempt);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes the file if it is empty.
  ~OutputFile();

  const std::filesystem::path& path() const { return path_; }
  /// For a child that writes to it directly. @throws SurroundingsFailed if the file cannot be made.
  int descriptor();
  void write(std::string_view bytes);
  /// The last lines, indented, for a reason; empty if there are none.
  std::string last_lines() const;

  /// Where a trial's output is kept.
  static std::filesystem::path path_of(const std::filesystem::path& folder, TrialNumber number);

 private:
  std::filesystem::path path_;
  std::int64_t attempt_;
  FileDescriptor file_;
};

}  // namespace hone::cli
