// Tests of the mathematics in src/hopeless.hpp.
#include <cmath>
#include <cstdio>

#include "../src/hopeless.hpp"

static int failures = 0;

static void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

int main() {
  using enum hone::Direction;
  check(is_hopeless(minimize, 2.0, 1.0, 0.5), "a value far above the best is hopeless when minimising");
  check(!is_hopeless(minimize, 1.4, 1.0, 0.5), "a value within the tolerance is not");
  check(!is_hopeless(maximize, 2.0, 1.0, 0.5), "a better value is not");
  check(is_hopeless(maximize, 0.4, 1.0, 0.5), "a value far below the best is hopeless when maximising");
  check(is_hopeless(minimize, std::nan(""), 1.0, 0.5), "NaN is hopeless");
  return failures == 0 ? 0 : 1;
}
