// SPDX-License-Identifier: MIT
// A plugin's sampler or pruner as Python calls it: from a class derived from the plugin's, or from a sampler that hands
// part of its work on.
#include <algorithm>
#include <mutex>
#include <optional>

#include <hone/error.hpp>

#include "convert.hpp"
#include "study.hpp"
#include "study_view.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

std::shared_ptr<Sampler> made(const PluginSpec& spec, const FactoryContext& context, const Sampler*) {
  return shared_registry()->make_sampler(spec, context);
}
std::shared_ptr<Pruner> made(const PluginSpec& spec, const FactoryContext& context, const Pruner*) {
  return shared_registry()->make_pruner(spec, context);
}

/// Made for the study of its first call, and anew for another study.
template <class Kind>
class NativeAlgorithm {
 public:
  explicit NativeAlgorithm(PluginSpec spec) : spec_(std::move(spec)) {}

  /// Calls with the algorithm, the study and the trial that are on loan; one call at a time, as algorithms expect.
  template <class Call>
  auto with(const Lent& lent, const Call& call) {
    const StudyView& study = lent.get();
    const TrialView& trial = lent.trial();
    return unlocked([&] {
      const std::lock_guard lock(mutex_);
      return call(of(study), study, trial);
    });
  }

 private:
  Kind& of(const StudyView& study) {
    if (!object_ || study_name_ != study.name() || seed_ != study.seed()) {
      study_name_ = study.name();
      seed_ = study.seed();
      const FactoryContext context{study_name_, study.directions(), seed_, &shared_registry()->host()};
      object_ = made(spec_, context, static_cast<const Kind*>(nullptr));
    }
    return *object_;
  }

  PluginSpec spec_;
  std::mutex mutex_;
  std::shared_ptr<Kind> object_;
  std::string study_name_;
  std::uint64_t seed_ = 0;
};

using NativeSampler = NativeAlgorithm<Sampler>;
using NativePruner = NativeAlgorithm<Pruner>;

class AttributesInADict final : public AttributeSink {
 public:
  void set_system_attr(std::string_view key, const Json& value) override { kept_[std::string(key)] = value; }
  nb::object get() const {
    if (kept_.empty()) return nb::none();
    nb::dict result;
    for (const auto& [key, value] : kept_) result[nb::str(key.data(), key.size())] = to_python(value);
    return result;
  }

 private:
  std::map<std::string, Json> kept_;
};

nb::dict infer(NativeSampler& self, const Lent& lent) {
  const SearchSpace space = self.with(lent, [](Sampler& sampler, const StudyView& study, const TrialView& trial) {
    return sampler.infer_relative_search_space(study, trial);
  });
  nb::dict result;
  for (const Parameter& p : space) result[nb::str(p.name.data(), p.name.size())] = to_python(*p.distribution);
  return result;
}

nb::dict sample_relative(NativeSampler& self, const Lent& lent, nb::handle given) {
  nb::dict result;
  const SearchSpace space = space_from(lent.get(), given);
  if (space.empty()) return result;
  const std::vector<double> drawn =
      self.with(lent, [&](Sampler& sampler, const StudyView& study, const TrialView& trial) {
        return sampler.sample_relative(study, trial, space);
      });
  for (std::size_t i = 0; i < std::min(space.size(), drawn.size()); ++i) {
    if (!contains(*space[i].distribution, drawn[i])) continue;
    result[nb::str(space[i].name.data(), space[i].name.size())] =
        to_python(to_external(*space[i].distribution, drawn[i]));
  }
  return result;
}

nb::object sample_independent(NativeSampler& self, const Lent& lent, const std::string& name, nb::handle distribution) {
  const std::optional<Parameter> parameter = find_parameter(lent.get(), name, distribution);
  if (!parameter) {
    throw TrialError(
        "the study has no parameter '" + name + "' with this distribution; draw with the one that is given",
        lent.trial().number(), name);
  }
  const double value = self.with(lent, [&](Sampler& sampler, const StudyView& study, const TrialView& trial) {
    return sampler.sample_independent(study, trial, *parameter);
  });
  if (!contains(*parameter->distribution, value)) {
    throw PluginError("the sampler proposed an impossible value for '" + name + "'", "sampler", {},
                      "sample_independent");
  }
  return to_python(to_external(*parameter->distribution, value));
}

nb::object after_trial(NativeSampler& self, const Lent& lent, int state, const std::vector<double>& values) {
  AttributesInADict attributes;
  self.with(lent, [&](Sampler& sampler, const StudyView& study, const TrialView& trial) {
    sampler.after_trial(study, trial, static_cast<TrialState>(state), values, attributes);
  });
  return attributes.get();
}

}  // namespace

void bind_native_algorithms(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<NativeSampler>(module, "NativeSampler")
      .def(
          "__init__", [](NativeSampler* self, nb::handle spec) { new (self) NativeSampler(plugin_spec_from(spec)); },
          "spec"_a)
      .def(
          "before_trial",
          [](NativeSampler& self, const Lent& lent) {
            self.with(lent, [](Sampler& sampler, const StudyView& study, const TrialView& trial) {
              sampler.before_trial(study, trial);
            });
          },
          "study"_a)
      .def("infer_relative_search_space", &infer, "study"_a)
      .def("sample_relative", &sample_relative, "study"_a, "search_space"_a)
      .def("sample_independent", &sample_independent, "study"_a, "name"_a, "distribution"_a)
      .def("after_trial", &after_trial, "study"_a, "state"_a, "values"_a);
  nb::class_<NativePruner>(module, "NativePruner")
      .def(
          "__init__", [](NativePruner* self, nb::handle spec) { new (self) NativePruner(plugin_spec_from(spec)); },
          "spec"_a)
      .def(
          "should_prune",
          [](NativePruner& self, const Lent& lent) {
            return self.with(lent, [](Pruner& pruner, const StudyView& study, const TrialView& trial) {
              return pruner.should_prune(study, trial);
            });
          },
          "study"_a)
      .def(
          "cohort",
          [](NativePruner& self, const Lent& lent) {
            return self.with(lent, [](Pruner& pruner, const StudyView& study, const TrialView& trial) {
              return pruner.cohort(study, trial);
            });
          },
          "study"_a);
}

}  // namespace hone::python
