// SPDX-License-Identifier: MIT
// `hone show`: a study at a glance.
#include <algorithm>
#include <array>
#include <iostream>

#include <hone/json_text.hpp>

#include "command.hpp"
#include "trial_output.hpp"

namespace hone::cli {
namespace {

constexpr const char* examples = R"(Examples:
  hone show --storage sqlite:///study.db
  hone show --storage sqlite:///study.db --format json | jq .trials.COMPLETE

Shows where the study is, its directions, sampler and seed, how many trials are in which state, how long they took, and
the best.)";

constexpr std::array states{TrialState::complete, TrialState::pruned, TrialState::fail, TrialState::running,
                            TrialState::waiting};

struct Arguments {
  StudyArguments study;
  Format format = Format::table;
};

// The published sampler configurations, in the order in which they were published.
Json samplers_of(const Study& study) {
  Json::Array samplers;
  for (const auto& [key, text] : study.facts()) {
    if (!key.starts_with("sampler:")) continue;
    const Json published = parse_json(text, "the fact " + key);
    Json sampler;
    for (const char* member : {"plugin", "version", "options"}) {
      if (const Json* value = published.find(member)) sampler.set(member, *value);
    }
    samplers.push_back(std::move(sampler));
  }
  return samplers;
}

Json seed_of(const Study& study) {
  for (const auto& [key, text] : study.facts()) {
    if (key == "seed") return parse_json(text, "the study's seed");
  }
  return {};
}

struct Span {
  std::optional<Timestamp> first_start;
  std::optional<Timestamp> last_end;
};

Span span_of(const Study& study) {
  Span span;
  study.with_history([&span](const History& history) {
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n)) continue;
      const std::optional<Timestamp> start = history.start_time(n);
      const std::optional<Timestamp> end = history.complete_time(n);
      if (start && (!span.first_start || *start < *span.first_start)) span.first_start = start;
      if (end && (!span.last_end || *end > *span.last_end)) span.last_end = end;
    }
  });
  return span;
}

Json best_of(const Study& study) {
  if (study.directions().size() == 1) {
    const std::optional<FrozenTrial> best = study.best_trial();
    return best ? trial_json(*best) : Json();
  }
  Json::Array front;
  for (const FrozenTrial& trial : study.best_trials()) front.push_back(trial_json(trial));
  return front;
}

Json summary_of(const Study& study) {
  Json directions = Json::Array{};
  for (const Direction direction : study.directions()) directions.as_array()->emplace_back(to_string(direction));
  const std::vector<std::string> metrics = study.metric_names();
  Json trials;
  for (const TrialState state : states) trials.set(to_string(state), static_cast<std::int64_t>(study.count(state)));
  const std::map<std::string, Json> attributes = study.user_attrs();
  const Span span = span_of(study);
  Json result;
  result.set("name", study.name());
  result.set("storage", study.storage().location());
  result.set("directions", std::move(directions));
  result.set("metric_names", Json::Array(metrics.begin(), metrics.end()));
  result.set("seed", seed_of(study));
  result.set("samplers", samplers_of(study));
  result.set("trials", std::move(trials));
  result.set("datetime_start", span.first_start ? Json(iso_time(*span.first_start)) : Json());
  result.set("datetime_complete", span.last_end ? Json(iso_time(*span.last_end)) : Json());
  result.set("user_attrs", Json::Object(attributes.begin(), attributes.end()));
  result.set("best", best_of(study));
  return result;
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : *list.as_array()) text += (text.empty() ? "" : ", ") + cell_text(item);
  return text;
}

std::string counts_text(const Study& study) {
  std::string text;
  for (const TrialState state : states) {
    if (study.count(state) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(study.count(state)) + ' ' + std::string(to_string(state));
  }
  return text.empty() ? "none" : text;
}

std::string sampler_text(const Json& sampler) {
  const Json* plugin = sampler.find("plugin");
  const Json* options = sampler.find("options");
  return (plugin == nullptr ? "" : cell_text(*plugin)) + (options == nullptr ? "" : ' ' + to_json_text(*options));
}

Listing lines_of(const Study& study, const Json& summary) {
  Listing listing{{"field", "content"}, {}};
  const auto add = [&listing](const char* field, const std::string& content) {
    if (!content.empty()) listing.rows.push_back({field, content});
  };
  add("study", study.name());
  add("storage", study.storage().location());
  add("directions", joined(*summary.find("directions")));
  add("metrics", joined(*summary.find("metric_names")));
  for (const Json& sampler : *summary.find("samplers")->as_array()) add("sampler", sampler_text(sampler));
  add("seed", cell_text(*summary.find("seed")));
  add("trials", counts_text(study));
  const Span span = span_of(study);
  if (span.first_start) add("started", short_time(*span.first_start));
  if (span.first_start && span.last_end) add("duration", duration_text(*span.last_end - *span.first_start));
  for (const auto& [key, value] : study.user_attrs()) add("attribute", key + " = " + to_json_text(value));
  return listing;
}

void print_for_eyes(const Study& study, const Json& summary) {
  for (const auto& row : lines_of(study, summary).rows) {
    const std::string field = cell_text(row[0]);
    std::cout << field << std::string(12 - field.size(), ' ') << cell_text(row[1]) << '\n';
  }
  if (study.directions().size() > 1) {
    std::cout << "best        " << study.best_trials().size() << " trials on the Pareto front; see 'hone best'\n";
  } else if (const std::optional<FrozenTrial> best = study.best_trial()) {
    std::cout << "best        ";
    print_trial(std::cout, study, *best);
  }
}

int show(Context& context, const Arguments& arguments) {
  const Study study = context.load_study(arguments.study);
  const Json summary = summary_of(study);
  switch (arguments.format) {
    case Format::json: std::cout << to_pretty_json_text(summary) << '\n'; break;
    case Format::csv: print_csv(std::cout, lines_of(study, summary)); break;
    case Format::table: print_for_eyes(study, summary); break;
  }
  return exit_done;
}

}  // namespace

void add_show_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("show", "Summarise a study");
  const auto arguments = std::make_shared<Arguments>();
  add_study_options(*command, arguments->study);
  add_format_option(*command, arguments->format);
  command->footer(examples);
  command->callback(
      [&context, arguments] { context.action = [&context, arguments] { return show(context, *arguments); }; });
}

}  // namespace hone::cli
