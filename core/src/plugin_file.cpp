// SPDX-License-Identifier: MIT
#define BOOST_DLL_USE_STD_FS
#include "plugin_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <fstream>
#include <map>
#include <mutex>

#include <hone/error.hpp>

namespace hone {
namespace {

namespace fs = std::filesystem;

PluginError refusal(const fs::path& file, const std::string& what) {
  return PluginError(file.string() + ": " + what, file.stem().string(), file.string());
}

// Which users other than its owner and root may write to a path; empty for none. A group that has the number of its
// owner is that user's own, as Debian and others set it up.
std::string other_writers(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  if ((status.st_mode & S_IWOTH) != 0) return "others";
  return (status.st_mode & S_IWGRP) != 0 && status.st_gid != status.st_uid ? "group" : "";
}

void require_unwritable(const fs::path& path, const fs::path& file) {
  const std::string writers = other_writers(path);
  if (writers.empty()) return;
  const std::string what = path == file ? "it" : "its folder " + path.string();
  throw refusal(file, "not loaded, because " + what + " is writable by " +
                          (writers == "others" ? "every user" : "a group") +
                          ", who could put any code there; run 'chmod " + (writers == "others" ? "go-w" : "g-w") + " " +
                          path.string() + "', or trust such files (hone --trust-writable-plugins)");
}

// The file's beginning, to tell a text from a damaged object.
bool begins_as_elf(const fs::path& file) {
  char magic[4] = {};
  std::ifstream(file, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) ==
         "\x7f"
         "ELF";
}

bool defines_table(const fs::path& file) {
  try {
    boost::dll::library_info info(file);
    const std::vector<std::string> symbols = info.symbols();
    return std::ranges::find(symbols, plugin_symbol) != symbols.end();
  } catch (const std::exception&) {
    // Whatever the parser found: what is said to the user follows from what the file is.
    if (!begins_as_elf(file)) throw refusal(file, "this is no shared object; a plugin is built by hone_add_plugin()");
    throw refusal(file, "the shared object is truncated, damaged or made for another machine; build it again");
  }
}

// The dynamic linker's message, without the path that stands before it.
std::string reason_of(const std::string& what, const fs::path& file) {
  const std::size_t at = what.find(file.string() + ": ");
  return at == std::string::npos ? what : what.substr(at + file.string().size() + 2);
}

// Never destroyed, so that code of plugins stays while static objects are torn down.
struct OpenFiles {
  std::mutex mutex;
  std::map<fs::path, boost::dll::shared_library> libraries;
};
OpenFiles& open_files() {
  static OpenFiles& files = *new OpenFiles;
  return files;
}

}  // namespace

void require_trust(const fs::path& file, const fs::path& folder) {
  // The file behind a symbolic link is what runs.
  const fs::path real = fs::weakly_canonical(file);
  require_unwritable(real, real);
  require_unwritable(real.parent_path(), real);
  for (fs::path path = file.parent_path(); !path.empty(); path = path.parent_path()) {
    require_unwritable(path, file);
    if (path == folder || path == path.root_path()) break;
  }
}

const hone_plugin_table_v1& open_plugin_file(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) throw refusal(file, "there is no such file");
  OpenFiles& files = open_files();
  const std::lock_guard lock(files.mutex);
  const auto known = files.libraries.find(file);
  if (known != files.libraries.end()) return known->second.get<const hone_plugin_table_v1>(plugin_symbol);
  if (::access(file.c_str(), R_OK) != 0) throw refusal(file, "the file cannot be read; check its permissions");
  if (!defines_table(file)) {
    throw refusal(file, std::string("the shared object exports no ") + plugin_symbol +
                            ", so it is no plugin of hone; build it with hone_add_plugin() and HONE_PLUGINS(...)");
  }
  using Mode = boost::dll::load_mode::type;
  boost::dll::shared_library library;
  try {
    library.load(file, static_cast<Mode>(boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local));
    const auto& table = library.get<const hone_plugin_table_v1>(plugin_symbol);
    files.libraries.emplace(file, std::move(library));
    return table;
  } catch (const std::exception& error) {
    throw refusal(file, "the dynamic linker cannot load it: " + reason_of(error.what(), file));
  }
}

}  // namespace hone
