// SPDX-License-Identifier: MIT
// Writes a plugin project from a template.
#include "plugin_new.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include <hone/error.hpp>

namespace hone::cli {
namespace {

namespace fs = std::filesystem;

void check_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, allowed)) return;
  throw ConfigError(
      "'" + name + "' cannot name a plugin; use lower-case letters, digits and _, a letter first, such as my_sampler",
      "NAME");
}

// my_sampler -> MySampler
std::string class_name(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c != '_') result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return result;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string filled_in(const std::string& text, const std::string& name) {
  return replaced(replaced(text, "@NAME@", name), "@CLASS@", class_name(name));
}

void write_filled_in(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ifstream in(from, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  fs::create_directories(to.parent_path());
  std::ofstream out(to, std::ios::binary);
  out << filled_in(text, name);
  out.close();
  if (!in || !out) throw Error("cannot write " + to.string());
}

}  // namespace

fs::path template_folder(PluginKind kind) {
  // bin/hone and share/hone lie beside each other in the build tree as in the installed one.
  const fs::path prefix = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
  fs::path folder = prefix / "share" / "hone" / "templates" / to_string(kind);
  if (fs::is_directory(folder)) return folder;
  throw Error("there is no template for a " + std::string(to_string(kind)) + " at " + folder.string() +
              "; is hone installed as a whole?");
}

std::vector<fs::path> write_plugin_project(const fs::path& from, const std::string& name, const fs::path& to) {
  check_name(name);
  if (fs::exists(to) && !(fs::is_directory(to) && fs::is_empty(to))) {
    throw Error(to.string() + " exists already and is not empty; choose another folder with --dir");
  }
  std::vector<fs::path> written;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
    if (!entry.is_regular_file()) continue;
    const fs::path target = to / filled_in(fs::relative(entry.path(), from).string(), name);
    write_filled_in(entry.path(), target, name);
    written.push_back(target);
  }
  std::ranges::sort(written);
  return written;
}

}  // namespace hone::cli
