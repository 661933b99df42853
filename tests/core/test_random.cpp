// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <set>

#include <hone/random.hpp>

using namespace hone;

TEST_CASE("Philox4x32-10 gives the numbers of its authors' test vectors") {
  // Random123, kat_vectors: philox4x32 10.
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream depends on each part of its key") {
  const auto first = [](std::uint64_t seed, std::int64_t trial, const char* purpose, const char* parameter) {
    return RandomStream(seed, trial, purpose, parameter)();
  };
  std::set<std::uint64_t> seen;
  seen.insert(first(1, 2, "a", "x"));
  seen.insert(first(2, 2, "a", "x"));
  seen.insert(first(1, 3, "a", "x"));
  seen.insert(first(1, 2, "b", "x"));
  seen.insert(first(1, 2, "a", "y"));
  CHECK(seen.size() == 5);
  CHECK(first(1, 2, "a", "x") == first(1, 2, "a", "x"));
}

TEST_CASE("uniform numbers fill their interval evenly") {
  RandomStream random(7, 0, "test");
  double sum = 0.0;
  double low = 1.0, high = 0.0;
  constexpr int n = 100000;
  int counts[10] = {};
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform_open();
    sum += u;
    low = std::min(low, u);
    high = std::max(high, u);
    ++counts[random.below(10)];
  }
  CHECK(sum / n == Approx(0.5).margin(0.005));
  CHECK(low > 0.0);
  CHECK(high < 1.0);
  for (const int count : counts) CHECK(count == Approx(n / 10).epsilon(0.05));
}
