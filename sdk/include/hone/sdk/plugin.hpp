// SPDX-License-Identifier: MIT
// Turns a class into a plugin.
//
//     class Mine final : public hone::Sampler { public: Mine(const hone::FactoryContext&, const hone::Options&); … };
//
//     constexpr hone_option options[] = {
//         hone::sdk::int_option("n_startup_trials", "10", "0", nullptr, "random trials before the model is used"),
//     };
//     HONE_PLUGINS(hone::sdk::sampler<Mine>({.name = "mine", .version = "1.0", .description = "…", .options =
//     options}));
#pragma once

#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <hone/abi.hpp>
#include <hone/error.hpp>
#include <hone/plugin.hpp>

namespace hone::sdk {

/// What an author says about a plugin; texts are literals.
struct Description {
  const char* name;
  const char* version;
  const char* description;  ///< one line
  const char* references = "";
  std::uint64_t capabilities = 0;  ///< `Capability` values joined by |
  std::span<const hone_option> options{};
};

// ---- options

// Defaults and bounds are JSON text; a null default makes the option required, a null bound leaves that side open.

constexpr hone_option option(const char* name, OptionType type, const char* default_json, const char* doc,
                             const char* minimum = nullptr, const char* maximum = nullptr, std::uint32_t open = 0,
                             const char* const* choices = nullptr, bool allows_auto = false) {
  return {name, static_cast<std::uint32_t>(type), allows_auto ? 1u : 0u, default_json, minimum, maximum, open, choices,
          doc};
}
constexpr hone_option bool_option(const char* name, const char* default_json, const char* doc) {
  return option(name, OptionType::boolean, default_json, doc);
}
constexpr hone_option int_option(const char* name, const char* default_json, const char* minimum, const char* maximum,
                                 const char* doc) {
  return option(name, OptionType::integer, default_json, doc, minimum, maximum);
}
constexpr hone_option float_option(const char* name, const char* default_json, const char* minimum, const char* maximum,
                                   const char* doc) {
  return option(name, OptionType::real, default_json, doc, minimum, maximum);
}
constexpr hone_option string_option(const char* name, const char* default_json, const char* doc) {
  return option(name, OptionType::text, default_json, doc);
}
/// `choices` ends with a null pointer and has static storage.
constexpr hone_option enum_option(const char* name, const char* default_json, const char* const* choices,
                                  const char* doc) {
  return option(name, OptionType::enumeration, default_json, doc, nullptr, nullptr, 0, choices);
}
/// The same option, which may also be "auto" or null: the plugin chooses.
constexpr hone_option or_auto(hone_option o) {
  o.allows_auto = 1;
  return o;
}

// ---- trampolines

// Only what derives from std::exception leaves a plugin, and the host's own FactPending.

template <class Call>
decltype(auto) only_std_exceptions(Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::exception&) {
    throw;
  } catch (const FactPending&) {
    throw;
  } catch (...) {
    throw std::runtime_error("threw something that does not derive from std::exception");
  }
}

template <class Author>
class SamplerTrampoline final : public Sampler {
 public:
  SamplerTrampoline(const FactoryContext& context, const Options& options) : author_(context, options) {}
  void before_trial(const StudyView& study, const TrialView& trial) override {
    only_std_exceptions([&] { author_.before_trial(study, trial); });
  }
  SearchSpace infer_relative_search_space(const StudyView& study, const TrialView& trial) override {
    return only_std_exceptions([&] { return author_.infer_relative_search_space(study, trial); });
  }
  std::vector<double> sample_relative(const StudyView& study, const TrialView& trial,
                                      const SearchSpace& space) override {
    return only_std_exceptions([&] { return author_.sample_relative(study, trial, space); });
  }
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    return only_std_exceptions([&] { return author_.sample_independent(study, trial, parameter); });
  }
  void after_trial(const StudyView& study, const TrialView& trial, TrialState state, std::span<const double> values,
                   AttributeSink& attributes) override {
    only_std_exceptions([&] { author_.after_trial(study, trial, state, values, attributes); });
  }
  void* query_extension(std::string_view id) noexcept override { return author_.query_extension(id); }

 private:
  Author author_;
};

template <class Author>
class PrunerTrampoline final : public Pruner {
 public:
  PrunerTrampoline(const FactoryContext& context, const Options& options) : author_(context, options) {}
  bool should_prune(const StudyView& study, const TrialView& trial) override {
    return only_std_exceptions([&] { return author_.should_prune(study, trial); });
  }
  std::optional<std::string> cohort(const StudyView& study, const TrialView& trial) override {
    return only_std_exceptions([&] { return author_.cohort(study, trial); });
  }
  void* query_extension(std::string_view id) noexcept override { return author_.query_extension(id); }

 private:
  Author author_;
};

// ---- definitions

namespace detail {
template <class Interface, class Object>
void* create(const FactoryContext* context, const Options* options) {
  return only_std_exceptions([&]() -> void* {
    std::unique_ptr<Interface> object = std::make_unique<Object>(*context, *options);
    return object.release();
  });
}
constexpr hone_plugin define(PluginKind kind, const Description& d,
                             void* (*create)(const FactoryContext*, const Options*)) {
  return {static_cast<std::uint32_t>(kind),
          static_cast<std::uint32_t>(d.options.size()),
          d.name,
          d.version,
          d.description,
          d.references,
          d.capabilities,
          d.options.data(),
          create};
}
}  // namespace detail

/// `Author` derives from hone::Sampler and has the constructor (const FactoryContext&, const Options&).
template <class Author>
constexpr hone_plugin sampler(const Description& d) {
  return detail::define(PluginKind::sampler, d, &detail::create<Sampler, SamplerTrampoline<Author>>);
}
template <class Author>
constexpr hone_plugin pruner(const Description& d) {
  return detail::define(PluginKind::pruner, d, &detail::create<Pruner, PrunerTrampoline<Author>>);
}
/// A storage throws StorageError alone and needs no trampoline.
template <class Author>
constexpr hone_plugin storage(const Description& d) {
  return detail::define(PluginKind::storage, d, &detail::create<Storage, Author>);
}

constexpr hone_plugin_table_v1 table(std::span<const hone_plugin> plugins) {
  return {plugin_magic,        sizeof(hone_plugin_table_v1),
          sizeof(hone_plugin), sizeof(hone_option),
          sdk_major,           sdk_minor,
          abi_tag(),           static_cast<std::uint32_t>(plugins.size()),
          plugins.data()};
}

}  // namespace hone::sdk

/// Exports the plugins of a file. With HONE_STATIC_PLUGIN defined as a name, the table is `hone_plugin_table_NAME`
/// instead, for hosts that link the plugin and call `PluginRegistry::add`. (A macro, because only the preprocessor can
/// choose the name of a symbol.)
#define HONE_PLUGINS(...)                                                                              \
  namespace {                                                                                          \
  constexpr hone_plugin hone_plugins_of_this_file[] = {__VA_ARGS__};                                   \
  }                                                                                                    \
  extern "C" __attribute__((visibility("default"))) const hone_plugin_table_v1 HONE_PLUGIN_TABLE_NAME; \
  extern "C" const hone_plugin_table_v1 HONE_PLUGIN_TABLE_NAME = hone::sdk::table(hone_plugins_of_this_file)

#if defined(HONE_STATIC_PLUGIN)
#define HONE_JOIN_2(a, b) a##b
#define HONE_JOIN(a, b) HONE_JOIN_2(a, b)
#define HONE_PLUGIN_TABLE_NAME HONE_JOIN(hone_plugin_table_, HONE_STATIC_PLUGIN)
#else
#define HONE_PLUGIN_TABLE_NAME hone_plugin_table
#endif
