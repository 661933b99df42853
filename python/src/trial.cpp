// SPDX-License-Identifier: MIT
#include "running_trial.hpp"

#include "convert.hpp"

namespace hone::python {
namespace {

double suggest_float(RunningTrial& self, std::string_view name, double low, double high, std::optional<double> step,
                     bool log) {
  return self.with([&](Trial& trial) { return trial.suggest_float(name, low, high, {.step = step, .log = log}); });
}

std::int64_t suggest_int(RunningTrial& self, std::string_view name, std::int64_t low, std::int64_t high,
                         std::int64_t step, bool log) {
  return self.with([&](Trial& trial) { return trial.suggest_int(name, low, high, {.step = step, .log = log}); });
}

nb::object suggest_categorical(RunningTrial& self, std::string_view name, nb::handle choices) {
  std::vector<Choice> list;
  for (const nb::handle choice : choices) list.push_back(choice_from(choice));
  const Choice* chosen = self.with([&](Trial& trial) { return &trial.suggest_categorical(name, list); });
  return to_python(*chosen);
}

nb::object suggest(RunningTrial& self, std::string_view name, nb::handle distribution) {
  const Distribution wanted = distribution_from(distribution);
  return to_python(self.with([&](Trial& trial) { return trial.suggest(name, wanted); }));
}

void report(RunningTrial& self, double value, std::int64_t step, std::string_view metric) {
  self.with([&](Trial& trial) { trial.report(metric, value, step); });
}

bool should_prune(RunningTrial& self) {
  return self.with([](Trial& trial) { return trial.should_prune(); });
}

nb::dict params(const RunningTrial& self) {
  nb::dict result;
  for (const FrozenTrial::Param& p : self.params()) result[nb::str(p.name.data(), p.name.size())] = to_python(p.value);
  return result;
}

nb::dict distributions(const RunningTrial& self) {
  nb::dict result;
  for (const FrozenTrial::Param& p : self.params()) {
    result[nb::str(p.name.data(), p.name.size())] = to_python(p.distribution);
  }
  return result;
}

}  // namespace

void bind_trial(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<RunningTrial>(module, "Trial", nb::dynamic_attr(), nb::is_weak_referenceable(),
                           "A running trial: what an objective asks for its parameters and tells its progress.")
      .def("suggest_float", &suggest_float, "name"_a, "low"_a, "high"_a, nb::kw_only(), "step"_a = nb::none(),
           "log"_a = false,
           "A real number in [low, high]; on the grid low, low + step, ... with `step`; uniform in the logarithm with "
           "`log`.")
      .def("suggest_int", &suggest_int, "name"_a, "low"_a, "high"_a, nb::kw_only(), "step"_a = 1, "log"_a = false,
           "A whole number in [low, high] on the grid low, low + step, ...")
      .def("suggest_categorical", &suggest_categorical, "name"_a, "choices"_a,
           nb::sig("def suggest_categorical(self, name: str, choices: collections.abc.Sequence) -> typing.Any"),
           "One of the choices, each None, a bool, an int, a float or a str.")
      .def("suggest", &suggest, "name"_a, "distribution"_a, "A value of a distribution.")
      .def("report", &report, "value"_a, "step"_a, nb::kw_only(), "metric"_a = "",
           "Reports an intermediate value; with `metric`, of a series of that name. The first report of a step counts.")
      .def("should_prune", &should_prune, "Whether the pruner wants the trial to stop; then raise hone.TrialPruned.")
      .def(
          "set_user_attr",
          [](RunningTrial& self, std::string_view key, nb::handle value) {
            const Json json = json_from(value);
            self.with([&](Trial& trial) { trial.set_user_attr(key, json); });
          },
          "key"_a, "value"_a.none(), "Keeps a value (anything JSON has) with the trial.")
      .def(
          "set_system_attr",
          [](RunningTrial& self, std::string_view key, nb::handle value) {
            const Json json = json_from(value);
            self.with([&](Trial& trial) { trial.set_system_attr(key, json); });
          },
          "key"_a, "value"_a.none(), "For libraries on top of hone.")
      .def(
          "set_constraint",
          [](RunningTrial& self, std::string_view name, double value) {
            self.with([&](Trial& trial) { trial.set_constraint(name, value); });
          },
          "key"_a, "value"_a, "A constraint by name; the trial is feasible when all are <= 0. Each is set once.")
      .def(
          "flush", [](RunningTrial& self) { self.with([](Trial& trial) { trial.flush(); }); },
          "Writes what is buffered to the storage.")
      .def_prop_ro("number", &RunningTrial::number, "0, 1, 2, ... in order of creation.")
      .def_prop_ro("params", &params, "The values suggested so far, by name.")
      .def_prop_ro("distributions", &distributions, "The distributions suggested so far, by name.")
      .def_prop_ro("_frozen", [](const RunningTrial& self) { return to_python(self.frozen()); })
      .def_prop_ro(
          "user_attrs", [](nb::handle self) { return nb::object(nb::object(self.attr("_frozen")).attr("user_attrs")); },
          "The user's attributes of the trial.")
      .def_prop_ro(
          "system_attrs",
          [](nb::handle self) { return nb::object(nb::object(self.attr("_frozen")).attr("system_attrs")); },
          "The attributes that libraries keep with the trial.")
      .def_prop_ro(
          "constraints",
          [](nb::handle self) { return nb::object(nb::object(self.attr("_frozen")).attr("constraints")); },
          "The constraints set so far, by name.")
      .def_prop_ro(
          "datetime_start",
          [](nb::handle self) { return nb::object(nb::object(self.attr("_frozen")).attr("datetime_start")); },
          "When the trial began, in local time.")
      .def_prop_ro(
          "attempt", [](const RunningTrial& self) { return self.with([](Trial& trial) { return trial.attempt(); }); },
          "0 for the first worker on this trial, more after a takeover or a pause.")
      .def_prop_ro(
          "resume_step",
          [](const RunningTrial& self) { return self.with([](Trial& trial) { return trial.resume_step(); }); },
          "The last step before a pause by the pruner, where the checkpoint is to be taken up; None for a trial that "
          "begins.")
      .def("__repr__",
           [](const RunningTrial& self) { return "<hone.Trial number=" + std::to_string(self.number()) + ">"; });
}

}  // namespace hone::python
