// SPDX-License-Identifier: MIT
// The percentile rule as a plugin.
#include <algorithm>
#include <array>

#include <hone/sdk/percentile_pruner.hpp>

namespace {

class PercentilePruner final : public hone::sdk::PercentilePruner {
 public:
  PercentilePruner(const hone::FactoryContext& context, const hone::Options& options)
      : hone::sdk::PercentilePruner(context, options, options.get<double>("percentile")) {}
};

constexpr auto options = [] {
  const auto& shared = hone::sdk::percentile_pruner_options;
  std::array<hone_option, shared.size() + 1> all{
      hone::sdk::float_option("percentile", nullptr, "0", "100", "the part of the trials, best first, that is kept")};
  std::ranges::copy(shared, all.begin() + 1);
  return all;
}();

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<PercentilePruner>(
    {.name = "percentile",
     .version = "1.0",
     .description = "ends a trial whose best report is worse than a percentile of the others at the same step",
     .references = "Golovin et al., Google Vizier: A Service for Black-Box Optimization, KDD 2017",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable,
     .options = options}));
