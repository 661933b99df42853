// SPDX-License-Identifier: MIT
#include "embedded_python.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <hone/abi.hpp>

namespace hone::python_bridge {
namespace {

/// What the interpreter says of itself.
struct Interpreter {
  std::string program;
  std::vector<std::string> libraries;  ///< to be tried in order
  std::string path_statement;          ///< Python source that sets sys.path as the program has it
};

std::string output_of(const std::string& command) {
  struct Close {
    void operator()(std::FILE* pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<std::FILE, Close> pipe(popen(command.c_str(), "r"));
  std::string text;
  if (!pipe) return text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    text.append(buffer.data(), count);
  }
  return text;
}

std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

Interpreter ask_interpreter() {
  const char* const named = std::getenv("HONE_PYTHON");
  Interpreter interpreter;
  interpreter.program = named != nullptr && *named != '\0' ? named : "python3";
  // The library by its full path; then by its name, as the same version of the system may have it.
  static constexpr const char* question =
      "import os, sys, sysconfig\n"
      "v = sysconfig.get_config_var\n"
      "name = v('INSTSONAME') or ''\n"
      "soname = 'libpython%d.%d%s.so.1.0' % (*sys.version_info[:2], getattr(sys, 'abiflags', ''))\n"
      "print(os.path.join(v('LIBDIR') or '', name) if '.so' in name else soname)\n"
      "print(soname)\n"
      "print('import sys; sys.path[:] = %r' % sys.path)\n";
  std::istringstream answer(output_of(quoted(interpreter.program) + " -c " + quoted(question) + " 2>/dev/null"));
  std::string line;
  while (interpreter.libraries.size() < 2 && std::getline(answer, line)) interpreter.libraries.push_back(line);
  std::getline(answer, interpreter.path_statement);
  if (interpreter.path_statement.empty()) {
    throw std::runtime_error("'" + interpreter.program +
                             "' is no working Python; name one by the environment variable HONE_PYTHON");
  }
  return interpreter;
}

/// The functions of Python's C interface that are needed, by name.
class Api {
 public:
  explicit Api(void* library)
      : is_initialized(find<int()>(library, "Py_IsInitialized")),
        initialize(find<void(int)>(library, "Py_InitializeEx")),
        save_thread(find<void*()>(library, "PyEval_SaveThread")),
        ensure(find<int()>(library, "PyGILState_Ensure")),
        release(find<void(int)>(library, "PyGILState_Release")),
        run(find<int(const char*)>(library, "PyRun_SimpleString")),
        import_module(find<void*(const char*)>(library, "PyImport_ImportModule")),
        import_capsule(find<void*(const char*, int)>(library, "PyCapsule_Import")),
        fetch(find<void(void**, void**, void**)>(library, "PyErr_Fetch")),
        class_name(find<const char*(void*)>(library, "PyExceptionClass_Name")),
        str(find<void*(void*)>(library, "PyObject_Str")),
        utf8(find<const char*(void*)>(library, "PyUnicode_AsUTF8")) {}

  int (*is_initialized)();
  void (*initialize)(int);
  void* (*save_thread)();
  int (*ensure)();
  void (*release)(int);
  int (*run)(const char*);
  void* (*import_module)(const char*);
  void* (*import_capsule)(const char*, int);
  void (*fetch)(void**, void**, void**);
  const char* (*class_name)(void*);
  void* (*str)(void*);
  const char* (*utf8)(void*);

 private:
  template <class Function>
  static Function* find(void* library, const char* name) {
    void* const found = dlsym(library, name);
    if (found == nullptr) throw std::runtime_error(std::string("the Python library has no ") + name);
    return reinterpret_cast<Function*>(found);
  }
};

bool is_loaded() { return dlsym(RTLD_DEFAULT, "Py_IsInitialized") != nullptr; }

// The library, global, so that extension modules find Python's symbols. One that is there already, as by LD_PRELOAD, is
// taken: a second one would not be theirs.
void* open_library(const Interpreter& interpreter) {
  if (is_loaded()) return RTLD_DEFAULT;
  for (const std::string& library : interpreter.libraries) {
    if (void* const opened = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) return opened;
  }
  throw std::runtime_error("the shared library of '" + interpreter.program + "', " + interpreter.libraries.back() +
                           ", is not there; install it (on Debian: apt-get install libpython3.11 for Python 3.11), or "
                           "name another Python by HONE_PYTHON");
}

// Starts the interpreter and gives its lock back, before any lock of the core is asked for.
Api start() {
  const Interpreter interpreter = ask_interpreter();
  const Api api(open_library(interpreter));
  api.initialize(/*signal handlers: */ 0);
  const bool path_is_set = api.run(interpreter.path_statement.c_str()) == 0;
  api.save_thread();
  // Nobody ends this interpreter, because plugins may outlive everything; what was printed must not be lost.
  static const Api flushing = api;
  std::atexit([] {
    const int state = flushing.ensure();
    flushing.run("import sys\nfor stream in (sys.stdout, sys.stderr):\n    stream and stream.flush()");
    flushing.release(state);
  });
  if (!path_is_set) throw std::runtime_error("the module path of '" + interpreter.program + "' could not be set");
  return api;
}

std::string last_error(const Api& api) {
  void* type = nullptr;
  void* value = nullptr;
  void* traceback = nullptr;
  api.fetch(&type, &value, &traceback);
  if (type == nullptr) return "an unknown error";
  void* const text = value != nullptr ? api.str(value) : nullptr;
  const char* const bytes = text != nullptr ? api.utf8(text) : nullptr;
  return std::string(api.class_name(type)) + (bytes != nullptr ? std::string(": ") + bytes : "");
}

const hone_plugin_table_v1* import_table() {
  const bool runs = is_loaded() && Api(RTLD_DEFAULT).is_initialized() != 0;
  const Api api = runs ? Api(RTLD_DEFAULT) : start();
  const int state = api.ensure();
  // By itself first, because the error of the capsule's import hides the module's own.
  const void* const module = api.import_module("hone._core");
  const auto* const table =
      module == nullptr
          ? nullptr
          : static_cast<const hone_plugin_table_v1*>(api.import_capsule("hone._core._plugin_table", /*no block: */ 0));
  const std::string error = table == nullptr ? last_error(api) : "";
  api.release(state);
  if (table == nullptr) {
    throw std::runtime_error("the Python package hone cannot be imported (" + error +
                             "); install it into that Python with: pip install hone");
  }
  if (std::string_view(table->abi_tag) != abi_tag()) {
    throw std::runtime_error("the Python package hone is of another build (" + std::string(table->abi_tag) +
                             ", but this program is " + std::string(abi_tag()) + "); install matching versions");
  }
  return table;
}

}  // namespace

const hone_plugin_table_v1& plugins_of_package() {
  static std::mutex mutex;
  static const hone_plugin_table_v1* table = nullptr;
  const std::lock_guard lock(mutex);
  if (table == nullptr) table = import_table();
  return *table;
}

}  // namespace hone::python_bridge
