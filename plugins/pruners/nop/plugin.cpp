// SPDX-License-Identifier: MIT
// The pruner that never ends a trial.
#include <hone/sdk/plugin.hpp>

namespace {

class NopPruner final : public hone::Pruner {
 public:
  NopPruner(const hone::FactoryContext&, const hone::Options&) {}
  bool should_prune(const hone::StudyView&, const hone::TrialView&) override { return false; }
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<NopPruner>({.name = "nop",
                                           .version = "1.0",
                                           .description = "never ends a trial",
                                           .capabilities = hone::Capability::multi_objective |
                                                           hone::Capability::portable}));
