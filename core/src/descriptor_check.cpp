// SPDX-License-Identifier: MIT
#include "descriptor_check.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include <hone/abi.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "option_check.hpp"
#include "utf8.hpp"

namespace hone {
namespace {

constexpr std::uint32_t most_plugins = 1000;
constexpr std::uint32_t most_options = 1000;
constexpr std::size_t longest_text = 4096;

// Throws errors of one file.
class Complaint {
 public:
  explicit Complaint(std::filesystem::path file) : file_(std::move(file)) {}
  void about(std::string plugin) { plugin_ = std::move(plugin); }

  [[noreturn]] void say(const std::string& what) const {
    const std::string who = file_.empty() ? "a plugin that is linked into the program" : file_.string();
    throw PluginError(who + ": " + (plugin_.empty() ? "" : plugin_ + ": ") + what, plugin_, file_.string());
  }
  [[noreturn]] void lie(const std::string& what) const {
    say("the descriptor is wrong: " + what + "; the plugin's author must correct it");
  }

 private:
  std::filesystem::path file_;
  std::string plugin_;
};

std::string text(const Complaint& complaint, const char* raw, const std::string& what, bool may_be_empty = false) {
  if (raw == nullptr) complaint.lie(what + " is a null pointer");
  const std::size_t length = strnlen(raw, longest_text);
  if (length == longest_text) complaint.lie(what + " has no end within " + std::to_string(longest_text) + " bytes");
  std::string result(raw, length);
  if (result.empty() && !may_be_empty) complaint.lie(what + " is empty");
  if (!is_utf8(result)) complaint.lie(what + " is not UTF-8");
  return result;
}

bool is_identifier(std::string_view word) {
  return std::ranges::all_of(word, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string name(const Complaint& complaint, const char* raw, const std::string& what) {
  std::string result = text(complaint, raw, what);
  if (!is_identifier(result)) complaint.lie(what + " '" + result + "' holds other than letters, digits, _ and -");
  return result;
}

Json json(const Complaint& complaint, const char* raw, const std::string& what) {
  const std::string written = text(complaint, raw, what);
  try {
    return parse_json(written, what);
  } catch (const ConfigError&) {
    complaint.lie(what + " is no JSON: " + written);
  }
}

std::optional<double> bound(const Complaint& complaint, const char* raw, const std::string& what, OptionType type) {
  if (raw == nullptr) return std::nullopt;
  if (type != OptionType::integer && type != OptionType::real)
    complaint.lie(what + " is set, but the type has no range");
  const std::optional<double> number = json(complaint, raw, what).number();
  if (!number || *number != *number) complaint.lie(what + " is no number: " + raw);
  return number;
}

void read_choices(const Complaint& complaint, const hone_option& raw, OptionInfo& option, const std::string& what) {
  if (raw.choices == nullptr) {
    if (option.type == OptionType::enumeration) complaint.lie(what + " is an enumeration without choices");
    return;
  }
  if (option.type != OptionType::enumeration) complaint.lie(what + " has choices, but is no enumeration");
  for (const char* const* word = raw.choices; *word != nullptr; ++word) {
    if (option.choices.size() == most_options) complaint.lie(what + " has choices without an end");
    std::string choice = text(complaint, *word, "a choice of " + what);
    if (std::ranges::find(option.choices, choice) != option.choices.end()) {
      complaint.lie(what + " has the choice '" + choice + "' twice");
    }
    option.choices.push_back(std::move(choice));
  }
  if (option.choices.empty()) complaint.lie(what + " is an enumeration without choices");
}

OptionInfo describe_option(const Complaint& complaint, const hone_option& raw) {
  OptionInfo option;
  option.name = name(complaint, raw.name, "an option's name");
  const std::string what = "option '" + option.name + "'";
  if (option.name == "plugin") complaint.lie(what + " has a name that configs use for the plugin itself");
  if (raw.type < static_cast<std::uint32_t>(OptionType::boolean) ||
      raw.type > static_cast<std::uint32_t>(OptionType::storage)) {
    complaint.lie(what + " has the unknown type " + std::to_string(raw.type));
  }
  option.type = static_cast<OptionType>(raw.type);
  if (raw.allows_auto > 1) complaint.lie(what + " has allows_auto " + std::to_string(raw.allows_auto) + ", not 0 or 1");
  option.allows_auto = raw.allows_auto == 1;
  option.minimum = bound(complaint, raw.minimum_json, "the minimum of " + what, option.type);
  option.maximum = bound(complaint, raw.maximum_json, "the maximum of " + what, option.type);
  if (raw.open_range > 3) complaint.lie(what + " has open_range " + std::to_string(raw.open_range) + ", not 0 to 3");
  option.minimum_is_open = (raw.open_range & 1u) != 0;
  option.maximum_is_open = (raw.open_range & 2u) != 0;
  if (option.minimum && option.maximum && *option.minimum > *option.maximum) {
    complaint.lie(what + " has a minimum above its maximum");
  }
  read_choices(complaint, raw, option, what);
  option.doc = text(complaint, raw.doc, "the doc line of " + what);
  if (raw.default_json != nullptr) {
    option.default_value = json(complaint, raw.default_json, "the default of " + what);
    if (const auto problem = option_problem(option, *option.default_value)) {
      complaint.lie("the default of " + what + " is not allowed by its own table: " + *problem);
    }
  }
  return option;
}

DescribedPlugin describe_plugin(Complaint& complaint, const hone_plugin& raw, const std::filesystem::path& file) {
  complaint.about({});
  if (raw.kind < 1 || raw.kind > 3) complaint.lie("a plugin has the unknown kind " + std::to_string(raw.kind));
  DescribedPlugin plugin{&raw, {}};
  PluginInfo& info = plugin.info;
  info.kind = static_cast<PluginKind>(raw.kind);
  info.name = name(complaint, raw.name, "a plugin's name");
  complaint.about(std::string(to_string(info.kind)) + "/" + info.name);
  info.version = text(complaint, raw.version, "the version");
  info.description = text(complaint, raw.description, "the description");
  info.references = text(complaint, raw.references, "the references", true);
  info.capabilities = raw.capabilities;
  info.file = file;
  if (raw.create == nullptr) complaint.lie("the factory is a null pointer");
  if (raw.option_count > most_options) complaint.lie("it claims " + std::to_string(raw.option_count) + " options");
  if (raw.option_count > 0 && raw.options == nullptr) complaint.lie("the options are a null pointer");
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < raw.option_count; ++i) {
    info.options.push_back(describe_option(complaint, raw.options[i]));
    if (!names.insert(info.options.back().name).second) {
      complaint.lie("option '" + info.options.back().name + "' occurs twice");
    }
  }
  return plugin;
}

void check_versions(const Complaint& complaint, const hone_plugin_table_v1& table) {
  if (table.magic != plugin_magic) {
    complaint.say("it exports hone_plugin_table, but that is no plugin table of hone; build it with hone_add_plugin()");
  }
  const auto sdk = [](unsigned major, unsigned minor) { return std::to_string(major) + "." + std::to_string(minor); };
  if (table.sdk_major != sdk_major) {
    complaint.say("built with SDK " + sdk(table.sdk_major, table.sdk_minor) + ", but this hone needs SDK " +
                  std::to_string(sdk_major) + ".x; build the plugin again with this hone's SDK");
  }
  if (table.sdk_minor > sdk_minor) {
    complaint.say("built with SDK " + sdk(table.sdk_major, table.sdk_minor) + ", which is newer than this hone's SDK " +
                  sdk(sdk_major, sdk_minor) + "; update hone, or build the plugin with this hone's SDK");
  }
  if (table.struct_size < sizeof(hone_plugin_table_v1) || table.plugin_size != sizeof(hone_plugin) ||
      table.option_size != sizeof(hone_option)) {
    complaint.lie("its tables have sizes " + std::to_string(table.struct_size) + "/" +
                  std::to_string(table.plugin_size) + "/" + std::to_string(table.option_size) + " bytes, expected " +
                  std::to_string(sizeof(hone_plugin_table_v1)) + "/" + std::to_string(sizeof(hone_plugin)) + "/" +
                  std::to_string(sizeof(hone_option)));
  }
  const std::string theirs = text(complaint, table.abi_tag, "the ABI tag");
  if (theirs != abi_tag()) {
    complaint.say("not compatible with this hone: " + abi_difference(theirs, abi_tag()) +
                  "; build the plugin again with this hone's SDK and the same settings");
  }
}

// `key=value` parts; the first part, which names the scheme, has the empty key.
std::map<std::string, std::string, std::less<>> fields(std::string_view tag) {
  std::map<std::string, std::string, std::less<>> result;
  while (!tag.empty()) {
    const std::string_view part = tag.substr(0, tag.find(';'));
    const std::size_t equals = part.find('=');
    const bool named = equals != std::string_view::npos;
    result[std::string(named ? part.substr(0, equals) : "")] = named ? part.substr(equals + 1) : part;
    tag.remove_prefix(std::min(tag.size(), part.size() + 1));
  }
  return result;
}

std::string with_sanitizer(const std::string& name) {
  if (name == "address") return "with AddressSanitizer";
  if (name == "thread") return "with ThreadSanitizer";
  return name == "none" ? "without a sanitizer" : "with the sanitizer '" + name + "'";
}

std::string on_off(const std::string& value) { return value == "1" ? "with" : "without"; }

std::string field_difference(const std::string& key, const std::string& theirs, const std::string& ours) {
  if (key == "arch") return "built for " + theirs + ", while hone runs on " + ours;
  if (key == "stdlib") return "built with the standard library " + theirs + ", and hone with " + ours;
  if (key == "sanitizer") return "built " + with_sanitizer(theirs) + ", and hone " + with_sanitizer(ours);
  if (key == "debug") return "built " + on_off(theirs) + " _GLIBCXX_DEBUG, and hone " + on_off(ours) + " it";
  if (key == "cxx11abi") return "built with _GLIBCXX_USE_CXX11_ABI=" + theirs + ", and hone with " + ours;
  if (key == "layout") return "layout: built against another hone, whose types differ from this one's";
  return "the ABI tag's field '" + key + "' is '" + theirs + "', and hone's is '" + ours + "'";
}

}  // namespace

std::string abi_difference(std::string_view theirs, std::string_view ours) {
  const auto their_fields = fields(theirs);
  const auto our_fields = fields(ours);
  std::string layout;
  for (const auto& [key, value] : our_fields) {
    const auto found = their_fields.find(key);
    const std::string their_value = found == their_fields.end() ? "" : found->second;
    if (their_value == value) continue;
    // The layout follows from the other fields, so these say more.
    if (key != "layout") return field_difference(key, their_value, value);
    layout = field_difference(key, their_value, value);
  }
  return layout.empty() ? "its ABI tag '" + std::string(theirs) + "' has fields that this hone does not know" : layout;
}

std::vector<DescribedPlugin> describe(const hone_plugin_table_v1& table, const std::filesystem::path& file) {
  Complaint complaint(file);
  check_versions(complaint, table);
  if (table.plugin_count == 0 || table.plugins == nullptr) complaint.lie("it holds no plugin");
  if (table.plugin_count > most_plugins) complaint.lie("it claims " + std::to_string(table.plugin_count) + " plugins");
  std::vector<DescribedPlugin> plugins;
  std::set<std::pair<PluginKind, std::string>> names;
  for (std::uint32_t i = 0; i < table.plugin_count; ++i) {
    plugins.push_back(describe_plugin(complaint, table.plugins[i], file));
    const PluginInfo& info = plugins.back().info;
    if (!names.emplace(info.kind, info.name).second) complaint.lie("the plugin occurs twice");
  }
  return plugins;
}

}  // namespace hone
