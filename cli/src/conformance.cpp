// SPDX-License-Identifier: MIT
// What every plugin must do, tried on a plugin: the file, and pruners in studies in memory.
#include "conformance.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>

#include <hone/error.hpp>
#include <hone/study.hpp>

#include "elf_symbols.hpp"

namespace hone::cli {
namespace {

constexpr std::int64_t curves = 40;
constexpr std::uint64_t seed = 20260101;

bool is_allowed_export(const std::string& symbol) {
  return symbol == plugin_symbol || symbol == "_init" || symbol == "_fini" || symbol == "_edata" || symbol == "_end" ||
         symbol == "__bss_start";
}

// Names of things in the namespace hone, and of the C functions that a host could have.
bool is_hones(const std::string& symbol) {
  return symbol.find("N4hone") != std::string::npos || symbol.find("NK4hone") != std::string::npos ||
         symbol.starts_with("hone_");
}

// As its author wrote it.
std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 && text ? text.get() : symbol;
}

std::string some_of(const std::vector<std::string>& symbols) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, symbols.size()); ++i)
    text += (i == 0 ? "" : ", ") + demangled(symbols[i]);
  return symbols.size() > shown ? text + " and " + std::to_string(symbols.size() - shown) + " more" : text;
}

// The answers of a pruner to a fixed set of learning curves, one letter each.
std::string verdicts_of(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& pruner) {
  StudyOptions options;
  options.name = "check";
  options.sampler = {"random"};
  options.pruner = pruner;
  options.seed = seed;
  Study study = Study::create(options, registry);
  std::string verdicts;
  const auto curve = [&verdicts](Trial& trial) -> Values {
    const double level = trial.suggest_float("level", 0.0, 1.0);
    for (std::int64_t step = 0; step < 20; ++step) {
      const bool is_nan = trial.number() % 7 == 3 && step == 4;
      trial.report(is_nan ? std::nan("") : level + 1.0 / static_cast<double>(step + 1), step);
      const bool prune = trial.should_prune();
      verdicts += prune ? 'p' : '.';
      if (prune) throw TrialPruned{};
    }
    return level;
  };
  study.optimize(curve, curves);
  return verdicts;
}

}  // namespace

Check tried(std::string what, const std::function<std::string()>& body) {
  try {
    const std::string problem = body();
    return {std::move(what), problem.empty() ? Check::Outcome::ok : Check::Outcome::failed, problem};
  } catch (const std::exception& error) {
    return {std::move(what), Check::Outcome::failed, error.what()};
  }
}

std::vector<Check> check_file(const std::filesystem::path& file) {
  const DynamicSymbols symbols = dynamic_symbols(file);
  std::vector<std::string> surplus;
  std::ranges::copy_if(symbols.defined, std::back_inserter(surplus),
                       [](const std::string& s) { return !is_allowed_export(s); });
  std::vector<std::string> needed;
  std::ranges::copy_if(symbols.undefined, std::back_inserter(needed), is_hones);
  std::vector<Check> checks;
  checks.push_back(tried(std::string("exports ") + plugin_symbol + " and nothing else", [&]() -> std::string {
    if (std::ranges::find(symbols.defined, plugin_symbol) == symbols.defined.end()) {
      return std::string("it does not export ") + plugin_symbol + "; use HONE_PLUGINS";
    }
    return surplus.empty() ? "" : "it also exports " + some_of(surplus) + "; build it by hone_add_plugin";
  }));
  checks.push_back(tried("needs no symbol of hone", [&] {
    return needed.empty() ? "" : "it expects " + some_of(needed) + " from its host; link nothing but hone::sdk";
  }));
  return checks;
}

std::vector<Check> check_pruner(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec) {
  std::vector<Check> checks;
  const std::vector<Direction> directions{Direction::minimize};
  checks.push_back(tried("builds with its defaults", [&] {
    registry->make_pruner(spec, FactoryContext{"check", directions, seed, &registry->host()});
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  std::string verdicts;
  checks.push_back(tried("answers after every report, NaN included", [&] {
    verdicts = verdicts_of(registry, spec);
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  checks.push_back(tried("the same reports give the same answers", [&] {
    return verdicts_of(registry, spec) == verdicts ? "" : "two studies with the same reports were pruned differently";
  }));
  return checks;
}

}  // namespace hone::cli
