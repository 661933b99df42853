// SPDX-License-Identifier: MIT
#include "companions.hpp"

#include <algorithm>

namespace gp {

void Companions::update(const hone::HistoryView& view) {
  const hone::History& history = view.all();
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (history.state(number) != hone::TrialState::complete) continue;
    std::vector<Companion> present;
    for (const hone::ParameterId id : history.parameters(number))
      present.push_back({id, history.value(number, id), false});
    std::ranges::sort(present, {}, &Companion::id);
    for (const Companion& one : present) {
      const auto [entry, is_new] = all_.try_emplace(one.id, present);
      if (is_new) continue;
      std::erase_if(entry->second, [&](Companion& known) {
        const auto found = std::ranges::lower_bound(present, known.id, {}, &Companion::id);
        if (found == present.end() || found->id != known.id) return true;
        known.varies = known.varies || found->value != known.value;
        return false;
      });
    }
  }
  revision_ = view.revision();
}

}  // namespace gp
