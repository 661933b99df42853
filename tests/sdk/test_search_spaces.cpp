// SPDX-License-Identifier: MIT
// Intersection and groups of parameters, kept as the history grows, against their definitions.
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

#include <hone/sdk/group_decomposition.hpp>
#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/testing/fake_study.hpp>

using namespace hone;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

using Names = std::vector<std::string>;

Names names_of(const SearchSpace& space) {
  Names names;
  for (const Parameter& parameter : space) names.emplace_back(parameter.name);
  return names;
}

FakeTrial trial_with(const Names& names, TrialState state = TrialState::complete, double high = 1.0) {
  FakeTrial trial;
  trial.state = state;
  if (state == TrialState::complete) trial.values = {0.0};
  for (const std::string& name : names) trial.params.push_back({name, FloatDistribution{0.0, high}, 0.5});
  return trial;
}

// Parameters that exactly the same trials have.
std::set<Names> groups_by_definition(const std::vector<Names>& trials) {
  std::map<std::string, std::set<std::size_t>> having;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    for (const std::string& name : trials[i]) having[name].insert(i);
  }
  std::map<std::set<std::size_t>, Names> groups;
  for (const auto& [name, numbers] : having) groups[numbers].push_back(name);
  std::set<Names> result;
  for (const auto& [numbers, names] : groups) result.insert(names);
  return result;
}

}  // namespace

TEST_CASE("the intersection holds what every complete and pruned trial has, with one distribution") {
  FakeStudy study;
  sdk::IntersectionSpace space(/*include_pruned=*/true);
  CHECK(space.update(study.history()).empty());
  study.add(trial_with({"b", "a", "c"}));
  CHECK(names_of(space.update(study.history())) == Names{"a", "b", "c"});
  study.add(trial_with({"a"}, TrialState::running));
  study.add(trial_with({"a"}, TrialState::fail));
  CHECK(names_of(space.update(study.history())) == Names{"a", "b", "c"});
  study.add(trial_with({"a", "b"}, TrialState::pruned));
  CHECK(names_of(space.update(study.history())) == Names{"a", "b"});
  study.add(trial_with({"a", "b", "d"}, TrialState::complete, 2.0));
  CHECK(space.update(study.history()).empty());
}

TEST_CASE("single-valued parameters are left out") {
  FakeStudy study;
  sdk::IntersectionSpace space(true);
  FakeTrial trial = trial_with({"a"});
  trial.params.push_back({"one", FloatDistribution{2.0, 2.0}, 2.0});
  study.add(trial);
  CHECK(names_of(space.update(study.history())) == Names{"a"});
}

TEST_CASE("groups are the parameters that exactly the same trials have, in any order of arrival") {
  const Names all{"a", "b", "c", "d", "e", "f", "g"};
  RandomStream random(4, 0, "spaces");
  for (int round = 0; round < 50; ++round) {
    std::vector<Names> trials;
    for (int i = 0; i < 6; ++i) {
      Names names;
      // Two switches and what hangs on them.
      const bool left = random.uniform() < 0.5;
      const bool deep = random.uniform() < 0.5;
      for (std::size_t p = 0; p < all.size(); ++p) {
        if (p < 2 || (p < 4 && left) || (p >= 4 && p < 6 && !left) || (p == 6 && deep)) names.push_back(all[p]);
      }
      trials.push_back(names);
    }
    for (const bool backwards : {false, true}) {
      FakeStudy study;
      sdk::GroupDecomposition groups(/*include_pruned=*/true);
      for (std::size_t i = 0; i < trials.size(); ++i) {
        const std::size_t n = backwards ? trials.size() - 1 - i : i;
        study.add(static_cast<TrialNumber>(n), trial_with(trials[n]));
        groups.update(study.history());
      }
      std::set<Names> found;
      for (const SearchSpace& group : groups.update(study.history())) found.insert(names_of(group));
      CHECK(found == groups_by_definition(trials));
    }
  }
}
