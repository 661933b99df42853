// SPDX-License-Identifier: MIT
// The plugin border: one exported data symbol, a plain C table, checked before anything of a plugin is called.
// Authors do not fill it by hand: `hone/sdk/plugin.hpp` does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <hone/json.hpp>
#include <hone/log.hpp>
#include <hone/options.hpp>
#include <hone/types.hpp>

namespace hone {

enum class PluginKind : std::uint32_t { sampler = 1, pruner = 2, storage = 3 };

/// `sampler`, `pruner` or `storage`.
constexpr std::string_view to_string(PluginKind kind) {
  switch (kind) {
    case PluginKind::sampler: return "sampler";
    case PluginKind::pruner: return "pruner";
    case PluginKind::storage: return "storage";
  }
  return "plugin";
}

/// What a plugin can do; a set of bits.
enum class Capability : std::uint64_t {
  multi_objective = 1u << 0,  ///< serves studies with several directions
  constraints = 1u << 1,      ///< uses constraint values
  conditional = 1u << 2,      ///< models parameters that not every trial has
  categorical = 1u << 3,      ///< models categorical parameters
  portable = 1u << 4,         ///< same bits with any compiler and vector width
  same_platform = 1u << 5,    ///< same bits on one platform
  models_cohort = 1u << 6,    ///< a sampler: models the trial's cohort alone; one instance a cohort
  needs_reports = 1u << 7,    ///< a pruner: decides by the reports of other running trials, so they are stored at once
  assigns_cohorts = 1u << 8,  ///< a pruner: implements `cohort`
  ignores_history = 1u << 9,  ///< a sampler: its draws depend on the key alone
  not_pure = 1u << 10,        ///< a sampler that cannot promise to propose the same again; replay says so
  ends = 1u << 11,            ///< a sampler that comes to an end by itself: has the FiniteSamplerExtension
};
constexpr std::uint64_t operator|(Capability a, Capability b) {
  return static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b);
}
constexpr std::uint64_t operator|(std::uint64_t a, Capability b) { return a | static_cast<std::uint64_t>(b); }
constexpr bool has(std::uint64_t set, Capability capability) {
  return (set & static_cast<std::uint64_t>(capability)) != 0;
}

enum class OptionType : std::uint32_t {
  boolean = 1,
  integer = 2,
  real = 3,
  text = 4,
  enumeration = 5,  ///< one of the words in `choices`
  list = 6,
  map = 7,
  sampler = 8,  ///< plugin(sampler): a plugin's name, or an object with "plugin" and its options
  pruner = 9,
  storage = 10,
};

/// What the host offers to a plugin besides its arguments. Lives as long as the plugin object.
class Host {
 public:
  virtual ~Host() = default;
  virtual const Logger& logger() const = 0;
  /// @throws ConfigError with line and column if the text is no JSON. Reads the tokens NaN, Infinity and -Infinity.
  virtual Json parse_json(std::string_view text) const = 0;
  /// Text as Python's json module writes it: `{"a": 1, "b": [1.0, NaN]}`, ASCII only.
  virtual std::string to_json_text(const Json& value) const = 0;
};

/// What a factory is told about the study that its plugin will serve.
struct FactoryContext {
  std::string_view study_name;
  std::span<const Direction> directions;
  std::uint64_t seed = 0;
  const Host* host = nullptr;
};

}  // namespace hone

extern "C" {

/// One option of a plugin. Texts are UTF-8, end with a zero, and live as long as the plugin.
struct hone_option {
  const char* name;
  std::uint32_t type;          ///< hone::OptionType
  std::uint32_t allows_auto;   ///< 1: the word "auto" and null are allowed, and mean that the plugin chooses
  const char* default_json;    ///< the default as JSON text; null: the option must be given
  const char* minimum_json;    ///< the least number allowed, as JSON text; null for none
  const char* maximum_json;    ///< the greatest
  std::uint32_t open_range;    ///< bit 0: the minimum itself is not allowed; bit 1: the maximum is not
  const char* const* choices;  ///< of an enumeration: words, ended by a null pointer; otherwise null
  const char* doc;             ///< one line
};

/// One plugin of a file.
struct hone_plugin {
  std::uint32_t kind;  ///< hone::PluginKind
  std::uint32_t option_count;
  const char* name;
  const char* version;      ///< changes when proposals may change
  const char* description;  ///< one line
  const char* references;   ///< papers, separated by newlines; may be empty
  std::uint64_t capabilities;
  const hone_option* options;
  /// Returns a new hone::Sampler*, hone::Pruner* or hone::Storage*, by kind; the host deletes it. May throw what
  /// derives from std::exception.
  void* (*create)(const hone::FactoryContext* context, const hone::Options* options);
};

/// The table of a file: the one symbol that a plugin exports, `hone_plugin_table`.
struct hone_plugin_table_v1 {
  std::uint64_t magic;        ///< HONE_PLUGIN_MAGIC
  std::uint32_t struct_size;  ///< sizeof(hone_plugin_table_v1) as the plugin was compiled
  std::uint32_t plugin_size;  ///< sizeof(hone_plugin)
  std::uint32_t option_size;  ///< sizeof(hone_option)
  std::uint16_t sdk_major;    ///< must be the host's
  std::uint16_t sdk_minor;    ///< may be older than the host's
  const char* abi_tag;        ///< hone::abi_tag() as the plugin was compiled
  std::uint32_t plugin_count;
  const hone_plugin* plugins;
};

}  // extern "C"

namespace hone {

inline constexpr std::uint64_t plugin_magic = 0x31474c50454e4f48ULL;  // "HONEPLG1"
inline constexpr const char* plugin_symbol = "hone_plugin_table";
inline constexpr std::uint16_t sdk_major = 1;
inline constexpr std::uint16_t sdk_minor = 0;

}  // namespace hone
