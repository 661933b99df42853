// SPDX-License-Identifier: MIT
#include "convert.hpp"

#include <algorithm>
#include <cmath>

namespace hone::python {
namespace {

// Storages read back what nests up to 512 levels.
constexpr int deepest_value = 500;

std::string class_of(nb::handle value) { return readable(nb::object(value.type().attr("__name__"))); }

[[noreturn]] void refuse(nb::handle value, const char* wanted) {
  throw nb::type_error((class_of(value) + " is no " + wanted).c_str());
}

std::int64_t int64_from(nb::handle value) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow != 0) throw nb::value_error("an int beyond 64 bits cannot be stored; store it as a str");
  if (number == -1 && PyErr_Occurred()) throw nb::python_error();
  return number;
}

// A number of NumPy, which is none of Python's own, as one of those.
nb::object plain(nb::handle value) {
  if (nb::hasattr(value, "item") && nb::hasattr(value, "dtype") && nb::len(nb::object(value.attr("shape"))) == 0) {
    return value.attr("item")();
  }
  return nb::borrow(value);
}

std::optional<Choice> scalar_from(nb::handle value) {
  if (value.is_none()) return Choice();
  if (PyBool_Check(value.ptr())) return Choice(value.ptr() == Py_True);
  if (PyLong_Check(value.ptr())) return Choice(int64_from(value));
  if (PyFloat_Check(value.ptr())) return Choice(PyFloat_AS_DOUBLE(value.ptr()));
  if (PyUnicode_Check(value.ptr())) return Choice(text_from(value, "a text"));
  return std::nullopt;
}

Json json_from(nb::handle given, int depth) {
  if (depth > deepest_value) {
    throw nb::value_error(
        ("a value nests deeper than " + std::to_string(deepest_value) + " levels, or holds itself").c_str());
  }
  const nb::object value = plain(given);
  if (const std::optional<Choice> scalar = scalar_from(value)) {
    return std::visit(
        [](const auto& content) -> Json {
          if constexpr (std::is_same_v<std::decay_t<decltype(content)>, std::monostate>)
            return Json();
          else
            return Json(content);
        },
        *scalar);
  }
  if (PyDict_Check(value.ptr())) {
    Json object{Json::Object{}};
    for (const auto& [key, member] : nb::borrow<nb::dict>(value)) {
      object.set(text_from(nb::str(key), "a key"), json_from(member, depth + 1));
    }
    return object;
  }
  if (PyList_Check(value.ptr()) || PyTuple_Check(value.ptr())) {
    Json::Array array;
    for (const nb::handle item : value) array.push_back(json_from(item, depth + 1));
    return array;
  }
  refuse(value, "value that JSON has (None, bool, int, float, str, list, dict)");
}

nb::object datetime_from(const std::optional<Timestamp>& time) {
  if (!time) return nb::none();
  return attribute("hone.trial", "local_time")(time->time_since_epoch().count());
}

std::optional<Timestamp> timestamp_from(nb::handle datetime) {
  if (datetime.is_none()) return std::nullopt;
  const nb::object count = attribute("hone.trial", "microseconds")(datetime);
  return Timestamp(std::chrono::microseconds(int64_from(count)));
}

nb::dict dict_of(const std::map<std::string, Json>& values) {
  nb::dict result;
  for (const auto& [key, value] : values) result[nb::str(key.data(), key.size())] = to_python(value);
  return result;
}

template <class Key>
nb::dict dict_of(const std::map<Key, double>& values) {
  nb::dict result;
  for (const auto& [key, value] : values) result[nb::cast(key)] = value;
  return result;
}

std::map<std::int64_t, double> reports_from(nb::handle series) {
  std::map<std::int64_t, double> result;
  for (const auto& [step, value] : nb::cast<nb::dict>(series)) result[int64_from(step)] = nb::cast<double>(value);
  return result;
}

// By name. A trial of Optuna 4 has no such attribute and keeps them as a list, of which the names are the places.
std::map<std::string, double> constraints_from(nb::handle trial) {
  std::map<std::string, double> result;
  if (nb::hasattr(trial, "constraints")) {
    for (const auto& [name, value] : nb::cast<nb::dict>(trial.attr("constraints"))) {
      result[nb::cast<std::string>(name)] = nb::cast<double>(value);
    }
    return result;
  }
  // Of a running trial no dict, but something like one.
  const nb::object list = trial.attr("system_attrs").attr("get")("constraints");
  if (list.is_none()) return result;
  for (const nb::handle value : list) result[std::to_string(result.size())] = nb::cast<double>(value);
  return result;
}

}  // namespace

std::string text_from(nb::handle value, const char* what) {
  if (!PyUnicode_Check(value.ptr())) {
    throw nb::type_error((std::string(what) + " must be a str, but is " + class_of(value)).c_str());
  }
  Py_ssize_t size = 0;
  if (const char* const bytes = PyUnicode_AsUTF8AndSize(value.ptr(), &size)) {
    return {bytes, static_cast<std::size_t>(size)};
  }
  PyErr_Clear();
  throw nb::value_error(
      (std::string(what) + " holds half a surrogate pair, which UTF-8 does not have: '" + readable(value) + "'")
          .c_str());
}

std::string readable(nb::handle text) noexcept {
  const nb::object bytes = nb::steal(
      PyUnicode_Check(text.ptr()) ? PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace") : nullptr);
  if (!bytes.is_valid()) {
    PyErr_Clear();
    return {};
  }
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

nb::dict dict_from(nb::handle value, const char* what) {
  if (!PyDict_Check(value.ptr())) {
    throw nb::type_error((std::string(what) + " must be a dict, but is " + class_of(value)).c_str());
  }
  return nb::borrow<nb::dict>(value);
}

nb::object attribute(const char* module, const char* name) { return nb::module_::import_(module).attr(name); }

nb::object to_python(const Json& value) {
  if (const bool* b = value.as_bool()) return nb::bool_(*b);
  if (const std::int64_t* i = value.as_int()) return nb::int_(*i);
  if (const double* d = value.as_double()) return nb::float_(*d);
  if (const std::string* s = value.as_string()) return nb::str(s->data(), s->size());
  if (const Json::Array* array = value.as_array()) {
    nb::list result;
    for (const Json& item : *array) result.append(to_python(item));
    return result;
  }
  if (const Json::Object* object = value.as_object()) {
    nb::dict result;
    for (const auto& [key, member] : *object) result[nb::str(key.data(), key.size())] = to_python(member);
    return result;
  }
  return nb::none();
}

Json json_from(nb::handle value) { return json_from(value, 0); }

std::map<std::string, Json> json_map_from(nb::handle dict) {
  std::map<std::string, Json> result;
  if (dict.is_none()) return result;
  for (const auto& [key, value] : dict_from(dict, "the attributes")) {
    result[text_from(key, "an attribute's key")] = json_from(value);
  }
  return result;
}

nb::object to_python(const Choice& choice) {
  return std::visit(
      [](const auto& value) -> nb::object {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::monostate>)
          return nb::none();
        else if constexpr (std::is_same_v<Value, bool>)
          return nb::bool_(value);
        else if constexpr (std::is_same_v<Value, std::string>)
          return nb::str(value.data(), value.size());
        else
          return nb::cast(value);
      },
      choice);
}

Choice choice_from(nb::handle given) {
  if (const std::optional<Choice> scalar = scalar_from(given)) return *scalar;
  if (const std::optional<Choice> scalar = scalar_from(plain(given))) return *scalar;
  refuse(given,
         "choice; a choice is None, a bool, an int, a float or a str. Use the names of your objects as choices, "
         "and a dict to look them up");
}

std::map<std::string, Choice> choices_from(nb::handle dict) {
  std::map<std::string, Choice> result;
  for (const auto& [key, value] : dict_from(dict, "the parameters")) {
    result[text_from(key, "a parameter's name")] = choice_from(value);
  }
  return result;
}

nb::object to_python(const Distribution& distribution) {
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) {
    return attribute("hone.distributions", "FloatDistribution")(d->low, d->high, d->log, nb::cast(d->step));
  }
  if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    return attribute("hone.distributions", "IntDistribution")(i->low, i->high, i->log, i->step);
  }
  nb::list choices;
  for (const Choice& choice : std::get<CategoricalDistribution>(distribution).choices)
    choices.append(to_python(choice));
  return attribute("hone.distributions", "CategoricalDistribution")(choices);
}

Distribution distribution_from(nb::handle object) {
  if (nb::hasattr(object, "choices")) {
    CategoricalDistribution result;
    for (const nb::handle choice : object.attr("choices")) result.choices.push_back(choice_from(choice));
    return result;
  }
  if (!nb::hasattr(object, "low") || !nb::hasattr(object, "high")) {
    refuse(object,
           "distribution; use hone.distributions.FloatDistribution, IntDistribution or CategoricalDistribution");
  }
  const bool log = nb::cast<bool>(object.attr("log"));
  const nb::object step = object.attr("step");
  // Distributions of other libraries are told apart by the type of their bounds.
  if (PyLong_Check(nb::object(object.attr("low")).ptr())) {
    return IntDistribution{int64_from(object.attr("low")), int64_from(object.attr("high")), log,
                           step.is_none() ? 1 : int64_from(step)};
  }
  FloatDistribution result{nb::cast<double>(object.attr("low")), nb::cast<double>(object.attr("high")), log, {}};
  if (!step.is_none()) result.step = nb::cast<double>(step);
  return result;
}

nb::object to_python(const FrozenTrial& trial) {
  nb::dict params;
  nb::dict distributions;
  for (const FrozenTrial::Param& p : trial.params) {
    const nb::str name(p.name.data(), p.name.size());
    params[name] = to_python(p.value);
    distributions[name] = to_python(p.distribution);
  }
  nb::dict named_reports;
  for (const auto& [metric, series] : trial.named_reports) {
    named_reports[nb::str(metric.data(), metric.size())] = dict_of(series);
  }
  const nb::object values = trial.values.empty() ? nb::none() : nb::cast(trial.values);
  return attribute("hone.trial", "FrozenTrial")
      .attr("_of")(trial.number, static_cast<int>(trial.state), values, datetime_from(trial.start_time),
                   datetime_from(trial.complete_time), params, distributions, dict_of(trial.user_attrs),
                   dict_of(trial.system_attrs), dict_of(trial.intermediate_values), dict_of(trial.constraints),
                   named_reports);
}

FrozenTrial frozen_trial_from(nb::handle trial, bool with_attributes) {
  FrozenTrial result;
  result.number = int64_from(trial.attr("number"));
  result.state = static_cast<TrialState>(int64_from(trial.attr("state").attr("value")));
  if (const nb::object values = trial.attr("values"); !values.is_none()) result.values = values_from(values);
  result.start_time = timestamp_from(trial.attr("datetime_start"));
  result.complete_time = timestamp_from(trial.attr("datetime_complete"));
  const nb::dict distributions = nb::cast<nb::dict>(trial.attr("distributions"));
  for (const auto& [name, value] : nb::cast<nb::dict>(trial.attr("params"))) {
    result.params.push_back(
        {text_from(name, "a parameter's name"), distribution_from(distributions[name]), choice_from(value)});
  }
  result.intermediate_values = reports_from(trial.attr("intermediate_values"));
  result.constraints = constraints_from(trial);
  // Other libraries have none.
  const nb::object named_reports = nb::getattr(trial, "named_reports", nb::dict());
  for (const auto& [metric, series] : nb::cast<nb::dict>(named_reports)) {
    result.named_reports[nb::cast<std::string>(metric)] = reports_from(series);
  }
  if (!with_attributes) return result;
  result.user_attrs = json_map_from(trial.attr("user_attrs"));
  result.system_attrs = json_map_from(trial.attr("system_attrs"));
  return result;
}

std::vector<double> values_from(nb::handle value) {
  const auto number = [](nb::handle item) {
    const double result = PyFloat_AsDouble(item.ptr());
    if (result == -1.0 && PyErr_Occurred()) throw nb::python_error();
    return result;
  };
  if (PyFloat_Check(value.ptr()) || PyLong_Check(value.ptr())) return {number(value)};
  const bool is_text = PyUnicode_Check(value.ptr()) || PyBytes_Check(value.ptr());
  // Arrays have `__float__` as well; those without dimensions are numbers.
  const bool is_number =
      nb::hasattr(value, "shape") ? nb::len(nb::object(value.attr("shape"))) == 0 : nb::hasattr(value, "__float__");
  if (!is_text && PySequence_Check(value.ptr()) && !is_number) {
    std::vector<double> result;
    for (const nb::handle item : value) result.push_back(number(item));
    return result;
  }
  return {number(value)};
}

std::chrono::milliseconds milliseconds_from(double seconds) {
  constexpr double limit = 100.0 * 365.0 * 86400.0;
  if (std::isnan(seconds)) throw nb::value_error("a time in seconds is NaN");
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(seconds, -limit, limit) * 1000.0));
}

PluginSpec plugin_spec_from(nb::handle pair) { return {nb::cast<std::string>(pair[0]), json_from(pair[1])}; }

}  // namespace hone::python
