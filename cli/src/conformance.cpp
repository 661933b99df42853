// SPDX-License-Identifier: MIT
// What every plugin must do, tried on a plugin: samplers and pruners in studies in memory.
#include "conformance.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <hone/error.hpp>
#include <hone/study.hpp>

#include "elf_symbols.hpp"

namespace hone::cli {
namespace {

constexpr std::int64_t trials_a_space = 40;  // beyond the random beginning of most algorithms
constexpr std::uint64_t seed = 20260101;

struct TestSpace {
  const char* name;
  DeclaredSpace space;
};

std::vector<TestSpace> test_spaces(const PluginInfo& info) {
  const Distribution real = FloatDistribution{-5.0, 5.0};
  const Distribution log_real = FloatDistribution{1e-5, 1.0, true};
  const Distribution stepped = FloatDistribution{0.0, 1.0, false, 0.1};
  const Distribution whole = IntDistribution{-3, 12};
  const Distribution log_whole = IntDistribution{1, 1024, true};
  const Distribution even = IntDistribution{2, 20, false, 2};
  const Distribution single = IntDistribution{7, 7};
  std::vector<TestSpace> spaces{
      {"reals", {{"x", real, {}}, {"y", log_real, {}}, {"z", stepped, {}}}},
      {"integers", {{"i", whole, {}}, {"j", log_whole, {}}, {"k", even, {}}, {"single", single, {}}}},
  };
  if (!has(info.capabilities, Capability::categorical)) return spaces;
  const Distribution words = CategoricalDistribution{{std::string("sgd"), std::string("adam"), std::string("lion")}};
  spaces.push_back({"categories", {{"kind", words, {}}, {"x", real, {}}}});
  const Condition with_sgd{"kind", {std::string("sgd")}};
  spaces.push_back({"conditions", {{"kind", words, {}}, {"momentum", stepped, {with_sgd}}, {"lr", log_real, {}}}});
  return spaces;
}

bool is_active(const DeclaredParameter& parameter, const std::map<std::string, Choice>& values) {
  return std::ranges::all_of(parameter.when, [&values](const Condition& condition) {
    const auto found = values.find(condition.parameter);
    return found != values.end() && condition.accepts(found->second);
  });
}

// A smooth bowl with a jump between categories; deterministic.
double objective_of(const std::map<std::string, Choice>& values) {
  double sum = 0.0;
  for (const auto& [name, value] : values) {
    if (const auto* real = std::get_if<double>(&value)) sum += (*real - 0.3) * (*real - 0.3);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) sum += std::abs(static_cast<double>(*whole) - 4.0);
    if (const auto* word = std::get_if<std::string>(&value)) sum += static_cast<double>(word->size());
  }
  return sum;
}

enum class Way { declared, by_running };

struct Run {
  PluginSpec sampler;
  TestSpace space;
  Way way;
  std::size_t objectives;
};

StudyOptions options_of(const Run& run) {
  StudyOptions options;
  options.name = "check";
  options.directions.assign(run.objectives, Direction::minimize);
  options.sampler = run.sampler;
  options.pruner = {"nop"};
  options.seed = seed;
  if (run.way == Way::declared) options.space = run.space.space;
  return options;
}

class IntendedFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Values evaluate(Trial& trial, const Run& run) {
  std::map<std::string, Choice> values;
  for (const DeclaredParameter& parameter : run.space.space) {
    if (is_active(parameter, values)) values[parameter.name] = trial.suggest(parameter.name, parameter.distribution);
  }
  std::vector<double> result(run.objectives, objective_of(values));
  for (std::size_t i = 1; i < result.size(); ++i) result[i] = -result[0] * static_cast<double>(i);
  // Failed trials are a part of every real history.
  if (trial.number() % 9 == 5) throw IntendedFailure("a trial that fails");
  return result;
}

// The proposals of a whole study, bit by bit.
std::string proposals_of(const Study& study) {
  std::ostringstream text;
  study.with_history([&text](const History& history) {
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      for (const History::Cell& cell : history.suggested(n)) {
        text << n << ' ' << history.parameter_name(cell.parameter) << ' ' << std::bit_cast<std::uint64_t>(cell.value)
             << '\n';
      }
    }
  });
  return text.str();
}

void add_trials(Study& study, const Run& run, std::int64_t count) {
  OptimizeOptions options;
  options.n_trials = count;
  // Whatever else is thrown comes from the plugin, or from what the study says about it.
  options.counts_as_fail = [](const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const IntendedFailure&) {
      return true;
    } catch (...) {
      return false;
    }
  };
  study.optimize([&run](Trial& trial) { return evaluate(trial, run); }, options);
}

Study long_lived(const Run& run, const std::shared_ptr<PluginRegistry>& registry) {
  Study study = Study::create(options_of(run), registry);
  add_trials(study, run, trials_a_space);
  return study;
}

// A folder that goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hone-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error("cannot make a folder in " + pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The same study, but with a fresh sampler every few trials, as after a restart of the program.
std::string proposals_with_restarts(const Run& run, const std::shared_ptr<PluginRegistry>& registry) {
  const TemporaryFolder folder;
  StudyOptions options = options_of(run);
  options.storage = {"sqlite"};
  options.storage.options.set("target", (folder.path() / "check.db").string());
  options.load_if_exists = true;
  // Stretches of 1, 2, 3, … trials, so that nothing periodic hides.
  std::int64_t done = 0;
  for (std::int64_t stretch = 1;; ++stretch) {
    Study study = Study::create(options, registry);
    const std::int64_t count = std::min(stretch, trials_a_space - done);
    add_trials(study, run, count);
    done += count;
    if (done == trials_a_space) return proposals_of(study);
  }
}

Check passed(std::string what) { return {std::move(what), Check::Outcome::ok, ""}; }
Check failed(std::string what, std::string why) { return {std::move(what), Check::Outcome::failed, std::move(why)}; }
Check skipped(std::string what, std::string why) { return {std::move(what), Check::Outcome::skipped, std::move(why)}; }

// Runs a check's body, which returns what is wrong, or nothing.
Check check(std::string what, const std::function<std::string()>& body) {
  try {
    const std::string problem = body();
    return problem.empty() ? passed(std::move(what)) : failed(std::move(what), problem);
  } catch (const std::exception& error) {
    return failed(std::move(what), error.what());
  }
}

// One space, asked in one way: in range (the study refuses what is not), repeatable, derivable by a fresh instance.
void check_space(std::vector<Check>& checks, const std::shared_ptr<PluginRegistry>& registry, const Run& run,
                 bool pure) {
  const std::string where = std::string(": ") + run.space.name +
                            (run.way == Way::declared ? ", declared" : ", by running") +
                            (run.objectives > 1 ? ", two directions" : "");
  std::optional<Study> study;
  checks.push_back(check("proposals are in range" + where, [&] {
    study = long_lived(run, registry);
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return;
  const std::string again = "the same seed proposes the same" + where;
  const std::string fresh = "a fresh instance proposes the same" + where;
  if (!pure) {
    checks.push_back(skipped(again, "the plugin says that it is not pure"));
    checks.push_back(skipped(fresh, "the plugin says that it is not pure"));
    return;
  }
  checks.push_back(check(again, [&]() -> std::string {
    if (proposals_of(*study) == proposals_of(long_lived(run, registry))) return "";
    return "two studies with one seed differ; take random numbers from StudyView::random alone";
  }));
  checks.push_back(check(fresh, [&]() -> std::string {
    if (proposals_of(*study) == proposals_with_restarts(run, registry)) return "";
    return "what a sampler keeps must follow from the history: after a restart it proposed something else";
  }));
}

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
  study.optimize(curve, trials_a_space);
  return verdicts;
}

}  // namespace

std::vector<Check> check_file(const std::filesystem::path& file) {
  const DynamicSymbols symbols = dynamic_symbols(file);
  std::vector<std::string> surplus;
  std::ranges::copy_if(symbols.defined, std::back_inserter(surplus),
                       [](const std::string& s) { return !is_allowed_export(s); });
  std::vector<std::string> needed;
  std::ranges::copy_if(symbols.undefined, std::back_inserter(needed), is_hones);
  std::vector<Check> checks;
  checks.push_back(check(std::string("exports ") + plugin_symbol + " and nothing else", [&]() -> std::string {
    if (std::ranges::find(symbols.defined, plugin_symbol) == symbols.defined.end()) {
      return std::string("it does not export ") + plugin_symbol + "; use HONE_PLUGINS";
    }
    return surplus.empty() ? "" : "it also exports " + some_of(surplus) + "; build it by hone_add_plugin";
  }));
  checks.push_back(check("needs no symbol of hone", [&] {
    return needed.empty() ? "" : "it expects " + some_of(needed) + " from its host; link nothing but hone::sdk";
  }));
  return checks;
}

std::vector<Check> check_sampler(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec,
                                 const PluginInfo& info) {
  std::vector<Check> checks;
  const std::vector<Direction> directions{Direction::minimize};
  checks.push_back(check("builds with its defaults", [&] {
    registry->make_sampler(spec, FactoryContext{"check", directions, seed, &registry->host()});
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  const bool pure = !has(info.capabilities, Capability::not_pure);
  for (const TestSpace& space : test_spaces(info)) {
    for (const Way way : {Way::declared, Way::by_running}) {
      check_space(checks, registry, {spec, space, way, 1}, pure);
    }
  }
  if (has(info.capabilities, Capability::multi_objective)) {
    check_space(checks, registry, {spec, test_spaces(info).front(), Way::declared, 2}, pure);
  }
  return checks;
}

std::vector<Check> check_pruner(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec) {
  std::vector<Check> checks;
  const std::vector<Direction> directions{Direction::minimize};
  checks.push_back(check("builds with its defaults", [&] {
    registry->make_pruner(spec, FactoryContext{"check", directions, seed, &registry->host()});
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  std::string verdicts;
  checks.push_back(check("answers after every report, NaN included", [&] {
    verdicts = verdicts_of(registry, spec);
    return std::string();
  }));
  if (checks.back().outcome == Check::Outcome::failed) return checks;
  checks.push_back(check("the same reports give the same answers", [&] {
    return verdicts_of(registry, spec) == verdicts ? "" : "two studies with the same reports were pruned differently";
  }));
  return checks;
}

}  // namespace hone::cli
