// SPDX-License-Identifier: MIT
// What hone throws. Every message says what was wrong, where, what was expected and found, and what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <hone/types.hpp>

namespace hone {

/// The base of all errors of hone, so that a host can catch them at once.
class HONE_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A config, an option or an argument that cannot be used. `where` is a file with line and column, or a JSON path such
/// as `sampler.gamma`; empty when there is none. The message already contains it.
class HONE_API ConfigError : public Error {
 public:
  explicit ConfigError(const std::string& message, std::string where_it_is = {})
      : Error(where_it_is.empty() ? message : where_it_is + ": " + message), where(std::move(where_it_is)) {}
  std::string where;
};

/// A plugin that cannot be found, loaded or trusted, or that failed in a call.
class HONE_API PluginError : public Error {
 public:
  PluginError(const std::string& message, std::string plugin_name, std::string plugin_file = {},
              std::string failed_call = {})
      : Error(message), plugin(std::move(plugin_name)), file(std::move(plugin_file)), call(std::move(failed_call)) {}
  std::string plugin;  ///< `sampler/tpe`
  std::string file;    ///< absolute path of the shared object; empty if linked statically or not found
  std::string call;    ///< the function that failed, such as `sample_relative`; empty if none was called
};

/// A storage that cannot be opened, read or written. When `retryable`, nothing was written and the same call may
/// succeed later.
class HONE_API StorageError : public Error {
 public:
  explicit StorageError(const std::string& message, bool may_be_retried = false)
      : Error(message), retryable(may_be_retried) {}
  bool retryable;
};

/// A name that is taken, where a new study was to be created.
class HONE_API DuplicatedStudyError : public StorageError {
 public:
  explicit DuplicatedStudyError(const std::string& study_name)
      : StorageError("a study named '" + study_name +
                     "' exists already; load it, choose another name, or create it with load_if_exists"),
        study(study_name) {}
  std::string study;
};

/// A study that was named and does not exist.
class HONE_API StudyNotFoundError : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

/// A trial that was used wrongly: an impossible distribution, a value that is refused, a finished trial that was told
/// again, an owner that has been replaced.
class HONE_API TrialError : public Error {
 public:
  explicit TrialError(const std::string& message, TrialNumber trial_number = -1, std::string parameter_name = {})
      : Error(message), trial(trial_number), parameter(std::move(parameter_name)) {}
  TrialNumber trial;      ///< -1 if no trial is concerned
  std::string parameter;  ///< empty if no parameter is concerned
};

/// Thrown by an objective to end its trial as PRUNED. It derives from nothing, so that an objective's
/// `catch (const std::exception&)` never swallows it.
class HONE_API TrialPruned {};

/// Thrown by an objective to give its trial back unfinished: it stays RUNNING without an owner, with its parameters,
/// and is taken over by the next worker. Not counted as a crash. Derives from nothing, as TrialPruned.
class HONE_API TrialReleased {};

}  // namespace hone
