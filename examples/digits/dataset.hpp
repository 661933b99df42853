// SPDX-License-Identifier: MIT
// The handwritten digits.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace digits {

/// Images as columns of 64 pixels in [0, 1], and which digit each shows.
struct Dataset {
  Eigen::MatrixXf images;
  std::vector<int> labels;
  Eigen::Index size() const { return images.cols(); }
};

/// Train on the first, choose hyper-parameters by the second, and look at the third once, at the end.
struct Split {
  Dataset train;
  Dataset validation;
  Dataset test;
};

/// @throws std::runtime_error that names the file and the line
Dataset read_csv(const std::string& file);

/// A third each, of images in an order that is always the same.
Split split(const Dataset& all);

/// The images with these indices, in this order.
Dataset select(const Dataset& all, const std::vector<int>& indices, std::size_t begin, std::size_t end);

}  // namespace digits
