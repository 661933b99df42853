// SPDX-License-Identifier: MIT
// The plugins that are found, and where messages go.
#include <atomic>

#include "convert.hpp"
#include "interpreter_lock.hpp"
#include "python_plugin.hpp"
#include "study.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

/// Hands messages to the `logging` of Python.
class PythonLogger final : public Logger {
 public:
  void write(LogLevel level, std::string_view message) const noexcept override {
    if (static_cast<int>(level) < least_.load(std::memory_order_relaxed) || !Py_IsInitialized()) return;
    with_python([&] {
      const nb::error_scope keep_error;
      try {
        attribute("hone.logging", "_write")(static_cast<int>(level), nb::str(message.data(), message.size()));
      } catch (const nb::python_error& error) {
        // A message that cannot be shown is lost and the work goes on; but an interruption arrives a moment later.
        if (!error.matches(PyExc_Exception)) PyThreadState_SetAsyncExc(PyThread_get_thread_ident(), error.type().ptr());
      } catch (const std::exception&) {
        // Likewise.
      }
    });
  }
  void set_least(int level) { least_ = level; }

 private:
  std::atomic<int> least_ = static_cast<int>(LogLevel::warning);
};

std::shared_ptr<PythonLogger> shared_logger() {
  static const auto logger = std::make_shared<PythonLogger>();
  return logger;
}

nb::dict describe(const OptionInfo& option) {
  nb::dict result;
  result["name"] = option.name;
  result["type"] = static_cast<int>(option.type);
  result["required"] = !option.default_value.has_value();
  result["default"] = option.default_value ? to_python(*option.default_value) : nb::none();
  result["choices"] = nb::cast(option.choices);
  result["doc"] = option.doc;
  return result;
}

nb::dict describe(const PluginInfo& plugin) {
  nb::dict result;
  result["kind"] = std::string(to_string(plugin.kind));
  result["name"] = plugin.name;
  result["version"] = plugin.version;
  result["description"] = plugin.description;
  result["references"] = plugin.references;
  nb::list options;
  for (const OptionInfo& option : plugin.options) options.append(describe(option));
  result["options"] = options;
  return result;
}

}  // namespace

std::shared_ptr<PluginRegistry> shared_registry() {
  static const std::shared_ptr<PluginRegistry> registry = [] {
    auto made = std::make_shared<PluginRegistry>(PluginSearch{}, shared_logger());
    made->add(python_plugin_table());
    return made;
  }();
  return registry;
}

void bind_plugins(nb::module_& module) {
  using namespace nb::literals;
  module.def(
      "plugins",
      [] {
        const std::vector<PluginInfo> found = unlocked([] { return shared_registry()->list(); });
        nb::list result;
        for (const PluginInfo& plugin : found) result.append(describe(plugin));
        return result;
      },
      "All plugins that are found, each with its options.");
  module.def(
      "set_log_level", [](int level) { shared_logger()->set_least(level); }, "level"_a);
  module.def(
      "problem_of_distribution",
      [](nb::handle distribution) -> nb::object {
        const std::optional<std::string> problem = problem_of(distribution_from(distribution));
        return problem ? nb::cast(*problem) : nb::none();
      },
      "distribution"_a);
  module.def(
      "normalized", [](nb::handle distribution) { return to_python(normalized(distribution_from(distribution))); },
      "distribution"_a);
  module.def(
      "to_internal",
      [](nb::handle distribution, nb::handle value) -> nb::object {
        const std::optional<double> internal = to_internal(distribution_from(distribution), choice_from(value));
        return internal ? nb::cast(*internal) : nb::none();
      },
      "distribution"_a, "value"_a.none());
  module.def(
      "contains",
      [](nb::handle distribution, double internal) { return contains(distribution_from(distribution), internal); },
      "distribution"_a, "internal"_a);
  module.attr("_plugin_table") = nb::capsule(&python_plugin_table(), "hone._core._plugin_table");
}

}  // namespace hone::python
