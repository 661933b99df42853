// SPDX-License-Identifier: MIT
// `hone studies`: the studies of a storage.
#include "command.hpp"
#include "output.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone studies --storage sqlite:///study.db
  hone studies --storage sqlite:///study.db --format json | jq -r '.[].name')";

struct Arguments {
  StudyArguments study;
  Format format = Format::table;
};

Json directions_json(const std::vector<Direction>& directions, Format format) {
  Json::Array words;
  std::string text;
  for (const Direction direction : directions) {
    words.emplace_back(to_string(direction));
    text.append(text.empty() ? "" : " ").append(to_string(direction));
  }
  return format == Format::json ? Json(std::move(words)) : Json(std::move(text));
}

int studies(Context& context, const Arguments& arguments) {
  const std::shared_ptr<Storage> storage = context.open_storage(arguments.study, Access::read);
  Listing listing;
  const bool is_json = arguments.format == Format::json;
  listing.columns = {"name", is_json ? "directions" : "direction", "trials", "datetime_start"};
  for (const StudyRecord& study : storage->studies()) {
    Json start;
    if (study.first_start) {
      start = arguments.format == Format::table ? short_time(*study.first_start) : iso_time(*study.first_start);
    }
    listing.rows.push_back({study.name, directions_json(study.directions, arguments.format), study.trials, start});
  }
  print_listing(context, arguments.format, listing);
  return exit_done;
}

}  // namespace

void add_studies_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("studies", "List the studies of a storage");
  const auto arguments = std::make_shared<Arguments>();
  add_storage_option(*command, arguments->study);
  add_format_option(*command, arguments->format);
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return studies(context, *arguments); }; });
}

}  // namespace hone::cli
