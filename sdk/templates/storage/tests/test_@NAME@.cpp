// A host that keeps a study in the storage, loaded by its name.
#include <cstdio>

#include <hone/hone.hpp>

int main() {
  hone::StudyOptions options;
  options.name = "test";
  options.sampler = {"random"};
  options.storage = {"@NAME@"};
  hone::Study study = hone::Study::create(options);
  study.optimize([](hone::Trial& trial) { return trial.suggest_float("x", 0.0, 1.0); }, 20);
  if (study.finished_count() == 20 && study.storage().find_study("test")->trials == 20) return 0;
  std::printf("FAILED: 20 trials expected, %zu found\n", study.finished_count());
  return 1;
}
