// SPDX-License-Identifier: MIT
// The median rule as a plugin.
#include <hone/sdk/percentile_pruner.hpp>

namespace {

class MedianPruner final : public hone::sdk::PercentilePruner {
 public:
  MedianPruner(const hone::FactoryContext& context, const hone::Options& options)
      : PercentilePruner(context, options, 50.0) {}
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<MedianPruner>(
    {.name = "median",
     .version = "1.0",
     .description = "ends a trial whose best report is worse than the median of the others at the same step",
     .references = "Golovin et al., Google Vizier: A Service for Black-Box Optimization, KDD 2017",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable,
     .options = hone::sdk::percentile_pruner_options}));
