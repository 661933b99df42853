// SPDX-License-Identifier: MIT
// The brackets of Hyperband, and which one a trial falls into.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <hone/sdk/crc32.hpp>

namespace hone {

/// floor(log_eta(max / min)) + 1 of Li et al., "Hyperband", JMLR 2018, Algorithm 1, in integers; at least 1.
inline std::int64_t bracket_count(std::int64_t min_resource, std::int64_t max_resource, std::int64_t eta) {
  std::int64_t count = 1;
  for (std::int64_t ratio = max_resource / min_resource; ratio >= eta; ratio /= eta) ++count;
  return count;
}

/// How many of the trials fall into each bracket, relatively: ceil(B eta^(B-1-b) / (B-b)) for bracket b of B, the n of
/// Algorithm 1.
inline std::vector<std::uint64_t> bracket_shares(std::int64_t brackets, std::int64_t eta) {
  std::vector<std::uint64_t> shares;
  for (std::int64_t b = 0; b < brackets; ++b) {
    double n = static_cast<double>(brackets);
    for (std::int64_t i = 0; i < brackets - 1 - b; ++i) n *= static_cast<double>(eta);
    const auto whole = static_cast<std::uint64_t>(n);
    const auto among = static_cast<std::uint64_t>(brackets - b);
    shares.push_back((whole + among - 1) / among);
  }
  return shares;
}

/// The bracket of a trial, as Optuna finds it: any worker can tell from the names alone.
inline std::int64_t bracket_of(std::string_view study, std::int64_t number, const std::vector<std::uint64_t>& shares) {
  const std::uint64_t total = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
  std::uint64_t at = sdk::crc32(std::string(study) + "_" + std::to_string(number)) % total;
  std::int64_t bracket = 0;
  for (const std::uint64_t share : shares) {
    if (at < share) break;
    at -= share;
    ++bracket;
  }
  return bracket;
}

}  // namespace hone
