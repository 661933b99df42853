// SPDX-License-Identifier: MIT
// Which reports of a trial a pruner looks at.
#pragma once

#include <cstdint>
#include <span>

#include <hone/history.hpp>

namespace hone::sdk {

/// Which steps of a trial are looked at. Between two looks lie at least `interval_steps`, counted from the warm-up.
struct PruningSchedule {
  std::int64_t n_warmup_steps = 0;
  std::int64_t interval_steps = 1;

  /// Whether the last of the reports (ascending in step) is the first in its interval.
  bool is_due(std::span<const Report> reports) const {
    if (reports.empty() || reports.back().step < n_warmup_steps) return false;
    if (reports.size() == 1) return true;
    const std::int64_t since_warmup = reports.back().step - n_warmup_steps;
    const std::int64_t interval_begin = since_warmup / interval_steps * interval_steps + n_warmup_steps;
    return reports[reports.size() - 2].step < interval_begin;
  }
};

}  // namespace hone::sdk
