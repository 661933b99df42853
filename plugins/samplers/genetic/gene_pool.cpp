// SPDX-License-Identifier: MIT
#include "gene_pool.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace genetic {
namespace {

// The parameters that any of the trials has.
hone::SearchSpace parameters_of(const hone::StudyView& study, std::span<const hone::TrialNumber> numbers) {
  const hone::History& history = study.history().all();
  std::map<hone::ParameterId, hone::DistributionId> found;
  for (const hone::TrialNumber number : numbers) {  // ascending, so that the newest stays
    for (const hone::ParameterId id : history.parameters(number)) found[id] = history.distribution_id(number, id);
  }
  for (const hone::Parameter& declared : study.declared_parameters()) {
    if (const auto known = found.find(declared.id); known != found.end()) known->second = declared.distribution_id;
  }
  hone::SearchSpace space;
  for (const auto& [id, distribution] : found) {
    if (hone::is_single(history.distribution(distribution))) continue;
    space.push_back({history.parameter_name(id), &history.distribution(distribution), id, distribution});
  }
  std::ranges::sort(space, {}, &hone::Parameter::name);
  return space;
}

}  // namespace

Gene::Gene(const hone::Parameter& parameter) : distribution_(parameter.distribution) {
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(distribution_)) {
    choices_ = categorical->choices.size();
  } else {
    transform_ = hone::sdk::NumericTransform(*distribution_);
    width_ = transform_.high() - transform_.low();
  }
}

double Gene::encode(double value) const {
  if (!hone::contains(*distribution_, value)) return std::numeric_limits<double>::quiet_NaN();
  if (is_categorical()) return value;
  return std::clamp((transform_.to_point(value) - transform_.low()) / width_, 0.0, 1.0);
}

double Gene::decode(double gene) const {
  return is_categorical() ? gene : transform_.to_value(transform_.low() + gene * width_);
}

std::optional<double> Gene::neighbour(double gene, int direction) const {
  const double next = decode(gene) + direction * transform_.step();
  const double middle = encode(next);
  return std::isnan(middle) ? std::nullopt : std::optional(middle);
}

bool GenePool::has_layout(const hone::History& history, hone::TrialNumber number, const Layout& layout) {
  return std::ranges::equal(history.parameters(number), layout, [&](hone::ParameterId id, const auto& known) {
    return id == known.first && history.distribution_id(number, id) == known.second;
  });
}

void GenePool::encode(const hone::History& history, hone::TrialNumber number, std::vector<double>& cells) const {
  for (std::size_t i = 0; i < genes_.size(); ++i)
    cells.push_back(genes_[i].encode(history.value(number, space_[i].id)));
}

void GenePool::update(const hone::StudyView& study, std::span<const hone::TrialNumber> numbers) {
  const hone::History& history = study.history().all();
  const auto same = [&](hone::TrialNumber n) {
    return std::ranges::binary_search(numbers_, n) || has_layout(history, n, *common_layout_);
  };
  std::vector<double> cells;
  if (common_layout_ && std::ranges::all_of(numbers, same)) {
    cells.reserve(numbers.size() * genes_.size());
    for (const hone::TrialNumber number : numbers) {
      const auto old = std::ranges::lower_bound(numbers_, number);
      if (old == numbers_.end() || *old != number) {
        encode(history, number, cells);
      } else {
        const auto kept = row(static_cast<std::size_t>(old - numbers_.begin()));
        cells.insert(cells.end(), kept.begin(), kept.end());
      }
    }
  } else {
    space_ = parameters_of(study, numbers);
    genes_.clear();
    for (const hone::Parameter& parameter : space_) genes_.emplace_back(parameter);
    for (const hone::TrialNumber number : numbers) encode(history, number, cells);
    Layout layout;
    for (const hone::ParameterId id : history.parameters(numbers[0])) {
      layout.emplace_back(id, history.distribution_id(numbers[0], id));
    }
    const bool alike = std::ranges::all_of(numbers, [&](auto n) { return has_layout(history, n, layout); });
    common_layout_ = alike ? std::optional(std::move(layout)) : std::nullopt;
  }
  numbers_.assign(numbers.begin(), numbers.end());
  cells_ = std::move(cells);
}

}  // namespace genetic
