// SPDX-License-Identifier: MIT
#include "optimizer.hpp"

#include <cmath>

namespace digits {

Optimizer::Optimizer(const OptimizerOptions& options, const std::vector<Layer>& layers) : options_(options) {
  for (const Layer& layer : layers) {
    weights_.push_back({Eigen::ArrayXf::Zero(layer.weights.size()), Eigen::ArrayXf::Zero(layer.weights.size())});
    biases_.push_back({Eigen::ArrayXf::Zero(layer.bias.size()), Eigen::ArrayXf::Zero(layer.bias.size())});
  }
}

void Optimizer::step(std::vector<Layer>& layers, float rate) {
  ++steps_;
  const float learning_rate = options_.learning_rate * rate;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Layer& layer = layers[i];
    Eigen::Map<Eigen::ArrayXf> weights(layer.weights.data(), layer.weights.size());
    const Eigen::Map<const Eigen::ArrayXf> gradient(layer.weights_gradient.data(), layer.weights_gradient.size());
    weights -= learning_rate * (direction(gradient, weights_[i]) + options_.weight_decay * weights);
    layer.bias.array() -= learning_rate * direction(layer.bias_gradient.array(), biases_[i]);
  }
}

Eigen::ArrayXf Optimizer::direction(const Eigen::ArrayXf& gradient, Moments& moments) const {
  constexpr float beta1 = 0.9f, beta2 = 0.999f, rho = 0.9f, epsilon = 1e-7f;
  const auto steps = static_cast<float>(steps_);
  switch (options_.method) {
    case Method::sgd: moments.first = options_.momentum * moments.first + gradient; return moments.first;
    case Method::rmsprop:
      moments.second = rho * moments.second + (1.0f - rho) * gradient.square();
      return gradient / (moments.second.sqrt() + epsilon);
    case Method::adam: break;
  }
  moments.first = beta1 * moments.first + (1.0f - beta1) * gradient;
  moments.second = beta2 * moments.second + (1.0f - beta2) * gradient.square();
  // Kingma & Ba (2015), algorithm 1: both means start at zero, which is corrected.
  const float first_weight = 1.0f - std::pow(beta1, steps);
  const float second_weight = 1.0f - std::pow(beta2, steps);
  return (moments.first / first_weight) / ((moments.second / second_weight).sqrt() + epsilon);
}

}  // namespace digits
