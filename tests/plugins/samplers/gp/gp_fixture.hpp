// SPDX-License-Identifier: MIT
// What the tests of the sampler gp share.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../sampler_fixture.hpp"

namespace hone::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// What a proposal costs under a sanitizer is twenty times as much, and its quality the same.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

inline std::shared_ptr<Sampler> make_gp(const char* options = "{}", std::size_t objectives = 1) {
  return make_sampler({"gp", *parse_json(options).as_object()}, std::vector(objectives, Direction::minimize));
}

inline StudyOptions study_with(const char* options, std::uint64_t seed = 1) {
  StudyOptions result;
  result.sampler = {"gp", parse_json(options)};
  result.pruner = {"nop"};
  result.seed = seed;
  return result;
}

inline std::vector<double> floats(Trial& trial, std::size_t n, double low = -5.0, double high = 5.0) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(trial.suggest_float("x" + std::to_string(100 + i), low, high));
  return x;
}

}  // namespace hone::test
