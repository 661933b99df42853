// SPDX-License-Identifier: MIT
// A multi-layer perceptron for classification: dense layers, softmax, cross entropy.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "dataset.hpp"
#include "random.hpp"

namespace digits {

enum class Activation { relu, tanh, sigmoid };

/// One dense layer and the gradient of the loss by its weights.
struct Layer {
  Eigen::MatrixXf weights;  // outputs x inputs
  Eigen::VectorXf bias;
  Eigen::MatrixXf weights_gradient;
  Eigen::VectorXf bias_gradient;
};

class Network {
 public:
  /// `widths`: inputs, hidden units of each layer, classes.
  Network(const std::vector<int>& widths, Activation activation, Random& random);

  /// One pass forward and one back: fills in the layers' gradients of the mean cross entropy. Hidden units are left out
  /// with the probability `dropout`, and the others scaled up.
  void compute_gradients(const Dataset& batch, float dropout, Random& random);

  /// The part of the images that are recognised.
  double accuracy(const Dataset& data) const;

  std::vector<Layer>& layers() { return layers_; }

 private:
  Eigen::MatrixXf activate(const Eigen::MatrixXf& sums) const;
  Eigen::MatrixXf derivative(const Eigen::MatrixXf& activated) const;

  std::vector<Layer> layers_;
  Activation activation_;
};

}  // namespace digits
