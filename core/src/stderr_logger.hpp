// SPDX-License-Identifier: MIT
// The logger of hosts that bring none: warnings and errors on standard error.
#pragma once

#include <cstdio>
#include <exception>
#include <string>

#include <hone/log.hpp>

namespace hone {

class StderrLogger final : public Logger {
 public:
  void write(LogLevel level, std::string_view message) const noexcept override {
    if (level < LogLevel::warning) return;
    try {
      // One write a message, so that lines of several threads do not mix.
      const std::string line = "hone: " + std::string(to_string(level)) + ": " + std::string(message) + "\n";
      std::fwrite(line.data(), 1, line.size(), stderr);
    } catch (const std::exception&) {
      // A message that cannot be shown is lost; the work goes on.
    }
  }
};

}  // namespace hone
