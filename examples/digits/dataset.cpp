// SPDX-License-Identifier: MIT
#include "dataset.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "random.hpp"

namespace digits {
namespace {

constexpr int pixels = 64;

int number_from(const std::string& cell) {
  int number = -1;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  return error == std::errc{} && end == cell.data() + cell.size() ? number : -1;
}

std::vector<int> read_line(const std::string& line, const std::string& where) {
  std::istringstream stream(line);
  std::vector<int> numbers;
  for (std::string cell; std::getline(stream, cell, ',');) numbers.push_back(number_from(cell));
  const auto is_pixel = [](int number) { return 0 <= number && number <= 16; };
  if (numbers.size() != pixels + 1 || !std::all_of(numbers.begin(), numbers.end() - 1, is_pixel) ||
      numbers.back() < 0 || numbers.back() > 9) {
    throw std::runtime_error(where + ": expected 64 pixels from 0 to 16, and a digit");
  }
  return numbers;
}

}  // namespace

Dataset read_csv(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file);
  std::vector<std::vector<int>> rows;
  for (std::string line; std::getline(stream, line);) {
    rows.push_back(read_line(line, file + ":" + std::to_string(rows.size() + 1)));
  }
  Dataset all;
  all.images.resize(pixels, static_cast<Eigen::Index>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (int p = 0; p < pixels; ++p) {
      all.images(p, static_cast<Eigen::Index>(i)) = static_cast<float>(rows[i][static_cast<std::size_t>(p)]) / 16.0f;
    }
    all.labels.push_back(rows[i].back());
  }
  return all;
}

Split split(const Dataset& all) {
  std::vector<int> order(all.labels.size());
  std::iota(order.begin(), order.end(), 0);
  Random(1998).shuffle(order);
  const std::size_t third = order.size() / 3;
  return {select(all, order, 0, third), select(all, order, third, 2 * third),
          select(all, order, 2 * third, order.size())};
}

Dataset select(const Dataset& all, const std::vector<int>& indices, std::size_t begin, std::size_t end) {
  Dataset chosen;
  chosen.images.resize(all.images.rows(), static_cast<Eigen::Index>(end - begin));
  for (std::size_t i = begin; i < end; ++i) {
    chosen.images.col(static_cast<Eigen::Index>(i - begin)) = all.images.col(indices[i]);
    chosen.labels.push_back(all.labels[static_cast<std::size_t>(indices[i])]);
  }
  return chosen;
}

}  // namespace digits
