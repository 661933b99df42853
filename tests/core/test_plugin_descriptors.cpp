// SPDX-License-Identifier: MIT
// Tables that lie about themselves are refused before anything of them is called.
#include <catch2/catch.hpp>
#include <functional>

#include <hone/error.hpp>
#include <hone/registry.hpp>
#include <hone/sdk/plugin.hpp>

using namespace hone;

namespace {

void* never_called(const FactoryContext*, const Options*) { throw std::logic_error("called"); }

constexpr const char* words[] = {"slow", "fast", nullptr};
constexpr const char* twice[] = {"slow", "slow", nullptr};
constexpr const char* no_words[] = {nullptr};

// A right table, on which each test goes wrong in one place.
struct Table {
  Table() {
    option = sdk::int_option("count", "1", "0", "10", "how many");
    plugin = {1, 1, "lowest", "1", "the least", "", 0, &option, &never_called};
  }
  std::string refusal() {
    const hone_plugin plugins[] = {plugin, second};
    hone_plugin_table_v1 table = sdk::table(plugins);
    table.plugin_count = count;
    PluginRegistry registry{PluginSearch{{}, false, false}};
    try {
      registry.add(table);
    } catch (const PluginError& error) {
      return error.what();
    }
    return "no error";
  }
  hone_option option{};
  hone_plugin plugin{};
  hone_plugin second{};
  std::uint32_t count = 1;
};

std::string refusal(const std::function<void(Table&)>& spoil) {
  Table table;
  spoil(table);
  return table.refusal();
}

}  // namespace

TEST_CASE("a right table is taken") { CHECK(Table().refusal() == "no error"); }

TEST_CASE("a table says which plugin and what is wrong with it") {
  CHECK(refusal([](Table& t) { t.option.default_json = "11"; }) ==
        "a plugin that is linked into the program: sampler/lowest: the descriptor is wrong: the default of option "
        "'count' "
        "is not allowed by its own table: found 11, but expected a whole number of at least 0 and at most 10; the "
        "plugin's author must correct it");
}

TEST_CASE("every lie in a table is found") {
  const std::vector<std::pair<std::string, std::function<void(Table&)>>> lies{
      {"holds no plugin", [](Table& t) { t.count = 0; }},
      {"the unknown kind 7", [](Table& t) { t.plugin.kind = 7; }},
      {"a plugin's name is a null pointer", [](Table& t) { t.plugin.name = nullptr; }},
      {"a plugin's name is empty", [](Table& t) { t.plugin.name = ""; }},
      {"holds other than letters", [](Table& t) { t.plugin.name = "../lowest"; }},
      {"the version is empty", [](Table& t) { t.plugin.version = ""; }},
      {"the description is a null pointer", [](Table& t) { t.plugin.description = nullptr; }},
      {"the description is not UTF-8", [](Table& t) { t.plugin.description = "\xFF"; }},
      {"the references is a null pointer", [](Table& t) { t.plugin.references = nullptr; }},
      {"the factory is a null pointer", [](Table& t) { t.plugin.create = nullptr; }},
      {"it claims 4000000000 options", [](Table& t) { t.plugin.option_count = 4000000000u; }},
      {"the options are a null pointer", [](Table& t) { t.plugin.options = nullptr; }},
      {"the plugin occurs twice", [](Table& t) { t.second = t.plugin, t.count = 2; }},
      {"an option's name is a null pointer", [](Table& t) { t.option.name = nullptr; }},
      {"a name that configs use", [](Table& t) { t.option.name = "plugin"; }},
      {"the unknown type 99", [](Table& t) { t.option.type = 99; }},
      {"allows_auto 2", [](Table& t) { t.option.allows_auto = 2; }},
      {"is no JSON: {", [](Table& t) { t.option.default_json = "{"; }},
      {"found \"x\", but expected", [](Table& t) { t.option.default_json = "\"x\""; }},
      {"the minimum of option 'count' is no number", [](Table& t) { t.option.minimum_json = "\"low\""; }},
      {"a minimum above its maximum", [](Table& t) { t.option.minimum_json = "20"; }},
      {"open_range 4", [](Table& t) { t.option.open_range = 4; }},
      {"has choices, but is no enumeration", [](Table& t) { t.option.choices = words; }},
      {"the doc line of option 'count' is a null pointer", [](Table& t) { t.option.doc = nullptr; }},
      {"the type has no range",
       [](Table& t) {
         t.option = sdk::bool_option("count", "true", "whether");
         t.option.minimum_json = "0";
       }},
      {"an enumeration without choices",
       [](Table& t) { t.option = sdk::enum_option("count", "\"slow\"", nullptr, "d"); }},
      {"an enumeration without choices",
       [](Table& t) { t.option = sdk::enum_option("count", "\"slow\"", no_words, "d"); }},
      {"the choice 'slow' twice", [](Table& t) { t.option = sdk::enum_option("count", "\"slow\"", twice, "d"); }},
      {"found \"medium\"", [](Table& t) { t.option = sdk::enum_option("count", "\"medium\"", words, "d"); }},
  };
  for (const auto& [sentence, spoil] : lies) {
    INFO(sentence);
    CHECK_THAT(refusal(spoil), Catch::Contains(sentence));
  }
}

TEST_CASE("an option that occurs twice is found") {
  CHECK_THAT(refusal([](Table& t) {
               static const hone_option same[] = {t.option, t.option};
               t.plugin.options = same;
               t.plugin.option_count = 2;
             }),
             Catch::Contains("option 'count' occurs twice"));
}
