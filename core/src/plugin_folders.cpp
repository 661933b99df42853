// SPDX-License-Identifier: MIT
#include "plugin_folders.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>

namespace hone {
namespace {

namespace fs = std::filesystem;

constexpr PluginKind kinds[] = {PluginKind::sampler, PluginKind::pruner, PluginKind::storage};

std::string folder_of(PluginKind kind) { return std::string(to_string(kind)) + "s"; }

std::string environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// $XDG_DATA_HOME/hone/plugins; as the specification says, a relative value counts for nothing.
fs::path user_folder() {
  const fs::path data = environment("XDG_DATA_HOME");
  if (data.is_absolute()) return data / "hone" / "plugins";
  const fs::path home = environment("HOME");
  return home.is_absolute() ? home / ".local" / "share" / "hone" / "plugins" : fs::path();
}

// The folder beside libhone: lib/hone/plugins next to lib/libhone.so, or to a bin/ that libhone is linked into.
fs::path folder_beside_libhone() {
  const fs::path object = object_of_libhone();
  if (object.empty()) return {};
  std::error_code code;
  const fs::path beside = object.parent_path() / "hone" / "plugins";
  return fs::is_directory(beside, code) ? beside : object.parent_path().parent_path() / "lib" / "hone" / "plugins";
}

void add_path_list(std::vector<fs::path>& folders, const std::string& list) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(':', at), list.size());
    // An empty part would be the working folder.
    if (end > at) folders.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
}

void add_shared_objects(std::vector<PluginCandidate>& found, const fs::path& in, const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (fs::directory_iterator it(in, code), end; !code && it != end; it.increment(code)) {
    if (it->path().extension() == ".so") files.push_back(it->path());
  }
  std::ranges::sort(files);
  for (fs::path& file : files) found.push_back({std::move(file), folder});
}

}  // namespace

fs::path object_of_libhone() {
  Dl_info info{};
  static const char here = 0;
  if (::dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code code;
  fs::path object = fs::canonical(info.dli_fname, code);
  // The name of the program itself may be what it was called by, which is no path.
  if (code) object = fs::canonical("/proc/self/exe", code);
  return code ? fs::path() : object;
}

std::vector<fs::path> plugin_folders(const PluginSearch& search) {
  std::vector<fs::path> folders = search.folders;
  if (search.environment) {
    add_path_list(folders, environment("HONE_PLUGIN_PATH"));
    folders.push_back(user_folder());
  }
  folders.push_back(folder_beside_libhone());
  std::vector<fs::path> result;
  for (const fs::path& folder : folders) {
    if (folder.empty()) continue;
    fs::path absolute = fs::absolute(folder).lexically_normal();
    if (!absolute.has_filename()) absolute = absolute.parent_path();
    if (std::ranges::find(result, absolute) == result.end()) result.push_back(std::move(absolute));
  }
  return result;
}

std::vector<PluginCandidate> candidates(const std::vector<fs::path>& folders, PluginKind kind, std::string_view name) {
  std::vector<PluginCandidate> result;
  const std::string file = std::string(name) + ".so";
  for (const fs::path& folder : folders) {
    result.push_back({folder / folder_of(kind) / file, folder});
    result.push_back({folder / file, folder});
  }
  return result;
}

std::vector<PluginCandidate> all_candidates(const std::vector<fs::path>& folders) {
  std::vector<PluginCandidate> found;
  for (const fs::path& folder : folders) {
    for (const PluginKind kind : kinds) add_shared_objects(found, folder / folder_of(kind), folder);
    add_shared_objects(found, folder, folder);
  }
  return found;
}

}  // namespace hone
