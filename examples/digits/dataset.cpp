// SPDX-License-Identifier: MIT
#include "dataset.hpp"

#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "random.hpp"

namespace digits {
namespace {

constexpr int pixels = 64;

std::vector<int> read_line(const std::string& line, const std::string& where) {
  std::istringstream stream(line);
  std::vector<int> numbers;
  for (std::string cell; std::getline(stream, cell, ',');) numbers.push_back(std::atoi(cell.c_str()));
  if (numbers.size() != pixels + 1 || numbers.back() < 0 || numbers.back() > 9) {
    throw std::runtime_error(where + ": expected 64 pixels and a digit");
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
