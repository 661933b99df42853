// SPDX-License-Identifier: MIT
// `hone plugin new` and `hone plugin check`: for authors of plugins.
#include <array>
#include <filesystem>
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"
#include "conformance.hpp"
#include "output.hpp"
#include "plugin_new.hpp"

namespace hone::cli {
namespace {

constexpr const char* new_examples = R"(Example:
  hone plugin new sampler my_sampler
  cmake -S my_sampler -B my_sampler/build && cmake --build my_sampler/build
  hone plugin check my_sampler/build/my_sampler.so

Writes a project that builds as it is against the installed SDK.)";

constexpr const char* check_examples = R"(Examples:
  hone plugin check build/my_sampler.so
  hone plugin check build/my_sampler.so --seed 17 --cases 1
  hone plugin check build/my_storage.so --options '{"path": "/tmp/test.db"}'

Loads the file as a study would, looks at its symbols, and tries what every plugin must do, one line each. A sampler is
tried in studies made up from seeds: spaces and histories of many kinds, as far as the plugin says that it can. What
fails is printed with what was proposed and its seed, which --seed with --cases 1 tries again. Exit code 1 if anything
fails.)";

constexpr std::array kinds{PluginKind::sampler, PluginKind::pruner, PluginKind::storage};

struct NewArguments {
  std::string kind;
  std::string name;
  std::string folder;  // empty: the plugin's name
};

struct CheckArguments {
  std::string file;
  std::string options = "{}";
  SamplerTrial trial;
  Format format = Format::table;
};

PluginKind kind_from(const std::string& word) {
  for (const PluginKind kind : kinds) {
    if (word == to_string(kind)) return kind;
  }
  throw ConfigError("'" + word + "' is no kind of plugin; sampler, pruner and storage are", "KIND");
}

int new_plugin(const NewArguments& arguments) {
  const std::filesystem::path from = template_folder(kind_from(arguments.kind));
  const std::filesystem::path to = arguments.folder.empty() ? arguments.name : arguments.folder;
  for (const std::filesystem::path& file : write_plugin_project(from, arguments.name, to))
    std::cout << file.string() << '\n';
  std::cerr << "hone: now 'cmake -S " << to.string() << " -B " << (to / "build").string() << " && cmake --build "
            << (to / "build").string() << "'\n";
  return exit_done;
}

std::vector<Check> behaviour(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec,
                             const PluginInfo& info, const SamplerTrial& trial) {
  switch (info.kind) {
    case PluginKind::sampler: return check_sampler(registry, spec, info, trial);
    case PluginKind::pruner: return check_pruner(registry, spec);
    case PluginKind::storage: return check_storage(registry, spec);
  }
  return {};
}

// The plugins of the file, one of a kind. @throws PluginError if there is none, with what the loader says
std::vector<PluginInfo> plugins_in(PluginRegistry& registry, const std::string& file) {
  std::vector<PluginInfo> found;
  std::optional<PluginError> problem;
  for (const PluginKind kind : kinds) {
    try {
      found.push_back(registry.find(kind, file));
    } catch (const PluginError& error) {
      if (!problem) problem = error;
    }
  }
  if (found.empty()) throw PluginError(*problem);
  return found;
}

std::string_view word_of(Check::Outcome outcome) {
  switch (outcome) {
    case Check::Outcome::ok: return "ok";
    case Check::Outcome::failed: return "FAILED";
    case Check::Outcome::skipped: return "skipped";
  }
  return "";
}

int check_plugin(Context& context, const CheckArguments& arguments) {
  // With a slash, so that it is a file and not a name.
  const std::string file = std::filesystem::absolute(arguments.file).string();
  if (!std::filesystem::exists(file)) throw Error("there is no file " + arguments.file);
  const Json options = parse_json(arguments.options, "--options");
  const std::shared_ptr<PluginRegistry> registry = context.registry();
  std::vector<Check> checks = check_file(file);
  for (const PluginInfo& info : plugins_in(*registry, file)) {
    std::cerr << "hone: " << to_string(info.kind) << " '" << info.name << "' " << info.version << " in "
              << arguments.file << '\n';
    const std::vector<Check> more = behaviour(registry, {file, options}, info, arguments.trial);
    checks.insert(checks.end(), more.begin(), more.end());
  }
  Listing listing{{"result", "check", "detail"}, {}};
  bool failed = false;
  for (const Check& check : checks) {
    failed = failed || check.outcome == Check::Outcome::failed;
    listing.rows.push_back({word_of(check.outcome), check.what, check.detail});
  }
  print_listing(context, arguments.format, listing);
  if (failed) {
    std::cout.flush();
    std::cerr << "hone: a seed that is named is tried again by 'hone plugin check " << arguments.file
              << " --seed N --cases 1'\n";
  }
  return failed ? exit_failed : exit_done;
}

}  // namespace

void add_plugin_command(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("plugin", "Write a plugin of your own");
  group->require_subcommand(0, 1);
  group->footer(
      "'hone plugin new sampler NAME' writes a project that builds as it is; 'hone plugin check FILE' tries it.");

  CLI::App* create = group->add_subcommand("new", "Write a plugin project that builds as it is");
  const auto new_arguments = std::make_shared<NewArguments>();
  create->add_option("KIND", new_arguments->kind, "sampler, pruner or storage")
      ->required()
      ->check(CLI::IsMember({"sampler", "pruner", "storage"}));
  create->add_option("NAME", new_arguments->name, "The name that configs will use")->required();
  create->add_option("--dir", new_arguments->folder, "Where to write it (default: a new folder NAME)")
      ->type_name("DIR");
  create->footer(new_examples);
  create->callback(
      [&context, new_arguments] { context.action = [new_arguments] { return new_plugin(*new_arguments); }; });

  CLI::App* check = group->add_subcommand("check", "Try whether a plugin does what every plugin must");
  const auto check_arguments = std::make_shared<CheckArguments>();
  check->add_option("FILE", check_arguments->file, "The shared object")->required();
  check->add_option("--options", check_arguments->options, "Options to build it with")->type_name("JSON");
  check->add_option("--seed", check_arguments->trial.seed, "Of the first study that a sampler is tried in")
      ->type_name("N")
      ->capture_default_str();
  check->add_option("--cases", check_arguments->trial.cases, "How many studies for each promise of a sampler")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_format_option(*check, check_arguments->format);
  check->footer(check_examples);
  check->callback([&context, check_arguments] {
    context.action = [&context, check_arguments] { return check_plugin(context, *check_arguments); };
  });
}

}  // namespace hone::cli
