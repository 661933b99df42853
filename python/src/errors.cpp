// SPDX-License-Identifier: MIT
#include "errors.hpp"

#include <hone/error.hpp>
#include <hone/study_view.hpp>

#include "convert.hpp"

namespace hone::python {
namespace {

using Fields = std::initializer_list<std::pair<const char*, nb::object>>;

nb::object exception_of(const char* name, const char* message, Fields fields = {}) {
  nb::object exception = attribute("hone.exceptions", name)(message);
  for (const auto& [field, value] : fields) exception.attr(field) = value;
  return exception;
}

void raise(const nb::object& exception) { PyErr_SetObject(exception.type().ptr(), exception.ptr()); }

void raise(const char* name, const char* message, Fields fields = {}) { raise(exception_of(name, message, fields)); }

nb::object text(const std::string& value) { return nb::str(value.data(), value.size()); }

void translate(const std::exception_ptr& error, void*) {
  try {
    std::rethrow_exception(error);
  } catch (PythonFailure& failure) {
    failure.error().restore();
  } catch (const PythonInterruption& interruption) {
    interruption.cause().error().restore();
  } catch (const DuplicatedStudyError& e) {
    raise("DuplicatedStudyError", e.what(), {{"study", text(e.study)}, {"retryable", nb::bool_(e.retryable)}});
  } catch (const StorageError& e) {
    raise("StorageError", e.what(), {{"retryable", nb::bool_(e.retryable)}});
  } catch (const StudyNotFoundError& e) {
    raise("StudyNotFoundError", e.what(), {{"where", text(e.where)}});
  } catch (const ConfigError& e) {
    raise("ConfigError", e.what(), {{"where", text(e.where)}});
  } catch (const PluginError& e) {
    const nb::object exception = exception_of(
        "PluginError", e.what(), {{"plugin", text(e.plugin)}, {"file", text(e.file)}, {"call", text(e.call)}});
    if (const auto* from_python = dynamic_cast<const PythonPluginError*>(&e)) {
      exception.attr("__cause__") = from_python->cause().error().value();
    }
    raise(exception);
  } catch (const TrialError& e) {
    raise("TrialError", e.what(), {{"trial", nb::int_(e.trial)}, {"parameter", text(e.parameter)}});
  } catch (const Error& e) {
    raise("HoneError", e.what());
  } catch (const nb::cast_error&) {
    PyErr_SetString(PyExc_TypeError, "a value is of a type that cannot be used here");
  } catch (const FactPending&) {
    PyErr_SetNone(attribute("hone._sampler", "FactPending").ptr());
  }
}

// The exception as an object that knows its traceback: before Python 3.12 the three may still be apart.
nb::python_error normalized(nb::python_error error) {
#if PY_VERSION_HEX < 0x030C0000
  error.restore();
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  PyErr_Restore(type, value, traceback);
  return {};
#else
  return error;
#endif
}

std::string summary_of(nb::python_error& error) {
  const nb::object lines = attribute("traceback", "format_exception_only")(error.type(), error.value());
  std::string all;
  for (const nb::handle line : lines) all += readable(line);
  while (!all.empty() && all.back() == '\n') all.pop_back();
  return all;
}

}  // namespace

void register_errors() { nb::register_exception_translator(&translate); }

PythonPluginError::PythonPluginError(PythonFailure cause, const std::string& whose, const char* function)
    : PluginError(whose + " failed in " + function + ": " + cause.what(), whose, {}, function),
      cause_(std::make_shared<PythonFailure>(std::move(cause))) {}

PythonInterruption::PythonInterruption(PythonFailure cause)
    : cause_(std::make_shared<PythonFailure>(std::move(cause))) {}

PythonFailure::PythonFailure(nanobind::python_error error)
    : error_(normalized(std::move(error))), summary_(summary_of(error_)) {}

}  // namespace hone::python
