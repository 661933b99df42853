// SPDX-License-Identifier: MIT
// Values that occur again and again, kept once and named by small numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <hone/distribution.hpp>

namespace hone {

/// Texts that get small numbers, in order of appearance. Views stay valid while the table lives.
class Interner {
 public:
  std::uint32_t intern(std::string_view text) {
    if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
    const std::string& kept = texts_.emplace_back(text);
    return ids_.emplace(kept, static_cast<std::uint32_t>(texts_.size() - 1)).first->second;
  }
  std::optional<std::uint32_t> find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string_view text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;
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
