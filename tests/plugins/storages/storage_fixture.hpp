// SPDX-License-Identifier: MIT
// What the storages' tests share: a host, storages loaded from their shared objects, a reader.
#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <hone/json_text.hpp>
#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/storage.hpp>

namespace hone::test {

class SilentLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view) const noexcept override {}
};

class TestHost final : public Host {
 public:
  const Logger& logger() const override { return logger_; }
  Json parse_json(std::string_view text) const override { return hone::parse_json(text); }
  std::string to_json_text(const Json& value) const override { return hone::to_json_text(value); }

 private:
  SilentLogger logger_;
};

inline const TestHost& test_host() {
  static const TestHost host;
  return host;
}

/// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hone-storage-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(std::string_view name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The storage of a shared object, made as the host makes it.
inline std::unique_ptr<Storage> load_storage(const char* shared_object, const Options& options) {
  void* const library = dlopen(shared_object, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto* table = static_cast<const hone_plugin_table_v1*>(dlsym(library, plugin_symbol));
  if (table == nullptr) throw std::runtime_error(std::string(shared_object) + " exports no plugin table");
  FactoryContext context;
  context.host = &test_host();
  return std::unique_ptr<Storage>(static_cast<Storage*>(table->plugins[0].create(&context, &options)));
}

inline std::unique_ptr<Storage> memory_storage() { return load_storage(HONE_MEMORY_PLUGIN, Options()); }

inline std::unique_ptr<Storage> sqlite_storage(const std::string& target) {
  Options options;
  options.set("target", target);
  options.set("synchronous", "normal");
  options.set("timeout", 60.0);
  options.set("foreign_grace", 3600.0);
  return load_storage(HONE_SQLITE_PLUGIN, options);
}

/// A reader and writer of one study, as a Study is: it keeps a History, or uses the storage's.
class Reader final : public ChangeReceiver {
 public:
  struct Event {
    TrialNumber number;
    bool snapshot;
    friend bool operator==(const Event&, const Event&) = default;
  };

  Reader(Storage& storage, StudyId study, std::size_t objectives = 1) : storage_(storage) {
    if (auto* extension = static_cast<SharedHistoryExtension*>(storage.query_extension(SharedHistoryExtension::id))) {
      shared_ = extension->shared_history(study);
    } else {
      shared_.history = std::make_shared<History>(objectives);
      shared_.mutex = std::make_shared<std::shared_mutex>();
      keeps_own_ = true;
    }
    cursor_ = storage.open_cursor(study, *this);
  }

  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override {
    events.push_back({number, snapshot});
    if (keeps_own_) shared_.history->apply(number, patch, snapshot);
  }
  void on_fact(const FactRecord& fact) override {
    fact_order.emplace_back(fact.key);
    facts.emplace(fact.key, fact.json);
  }

  void refresh() { storage_.refresh(*cursor_); }
  ApplyResult apply(const StudyPatch& patch, const Preconditions& preconditions = {}) {
    return storage_.apply(*cursor_, patch, preconditions);
  }
  const History& history() const { return *shared_.history; }
  bool keeps_own_history() const { return keeps_own_; }

  std::vector<Event> events;
  std::vector<std::string> fact_order;
  std::map<std::string, std::string> facts;

 private:
  Storage& storage_;
  SharedHistoryExtension::Shared shared_;
  bool keeps_own_ = false;
  std::unique_ptr<Cursor> cursor_;
};

// ---- patches

inline StudyPatch running_trial(std::string_view owner = "owner") {
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = TrialState::running;
  patch.trial.owner = OwnerRecord{owner, 0, 0, -1};
  return patch;
}

inline StudyPatch waiting_trial() {
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = TrialState::waiting;
  return patch;
}

inline StudyPatch change_of(TrialNumber number) {
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = number;
  return patch;
}

inline StudyPatch end_of(TrialNumber number, double value = 1.0) {
  StudyPatch patch = change_of(number);
  patch.trial.state = TrialState::complete;
  patch.trial.values = {value};
  return patch;
}

inline StudyPatch claim_of(TrialNumber number, std::string_view owner = "owner") {
  StudyPatch patch = change_of(number);
  patch.trial.state = TrialState::running;
  patch.trial.owner = OwnerRecord{owner, 0, 0, -1};
  return patch;
}

inline Preconditions owned_by(std::string_view owner) {
  Preconditions preconditions;
  preconditions.owner = owner;
  return preconditions;
}

inline Preconditions in_state(TrialState state) {
  Preconditions preconditions;
  preconditions.state = state;
  return preconditions;
}

inline Preconditions within(std::int64_t budget) {
  Preconditions preconditions;
  preconditions.budget = budget;
  return preconditions;
}

inline StudyPatch fact(std::string_view key, std::string_view json, std::string_view rests_on = "") {
  StudyPatch patch;
  patch.facts.push_back({key, json, rests_on});
  return patch;
}

/// A storage of either kind with one study.
struct Bench {
  explicit Bench(const std::string& kind, std::vector<Direction> directions = {Direction::minimize})
      : storage(kind == "memory" ? memory_storage() : sqlite_storage(folder.file("study.db"))),
        study(storage->create_study("study", directions)),
        reader(*storage, study, directions.size()) {
    reader.refresh();
  }
  /// Another reader; of SQLite through a connection of its own, as another process would.
  std::unique_ptr<Reader> other_reader() {
    if (storage->shared()) {
      others.push_back(sqlite_storage(folder.file("study.db")));
      return std::make_unique<Reader>(*others.back(), others.back()->find_study("study")->id,
                                      reader.history().objectives());
    }
    return std::make_unique<Reader>(*storage, study, reader.history().objectives());
  }

  TemporaryFolder folder;
  std::unique_ptr<Storage> storage;
  StudyId study;
  std::vector<std::unique_ptr<Storage>> others;
  Reader reader;
};

/// Runs the test case once for each kind of storage.
inline std::string each_kind() { return GENERATE(as<std::string>{}, "memory", "sqlite"); }

}  // namespace hone::test
