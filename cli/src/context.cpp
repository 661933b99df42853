// SPDX-License-Identifier: MIT
// What all commands need: messages, plugins, the storage and the study that the arguments name.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "command.hpp"
#include "terminal.hpp"

namespace hone::cli {
namespace {

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(const bool& verbose) : verbose_(verbose) {}
  void write(LogLevel level, std::string_view message) const noexcept override {
    if (level < LogLevel::warning && !verbose_) return;
    try {
      // One write a message, so that lines of several threads do not mix.
      std::string line = "hone: ";
      if (level != LogLevel::info) line.append(to_string(level)).append(": ");
      line.append(message).append("\n");
      std::cerr << line;
    } catch (const std::exception&) {
      // A message that cannot be shown is lost; the work goes on.
    }
  }

 private:
  const bool& verbose_;
};

// The file behind a SQLite storage; empty for other storages. (`///relative.db`, `////absolute.db` or a plain path, and
// perhaps parameters after a question mark.)
std::filesystem::path file_of(const PluginSpec& storage) {
  constexpr std::string_view scheme = "sqlite:";
  std::string target;
  if (storage.name.starts_with(scheme)) {
    target = storage.name.substr(scheme.size());
  } else if (const Json* option = storage.options.find("target"); storage.name == "sqlite" && option != nullptr) {
    if (const std::string* text = option->as_string()) target = *text;
  }
  if (target.starts_with("///")) target.erase(0, 3);
  return target.substr(0, target.find('?'));
}

}  // namespace

Context::Context()
    : logger(std::make_shared<StderrLogger>(verbose)),
      out_is_terminal(is_terminal(STDOUT_FILENO)),
      err_is_terminal(is_terminal(STDERR_FILENO)),
      out_colour(takes_colour(STDOUT_FILENO)),
      err_colour(takes_colour(STDERR_FILENO)) {}

std::shared_ptr<PluginRegistry> Context::registry(const std::vector<std::filesystem::path>& config_folders) {
  if (!registry_) {
    PluginSearch search = plugin_search;
    for (std::filesystem::path& folder : search.folders) folder = std::filesystem::absolute(folder);
    search.folders.insert(search.folders.end(), config_folders.begin(), config_folders.end());
    registry_ = std::make_shared<PluginRegistry>(std::move(search), logger);
  }
  return registry_;
}

PluginSpec Context::storage_spec(const StudyArguments& arguments) const {
  std::string url = arguments.storage;
  if (url.empty()) {
    if (const char* variable = std::getenv("HONE_STORAGE")) url = variable;
  }
  if (url.empty()) {
    throw ConfigError(
        "no storage is named; give --storage URL, such as --storage sqlite:///study.db, or set HONE_STORAGE");
  }
  return storage_spec_from_url(url);
}

std::shared_ptr<Storage> Context::open_storage(const StudyArguments& arguments, Access access) {
  const PluginSpec spec = storage_spec(arguments);
  if (access == Access::read) require_existing(spec);
  const std::shared_ptr<PluginRegistry> plugins = registry();
  const FactoryContext context{arguments.study, {}, 0, &plugins->host()};
  return plugins->make_storage(spec, context, "--storage");
}

Study Context::load_study(const StudyArguments& arguments) {
  StudyOptions options;
  options.name = arguments.study;
  options.storage = storage_spec(arguments);
  require_existing(options.storage);
  return Study::load(options, registry());
}

void require_existing(const PluginSpec& storage) {
  const std::filesystem::path file = file_of(storage);
  if (file.empty() || std::filesystem::exists(file)) return;
  throw StorageError("there is no storage file " + file.string() + " (" + std::filesystem::absolute(file).string() +
                     "); check --storage, or create the study with 'hone run' first");
}

std::optional<StudyRecord> find_study(Storage& storage, const std::string& name) {
  if (!name.empty()) return storage.find_study(name);
  const std::vector<StudyRecord> all = storage.studies();
  if (all.empty()) return std::nullopt;
  if (all.size() == 1) return all.front();
  std::string names;
  for (const StudyRecord& study : all) names += (names.empty() ? "" : ", ") + study.name;
  throw ConfigError(storage.location() + " holds several studies; name one of: " + names, "--study");
}

ConfigError no_such_study(Storage& storage, const std::string& name) {
  if (name.empty()) return ConfigError(storage.location() + " holds no study");
  std::vector<std::string> names;
  for (const StudyRecord& study : storage.studies()) names.push_back(study.name);
  const std::optional<std::string> near = nearest(name, names);
  return ConfigError("there is no study '" + name + "' in " + storage.location() +
                     (near ? "; did you mean '" + *near + "'?" : ""));
}

void add_storage_option(CLI::App& command, StudyArguments& arguments) {
  command.add_option("--storage", arguments.storage, "Where the studies are (default: the variable HONE_STORAGE)")
      ->type_name("URL");
}

void add_study_options(CLI::App& command, StudyArguments& arguments) {
  add_storage_option(command, arguments);
  command.add_option("--study", arguments.study, "The study; may be left out when the storage holds one")
      ->type_name("NAME");
}

std::string non_negative(const std::string& text) {
  const bool is_whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_whole ? "" : "'" + text + "' is no whole number >= 0";
}

std::string positive(const std::string& text) {
  const bool is_zero = text.find_first_not_of('0') == std::string::npos;
  return is_zero || !non_negative(text).empty() ? "'" + text + "' is no whole number >= 1" : "";
}

void add_format_option(CLI::App& command, Format& format) {
  const std::map<std::string, Format> words{{"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}};
  command
      .add_option_function<std::string>(
          "--format", [&format, words](const std::string& word) { format = words.at(word); },
          "How to print (default: table)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "csv"}));
}

}  // namespace hone::cli
