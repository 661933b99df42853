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
#include <optional>

#include <hone/error.hpp>

#include "plugin_folders.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

PluginError refusal(const fs::path& file, const std::string& what) {
  return PluginError(file.string() + ": " + what, file.stem().string(), file.string());
}

// Whether code of this user runs here anyway: root's, one's own, and that of whoever installed libhone.
bool is_trusted(uid_t user) {
  static const uid_t installer = [] {
    struct stat status {};
    return ::stat(object_of_libhone().c_str(), &status) == 0 ? status.st_uid : 0;
  }();
  return user == 0 || user == ::geteuid() || user == installer;
}

// Who else may put code at a path, and the command that mends it.
struct Stranger {
  std::string what;
  std::string remedy;
};

// A group that has the number of its owner is that user's own, as Debian and others set it up.
std::optional<Stranger> stranger_at(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  if (!is_trusted(status.st_uid)) return Stranger{"belongs to user " + std::to_string(status.st_uid), "chown root"};
  if ((status.st_mode & S_IWOTH) != 0) return Stranger{"is writable by every user", "chmod go-w"};
  const bool by_group = (status.st_mode & S_IWGRP) != 0 && status.st_gid != status.st_uid;
  return by_group ? std::optional(Stranger{"is writable by a group", "chmod g-w"}) : std::nullopt;
}

void require_no_stranger(const fs::path& path, const fs::path& file) {
  const std::optional<Stranger> stranger = stranger_at(path);
  if (!stranger) return;
  const std::string subject = path == file ? "it" : "its folder " + path.string();
  throw refusal(file, "not loaded, because " + subject + " " + stranger->what +
                          ", who could put any code there; run '" + stranger->remedy + " " + path.string() +
                          "', or trust such files (hone --trust-writable-plugins)");
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
  require_no_stranger(real, real);
  require_no_stranger(real.parent_path(), real);
  for (fs::path path = file.parent_path(); !path.empty(); path = path.parent_path()) {
    require_no_stranger(path, file);
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
