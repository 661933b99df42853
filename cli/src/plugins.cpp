// SPDX-License-Identifier: MIT
// `hone plugins list` and `hone plugins show`: what can be named in a config.
#include <algorithm>
#include <array>
#include <iostream>
#include <set>

#include <hone/json_text.hpp>

#include "command.hpp"
#include "output.hpp"

namespace hone::cli {
namespace {

constexpr const char* list_examples = R"(Examples:
  hone plugins list
  hone plugins list --kind sampler --format json

A file that cannot be loaded is left out, with the reason on standard error. Plugins are looked for in --plugin-path,
HONE_PLUGIN_PATH, $XDG_DATA_HOME/hone/plugins and beside libhone.)";

constexpr const char* show_examples = R"(Examples:
  hone plugins show tpe
  hone plugins show pruner/median
  hone plugins show ./libmine.so

Prints what the plugin can do and its options. JSON is one object a plugin of that name.)";

constexpr std::array kinds{PluginKind::sampler, PluginKind::pruner, PluginKind::storage};

struct CapabilityWord {
  Capability capability;
  const char* word;
};
constexpr std::array capability_words{
    CapabilityWord{Capability::multi_objective, "multi-objective"},
    CapabilityWord{Capability::constraints, "constraints"},
    CapabilityWord{Capability::conditional, "conditional"},
    CapabilityWord{Capability::categorical, "categorical"},
    CapabilityWord{Capability::portable, "portable"},
    CapabilityWord{Capability::same_platform, "same-platform"},
    CapabilityWord{Capability::models_cohort, "models-cohort"},
    CapabilityWord{Capability::needs_reports, "needs-reports"},
    CapabilityWord{Capability::assigns_cohorts, "assigns-cohorts"},
    CapabilityWord{Capability::ignores_history, "ignores-history"},
    CapabilityWord{Capability::not_pure, "not-pure"},
    CapabilityWord{Capability::ends, "ends-by-itself"},
};

struct Arguments {
  Format format = Format::table;
  std::string kind;  // empty: all
  std::string name;
};

std::vector<std::string> capabilities_of(const PluginInfo& plugin) {
  std::vector<std::string> words;
  for (const auto& [capability, word] : capability_words) {
    if (has(plugin.capabilities, capability)) words.emplace_back(word);
  }
  return words;
}

std::string type_of(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::boolean: return "bool";
    case OptionType::integer: return "int";
    case OptionType::real: return "float";
    case OptionType::text: return "string";
    case OptionType::enumeration: return "enum";
    case OptionType::list: return "list";
    case OptionType::map: return "map";
    case OptionType::sampler: return "plugin(sampler)";
    case OptionType::pruner: return "plugin(pruner)";
    case OptionType::storage: return "plugin(storage)";
  }
  return "unknown";
}

std::string range_of(const OptionInfo& option) {
  std::string text;
  for (const std::string& choice : option.choices) text += (text.empty() ? "" : " | ") + choice;
  if (option.minimum && option.maximum) {
    text = (option.minimum_is_open ? "(" : "[") + short_number(*option.minimum) + ", " + short_number(*option.maximum) +
           (option.maximum_is_open ? ")" : "]");
  } else if (option.minimum) {
    text = (option.minimum_is_open ? "> " : ">= ") + short_number(*option.minimum);
  } else if (option.maximum) {
    text = (option.maximum_is_open ? "< " : "<= ") + short_number(*option.maximum);
  }
  if (option.allows_auto) text += text.empty() ? "or auto" : " or auto";
  return text;
}

Json option_json(const OptionInfo& option) {
  Json result;
  result.set("name", option.name);
  result.set("type", type_of(option));
  result.set("required", !option.default_value.has_value());
  result.set("default", option.default_value.value_or(Json()));
  result.set("minimum", option.minimum ? Json(*option.minimum) : Json());
  result.set("maximum", option.maximum ? Json(*option.maximum) : Json());
  result.set("minimum_is_open", option.minimum_is_open);
  result.set("maximum_is_open", option.maximum_is_open);
  result.set("choices", Json::Array(option.choices.begin(), option.choices.end()));
  result.set("allows_auto", option.allows_auto);
  result.set("doc", option.doc);
  return result;
}

Json plugin_json(const PluginInfo& plugin) {
  const std::vector<std::string> words = capabilities_of(plugin);
  Json::Array options;
  for (const OptionInfo& option : plugin.options) options.push_back(option_json(option));
  Json result;
  result.set("kind", to_string(plugin.kind));
  result.set("name", plugin.name);
  result.set("version", plugin.version);
  result.set("description", plugin.description);
  result.set("references", plugin.references);
  result.set("capabilities", Json::Array(words.begin(), words.end()));
  result.set("file", plugin.file.string());
  result.set("options", std::move(options));
  return result;
}

Listing option_listing(const PluginInfo& plugin) {
  Listing listing{{"option", "type", "default", "range", "meaning"}, {}};
  for (const OptionInfo& option : plugin.options) {
    const std::string standard = option.default_value ? to_json_text(*option.default_value) : "(required)";
    listing.rows.push_back({option.name, type_of(option), standard, range_of(option), option.doc});
  }
  return listing;
}

int list(Context& context, const Arguments& arguments) {
  std::vector<std::string> problems;
  Listing listing{{"kind", "name", "version", "description", "file"}, {}};
  for (const PluginInfo& plugin : context.registry()->list(&problems)) {
    if (!arguments.kind.empty() && arguments.kind != to_string(plugin.kind)) continue;
    listing.rows.push_back(
        {to_string(plugin.kind), plugin.name, plugin.version, plugin.description, plugin.file.string()});
  }
  print_listing(context, arguments.format, listing);
  std::cout.flush();
  for (const std::string& problem : problems) context.logger->warning(problem);
  return exit_done;
}

// All plugins of that name, of the one kind that the argument names or of any.
std::vector<PluginInfo> plugins_named(PluginRegistry& registry, const std::string& argument) {
  std::vector<PluginKind> wanted(kinds.begin(), kinds.end());
  std::string name = argument;
  for (const PluginKind kind : kinds) {
    const std::string prefix = std::string(to_string(kind)) + '/';
    if (!argument.starts_with(prefix)) continue;
    wanted = {kind};
    name = argument.substr(prefix.size());
  }
  std::vector<PluginInfo> found;
  std::optional<PluginError> last;
  for (const PluginKind kind : wanted) {
    try {
      found.push_back(registry.find(kind, name));
    } catch (const PluginError& error) {
      // A file that is there and cannot be used says more than that there is none of another kind.
      if (!last || !error.file.empty()) last = error;
    }
  }
  if (!found.empty()) return found;
  if (name.find('/') != std::string::npos || !last->file.empty() || wanted.size() == 1) throw PluginError(*last);
  std::vector<std::string> names;
  for (const PluginInfo& plugin : registry.list()) names.push_back(plugin.name);
  const std::optional<std::string> near = nearest(name, names);
  throw Error("there is no plugin '" + name + "'" +
              (near ? "; did you mean '" + *near + "'?" : "; see 'hone plugins list'"));
}

void print_for_eyes(const Context& context, const PluginInfo& plugin) {
  std::string capabilities;
  for (const std::string& word : capabilities_of(plugin)) capabilities += (capabilities.empty() ? "" : ", ") + word;
  std::cout << to_string(plugin.kind) << ' ' << cell_text(Json(plugin.name)) << ' ' << cell_text(Json(plugin.version))
            << '\n'
            << cell_text(Json(plugin.description)) << '\n';
  if (!capabilities.empty()) std::cout << "can: " << capabilities << '\n';
  for (std::size_t at = 0; at < plugin.references.size();) {
    const std::size_t end = std::min(plugin.references.find('\n', at), plugin.references.size());
    std::cout << "see: " << cell_text(Json(plugin.references.substr(at, end - at))) << '\n';
    at = end + 1;
  }
  std::cout << "file: " << (plugin.file.empty() ? "linked into the program" : plugin.file.string()) << '\n';
  if (plugin.options.empty()) {
    std::cout << "It has no options.\n";
    return;
  }
  std::cout << '\n';
  print_listing(context, Format::table, option_listing(plugin));
}

int show(Context& context, const Arguments& arguments) {
  const std::vector<PluginInfo> found = plugins_named(*context.registry(), arguments.name);
  if (arguments.format == Format::json) {
    std::vector<Json> items;
    for (const PluginInfo& plugin : found) items.push_back(plugin_json(plugin));
    print_json_lines_array(std::cout, items);
    return exit_done;
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (arguments.format == Format::csv) {
      print_csv(std::cout, option_listing(found[i]));
    } else {
      if (i != 0) std::cout << '\n';
      print_for_eyes(context, found[i]);
    }
  }
  return exit_done;
}

}  // namespace

void add_plugins_command(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("plugins", "List and describe the plugins that are found");
  group->require_subcommand(0, 1);
  group->footer(list_examples);
  const auto arguments = std::make_shared<Arguments>();

  CLI::App* list_command = group->add_subcommand("list", "List the plugins that are found");
  add_format_option(*list_command, arguments->format);
  list_command->add_option("--kind", arguments->kind, "Only sampler, pruner or storage")
      ->type_name("KIND")
      ->check(CLI::IsMember({"sampler", "pruner", "storage"}));
  list_command->footer(list_examples);
  list_command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return list(context, *arguments); }; });

  CLI::App* show_command = group->add_subcommand("show", "Describe a plugin and its options");
  show_command->add_option("NAME", arguments->name, "A name, KIND/NAME, or the path of a file")->required();
  add_format_option(*show_command, arguments->format);
  show_command->footer(show_examples);
  show_command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return show(context, *arguments); }; });
}

}  // namespace hone::cli
