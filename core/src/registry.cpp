// SPDX-License-Identifier: MIT
// The plugins of one host: found, described, built.
#include <hone/registry.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "descriptor_check.hpp"
#include "guarded_plugin.hpp"
#include "option_check.hpp"
#include "plugin_file.hpp"
#include "plugin_folders.hpp"
#include "plugin_spec.hpp"
#include "stderr_logger.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

// What plugins are given of the host.
class RegistryHost final : public Host {
 public:
  explicit RegistryHost(std::shared_ptr<const Logger> logger) : logger_(std::move(logger)) {}
  const Logger& logger() const override { return *logger_; }
  std::shared_ptr<const Logger> shared_logger() const { return logger_; }
  Json parse_json(std::string_view text) const override { return hone::parse_json(text); }
  std::string to_json_text(const Json& value) const override { return hone::to_json_text(value); }

 private:
  std::shared_ptr<const Logger> logger_;
};

std::string label(PluginKind kind, std::string_view name) {
  return std::string(to_string(kind)) + "/" + std::string(name);
}

template <class Interface>
constexpr PluginKind kind_of() {
  if constexpr (std::is_same_v<Interface, Sampler>)
    return PluginKind::sampler;
  else if constexpr (std::is_same_v<Interface, Pruner>)
    return PluginKind::pruner;
  else
    return PluginKind::storage;
}

// A plugin with its options checked, and the same for those inside it.
struct ResolvedPlugin {
  DescribedPlugin plugin;
  Json options;
  std::vector<std::pair<std::string, ResolvedPlugin>> inner;
};

// What a plugin and those of its kind inside it can do together, and what any of them needs.
std::uint64_t combined_capabilities(const ResolvedPlugin& resolved) {
  constexpr std::uint64_t needs = Capability::same_platform | Capability::models_cohort | Capability::needs_reports |
                                  Capability::assigns_cohorts | Capability::not_pure | Capability::ends;
  std::uint64_t all = resolved.plugin.info.capabilities;
  for (const auto& [name, inner] : resolved.inner) {
    if (inner.plugin.info.kind != resolved.plugin.info.kind) continue;
    const std::uint64_t inside = combined_capabilities(inner);
    all = (all & inside & ~needs) | ((all | inside) & needs);
  }
  return all;
}

// As it is published: inner plugins by their own names, never by a path, with all their options.
Json published(const ResolvedPlugin& resolved) {
  Json options = resolved.options;
  for (const auto& [name, inner] : resolved.inner) {
    Json whole;
    whole.set("plugin", inner.plugin.info.name);
    const Json inner_options = published(inner);
    for (const Json::Member& member : *inner_options.as_object()) whole.set(member.first, member.second);
    options.set(name, std::move(whole));
  }
  return options;
}

}  // namespace

class PluginRegistry::Impl {
 public:
  Impl(PluginSearch search, std::shared_ptr<const Logger> logger)
      : allow_writable_by_others_(search.allow_writable_by_others),
        folders_(plugin_folders(search)),
        host_(std::make_shared<RegistryHost>(logger ? std::move(logger) : std::make_shared<const StderrLogger>())) {}

  void add(const hone_plugin_table_v1& table) {
    std::vector<DescribedPlugin> plugins = describe(table, {});
    const std::lock_guard lock(mutex_);
    for (DescribedPlugin& plugin : plugins) linked_.push_back(std::move(plugin));
  }

  DescribedPlugin find(PluginKind kind, std::string_view name) {
    const PluginReference reference = reference_from(name);
    const std::lock_guard lock(mutex_);
    if (reference.is_path) return in_named_file(kind, reference.name);
    if (const DescribedPlugin* linked = pick(linked_, kind, reference.name)) return *linked;
    for (const PluginCandidate& candidate : candidates(folders_, kind, reference.name)) {
      std::error_code ignored;
      if (!fs::exists(candidate.file, ignored)) continue;
      const std::vector<DescribedPlugin>& plugins = load(candidate);
      if (const DescribedPlugin* found = pick(plugins, kind, reference.name)) return *found;
      // A file of that name in the folder of its kind is meant to hold it; elsewhere it may be of another kind.
      if (candidate.file.parent_path() != candidate.folder) {
        throw PluginError(candidate.file.string() + ": the file holds no " + std::string(to_string(kind)) + " '" +
                              reference.name + "', but " + names_in(plugins),
                          label(kind, reference.name), candidate.file.string());
      }
    }
    throw not_found(kind, reference.name);
  }

  std::vector<PluginInfo> list(std::vector<std::string>* problems) {
    const std::lock_guard lock(mutex_);
    std::map<std::pair<PluginKind, std::string>, PluginInfo> found;
    for (const DescribedPlugin& plugin : linked_) found.try_emplace({plugin.info.kind, plugin.info.name}, plugin.info);
    for (const PluginCandidate& candidate : all_candidates(folders_)) {
      try {
        for (const DescribedPlugin& plugin : load(candidate)) {
          found.try_emplace({plugin.info.kind, plugin.info.name}, plugin.info);
        }
      } catch (const Error& error) {
        if (problems != nullptr) problems->emplace_back(error.what());
      }
    }
    std::vector<PluginInfo> result;
    for (auto& [key, info] : found) result.push_back(std::move(info));
    return result;
  }

  ResolvedPlugin resolve(PluginKind kind, const PluginSpec& spec, std::string_view where) {
    ResolvedPlugin resolved{find(kind, spec.name), {}, {}};
    const PluginInfo& info = resolved.plugin.info;
    resolved.options = complete_options(info, with_target(info, spec, where), where);
    for (const OptionInfo& option : info.options) {
      const std::optional<PluginKind> inner = inner_kind(option.type);
      if (!inner) continue;
      const Json& value = *resolved.options.find(option.name);
      const bool is_auto = option.allows_auto && value.as_string() != nullptr && *value.as_string() == "auto";
      if (value.is_null() || is_auto) continue;
      const std::string path = std::string(where) + "." + option.name;
      resolved.inner.emplace_back(option.name, resolve(*inner, plugin_spec_from(value, path), path));
    }
    return resolved;
  }

  template <class Interface>
  std::shared_ptr<Interface> make(const ResolvedPlugin& resolved, const FactoryContext& given) {
    const PluginInfo& info = resolved.plugin.info;
    Options options;
    for (const Json::Member& member : *resolved.options.as_object()) options.set(member.first, member.second);
    for (const auto& [name, inner] : resolved.inner) options.set_plugin(name, make_inner(inner, given));
    FactoryContext context = given;
    context.host = host_.get();
    const PluginOrigin origin{label(info.kind, info.name), info.file.string(), host_};
    void* const made = guarded(origin, "factory", [&] { return resolved.plugin.raw->create(&context, &options); });
    if (made == nullptr) {
      throw PluginError(origin.plugin + (origin.file.empty() ? "" : " (" + origin.file + ")") +
                            " failed in factory: it returned a null pointer",
                        origin.plugin, origin.file, "factory");
    }
    return guard(std::unique_ptr<Interface>(static_cast<Interface*>(made)), origin);
  }

  template <class Interface>
  std::shared_ptr<Interface> make(const PluginSpec& spec, const FactoryContext& context, std::string_view where) {
    return make<Interface>(resolve(kind_of<Interface>(), spec, where), context);
  }

  const RegistryHost& host() const { return *host_; }

 private:
  static const DescribedPlugin* pick(const std::vector<DescribedPlugin>& plugins, PluginKind kind,
                                     std::string_view name) {
    const auto found = std::ranges::find_if(
        plugins, [&](const DescribedPlugin& plugin) { return plugin.info.kind == kind && plugin.info.name == name; });
    return found == plugins.end() ? nullptr : &*found;
  }

  static std::string names_in(const std::vector<DescribedPlugin>& plugins) {
    std::string names;
    for (const DescribedPlugin& plugin : plugins) {
      names += (names.empty() ? "" : ", ") + label(plugin.info.kind, plugin.info.name);
    }
    return names;
  }

  // The plugin of a file that was named by its path: the one called as the file, or the only one of its kind.
  DescribedPlugin in_named_file(PluginKind kind, const fs::path& path) {
    const fs::path file = fs::absolute(path).lexically_normal();
    const std::vector<DescribedPlugin>& plugins = load({file, file.parent_path()});
    if (const DescribedPlugin* same_name = pick(plugins, kind, file.stem().string())) return *same_name;
    std::vector<DescribedPlugin> of_kind;
    std::ranges::copy_if(plugins, std::back_inserter(of_kind),
                         [kind](const DescribedPlugin& plugin) { return plugin.info.kind == kind; });
    if (of_kind.size() == 1) return of_kind.front();
    const std::string which = std::string(of_kind.empty() ? "no " : "several plugins of kind ") +
                              std::string(to_string(kind)) +
                              (of_kind.empty() ? "" : ", none of them called as the file");
    throw PluginError(file.string() + ": the file holds " + which + "; it holds " + names_in(plugins),
                      label(kind, file.stem().string()), file.string());
  }

  const std::vector<DescribedPlugin>& load(const PluginCandidate& candidate) {
    const auto known = loaded_.find(candidate.file);
    if (known != loaded_.end()) return known->second;
    if (!allow_writable_by_others_) require_trust(candidate.file, candidate.folder);
    return loaded_.emplace(candidate.file, describe(open_plugin_file(candidate.file), candidate.file)).first->second;
  }

  PluginError not_found(PluginKind kind, const std::string& name) {
    std::set<std::string> names;
    for (const DescribedPlugin& plugin : linked_) {
      if (plugin.info.kind == kind) names.insert(plugin.info.name);
    }
    for (const PluginCandidate& candidate : all_candidates(folders_)) {
      const std::string parent = candidate.file.parent_path().filename().string();
      if (parent == std::string(to_string(kind)) + "s") names.insert(candidate.file.stem().string());
    }
    std::string message = "there is no " + std::string(to_string(kind)) + " '" + name + "'";
    const auto near = nearest(name, {names.begin(), names.end()});
    message += near ? "; did you mean '" + *near + "'? Looked for " : ". Looked for ";
    message += std::string(to_string(kind)) + "s/" + name + ".so and " + name + ".so in";
    for (const fs::path& folder : folders_) message += (&folder == &folders_.front() ? " " : ", ") + folder.string();
    return PluginError(message, label(kind, name));
  }

  // What stood after `scheme:` is the option `target`.
  static Json with_target(const PluginInfo& info, const PluginSpec& spec, std::string_view where) {
    const PluginReference reference = reference_from(spec.name);
    Json options = spec.options;
    if (!reference.target) return options;
    const bool takes_target =
        std::ranges::any_of(info.options, [](const OptionInfo& option) { return option.name == "target"; });
    if (!takes_target) {
      throw ConfigError("the " + std::string(to_string(info.kind)) + " '" + info.name +
                            "' takes nothing after its name, but '" + spec.name + "' was given",
                        std::string(where));
    }
    if (options.find("target") != nullptr) {
      throw ConfigError("'" + spec.name + "' and the option 'target' say the same twice; leave one of them out",
                        std::string(where) + ".target");
    }
    options.set("target", *reference.target);
    return options;
  }

  InnerPlugin make_inner(const ResolvedPlugin& inner, const FactoryContext& context) {
    switch (inner.plugin.info.kind) {
      case PluginKind::sampler: return make<Sampler>(inner, context);
      case PluginKind::pruner: return make<Pruner>(inner, context);
      case PluginKind::storage: break;
    }
    return make<Storage>(inner, context);
  }

  const bool allow_writable_by_others_;
  const std::vector<fs::path> folders_;
  const std::shared_ptr<const RegistryHost> host_;
  std::mutex mutex_;  // of what follows
  std::vector<DescribedPlugin> linked_;
  std::map<fs::path, std::vector<DescribedPlugin>> loaded_;
};

PluginRegistry::PluginRegistry(PluginSearch search, std::shared_ptr<const Logger> logger)
    : impl_(std::make_unique<Impl>(std::move(search), std::move(logger))) {}
PluginRegistry::~PluginRegistry() = default;

void PluginRegistry::add(const hone_plugin_table_v1& table) { impl_->add(table); }
PluginInfo PluginRegistry::find(PluginKind kind, std::string_view name) { return impl_->find(kind, name).info; }
PluginInfo PluginRegistry::find(PluginKind kind, const PluginSpec& spec, std::string_view where) {
  const ResolvedPlugin resolved = impl_->resolve(kind, spec, where);
  PluginInfo info = resolved.plugin.info;
  info.capabilities = combined_capabilities(resolved);
  return info;
}
std::vector<PluginInfo> PluginRegistry::list(std::vector<std::string>* problems) { return impl_->list(problems); }
Json PluginRegistry::resolve(PluginKind kind, const PluginSpec& spec, std::string_view where) {
  return published(impl_->resolve(kind, spec, where));
}

std::shared_ptr<Sampler> PluginRegistry::make_sampler(const PluginSpec& spec, const FactoryContext& context,
                                                      std::string_view where) {
  return impl_->make<Sampler>(spec, context, where);
}
std::shared_ptr<Pruner> PluginRegistry::make_pruner(const PluginSpec& spec, const FactoryContext& context,
                                                    std::string_view where) {
  return impl_->make<Pruner>(spec, context, where);
}
std::shared_ptr<Storage> PluginRegistry::make_storage(const PluginSpec& spec, const FactoryContext& context,
                                                      std::string_view where) {
  return impl_->make<Storage>(spec, context, where);
}

const Host& PluginRegistry::host() const { return impl_->host(); }
std::shared_ptr<const Logger> PluginRegistry::logger() const { return impl_->host().shared_logger(); }

}  // namespace hone
