// SPDX-License-Identifier: MIT
#include "study_view.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include <nanobind/ndarray.h>

#include <hone/error.hpp>

#include "convert.hpp"

namespace hone::python {
namespace {

// The names of the studies whose samplers and pruners this thread runs. By its address a name stands for the study.
thread_local std::vector<std::string_view> studies_on_loan;

// The history is reached through the loan, so that it ends with it.
struct LentHistory {
  std::shared_ptr<Lent> study;
  HistoryView view() const { return study->history(); }
  const History& columns() const { return study->columns(); }
  TrialNumber known(TrialNumber number) const {
    if (!columns().known(number)) throw nb::index_error(("there is no trial " + std::to_string(number)).c_str());
    return number;
  }
};

template <class T>
using Rows = nb::ndarray<nb::numpy, const T, nb::ndim<1>>;

// The chunks of a column as read-only arrays, without a copy; `pick` of every `width` cells. They keep the history
// alive.
template <class T>
nb::list chunks(const History& history, const Column<T>& column, std::size_t pick = 0) {
  const nb::capsule owner(new std::shared_ptr<const History>(history.weak_from_this().lock()),
                          [](void* kept) noexcept { delete static_cast<std::shared_ptr<const History>*>(kept); });
  nb::list result;
  const auto rows = static_cast<std::size_t>(history.horizon());
  for (std::size_t begin = 0; begin < rows; begin += Column<T>::chunk_rows) {
    const std::size_t count = std::min(rows - begin, Column<T>::chunk_rows);
    const std::span<const T> cells = column.chunk(begin / Column<T>::chunk_rows);
    if (cells.empty()) {
      // Never written to: one fill value stands for all rows, by a stride of zero.
      auto* fill = new T(column[begin]);
      const nb::capsule own(fill, [](void* kept) noexcept { delete static_cast<T*>(kept); });
      result.append(nb::cast(Rows<T>(fill, {count}, own, {0})));
    } else {
      const auto stride = static_cast<std::int64_t>(column.width());
      result.append(nb::cast(Rows<T>(cells.data() + pick, {count}, owner, {stride})));
    }
  }
  return result;
}

nb::list value_chunks(const LentHistory& self, std::size_t objective) {
  const History& history = self.columns();
  if (objective >= history.objectives()) throw nb::index_error("the study has fewer objectives");
  return chunks(history, history.value_columns(), objective);
}

nb::list parameter_chunks(const LentHistory& self, const std::string& name) {
  const History& history = self.columns();
  const std::optional<ParameterId> id = history.find_parameter(name);
  if (!id) throw nb::key_error(name.c_str());
  return chunks(history, history.column(*id));
}

nb::dict params_of(const LentHistory& self, TrialNumber number) {
  const History& history = self.columns();
  nb::dict result;
  for (const ParameterId parameter : history.parameters(self.known(number))) {
    const std::string_view name = history.parameter_name(parameter);
    result[nb::str(name.data(), name.size())] = to_python(to_external(
        history.distribution(history.distribution_id(number, parameter)), history.value(number, parameter)));
  }
  return result;
}

nb::dict param_distributions_of(const LentHistory& self, TrialNumber number) {
  const History& history = self.columns();
  nb::dict result;
  for (const ParameterId parameter : history.parameters(self.known(number))) {
    const std::string_view name = history.parameter_name(parameter);
    result[nb::str(name.data(), name.size())] =
        to_python(history.distribution(history.distribution_id(number, parameter)));
  }
  return result;
}

nb::dict distributions_of(const LentHistory& self) {
  const History& history = self.columns();
  nb::dict result;
  for (ParameterId id = 0; id < history.parameter_count(); ++id) {
    const std::string_view name = history.parameter_name(id);
    if (const auto latest = history.latest_distribution(id)) {
      result[nb::str(name.data(), name.size())] = to_python(history.distribution(*latest));
    }
  }
  return result;
}

nb::dict distributions_in(const History& history, std::span<const History::Cell> cells) {
  nb::dict result;
  for (const History::Cell& cell : cells) {
    const std::string_view name = history.parameter_name(cell.parameter);
    result[nb::str(name.data(), name.size())] = to_python(history.distribution(cell.distribution));
  }
  return result;
}

nb::list reports_of(const LentHistory& self, TrialNumber number, const std::string& metric) {
  const History& history = self.columns();
  nb::list result;
  const std::optional<MetricId> id = history.find_metric(metric);
  if (!id) return result;
  for (const Report& report : history.reports(self.known(number), *id)) {
    result.append(nb::make_tuple(report.step, report.value));
  }
  return result;
}

nb::dict constraints_of(const LentHistory& self, TrialNumber number) {
  const History& history = self.columns();
  nb::dict result;
  for (const History::Constraint& constraint : history.constraints(self.known(number))) {
    const std::string_view name = history.constraint_name(constraint.name);
    result[nb::str(name.data(), name.size())] = constraint.value;
  }
  return result;
}

// A trial as a value, as far as it is visible: of a running one what was drawn for it at its start.
nb::object visible_trial(const History& history, TrialNumber number) {
  FrozenTrial trial = frozen_trial(history, number);
  if (!is_finished(trial.state)) {
    trial.params.clear();
    for (const ParameterId parameter : history.parameters(number)) {
      const Distribution& distribution = history.distribution(history.distribution_id(number, parameter));
      trial.params.push_back({std::string(history.parameter_name(parameter)), distribution,
                              to_external(distribution, history.value(number, parameter))});
    }
  }
  return to_python(trial);
}

nb::list visible_trials(const Lent& self, nb::handle states) {
  std::vector<int> wanted;
  if (!states.is_none()) {
    for (const nb::handle state : states) wanted.push_back(nb::cast<int>(nb::int_(state)));
  }
  nb::list result;
  const HistoryView view = self.history();
  view.for_each([&](TrialNumber number) {
    const int state = static_cast<int>(view->state(number));
    if (states.is_none() || std::ranges::find(wanted, state) != wanted.end()) {
      result.append(visible_trial(view.all(), number));
    }
  });
  return result;
}

nb::list directions(const Lent& self) {
  nb::list result;
  for (const Direction d : self.get().directions()) {
    result.append(attribute("hone.trial", "StudyDirection")(static_cast<int>(d)));
  }
  return result;
}

void bind_history(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<LentHistory>(module, "History", "The trials of a study as columns; row = trial number.")
      .def_prop_ro(
          "revision", [](const LentHistory& self) { return self.view().revision(); }, "Grows with each change.")
      .def(
          "changes_since",
          [](const LentHistory& self, std::size_t revision) {
            const auto changed = self.view().changes_since(revision);
            return std::vector<std::uint32_t>(changed.begin(), changed.end());
          },
          "revision"_a, "The numbers of the trials that changed since, in order of change.")
      .def("__len__", [](const LentHistory& self) { return self.columns().horizon(); })
      .def_prop_ro("distributions", &distributions_of, "All parameters, each with the distribution it had last.")
      .def(
          "param_chunks", &parameter_chunks, "name"_a,
          "A parameter's column in internal representation, NaN where a trial has none: read-only arrays of up to 1024 "
          "rows, without a copy.")
      .def("value_chunks", &value_chunks, "objective"_a = 0, "An objective's column, likewise.")
      .def(
          "state_chunks", [](const LentHistory& self) { return chunks(self.columns(), self.columns().state_column()); },
          "The states' column, likewise: numbers of hone.TrialState, 255 for an unknown trial.")
      .def(
          "contains", [](const LentHistory& self, TrialNumber number) { return self.view().contains(number); },
          "number"_a, "Whether the trial is known, and in the sampler's cohort.")
      .def(
          "state",
          [](const LentHistory& self, TrialNumber number) {
            return attribute("hone.trial", "TrialState")(static_cast<int>(self.columns().state(self.known(number))));
          },
          "number"_a)
      .def(
          "values",
          [](const LentHistory& self, TrialNumber number) {
            const auto values = self.columns().values(self.known(number));
            return std::vector<double>(values.begin(), values.end());
          },
          "number"_a)
      .def("param_distributions", &param_distributions_of, "number"_a, "The distributions of these.")
      .def("params", &params_of, "number"_a, "What is visible of a trial's parameters, as users see them.")
      .def("reports", &reports_of, "number"_a, "metric"_a = "", "Pairs of step and value, ascending in step.")
      .def("constraints", &constraints_of, "number"_a);
}

void bind_random_stream(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<RandomStream>(module, "RandomStream",
                           "Random numbers that depend on their key alone: the study's seed, the trial's number, a "
                           "purpose and a parameter.")
      .def("uniform", &RandomStream::uniform, "Uniform in [0, 1).")
      .def(
          "below",
          [](RandomStream& self, std::uint64_t n) {
            if (n == 0) throw nb::value_error("below(0): there is no number below 0");
            return self.below(n);
          },
          "n"_a, "Uniform in 0 ... n - 1.")
      .def(
          "bits", [](RandomStream& self) { return self(); }, "64 random bits, for instance as a seed.");
}

}  // namespace

LentStudy::LentStudy(const StudyView& study, const TrialView& trial) {
  study_ = nb::cast(std::make_shared<Lent>(study, trial));
  nb::dict params;
  const History& history = study.history().all();
  for (const History::Cell& cell : trial.suggested()) {
    const std::string_view name = history.parameter_name(cell.parameter);
    params[nb::str(name.data(), name.size())] =
        to_python(to_external(history.distribution(cell.distribution), cell.value));
  }
  trial_ = attribute("hone._sampler", "TrialView")(trial.number(), params, study_);
  studies_on_loan.push_back(study.name());
}

LentStudy::~LentStudy() {
  studies_on_loan.pop_back();
  nb::cast<Lent&>(study_).take_back();
}

void refuse_inside_plugin(const Study& study) {
  for (const std::string_view lent : studies_on_loan) {
    const bool same = lent.data() == study.name().data();
    // In memory a study that was loaded once more is the same one.
    if (!same && (lent != study.name() || study.storage().shared())) continue;
    throw Error("the study '" + study.name() +
                "' was called from inside its own sampler or pruner, where it would wait for itself; use the `study` "
                "and the `trial` that the call was given");
  }
}

std::optional<Parameter> find_parameter(const StudyView& study, const std::string& name, nb::handle distribution) {
  const History& history = study.history().all();
  const std::optional<ParameterId> id = history.find_parameter(name);
  if (!id) return std::nullopt;
  const Distribution wanted = distribution_from(distribution);
  for (DistributionId d = 0; d < history.distribution_count(); ++d) {
    if (history.distribution(d) == wanted)
      return Parameter{history.parameter_name(*id), &history.distribution(d), *id, d};
  }
  return std::nullopt;
}

SearchSpace space_from(const StudyView& study, nb::handle space) {
  SearchSpace result;
  for (const auto& [name, distribution] : dict_from(space, "what infer_relative_search_space returns")) {
    if (const auto parameter = find_parameter(study, text_from(name, "a parameter's name"), distribution)) {
      result.push_back(*parameter);
    }
  }
  std::ranges::sort(result, {}, &Parameter::name);
  return result;
}

void bind_study_view(nb::module_& module) {
  using namespace nb::literals;
  module.def("refuse_inside_plugin", &refuse_inside_plugin, "study"_a);
  bind_random_stream(module);
  bind_history(module);
  nb::class_<Lent>(module, "StudyView", "A study as samplers and pruners see it, during one call.")
      .def_prop_ro("study_name", [](const Lent& self) { return std::string(self.get().name()); })
      .def_prop_ro("directions", &directions)
      .def_prop_ro("direction", [](const Lent& self) { return nb::object(directions(self)[0]); })
      .def_prop_ro(
          "trials", [](const Lent& self) { return visible_trials(self, nb::none()); },
          "All trials that are visible, without their attributes, as hone.FrozenTrial; `history` is faster.")
      .def(
          "get_trials", [](const Lent& self, bool, nb::handle states) { return visible_trials(self, states); },
          "deepcopy"_a = true, "states"_a = nb::none(), "The visible trials of some states.")
      .def_prop_ro("seed", [](const Lent& self) { return self.get().seed(); })
      .def_prop_ro("budget", [](const Lent& self) { return self.get().budget(); })
      .def_prop_ro("workers", [](const Lent& self) { return self.get().workers(); })
      .def_prop_ro(
          "_suggested", [](const Lent& self) { return distributions_in(self.columns(), self.trial().suggested()); },
          "The distributions of what the trial at hand has suggested.")
      .def_prop_ro("history", [](std::shared_ptr<Lent> self) { return LentHistory{std::move(self)}; })
      .def(
          "random",
          [](const Lent& self, nb::handle trial, std::string_view purpose, std::string_view parameter) {
            return self.get().random(TrialView(nb::cast<TrialNumber>(trial.attr("number"))), purpose, parameter);
          },
          "trial"_a, "purpose"_a, "parameter"_a = "", "The random stream of a trial for a purpose.")
      .def(
          "published",
          [](const Lent& self, std::string_view key) -> nb::object {
            const std::optional<std::string> json = self.get().published(key);
            return json ? attribute("json", "loads")(*json) : nb::none();
          },
          "key"_a, "A fact published for the study, or None.")
      .def(
          "publish_once",
          [](const Lent& self, std::string_view key, nb::handle value, const std::vector<TrialNumber>& rests_on) {
            const std::string json = nb::cast<std::string>(attribute("json", "dumps")(value));
            return attribute("json", "loads")(self.get().publish_once(key, json, rests_on));
          },
          "key"_a, "value"_a, "rests_on"_a = std::vector<TrialNumber>{},
          "Publishes a fact that all workers must agree on, and returns the one that won. The first call for a fact "
          "ends "
          "the sampler's function by an exception that must be let through; the function is then called again.");
}

}  // namespace hone::python
