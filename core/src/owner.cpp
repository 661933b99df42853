// SPDX-License-Identifier: MIT
// Owner tokens: reading and writing them, and asking /proc whether an owner still lives.
#include <hone/owner.hpp>

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

namespace hone {
namespace {

// Empty if it cannot be read: a process may end between the opening of its file and the reading, which then throws.
std::string read_file(const std::filesystem::path& path) {
  try {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  } catch (const std::ios_base::failure&) {
    return {};
  }
}

std::string this_boot() {
  std::string id = read_file("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

std::uint64_t this_pid_namespace() {
  struct stat info {};
  return stat("/proc/self/ns/pid", &info) == 0 ? static_cast<std::uint64_t>(info.st_ino) : 0;
}

struct ProcessStat {
  char state = '?';
  std::uint64_t start = 0;
};

// The fields of /proc/PID/stat that are needed here; nothing if there is no such process.
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/stat");
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const std::size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(after_name + 1));
  ProcessStat result;
  std::string skipped;
  fields >> result.state;  // field 3
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> result.start;
  return fields ? std::optional(result) : std::nullopt;
}

// How often this process came out of a fork: what a child inherits must not be drawn twice.
unsigned forks_so_far() {
  static std::atomic<unsigned> forks = 0;
  static const int registered = pthread_atfork(nullptr, nullptr, [] { ++forks; });
  return registered == 0 ? forks.load(std::memory_order_relaxed) : 0;
}

bool same_machine(const OwnerToken& token) {
  return token.boot_id == this_boot() && token.pid_namespace == this_pid_namespace();
}

// Whether an environment, as /proc/PID/environ shows it, holds one of these entries.
bool has_any(std::string_view environment, const std::array<std::string, 2>& entries) {
  while (!environment.empty()) {
    const std::size_t end = std::min(environment.find('\0'), environment.size());
    if (std::ranges::find(entries, environment.substr(0, end)) != entries.end()) return true;
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return false;
}

// The processes that were started for this token or its worker, also those that have left the child's process group.
// Known by their environment alone: numbers of processes and groups are reused.
std::vector<pid_t> leftover(const OwnerToken& token) {
  std::vector<pid_t> found;
  const std::array<std::string, 2> marks{"HONE_TRIAL_TOKEN=" + token.nonce, "HONE_TRIAL_WORKER=" + token.worker()};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    std::int64_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{} || pid == getpid()) continue;
    const std::optional<ProcessStat> process = stat_of(pid);
    if (!process || process->state == 'Z') continue;
    if (has_any(read_file(entry.path() / "environ"), marks)) found.push_back(static_cast<pid_t>(pid));
  }
  return found;
}

}  // namespace

// Asking the random device for each nonce would cost more than the rest of a trial in memory. So each thread draws a
// start once, and again in a forked child; from there a bijection (the finalizer of SplitMix64) of a counter.
std::string new_nonce() {
  struct Source {
    std::optional<unsigned> forks;
    std::uint64_t counter = 0;
  };
  thread_local Source source;
  if (const unsigned forks = forks_so_far(); source.forks != forks) {
    std::random_device device;
    source = {forks, (std::uint64_t{device()} << 32) | device()};
  }
  std::uint64_t bits = source.counter += 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  bits ^= bits >> 31;
  std::string nonce(16, '0');
  for (char& digit : nonce) {
    digit = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
  return nonce;
}

std::string OwnerToken::worker() const {
  return boot_id + '/' + std::to_string(pid_namespace) + '/' + std::to_string(pid) + '/' +
         std::to_string(process_start);
}

std::string to_text(const OwnerToken& token) {
  if (token.lease) return "lease/" + std::to_string(token.lease->time_since_epoch().count()) + '/' + token.nonce;
  return "process/" + token.worker() + '/' + std::to_string(token.process_group) + '/' + token.nonce;
}

std::optional<OwnerToken> owner_token_from(std::string_view text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const auto number = [](const std::string& part, auto& out) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), out);
    return error == std::errc{} && end == part.data() + part.size();
  };
  OwnerToken token;
  if (parts.size() == 3 && parts[0] == "lease") {
    std::int64_t deadline = 0;
    if (!number(parts[1], deadline)) return std::nullopt;
    token.lease = Timestamp(std::chrono::microseconds(deadline));
    token.nonce = parts[2];
    return token;
  }
  if (parts.size() != 7 || parts[0] != "process") return std::nullopt;
  token.boot_id = parts[1];
  token.nonce = parts[6];
  if (!number(parts[2], token.pid_namespace) || !number(parts[3], token.pid) ||
      !number(parts[4], token.process_start) || !number(parts[5], token.process_group)) {
    return std::nullopt;
  }
  return token;
}

OwnerToken new_process_token() {
  OwnerToken token;
  token.boot_id = this_boot();
  token.pid_namespace = this_pid_namespace();
  token.pid = getpid();
  if (const auto process = stat_of(token.pid)) token.process_start = process->start;
  token.nonce = new_nonce();
  return token;
}

OwnerToken new_lease_token(Timestamp deadline) {
  OwnerToken token;
  token.lease = deadline;
  token.nonce = new_nonce();
  return token;
}

OwnerLife life_of(const OwnerToken& token) {
  if (token.lease) return now() < *token.lease ? OwnerLife::alive : OwnerLife::dead;
  if (!same_machine(token)) return OwnerLife::unknown;
  const std::optional<ProcessStat> process = stat_of(token.pid);
  const bool lives = process && process->start == token.process_start && process->state != 'Z' && process->state != 'X';
  return lives ? OwnerLife::alive : OwnerLife::dead;
}

void kill_leftover_processes(const OwnerToken& token) {
  if (token.lease || !same_machine(token)) return;
  for (std::vector<pid_t> left = leftover(token); !left.empty(); left = leftover(token)) {
    for (const pid_t pid : left) kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace hone
