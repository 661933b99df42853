// SPDX-License-Identifier: MIT
// Counter-based random numbers: what a trial draws depends on its key alone, never on who drew before.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hone {

/// FNV-1a, 64 bits: turns names into keys. Not for untrusted input in hash tables.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of a 128-bit
/// counter under a 64-bit key.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  constexpr std::uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{multiplier_0} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += weyl_0;
    key[1] += weyl_1;
  }
  return counter;
}

/// A stream of random numbers keyed by (study seed, trial number, purpose, parameter): the same key gives the same
/// numbers on every machine. A value type, cheap to make; meets UniformRandomBitGenerator.
class RandomStream {
 public:
  using result_type = std::uint64_t;

  constexpr RandomStream(std::uint64_t seed, std::int64_t trial, std::string_view purpose,
                         std::string_view parameter = {})
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {
    // The counter's upper half names the stream; the trial number is folded in by a round of its own, so that
    // neighbouring trials share no structure.
    const std::uint64_t name = fnv1a(parameter, fnv1a("/", fnv1a(purpose)));
    const auto mixed = philox4x32({static_cast<std::uint32_t>(trial), static_cast<std::uint32_t>(trial >> 32),
                                   static_cast<std::uint32_t>(name), static_cast<std::uint32_t>(name >> 32)},
                                  key_);
    stream_ = {mixed[0], mixed[1]};
  }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  /// 64 random bits.
  constexpr result_type operator()() {
    if (half_ == 0) {
      block_ = philox4x32(
          {static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32), stream_[0], stream_[1]},
          key_);
      ++counter_;
      half_ = 1;
      return block_[0] | (std::uint64_t{block_[1]} << 32);
    }
    half_ = 0;
    return block_[2] | (std::uint64_t{block_[3]} << 32);
  }

  /// Uniform in [0, 1): 53 bits.
  constexpr double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

  /// Uniform in the open interval (0, 1), symmetric about 1/2: safe under a quantile function.
  constexpr double uniform_open() { return (static_cast<double>((*this)() >> 12) + 0.5) * 0x1.0p-52; }

  /// Uniform in 0 … n - 1 without bias (Lemire, "Fast random integer generation in an interval", 2019). n > 0.
  constexpr std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>((*this)()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Wide>((*this)()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> stream_{};
  std::array<std::uint32_t, 4> block_{};
  std::uint64_t counter_ = 0;
  int half_ = 0;
};

}  // namespace hone
