// SPDX-License-Identifier: MIT
#include "generation_fact.hpp"

#include <stdexcept>

namespace cmaes {
namespace {

std::string list_of(const std::vector<hone::TrialNumber>& numbers) {
  std::string text = "[";
  for (const hone::TrialNumber number : numbers) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(number);
  }
  return text + "]";
}

bool read_list(const hone::Json* list, std::vector<hone::TrialNumber>& numbers) {
  if (list == nullptr || list->as_array() == nullptr) return false;
  for (const hone::Json& item : *list->as_array()) {
    if (item.as_int() == nullptr) return false;
    numbers.push_back(*item.as_int());
  }
  return true;
}

}  // namespace

std::string GenerationFact::text() const {
  return "{\"at\": " + std::to_string(at) + ", \"trials\": " + list_of(trials) +
         ", \"left_out\": " + list_of(left_out) + "}";
}

GenerationFact GenerationFact::from(const hone::Host& host, const std::string& key, std::string_view text) {
  const hone::Json json = host.parse_json(text);
  GenerationFact fact;
  const hone::Json* at = json.find("at");
  if (at == nullptr || at->as_int() == nullptr || !read_list(json.find("trials"), fact.trials) ||
      !read_list(json.find("left_out"), fact.left_out)) {
    throw std::runtime_error("the published fact '" + key +
                             "' should list a generation's trials, but is: " + std::string(text));
  }
  fact.at = *at->as_int();
  return fact;
}

}  // namespace cmaes
