// SPDX-License-Identifier: MIT
// Finds, checks and builds plugins.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hone/json.hpp>
#include <hone/log.hpp>
#include <hone/plugin.hpp>

namespace hone {

/// A plugin by name, with its options as an object. A name with a slash is a file; `scheme:rest` is the plugin `scheme`
/// whose option `target` is `rest`.
struct PluginSpec {
  std::string name;
  Json options = Json(Json::Object{});
};

/// An option as the plugin's table describes it.
struct OptionInfo {
  std::string name;
  OptionType type = OptionType::boolean;
  bool allows_auto = false;
  std::optional<Json> default_value;  ///< nothing: the option must be given
  std::optional<double> minimum;
  std::optional<double> maximum;
  bool minimum_is_open = false;
  bool maximum_is_open = false;
  std::vector<std::string> choices;
  std::string doc;
};

/// A plugin as its table describes it.
struct PluginInfo {
  PluginKind kind = PluginKind::sampler;
  std::string name;
  std::string version;
  std::string description;
  std::string references;
  std::uint64_t capabilities = 0;
  std::vector<OptionInfo> options;
  std::filesystem::path file;  ///< empty when linked statically
};

/// Where plugins are looked for, in this order: `folders`, HONE_PLUGIN_PATH, $XDG_DATA_HOME/hone/plugins, the folder
/// beside libhone. In each, a plugin is `samplers/NAME.so` (pruners, storages) or `NAME.so`. Never the working folder.
struct PluginSearch {
  std::vector<std::filesystem::path> folders;
  bool environment = true;                ///< HONE_PLUGIN_PATH and the user's folder count
  bool allow_writable_by_others = false;  ///< or owned by others; otherwise such files and folders are refused
};

/// The plugins of one host. Thread-safe. Objects that it makes keep what they need alive; a shared object stays loaded
/// for the life of the process.
///
/// Objects made here are guarded: whatever a plugin throws arrives as PluginError (StorageError and other errors of
/// hone pass), and values that a sampler should not return are left to the study to refuse.
class HONE_API PluginRegistry {
 public:
  explicit PluginRegistry(PluginSearch search = {}, std::shared_ptr<const Logger> logger = nullptr);
  ~PluginRegistry();
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;

  /// Registers plugins that are linked into the program; they come before those in files.
  void add(const hone_plugin_table_v1& table);

  /// The description of a plugin; loads its file.
  /// @throws PluginError if it is not found (with what was looked for and where), cannot be trusted, or is broken.
  PluginInfo find(PluginKind kind, std::string_view name);

  /// The description of a plugin as it is configured: with plugins inside it, what the whole of them can do and needs.
  /// @throws ConfigError, as `resolve`
  PluginInfo find(PluginKind kind, const PluginSpec& spec, std::string_view where);

  /// All plugins found, by kind and name, each name once. A file that cannot be loaded is left out, with one sentence
  /// in `problems`.
  std::vector<PluginInfo> list(std::vector<std::string>* problems = nullptr);

  /// The options checked against the table and completed with defaults, members in the table's order.
  /// @param where  the JSON path for messages, such as `sampler`
  /// @throws ConfigError that names the option, the value and what is allowed.
  Json resolve(PluginKind kind, const PluginSpec& spec, std::string_view where);

  std::shared_ptr<Sampler> make_sampler(const PluginSpec& spec, const FactoryContext& context,
                                        std::string_view where = "sampler");
  std::shared_ptr<Pruner> make_pruner(const PluginSpec& spec, const FactoryContext& context,
                                      std::string_view where = "pruner");
  std::shared_ptr<Storage> make_storage(const PluginSpec& spec, const FactoryContext& context,
                                        std::string_view where = "storage");

  const Host& host() const;
  std::shared_ptr<const Logger> logger() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A storage URL as a plugin: `sqlite:///digits.db`, `memory`, or a path that ends in .db, .sqlite or .sqlite3.
HONE_API PluginSpec storage_spec_from_url(std::string_view url);

/// A plugin reference as configs and options write it: a name, or an object with "plugin" and the options beside it.
/// @throws ConfigError
HONE_API PluginSpec plugin_spec_from(const Json& json, std::string_view where);

/// The candidate nearest to a misspelt word, if any is near (Damerau-Levenshtein distance at most a third).
HONE_API std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace hone
