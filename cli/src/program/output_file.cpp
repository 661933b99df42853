// SPDX-License-Identifier: MIT
#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "program_failed.hpp"

namespace hone::cli {

std::filesystem::path OutputFile::path_of(const std::filesystem::path& folder, TrialNumber number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return folder / ("trial-" + digits + ".log");
}

OutputFile::OutputFile(const std::filesystem::path& folder, TrialNumber number, std::int64_t attempt)
    : path_(path_of(folder, number)), attempt_(attempt) {}

OutputFile::~OutputFile() {
  struct stat info {};
  if (file_ && fstat(file_.get(), &info) == 0 && info.st_size == 0) unlink(path_.c_str());
}

int OutputFile::descriptor() {
  if (!file_) {
    std::error_code error;
    std::filesystem::create_directories(path_.parent_path(), error);
    const int mode = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (attempt_ == 0 ? O_TRUNC : 0);
    file_ = FileDescriptor(open(path_.c_str(), mode, 0666));
    if (!file_)
      throw SurroundingsFailed("cannot write a trial's output to " + path_.string() + ": " + std::strerror(errno));
  }
  return file_.get();
}

void OutputFile::write(std::string_view bytes) {
  const int file = descriptor();
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    // A full disk costs the copy of the output, not the trial.
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string OutputFile::last_lines() const {
  constexpr std::size_t most_bytes = 600;
  constexpr std::size_t most_lines = 5;
  struct stat info {};
  if (!file_ || fstat(file_.get(), &info) != 0) return {};
  const off_t size = info.st_size;
  const off_t start = size > static_cast<off_t>(most_bytes) ? size - static_cast<off_t>(most_bytes) : 0;
  std::string tail(static_cast<std::size_t>(size - start), '\0');
  const ssize_t count = pread(file_.get(), tail.data(), tail.size(), start);
  tail.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == '\r')) tail.pop_back();
  std::size_t first = tail.size();
  for (std::size_t lines = 0; lines < most_lines && first != 0; ++lines) {
    const std::size_t newline = tail.rfind('\n', first - 1);
    first = newline == tail.npos ? 0 : newline;
  }
  if (first < tail.size() && tail[first] == '\n') ++first;
  std::string text;
  for (const char c : tail.substr(first)) {
    // The reason is stored and printed as text: no escape sequences of a terminal, no halves of a character.
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (!control) text += c;
  }
  std::size_t begin = 0;
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) ++begin;
  return text.substr(begin);
}

}  // namespace hone::cli
