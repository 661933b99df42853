// SPDX-License-Identifier: MIT
#include "python_plugin.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include <hone/sdk/plugin.hpp>

#include "convert.hpp"
#include "errors.hpp"
#include "interpreter_lock.hpp"
#include "study.hpp"
#include "study_view.hpp"

namespace hone::python {
namespace {

// A Python object that may be let go of without the interpreter's lock, and after the interpreter's end.
class HeldObject {
 public:
  explicit HeldObject(nb::object object) : object_(std::move(object)) {}
  HeldObject(const HeldObject&) = delete;
  HeldObject& operator=(const HeldObject&) = delete;
  ~HeldObject() {
    if (!Py_IsInitialized()) {
      object_.release();
      return;
    }
    with_python([this] { object_.reset(); });
  }
  const nb::object& get() const { return object_; }

 private:
  nb::object object_;
};

// Calls into Python with the interpreter's lock; what is raised there becomes an error of the core.
template <class Call>
auto in_python(const char* plugin, const char* function, const Call& call) {
  return with_python([&] {
    try {
      return call();
    } catch (nb::python_error& error) {
      if (error.matches(attribute("hone._sampler", "FactPending"))) throw FactPending{};
      if (!error.matches(PyExc_Exception) && InterpreterUnlock::in_this_thread()) {
        interrupt_optimize(error);
        throw PythonInterruption(PythonFailure(std::move(error)));
      }
      throw PythonPluginError(PythonFailure(std::move(error)), plugin, function);
    } catch (const nb::cast_error&) {
      throw PluginError(std::string(plugin) + " failed in " + function + ": it returned a value of a wrong type",
                        plugin, {}, function);
    }
  });
}

nb::dict dict_of(const SearchSpace& space) {
  nb::dict result;
  for (const Parameter& p : space) result[nb::str(p.name.data(), p.name.size())] = to_python(*p.distribution);
  return result;
}

double internal_value(const Parameter& parameter, nb::handle value) {
  const std::optional<double> internal = to_internal(*parameter.distribution, choice_from(value));
  if (!internal) {
    throw TrialError("the sampler returned " + readable(nb::repr(value)) + " for '" + std::string(parameter.name) +
                         "', which cannot be a value of its distribution",
                     -1, std::string(parameter.name));
  }
  return *internal;
}

class PythonSampler final : public Sampler {
 public:
  explicit PythonSampler(nb::object object) : object_(std::move(object)) {}

  void before_trial(const StudyView& study, const TrialView& trial) override {
    in_python(name, "before_trial", [&] {
      const LentStudy lent(study, trial);
      method("before_trial")(lent.study(), lent.trial());
    });
  }
  SearchSpace infer_relative_search_space(const StudyView& study, const TrialView& trial) override {
    return in_python(name, "infer_relative_search_space", [&] {
      const LentStudy lent(study, trial);
      return space_from(study, method("infer_relative_search_space")(lent.study(), lent.trial()));
    });
  }
  std::vector<double> sample_relative(const StudyView& study, const TrialView& trial,
                                      const SearchSpace& space) override {
    return in_python(name, "sample_relative", [&] {
      const LentStudy lent(study, trial);
      const nb::dict drawn = dict_from(method("sample_relative")(lent.study(), lent.trial(), dict_of(space)),
                                       "what sample_relative returns");
      std::vector<double> values(space.size(), std::numeric_limits<double>::quiet_NaN());
      for (std::size_t i = 0; i < space.size(); ++i) {
        const nb::str key(space[i].name.data(), space[i].name.size());
        if (drawn.contains(key)) values[i] = internal_value(space[i], drawn[key]);
      }
      return values;
    });
  }
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    return in_python(name, "sample_independent", [&] {
      const LentStudy lent(study, trial);
      const nb::str key(parameter.name.data(), parameter.name.size());
      return internal_value(
          parameter, method("sample_independent")(lent.study(), lent.trial(), key, to_python(*parameter.distribution)));
    });
  }
  void after_trial(const StudyView& study, const TrialView& trial, TrialState state, std::span<const double> values,
                   AttributeSink& attributes) override {
    in_python(name, "after_trial", [&] {
      const LentStudy lent(study, trial);
      nb::list list;
      for (const double value : values) list.append(value);
      const nb::object more = method("after_trial")(
          lent.study(), lent.trial(), attribute("hone.trial", "TrialState")(static_cast<int>(state)), list);
      if (more.is_none()) return;
      for (const auto& [key, value] : dict_from(more, "what after_trial returns")) {
        attributes.set_system_attr(text_from(key, "an attribute's key"), json_from(value));
      }
    });
  }

 private:
  static constexpr const char* name = "sampler/python";
  nb::object method(const char* function) const { return object_.get().attr(function); }
  HeldObject object_;
};

class PythonPruner final : public Pruner {
 public:
  explicit PythonPruner(nb::object object) : object_(std::move(object)) {}

  bool should_prune(const StudyView& study, const TrialView& trial) override {
    return in_python(name, "should_prune", [&] {
      const LentStudy lent(study, trial);
      return nb::cast<bool>(nb::bool_(object_.get().attr("should_prune")(lent.study(), lent.trial())));
    });
  }
  std::optional<std::string> cohort(const StudyView& study, const TrialView& trial) override {
    return in_python(name, "cohort", [&]() -> std::optional<std::string> {
      const LentStudy lent(study, trial);
      const nb::object cohort = object_.get().attr("cohort")(lent.study(), lent.trial());
      if (cohort.is_none()) return std::nullopt;
      return text_from(cohort, "what cohort returns");
    });
  }

 private:
  static constexpr const char* name = "pruner/python";
  HeldObject object_;
};

// ---- which object a target stands for

/// The objects that registries were made for, by registry and target.
class LiveObjects {
 public:
  static LiveObjects& instance() {
    // Never destroyed: studies may end after the interpreter has.
    static LiveObjects* const objects = new LiveObjects;
    return *objects;
  }
  void put(const Host* host, const std::string& target, nb::object object) {
    const std::lock_guard lock(mutex_);
    objects_[{host, target}] = std::make_shared<HeldObject>(std::move(object));
  }
  std::shared_ptr<HeldObject> find(const Host* host, const std::string& target) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find({host, target});
    return found == objects_.end() ? nullptr : found->second;
  }
  void drop(const Host* host) {
    std::vector<std::shared_ptr<HeldObject>> dropped;  // let go of without the mutex
    const std::lock_guard lock(mutex_);
    for (auto at = objects_.begin(); at != objects_.end();) {
      if (at->first.first == host) {
        dropped.push_back(std::move(at->second));
        at = objects_.erase(at);
      } else {
        ++at;
      }
    }
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<const Host*, std::string>, std::shared_ptr<HeldObject>> objects_;
};

// What `module:Class` names, made with the keywords; or the object that the registry was made for.
nb::object object_for(const FactoryContext& context, const Options& options) {
  const std::string target = options.get<std::string>("target");
  if (const auto live = LiveObjects::instance().find(context.host, target)) return live->get();
  return attribute("hone._sampler", "make")(target, to_python(options.json("options")));
}

template <class Interface, class Wrapper>
void* create(const FactoryContext* context, const Options* options) {
  constexpr const char* plugin = std::is_same_v<Interface, Sampler> ? "sampler/python" : "pruner/python";
  return in_python(plugin, "factory", [&]() -> void* {
    std::unique_ptr<Interface> object = std::make_unique<Wrapper>(object_for(*context, *options));
    return object.release();
  });
}

constexpr hone_option python_options[] = {
    sdk::string_option("target", nullptr, "the class, as module:Class"),
    sdk::option("options", OptionType::map, "{}", "the keywords that the class is made with"),
};
constexpr std::uint64_t models_all =
    Capability::multi_objective | Capability::constraints | Capability::conditional | Capability::categorical;

// `pure` is the promise of an object's class; a class that is named in a config is not asked before it is loaded.
constexpr hone_plugin sampler_plugin(bool pure) {
  return sdk::detail::define(PluginKind::sampler,
                             {.name = "python",
                              .version = "1.0",
                              .description = "a sampler written in Python, module:Class",
                              .capabilities = pure ? models_all : models_all | Capability::not_pure,
                              .options = python_options},
                             &create<Sampler, PythonSampler>);
}
constexpr hone_plugin pruner_plugin = sdk::detail::define(
    PluginKind::pruner,
    {.name = "python",
     .version = "1.0",
     .description = "a pruner written in Python, module:Class",
     .capabilities = Capability::multi_objective | Capability::needs_reports | Capability::assigns_cohorts,
     .options = python_options},
    &create<Pruner, PythonPruner>);

constexpr hone_plugin impure_plugins[] = {sampler_plugin(false), pruner_plugin};
constexpr hone_plugin pure_plugins[] = {sampler_plugin(true), pruner_plugin};
constexpr hone_plugin_table_v1 impure_table = sdk::table(impure_plugins);
constexpr hone_plugin_table_v1 pure_table = sdk::table(pure_plugins);

// A registry of the study's own, in which names of classes stand for objects.
std::shared_ptr<PluginRegistry> own_registry(bool pure) {
  const auto drop = [](PluginRegistry* own) {
    LiveObjects::instance().drop(&own->host());
    std::default_delete<PluginRegistry>()(own);
  };
  std::shared_ptr<PluginRegistry> registry(new PluginRegistry({}, shared_registry()->logger()), drop);
  registry->add(pure ? pure_table : impure_table);
  return registry;
}

bool is_pure(nb::handle object) { return nb::cast<bool>(nb::bool_(nb::getattr(object, "pure", nb::bool_(false)))); }

// The name of its class, which stands for this very object.
std::string register_object(nb::handle object, const PluginRegistry& registry) {
  std::string target = nb::cast<std::string>(attribute("hone._sampler", "target_of")(object));
  const auto known = LiveObjects::instance().find(&registry.host(), target);
  if (known && !known->get().is(object)) {
    throw ConfigError("the study has two objects of the class '" + target +
                      "', which could not be told apart; derive a class for one of them");
  }
  LiveObjects::instance().put(&registry.host(), target, nb::borrow(object));
  return target;
}

PluginSpec spec_of(nb::handle given, std::shared_ptr<PluginRegistry>& registry) {
  if (PyTuple_Check(given.ptr())) {
    // A plugin; the third of three are the objects that its options name by their classes.
    if (nb::len(given) > 2) {
      const nb::list objects = nb::cast<nb::list>(given[2]);
      bool pure = true;
      for (const nb::handle object : objects) pure = pure && is_pure(object);
      if (registry == shared_registry()) registry = own_registry(pure);
      for (const nb::handle object : objects) register_object(object, *registry);
    }
    return plugin_spec_from(given);
  }
  if (registry == shared_registry()) registry = own_registry(is_pure(given));
  return {"python:" + register_object(given, *registry)};
}

}  // namespace

const hone_plugin_table_v1& python_plugin_table() { return impure_table; }

PluginSpec sampler_spec(nb::handle given, std::shared_ptr<PluginRegistry>& registry) {
  return spec_of(given, registry);
}

PluginSpec pruner_spec(nb::handle given, std::shared_ptr<PluginRegistry>& registry) { return spec_of(given, registry); }

}  // namespace hone::python
