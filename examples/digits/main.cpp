// SPDX-License-Identifier: MIT
// Trains a small neural network on handwritten digits and prints its accuracy on images that it was not trained on.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "dataset.hpp"
#include "network.hpp"
#include "optimizer.hpp"

namespace {

using namespace digits;

struct Flags {
  std::string data = DIGITS_CSV;
  int epochs = 30;
  int layers = 1;
  int hidden = 64;
  int hidden2 = 32;
  Activation activation = Activation::relu;
  OptimizerOptions optimizer;
  float lr_decay = 1.0f;
  int batch = 32;
  float dropout = 0.0f;
  unsigned seed = 1;
  bool test = false;
};

void add_flags(CLI::App& app, Flags& flags) {
  const std::map<std::string, Activation> activations{
      {"relu", Activation::relu}, {"tanh", Activation::tanh}, {"sigmoid", Activation::sigmoid}};
  const std::map<std::string, Method> methods{
      {"sgd", Method::sgd}, {"rmsprop", Method::rmsprop}, {"adam", Method::adam}};
  app.add_option("--data", flags.data, "the images, as CSV");
  app.add_option("--epochs", flags.epochs, "passes over the training images")->check(CLI::Range(1, 1000));
  app.add_option("--layers", flags.layers, "hidden layers")->check(CLI::Range(1, 2));
  app.add_option("--hidden", flags.hidden, "units of the first hidden layer")->check(CLI::Range(1, 4096));
  app.add_option("--hidden2", flags.hidden2, "units of the second")->check(CLI::Range(1, 4096));
  app.add_option("--activation", flags.activation, "relu, tanh or sigmoid")
      ->transform(CLI::CheckedTransformer(activations));
  app.add_option("--optimizer", flags.optimizer.method, "sgd, rmsprop or adam")
      ->transform(CLI::CheckedTransformer(methods));
  app.add_option("--lr", flags.optimizer.learning_rate, "learning rate")->check(CLI::PositiveNumber);
  app.add_option("--lr-decay", flags.lr_decay, "factor on the learning rate after each epoch")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--momentum", flags.optimizer.momentum, "of sgd")->check(CLI::Range(0.0, 1.0));
  app.add_option("--weight-decay", flags.optimizer.weight_decay, "of each step, times the learning rate")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--batch", flags.batch, "images a step")->check(CLI::Range(1, 10000));
  app.add_option("--dropout", flags.dropout, "probability that a hidden unit is left out")
      ->check(CLI::Range(0.0, 0.95));
  app.add_option("--seed", flags.seed, "of the weights, the order of the images, and dropout");
  app.add_flag("--test", flags.test, "end with the accuracy on images that nothing was chosen by");
}

void train(const Flags& flags) {
  const Split data = split(read_csv(flags.data));
  std::vector<int> widths{static_cast<int>(data.train.images.rows()), flags.hidden};
  if (flags.layers == 2) widths.push_back(flags.hidden2);
  widths.push_back(10);

  Random random(flags.seed);
  Network network(widths, flags.activation, random);
  Optimizer optimizer(flags.optimizer, network.layers());
  std::vector<int> order(data.train.labels.size());
  std::iota(order.begin(), order.end(), 0);
  for (int epoch = 1; epoch <= flags.epochs; ++epoch) {
    random.shuffle(order);
    const float rate = std::pow(flags.lr_decay, static_cast<float>(epoch - 1));
    for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(flags.batch)) {
      const std::size_t end = std::min(order.size(), begin + static_cast<std::size_t>(flags.batch));
      network.compute_gradients(select(data.train, order, begin, end), flags.dropout, random);
      optimizer.step(network.layers(), rate);
    }
    std::printf("epoch %d accuracy %.4f\n", epoch, network.accuracy(data.validation));
    std::fflush(stdout);
  }
  if (flags.test) std::printf("test accuracy %.4f\n", network.accuracy(data.test));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains a small neural network on handwritten digits. Prints its validation accuracy after each epoch."};
  app.option_defaults()->always_capture_default();
  Flags flags;
  add_flags(app, flags);
  CLI11_PARSE(app, argc, argv);
  try {
    train(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 1;
  }
  return 0;
}
