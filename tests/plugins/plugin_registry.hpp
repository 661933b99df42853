// SPDX-License-Identifier: MIT
// The plugins of this build, loaded from their shared objects as a host loads them.
#pragma once

#include <memory>

#include <hone/registry.hpp>
#include <hone/sdk/testing/fake_study.hpp>

namespace hone::test {

/// Quiet, and with the plugins of this build alone.
inline const std::shared_ptr<PluginRegistry>& shared_registry() {
  static const auto plugins = std::make_shared<PluginRegistry>(
      PluginSearch{.folders = {HONE_PLUGIN_FOLDER}, .environment = false, .allow_writable_by_others = true},
      std::make_shared<sdk::testing::MemoryLogger>());
  return plugins;
}
inline PluginRegistry& registry() { return *shared_registry(); }

}  // namespace hone::test
