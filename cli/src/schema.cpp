// SPDX-License-Identifier: MIT
// `hone schema`: the JSON Schema of a config, for editors.
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Example:
  hone schema > hone.schema.json

The schema holds the options of all plugins that are found. Editors complete and check a config against it; VS Code, in
its settings:
  "json.schemas": [{"fileMatch": ["*.hone.jsonc"], "url": "./hone.schema.json"}])";

int schema(Context& context) {
  std::cout << to_pretty_json_text(config_schema(*context.registry(), objective_schema())) << '\n';
  return exit_done;
}

}  // namespace

void add_schema_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of a config");
  command->footer(examples);
  command->callback([&context] { context.action = [&context] { return schema(context); }; });
}

}  // namespace hone::cli
