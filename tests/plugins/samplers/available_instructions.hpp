// SPDX-License-Identifier: MIT
// The sets of instructions that a test of TPE's loops can try here.
#pragma once

#include <vector>

#include "mixture_loops.hpp"

namespace hone::test {

inline std::vector<tpe::Instructions> available_instructions() {
  std::vector<tpe::Instructions> result;
  for (const tpe::Instructions each :
       {tpe::Instructions::baseline, tpe::Instructions::avx2, tpe::Instructions::avx512}) {
    if (tpe::has_instructions(each)) result.push_back(each);
  }
  return result;
}

}  // namespace hone::test
