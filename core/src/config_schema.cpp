// SPDX-License-Identifier: MIT
// The JSON Schema of a config, for editors.
#include <hone/config.hpp>

#include "option_check.hpp"

namespace hone {
namespace {

Json object(Json::Object members) { return Json(std::move(members)); }
Json list(Json::Array items) { return Json(std::move(items)); }

Json described(Json schema, const std::string& description) {
  schema.set("description", description);
  return schema;
}
Json of_type(const char* type) { return object({{"type", type}}); }
Json constant(Json value) { return object({{"const", std::move(value)}}); }
Json any_of(Json::Array alternatives) { return object({{"anyOf", list(std::move(alternatives))}}); }
Json list_of(Json item) { return object({{"type", "array"}, {"items", std::move(item)}}); }
Json one_of_words(const std::vector<std::string>& words) {
  return object({{"enum", list(Json::Array(words.begin(), words.end()))}});
}
Json at_least(const char* type, int minimum) { return object({{"type", type}, {"minimum", minimum}}); }

// An object that has these members and no others.
Json closed(Json::Object properties, Json::Array required = {}) {
  Json schema = object({{"type", "object"}, {"properties", Json(std::move(properties))}});
  if (!required.empty()) schema.set("required", list(std::move(required)));
  schema.set("additionalProperties", false);
  return schema;
}

std::string definition_of(PluginKind kind) { return "#/$defs/" + std::string(to_string(kind)); }

Json value_schema(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::boolean: return of_type("boolean");
    case OptionType::text: return of_type("string");
    case OptionType::list: return of_type("array");
    case OptionType::map: return of_type("object");
    case OptionType::enumeration: return one_of_words(option.choices);
    case OptionType::sampler:
    case OptionType::pruner:
    case OptionType::storage:
      return any_of({of_type("null"), object({{"$ref", definition_of(*inner_kind(option.type))}})});
    case OptionType::integer:
    case OptionType::real: break;
  }
  Json schema = of_type(option.type == OptionType::integer ? "integer" : "number");
  if (option.minimum) schema.set(option.minimum_is_open ? "exclusiveMinimum" : "minimum", *option.minimum);
  if (option.maximum) schema.set(option.maximum_is_open ? "exclusiveMaximum" : "maximum", *option.maximum);
  return schema;
}

Json option_schema(const OptionInfo& option) {
  Json schema = value_schema(option);
  if (option.allows_auto) schema = any_of({std::move(schema), constant("auto"), of_type("null")});
  schema.set("description", option.doc);
  if (option.default_value) schema.set("default", *option.default_value);
  return schema;
}

Json options_schema(const PluginInfo& plugin) {
  Json::Object properties{{"plugin", described(constant(plugin.name), plugin.description)}};
  Json::Array required{"plugin"};
  for (const OptionInfo& option : plugin.options) {
    properties.emplace_back(option.name, option_schema(option));
    if (!option.default_value) required.push_back(option.name);
  }
  if (plugin.kind == PluginKind::sampler) {
    properties.emplace_back("seed", described(at_least("integer", 0), "the study's seed; drawn if absent"));
  }
  return described(closed(std::move(properties), std::move(required)), plugin.description);
}

// A plugin of one kind: by name, by a name that this machine may not have, or with its options.
Json plugin_schema(const std::vector<PluginInfo>& plugins, PluginKind kind) {
  Json::Array alternatives;
  for (const PluginInfo& plugin : plugins) {
    if (plugin.kind != kind) continue;
    alternatives.push_back(described(constant(plugin.name), plugin.description));
    alternatives.push_back(options_schema(plugin));
  }
  const Json elsewhere = object({{"type", "string"}, {"pattern", "[/:]"}});
  alternatives.push_back(described(elsewhere, "the path of a plugin's file, or scheme:rest"));
  alternatives.push_back(described(
      object({{"type", "object"}, {"properties", object({{"plugin", elsewhere}})}, {"required", list({"plugin"})}}),
      "a plugin named by the path of its file, with its options"));
  return any_of(std::move(alternatives));
}

Json number_schema(const char* type, const char* description) {
  return described(closed({{"type", constant(type)},
                           {"low", of_type(type[0] == 'i' ? "integer" : "number")},
                           {"high", of_type(type[0] == 'i' ? "integer" : "number")},
                           {"log", described(of_type("boolean"), "uniform in the logarithm")},
                           {"step", described(of_type(type[0] == 'i' ? "integer" : "number"), "the grid's width")},
                           {"when", object({{"$ref", "#/$defs/when"}})}},
                          {"type", "low", "high"}),
                   description);
}

Json choice_schema() { return object({{"type", list({"null", "boolean", "number", "string"})}}); }

Json space_schema() {
  const Json categorical =
      closed({{"type", constant("categorical")},
              {"choices", object({{"type", "array"}, {"items", choice_schema()}, {"minItems", 1}})},
              {"when", object({{"$ref", "#/$defs/when"}})}},
             {"type", "choices"});
  return described(object({{"type", "object"},
                           {"additionalProperties",
                            any_of({number_schema("float", "a real number"), number_schema("int", "a whole number"),
                                    described(categorical, "one of a list")})}}),
                   "the parameters");
}

Json when_schema() {
  const Json range = closed({{"low", of_type("number")}, {"high", of_type("number")}});
  return described(object({{"type", "object"},
                           {"additionalProperties", any_of({choice_schema(), list_of(choice_schema()), range})}}),
                   "active only when all of these hold: a value, a list of values, or a range, by parameter");
}

Json study_schema() {
  const Json direction = one_of_words({"minimize", "maximize"});
  return closed({{"name", described(of_type("string"), "the study's name in its storage")},
                 {"direction", direction},
                 {"directions", described(list_of(direction), "one per objective")},
                 {"metric_names", described(list_of(of_type("string")), "one per objective")}});
}

Json run_schema() {
  const auto duration = [](const char* meaning) {
    return described(object({{"type", list({"number", "string"})}}),
                     std::string(meaning) + ": seconds, or \"90s\", \"10m\", \"1.5h\"");
  };
  return closed(
      {{"trials", described(at_least("integer", 1), "finished trials that all workers together shall reach")},
       {"jobs", described(at_least("integer", 1), "trials that run at a time")},
       {"timeout", duration("no trial begins after this time")},
       {"max_crashes", described(at_least("integer", 1), "crashes without a new report that make a trial FAIL")},
       {"heartbeat_grace", duration("a worker on another machine is dead when it was silent for so long")},
       {"fail_foreign_after", duration("RUNNING trials of other libraries that are older become FAIL")}});
}

}  // namespace

Json config_schema(PluginRegistry& registry, Json objective_schema) {
  const std::vector<PluginInfo> plugins = registry.list();
  Json::Object definitions{{"when", when_schema()}};
  for (const PluginKind kind : {PluginKind::sampler, PluginKind::pruner, PluginKind::storage}) {
    definitions.emplace_back(to_string(kind), plugin_schema(plugins, kind));
  }
  const auto reference = [](PluginKind kind) { return object({{"$ref", definition_of(kind)}}); };
  const Json url = described(of_type("string"), "a URL such as sqlite:///study.db, or memory");
  Json schema = closed({{"$schema", of_type("string")},
                        {"study", study_schema()},
                        {"storage", any_of({url, reference(PluginKind::storage)})},
                        {"sampler", reference(PluginKind::sampler)},
                        {"pruner", reference(PluginKind::pruner)},
                        {"space", space_schema()},
                        {"objective", std::move(objective_schema)},
                        {"run", run_schema()},
                        {"plugin_path", described(any_of({of_type("string"), list_of(of_type("string"))}),
                                                  "folders with plugins, relative to the config")}});
  schema.as_object()->insert(schema.as_object()->begin(),
                             {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "hone study"}});
  schema.set("$defs", Json(std::move(definitions)));
  return schema;
}

}  // namespace hone
