// SPDX-License-Identifier: MIT
// Suggestions for misspelt words.
#include <algorithm>

#include <hone/registry.hpp>

namespace hone {
namespace {

// Damerau-Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions, replacements
// and swaps of neighbours count one each.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t least = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t length = std::max(word.size(), candidate.size());
    const std::size_t allowed = std::max<std::size_t>(1, length / 3);
    // The difference of lengths is a lower bound, and spares the work for words that are far off.
    if (std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size()) > allowed) continue;
    const std::size_t between = distance(word, candidate);
    if (between > allowed || between == length || (best && between >= least)) continue;
    best = candidate;
    least = between;
  }
  return best;
}

}  // namespace hone
