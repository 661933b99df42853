// SPDX-License-Identifier: MIT
#include "network.hpp"

#include <cmath>

namespace digits {
namespace {

// Each column becomes probabilities.
Eigen::MatrixXf softmax(Eigen::MatrixXf scores) {
  for (Eigen::Index i = 0; i < scores.cols(); ++i) {
    scores.col(i) = (scores.col(i).array() - scores.col(i).maxCoeff()).exp();
    scores.col(i) /= scores.col(i).sum();
  }
  return scores;
}

// 0 for a unit that is left out, 1 / (1 - dropout) for one that stays.
Eigen::MatrixXf dropout_mask(Eigen::Index rows, Eigen::Index columns, float dropout, Random& random) {
  Eigen::MatrixXf mask(rows, columns);
  for (Eigen::Index i = 0; i < mask.size(); ++i) {
    mask.data()[i] = random.uniform() < dropout ? 0.0f : 1.0f / (1.0f - dropout);
  }
  return mask;
}

}  // namespace

Network::Network(const std::vector<int>& widths, Activation activation, Random& random) : activation_(activation) {
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    // He et al. (2015) for relu, Glorot & Bengio (2010) for the others.
    const int fan = activation == Activation::relu ? widths[i] : (widths[i] + widths[i + 1]) / 2;
    const float deviation = std::sqrt((activation == Activation::relu ? 2.0f : 1.0f) / static_cast<float>(fan));
    Layer layer;
    layer.weights.resize(widths[i + 1], widths[i]);
    for (Eigen::Index w = 0; w < layer.weights.size(); ++w) layer.weights.data()[w] = deviation * random.normal();
    layer.bias = Eigen::VectorXf::Zero(widths[i + 1]);
    layers_.push_back(std::move(layer));
  }
}

void Network::compute_gradients(const Dataset& batch, float dropout, Random& random) {
  // outputs[i] is what layer i gets, masks[i] what dropout made of it.
  std::vector<Eigen::MatrixXf> outputs{batch.images};
  std::vector<Eigen::MatrixXf> masks(1);
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    outputs.push_back(activate((layers_[i].weights * outputs[i]).colwise() + layers_[i].bias));
    masks.push_back(dropout_mask(outputs.back().rows(), outputs.back().cols(), dropout, random));
  }
  const auto input = [&](std::size_t i) -> Eigen::MatrixXf {
    return i == 0 ? outputs[0] : outputs[i].cwiseProduct(masks[i]);
  };
  Eigen::MatrixXf delta = softmax((layers_.back().weights * input(layers_.size() - 1)).colwise() + layers_.back().bias);
  for (Eigen::Index i = 0; i < delta.cols(); ++i) delta(batch.labels[static_cast<std::size_t>(i)], i) -= 1.0f;
  delta /= static_cast<float>(batch.size());

  for (std::size_t i = layers_.size(); i-- > 0;) {
    Layer& layer = layers_[i];
    layer.weights_gradient = delta * input(i).transpose();
    layer.bias_gradient = delta.rowwise().sum();
    if (i == 0) break;
    const Eigen::MatrixXf back = layer.weights.transpose() * delta;
    delta = back.cwiseProduct(masks[i]).cwiseProduct(derivative(outputs[i]));
  }
}

double Network::accuracy(const Dataset& data) const {
  Eigen::MatrixXf output = data.images;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Eigen::MatrixXf sums = (layers_[i].weights * output).colwise() + layers_[i].bias;
    output = i + 1 < layers_.size() ? activate(sums) : sums;
  }
  int right = 0;
  for (Eigen::Index i = 0; i < output.cols(); ++i) {
    Eigen::Index guess = 0;
    output.col(i).maxCoeff(&guess);
    if (guess == data.labels[static_cast<std::size_t>(i)]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(data.size());
}

Eigen::MatrixXf Network::activate(const Eigen::MatrixXf& sums) const {
  switch (activation_) {
    case Activation::relu: return sums.cwiseMax(0.0f);
    case Activation::tanh: return sums.array().tanh();
    case Activation::sigmoid: break;
  }
  return 1.0f / (1.0f + (-sums.array()).exp());
}

// Of the activation, by what it returned.
Eigen::MatrixXf Network::derivative(const Eigen::MatrixXf& activated) const {
  switch (activation_) {
    case Activation::relu: return (activated.array() > 0.0f).cast<float>();
    case Activation::tanh: return 1.0f - activated.array().square();
    case Activation::sigmoid: break;
  }
  return activated.array() * (1.0f - activated.array());
}

}  // namespace digits
