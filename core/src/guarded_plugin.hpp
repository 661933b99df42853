// SPDX-License-Identifier: MIT
// Plugin objects as hosts get them: whatever a plugin throws says whose it is.
#pragma once

#include <memory>
#include <string>

#include <hone/error.hpp>
#include <hone/plugin.hpp>
#include <hone/pruner.hpp>
#include <hone/sampler.hpp>
#include <hone/storage.hpp>

namespace hone {

/// Whose object it is, and what must live as long.
struct PluginOrigin {
  std::string plugin;  ///< `sampler/tpe`
  std::string file;    ///< empty if linked statically
  std::shared_ptr<const Host> host;
};

/// Calls a function of a plugin. Errors of hone pass, as do the host's own FactPending and TrialReleased (of a host
/// whose plugins can be interrupted); anything else becomes a PluginError that names plugin, file and function.
template <class Call>
decltype(auto) guarded(const PluginOrigin& origin, const char* function, Call&& call) {
  const auto error = [&](const std::string& what) {
    return PluginError(
        origin.plugin + (origin.file.empty() ? "" : " (" + origin.file + ")") + " failed in " + function + ": " + what,
        origin.plugin, origin.file, function);
  };
  try {
    return std::forward<Call>(call)();
  } catch (const Error&) {
    throw;
  } catch (const FactPending&) {
    throw;
  } catch (const TrialReleased&) {
    throw;
  } catch (const std::exception& exception) {
    throw error(exception.what());
  } catch (...) {
    throw error("threw something that does not derive from std::exception");
  }
}

std::shared_ptr<Sampler> guard(std::unique_ptr<Sampler> sampler, PluginOrigin origin);
std::shared_ptr<Pruner> guard(std::unique_ptr<Pruner> pruner, PluginOrigin origin);
std::shared_ptr<Storage> guard(std::unique_ptr<Storage> storage, PluginOrigin origin);

}  // namespace hone
