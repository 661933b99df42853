// SPDX-License-Identifier: MIT
#include "study.hpp"

#include <hone/error.hpp>

#include "convert.hpp"
#include "python_plugin.hpp"
#include "running_trial.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

std::vector<Direction> directions_from(const std::vector<int>& numbers) {
  std::vector<Direction> result;
  for (const int number : numbers) result.push_back(static_cast<Direction>(number));
  return result;
}

std::vector<int> directions_of(const Study& study) {
  std::vector<int> result;
  for (const Direction direction : study.directions()) result.push_back(static_cast<int>(direction));
  return result;
}

std::vector<TrialState> states_from(const std::vector<int>& numbers) {
  std::vector<TrialState> result;
  for (const int number : numbers) result.push_back(static_cast<TrialState>(number));
  return result;
}

// The options of a study from keywords; what is absent stays as StudyOptions has it.
StudyOptions options_from(nb::handle keywords, std::shared_ptr<PluginRegistry>& registry) {
  StudyOptions options;
  const nb::dict given = nb::cast<nb::dict>(keywords);
  const auto with = [&given](const char* key, const auto& use) {
    if (given.contains(key) && !given[key].is_none()) use(nb::object(given[key]));
  };
  with("name", [&](nb::handle v) { options.name = nb::cast<std::string>(v); });
  with("directions", [&](nb::handle v) { options.directions = directions_from(nb::cast<std::vector<int>>(v)); });
  with("storage", [&](nb::handle v) { options.opened_storage = nb::cast<OpenedStorage&>(v).storage; });
  with("seed", [&](nb::handle v) { options.seed = nb::cast<std::uint64_t>(v); });
  with("load_if_exists", [&](nb::handle v) { options.load_if_exists = nb::cast<bool>(v); });
  with("workers", [&](nb::handle v) { options.workers = nb::cast<std::int64_t>(v); });
  with("budget", [&](nb::handle v) { options.budget = nb::cast<std::int64_t>(v); });
  with("metric_names", [&](nb::handle v) { options.metric_names = nb::cast<std::vector<std::string>>(v); });
  with("heartbeat_interval",
       [&](nb::handle v) { options.heartbeat_interval = milliseconds_from(nb::cast<double>(v)); });
  with("heartbeat_grace", [&](nb::handle v) { options.heartbeat_grace = milliseconds_from(nb::cast<double>(v)); });
  with("lease", [&](nb::handle v) { options.lease = milliseconds_from(nb::cast<double>(v)); });
  with("space", [&](nb::handle v) {
    for (const auto& [name, distribution] : nb::cast<nb::dict>(v)) {
      options.space.push_back({nb::cast<std::string>(name), normalized(distribution_from(distribution)), {}});
    }
  });
  registry = shared_registry();
  with("sampler", [&](nb::handle v) { options.sampler = sampler_spec(v, registry); });
  with("pruner", [&](nb::handle v) { options.pruner = pruner_spec(v, registry); });
  return options;
}

Study create(nb::kwargs keywords) {
  std::shared_ptr<PluginRegistry> registry;
  const StudyOptions options = options_from(keywords, registry);
  return unlocked([&] { return Study::create(options, registry); });
}

Study load(nb::kwargs keywords) {
  std::shared_ptr<PluginRegistry> registry;
  const StudyOptions options = options_from(keywords, registry);
  return unlocked([&] { return Study::load(options, registry); });
}

nb::object ask(Study& self, nb::handle fixed, nb::handle distributions, std::optional<double> lease) {
  AskOptions options;
  if (!fixed.is_none()) options.fixed = choices_from(fixed);
  if (!distributions.is_none()) {
    for (const auto& [name, distribution] : nb::cast<nb::dict>(distributions)) {
      options.distributions.emplace_back(nb::cast<std::string>(name), distribution_from(distribution));
    }
  }
  if (lease) options.lease = milliseconds_from(*lease);
  std::unique_ptr<RunningTrial> trial =
      unlocked([&] { return std::make_unique<RunningTrial>(self, self.ask(options)); });
  return nb::cast(trial.release(), nb::rv_policy::take_ownership);
}

// Ends a trial that this process runs, with what it has buffered.
FrozenTrial tell_running(Study& self, const RunningTrial& running, const std::optional<Values>& values,
                         TellOptions options) {
  try {
    // By its object, because a pruner that has told it to stop may have meant a pause.
    if (options.state == TrialState::pruned && !values && options.fail_reason.empty()) {
      return running.with([&](Trial& trial) { return self.tell(trial, TrialState::pruned); });
    }
    options.owner_token = running.with([](Trial& trial) {
      trial.flush();
      return trial.owner_token();
    });
    return unlocked([&] { return self.tell(running.number(), values, options); });
  } catch (const TrialError&) {
    // Finished meanwhile, or before, is the one error that may be skipped.
    if (!options.skip_if_finished) throw;
    FrozenTrial told = unlocked([&] { return self.trial(running.number()); });
    if (!is_finished(told.state)) throw;
    return told;
  }
}

nb::object tell(Study& self, nb::handle trial, const std::optional<std::vector<double>>& given,
                std::optional<int> state, bool skip_if_finished, const std::string& fail_reason) {
  TellOptions options;
  options.skip_if_finished = skip_if_finished;
  options.fail_reason = fail_reason;
  if (state) options.state = static_cast<TrialState>(*state);
  const std::optional<Values> values = given ? std::optional<Values>(*given) : std::nullopt;
  if (nb::isinstance<RunningTrial>(trial)) {
    auto& running = nb::cast<RunningTrial&>(trial);
    const FrozenTrial told = tell_running(self, running, values, options);
    running.end(true);
    return to_python(told);
  }
  const auto number = nb::cast<TrialNumber>(trial);
  return to_python(unlocked([&] { return self.tell(number, values, options); }));
}

nb::list to_list(const std::vector<FrozenTrial>& trials) {
  nb::list result;
  for (const FrozenTrial& trial : trials) result.append(to_python(trial));
  return result;
}

nb::dict attributes(const std::map<std::string, Json>& values) {
  nb::dict result;
  for (const auto& [key, value] : values) result[nb::str(key.data(), key.size())] = to_python(value);
  return result;
}

void bind_reading(nb::class_<Study>& study) {
  using namespace nb::literals;
  study.def_prop_ro("name", &Study::name)
      .def_prop_ro("directions", &directions_of)
      .def_prop_ro("seed", [](const Study& self) { return unlocked([&] { return self.seed(); }); })
      .def("best_trial",
           [](const Study& self) -> nb::object {
             const std::optional<FrozenTrial> best = unlocked([&] { return self.best_trial(); });
             return best ? to_python(*best) : nb::none();
           })
      .def("best_trials", [](const Study& self) { return to_list(unlocked([&] { return self.best_trials(); })); })
      .def(
          "trials",
          [](const Study& self, const std::vector<int>& states) {
            const std::vector<TrialState> wanted = states_from(states);
            return to_list(unlocked([&] { return self.trials(wanted); }));
          },
          "states"_a)
      .def(
          "trial",
          [](const Study& self, TrialNumber number) { return to_python(unlocked([&] { return self.trial(number); })); },
          "number"_a)
      .def(
          "count",
          [](const Study& self, int state) {
            return unlocked([&] {
              self.refresh();
              return self.count(static_cast<TrialState>(state));
            });
          },
          "state"_a)
      .def("user_attrs", [](const Study& self) { return attributes(unlocked([&] { return self.user_attrs(); })); })
      .def("system_attrs", [](const Study& self) { return attributes(unlocked([&] { return self.system_attrs(); })); })
      .def("metric_names", [](const Study& self) { return unlocked([&] { return self.metric_names(); }); });
}

}  // namespace

void bind_study(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<OpenedStorage>(module, "Storage", "An opened storage, which several studies may share.")
      .def_static(
          "open",
          [](nb::handle spec) {
            const PluginSpec plugin = nb::isinstance<nb::str>(spec) ? storage_spec_from_url(nb::cast<std::string>(spec))
                                                                    : plugin_spec_from(spec);
            return unlocked([&] { return OpenedStorage{shared_registry()->make_storage(plugin, {})}; });
          },
          "url_or_plugin"_a)
      .def_prop_ro("location", [](const OpenedStorage& self) { return self.storage->location(); })
      .def_prop_ro("shared", [](const OpenedStorage& self) { return self.storage->shared(); })
      .def("studies",
           [](const OpenedStorage& self) {
             const std::vector<StudyRecord> records = unlocked([&] { return self.storage->studies(); });
             nb::list result;
             for (const StudyRecord& record : records) {
               std::vector<int> directions;
               for (const Direction d : record.directions) directions.push_back(static_cast<int>(d));
               result.append(nb::make_tuple(record.id, record.name, directions, record.trials));
             }
             return result;
           })
      .def(
          "create_study",
          [](OpenedStorage& self, const std::string& name, const std::vector<int>& directions) {
            const std::vector<Direction> wanted = directions_from(directions);
            return unlocked([&] { return self.storage->create_study(name, wanted); });
          },
          "name"_a, "directions"_a)
      .def(
          "delete_study",
          [](OpenedStorage& self, const std::string& name) {
            unlocked([&] { hone::delete_study(*self.storage, name); });
          },
          "name"_a)
      .def(
          "copy_study",
          [](OpenedStorage& self, const std::string& name, OpenedStorage& to, const std::string& new_name) {
            unlocked([&] { hone::copy_study(*self.storage, name, *to.storage, new_name); });
          },
          "name"_a, "to"_a, "new_name"_a);

  nb::class_<Study> study(module, "Study");
  study.def_static("create", &create)
      .def_static("load", &load)
      .def("ask", &ask, "fixed"_a = nb::none(), "distributions"_a = nb::none(), "lease"_a = nb::none())
      .def("tell", &tell, "trial"_a, "values"_a.none(), "state"_a.none(), "skip_if_finished"_a, "fail_reason"_a)
      .def("stop", &Study::stop)
      .def(
          "enqueue_trial",
          [](Study& self, nb::dict params, nb::handle user_attrs, bool skip_if_exists) {
            const auto values = choices_from(params);
            const auto attrs = json_map_from(user_attrs);
            return unlocked([&] { return self.enqueue_trial(values, attrs, skip_if_exists); });
          },
          "params"_a, "user_attrs"_a.none(), "skip_if_exists"_a)
      .def(
          "add_trial",
          [](Study& self, nb::handle trial) {
            const FrozenTrial frozen = frozen_trial_from(trial);
            return unlocked([&] { return self.add_trial(frozen); });
          },
          "trial"_a)
      .def(
          "set_user_attr",
          [](Study& self, const std::string& key, nb::handle value) {
            const Json json = json_from(value);
            unlocked([&] { self.set_user_attr(key, json); });
          },
          "key"_a, "value"_a.none())
      .def(
          "set_system_attr",
          [](Study& self, const std::string& key, nb::handle value) {
            const Json json = json_from(value);
            unlocked([&] { self.set_system_attr(key, json); });
          },
          "key"_a, "value"_a.none())
      .def(
          "set_metric_names",
          [](Study& self, const std::vector<std::string>& names) { unlocked([&] { self.set_metric_names(names); }); },
          "names"_a);
  bind_optimize(study);
  bind_reading(study);
}

}  // namespace hone::python
