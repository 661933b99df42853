// SPDX-License-Identifier: MIT
// Values that occur again and again, kept once and named by small numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hone/distribution.hpp>

namespace hone {

/// Texts that get small numbers, in order of appearance. Views stay valid while the table lives. Texts that come again
/// in the order of last time, as a trial's parameters do, are found without a search.
class Interner {
 public:
  std::uint32_t intern(std::string_view text) {
    if (const std::uint32_t guess = last_ < next_.size() ? next_[last_] : 0;
        guess < views_.size() && views_[guess] == text) {
      return last_ = guess;
    }
    std::uint32_t id = 0;
    if (const auto found = ids_.find(text); found != ids_.end()) {
      id = found->second;
    } else {
      views_.push_back(texts_.emplace_back(text));
      next_.push_back(0);
      id = static_cast<std::uint32_t>(views_.size() - 1);
      ids_.emplace(views_.back(), id);
    }
    next_[last_] = id;
    return last_ = id;
  }
  std::optional<std::uint32_t> find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string_view text(std::uint32_t id) const { return views_[id]; }
  std::size_t size() const { return views_.size(); }

 private:
  std::deque<std::string> texts_;
  std::vector<std::string_view> views_;
  std::vector<std::uint32_t> next_;  // by number: which came after it the last time
  std::uint32_t last_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

/// The same for distributions. References stay valid while the table lives.
class DistributionInterner {
 public:
  std::uint32_t intern(const Distribution& distribution) {
    const std::size_t hash = hash_of(distribution);
    const auto [first, last] = ids_.equal_range(hash);
    for (auto found = first; found != last; ++found) {
      if (kept_[found->second] == distribution) return found->second;
    }
    kept_.push_back(distribution);
    return ids_.emplace(hash, static_cast<std::uint32_t>(kept_.size() - 1))->second;
  }
  const Distribution& operator[](std::uint32_t id) const { return kept_[id]; }
  std::size_t size() const { return kept_.size(); }

 private:
  std::deque<Distribution> kept_;
  std::unordered_multimap<std::size_t, std::uint32_t> ids_;
};

}  // namespace hone
