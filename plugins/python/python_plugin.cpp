// SPDX-License-Identifier: MIT
// Samplers and pruners written in Python, for hosts that are not Python: `"sampler": "python:my_module:MySampler"`.
#include <span>

#include <hone/sdk/plugin.hpp>

#include "embedded_python.hpp"

namespace hone::python_bridge {
namespace {

// Hands the call on to the package's own plugin of that kind.
template <PluginKind kind>
void* create(const FactoryContext* context, const Options* options) {
  const hone_plugin_table_v1& table = plugins_of_package();
  for (const hone_plugin& plugin : std::span(table.plugins, table.plugin_count)) {
    if (plugin.kind == static_cast<std::uint32_t>(kind)) return plugin.create(context, options);
  }
  throw std::runtime_error("the Python package hone has no such plugin");
}

constexpr hone_option options[] = {
    sdk::string_option("target", nullptr, "the class, as module:Class"),
    sdk::option("options", OptionType::map, "{}", "the keywords that the class is made with"),
};

}  // namespace
}  // namespace hone::python_bridge

HONE_PLUGINS(hone::sdk::detail::define(hone::PluginKind::sampler,
                                       {.name = "python",
                                        .version = "1.0",
                                        .description = "a sampler written in Python, module:Class",
                                        .capabilities = hone::Capability::multi_objective |
                                                        hone::Capability::constraints | hone::Capability::conditional |
                                                        hone::Capability::categorical | hone::Capability::not_pure,
                                        .options = hone::python_bridge::options},
                                       &hone::python_bridge::create<hone::PluginKind::sampler>),
             hone::sdk::detail::define(hone::PluginKind::pruner,
                                       {.name = "python",
                                        .version = "1.0",
                                        .description = "a pruner written in Python, module:Class",
                                        .capabilities = hone::Capability::multi_objective |
                                                        hone::Capability::needs_reports |
                                                        hone::Capability::assigns_cohorts,
                                        .options = hone::python_bridge::options},
                                       &hone::python_bridge::create<hone::PluginKind::pruner>));
