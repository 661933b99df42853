// SPDX-License-Identifier: MIT
// How a gradient becomes a step.
#pragma once

#include <vector>

#include "network.hpp"

namespace digits {

enum class Method { sgd, rmsprop, adam };

struct OptimizerOptions {
  Method method = Method::sgd;
  float learning_rate = 0.01f;
  float momentum = 0.9f;      ///< of sgd
  float weight_decay = 0.0f;  ///< decoupled: each step takes learning_rate * weight_decay of a weight away
};

class Optimizer {
 public:
  Optimizer(const OptimizerOptions& options, const std::vector<Layer>& layers);

  /// Moves the weights by their gradients; `rate` scales the learning rate.
  void step(std::vector<Layer>& layers, float rate);

 private:
  // Running means of the gradient and of its square.
  struct Moments {
    Eigen::ArrayXf first;
    Eigen::ArrayXf second;
  };
  Eigen::ArrayXf direction(const Eigen::ArrayXf& gradient, Moments& moments) const;

  OptimizerOptions options_;
  std::vector<Moments> weights_;
  std::vector<Moments> biases_;
  int steps_ = 0;
};

}  // namespace digits
