// Tests of the mathematics in src/step.hpp.
#include <cmath>
#include <cstdio>

#include "../src/step.hpp"

static int failures = 0;

static void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

int main() {
  const hone::Distribution distributions[] = {
      hone::FloatDistribution{-1.0, 3.0},
      hone::FloatDistribution{1e-5, 1.0, true},
      hone::FloatDistribution{0.0, 1.0, false, 0.25},
      hone::FloatDistribution{0.0, 0.6, false, 0.1},
      hone::IntDistribution{1, 9, false, 2},
      hone::IntDistribution{1, 128, true},
      hone::CategoricalDistribution{{std::string("a"), std::string("b")}},
  };
  hone::RandomStream random(1, 0, "test");
  for (const hone::Distribution& distribution : distributions) {
    bool always_possible = true;
    double value = from_unit(distribution, 0.5);
    for (int i = 0; i < 1000; ++i) {
      value = step_from(distribution, value, 0.5, random);
      always_possible = always_possible && hone::contains(distribution, value);
    }
    check(always_possible, "every step ends at a possible value");
    if (!hone::is_categorical(distribution)) {
      check(std::abs(from_unit(distribution, to_unit(distribution, value)) - value) < 1e-9,
            "a value comes back from the unit interval");
    }
  }
  check(reflected(1.25) == 0.75 && reflected(-0.25) == 0.25, "steps bounce off the borders");
  return failures == 0 ? 0 : 1;
}
