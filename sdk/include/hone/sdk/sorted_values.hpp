// SPDX-License-Identifier: MIT
// Sorted numbers that grow one by one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hone::sdk {

/// Numbers in ascending order, some of which may be taken out again. Kept in pieces of some hundred, so that adding one
/// moves a piece and not all.
class SortedValues {
 public:
  void add(double value) {
    ++size_;
    if (pieces_.empty()) {
      pieces_.push_back({value});
      return;
    }
    const auto at = piece_of(value);
    at->insert(std::ranges::upper_bound(*at, value), value);
    if (at->size() < longest) return;
    std::vector<double> upper(at->begin() + longest / 2, at->end());
    at->resize(longest / 2);
    pieces_.insert(at + 1, std::move(upper));
  }

  /// Takes one of the numbers equal to `value` out; there is one.
  void remove(double value) {
    const auto at = piece_of(value);
    at->erase(std::ranges::lower_bound(*at, value));
    --size_;
    if (at->empty()) pieces_.erase(at);
  }

  std::size_t size() const { return size_; }

  /// The i-th least, from 0.
  double operator[](std::size_t i) const {
    auto piece = pieces_.begin();
    for (; i >= piece->size(); ++piece) i -= piece->size();
    return (*piece)[i];
  }

 private:
  static constexpr std::size_t longest = 512;

  // The first piece that does not end below the value, or the last.
  std::vector<std::vector<double>>::iterator piece_of(double value) {
    const auto at = std::ranges::lower_bound(pieces_, value, {}, [](const auto& piece) { return piece.back(); });
    return at == pieces_.end() ? std::prev(at) : at;
  }

  std::vector<std::vector<double>> pieces_;  // none is empty
  std::size_t size_ = 0;
};

}  // namespace hone::sdk
