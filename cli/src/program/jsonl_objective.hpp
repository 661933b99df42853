// SPDX-License-Identifier: MIT
// Long-lived programs that run one trial after another and speak JSON lines over their standard input and output.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <hone/study.hpp>

#include "surroundings.hpp"

namespace hone::cli {

class JsonlProgram;

/// The programs of a run: as many as trials run at a time, started when first needed, ended with this object (first by
/// the end of their input, then SIGTERM, then SIGKILL). A program that breaks the protocol, exits or hangs makes its
/// trial FAIL and is replaced.
class JsonlPrograms {
 public:
  JsonlPrograms(const ObjectiveConfig& objective, std::filesystem::path program, const Surroundings& surroundings);
  ~JsonlPrograms();

  /// Runs a trial. Throws as `run_program` does.
  Values run(Trial& trial);

 private:
  std::unique_ptr<JsonlProgram> take();

  const ObjectiveConfig& objective_;
  std::filesystem::path program_;
  const Surroundings& surroundings_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<JsonlProgram>> idle_;
};

}  // namespace hone::cli
