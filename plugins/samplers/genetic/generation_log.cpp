// SPDX-License-Identifier: MIT
#include "generation_log.hpp"

#include <algorithm>
#include <stdexcept>

#include "candidates.hpp"

namespace genetic {
namespace {

std::size_t row(hone::TrialNumber number) { return static_cast<std::size_t>(number); }

hone::Json to_json(std::span<const hone::TrialNumber> numbers) {
  hone::Json::Array list;
  for (const hone::TrialNumber number : numbers) list.emplace_back(number);
  return list;
}

}  // namespace

void GenerationLog::note_changes(const hone::HistoryView& view) {
  const hone::History& history = view.all();
  roles_.resize(row(history.horizon()), Role::none);
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (roles_[number] != Role::none || !is_candidate(history, number)) continue;
    roles_[number] = Role::fresh;
    fresh_.push_back(number);
  }
  revision_ = view.revision();
}

std::vector<hone::TrialNumber> GenerationLog::close_generation(const hone::StudyView& study) {
  std::ranges::sort(fresh_);
  const std::string key = prefix_ + std::to_string(generations_);
  const std::string text = study.publish_once(key, host_->to_json_text(to_json(fresh_)), fresh_);
  const hone::Json list = host_->parse_json(text);
  std::vector<hone::TrialNumber> members;
  for (const hone::Json& item : list.as_array() == nullptr ? hone::Json::Array{} : *list.as_array()) {
    const std::int64_t* number = item.as_int();
    const bool known = number != nullptr && *number >= 0 && row(*number) < roles_.size();
    if (known && roles_[row(*number)] == Role::fresh) {
      roles_[row(*number)] = Role::member;
      members.push_back(*number);
    }
  }
  if (members.empty()) {
    throw std::runtime_error("the fact '" + key + "' that is stored with the study names no trial of a generation");
  }
  std::erase_if(fresh_, [&](hone::TrialNumber number) { return roles_[row(number)] == Role::member; });
  std::ranges::sort(members);
  ++generations_;
  return members;
}

}  // namespace genetic
