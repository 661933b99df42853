// SPDX-License-Identifier: MIT
// What each trial was drawn from, kept small: most trials have the same configuration and the default visible set.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <hone/column.hpp>
#include <hone/history.hpp>
#include <hone/storage.hpp>

namespace hone::memory {

class ProvenanceLog {
 public:
  void note_start(TrialNumber number, const StartRecord& start) {
    configs_.set(row(number), config_names_.intern(start.config) + 1);
    if (start.visible_set.empty()) return;
    set_begins_.set(row(number), sets_.size());
    sets_.insert(sets_.end(), start.visible_set.begin(), start.visible_set.end());
    sets_.push_back('\0');
  }

  void note_draw(TrialNumber number, const DrawRecord& draw) {
    draws_[number].emplace_back(draw.parameter, draw.visible_set);
  }

  Storage::Provenance of(TrialNumber number) const {
    Storage::Provenance result;
    if (const std::uint32_t config = configs_[row(number)]; config != 0) result.config = config_names_.text(config - 1);
    if (const std::size_t begin = set_begins_[row(number)]; begin != none) result.visible_set = sets_.data() + begin;
    if (const auto found = draws_.find(number); found != draws_.end()) result.draws = found->second;
    return result;
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  static std::size_t row(TrialNumber number) { return static_cast<std::size_t>(number); }

  Interner config_names_;
  Column<std::uint32_t> configs_{0};      // 0: none; otherwise one more than the name's number
  Column<std::size_t> set_begins_{none};  // into `sets_`
  std::vector<char> sets_;                // texts, each ended by a zero
  std::map<TrialNumber, std::vector<std::pair<std::string, std::string>>> draws_;
};

}  // namespace hone::memory
