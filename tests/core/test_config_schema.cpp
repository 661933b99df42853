// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <hone/config.hpp>
#include <hone/json_text.hpp>

#define HONE_STATIC_PLUGIN schema
#include <hone/sdk/plugin.hpp>

using namespace hone;

namespace {

class Lowest final : public Sampler {
 public:
  Lowest(const FactoryContext&, const Options&) {}
  double sample_independent(const StudyView&, const TrialView&, const Parameter& parameter) override {
    return first_value(*parameter.distribution);
  }
};

constexpr const char* words[] = {"slow", "fast", nullptr};
constexpr hone_option options[] = {
    sdk::or_auto(sdk::int_option("count", "\"auto\"", "1", nullptr, "how many")),
    sdk::enum_option("pace", "\"slow\"", words, "how fast"),
    sdk::float_option("share", nullptr, "0", "1", "which part"),
    sdk::option("inner", OptionType::pruner, "null", "the pruner inside"),
};

}  // namespace

HONE_PLUGINS(sdk::sampler<Lowest>({.name = "lowest", .version = "1", .description = "the least", .options = options}));

TEST_CASE("the schema names every plugin that is found, with its options") {
  PluginSearch search;
  search.environment = false;
  PluginRegistry registry(search);
  registry.add(hone_plugin_table_schema);
  const Json schema = config_schema(registry, parse_json(R"({"title": "the objective"})"));
  CHECK(*schema.find("$schema")->as_string() == "https://json-schema.org/draft/2020-12/schema");
  CHECK(*schema.find("properties")->find("objective")->find("title")->as_string() == "the objective");
  const Json::Array* samplers = schema.find("$defs")->find("sampler")->find("anyOf")->as_array();
  const Json* with_options = nullptr;
  for (const Json& each : *samplers) {
    const Json* properties = each.find("properties");
    const Json* name = properties == nullptr ? nullptr : properties->find("plugin")->find("const");
    if (name != nullptr && *name->as_string() == "lowest") with_options = &each;
  }
  REQUIRE(with_options != nullptr);
  CHECK(to_json_text(*with_options->find("required")) == R"(["plugin", "share"])");
  const Json& properties = *with_options->find("properties");
  CHECK(to_json_text(*properties.find("pace")) ==
        R"({"enum": ["slow", "fast"], "description": "how fast", "default": "slow"})");
  CHECK(to_json_text(*properties.find("count")) ==
        R"({"anyOf": [{"type": "integer", "minimum": 1.0}, {"const": "auto"}, {"type": "null"}], )"
        R"("description": "how many", "default": "auto"})");
  CHECK(to_json_text(*properties.find("inner")).find("#/$defs/pruner") != std::string::npos);
  CHECK(properties.find("seed") != nullptr);
}
