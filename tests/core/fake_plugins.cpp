// SPDX-License-Identifier: MIT
#include "fake_plugins.hpp"

#define HONE_STATIC_PLUGIN fakes
#include <hone/sdk/plugin.hpp>

#include "fake_storage.hpp"

using namespace hone;

namespace {

double inside(const Distribution& distribution, double unit) {
  if (const auto* d = std::get_if<FloatDistribution>(&distribution)) return d->low + unit * (d->high - d->low);
  if (const auto* i = std::get_if<IntDistribution>(&distribution)) {
    return static_cast<double>(
        i->low + static_cast<std::int64_t>(unit * static_cast<double>((i->high - i->low) / i->step + 1)) * i->step);
  }
  return std::floor(unit * static_cast<double>(std::get<CategoricalDistribution>(distribution).choices.size()));
}

// Draws by the key alone.
class Keyed final : public Sampler {
 public:
  Keyed(const FactoryContext&, const Options&) {}
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    return inside(*parameter.distribution, study.random(trial, "keyed", parameter.name).uniform());
  }
};

// Draws a fraction that is a function of the visible trials: the sum over finished of (number + 1) and over pending of
// 1000 * (number + 1), and of the pending ones' first value. Jointly for what every finished trial has.
class Counting final : public Sampler {
 public:
  Counting(const FactoryContext&, const Options&) {}
  SearchSpace infer_relative_search_space(const StudyView& study, const TrialView&) override {
    const History& history = study.history().all();
    SearchSpace space;
    if (const auto id = history.find_parameter("joint"); id && history.count(TrialState::complete) > 0) {
      if (const auto d = history.latest_distribution(*id))
        space.push_back({history.parameter_name(*id), &history.distribution(*d), *id, *d});
    }
    return space;
  }
  std::vector<double> sample_relative(const StudyView& study, const TrialView& trial,
                                      const SearchSpace& space) override {
    std::vector<double> values;
    for (const Parameter& parameter : space) values.push_back(inside(*parameter.distribution, unit(study, trial)));
    return values;
  }
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    return inside(*parameter.distribution, unit(study, trial));
  }

 private:
  static double unit(const StudyView& study, const TrialView& trial) {
    std::uint64_t sum = 0;
    study.history().for_each([&](TrialNumber n) {
      const History& history = study.history().all();
      if (n == trial.number()) return;
      const auto number = static_cast<std::uint64_t>(n + 1);
      if (history.finished(n)) sum += number;
      if (history.pending(n)) sum += 1000 * number + 7 * history.parameters(n).size();
    });
    return static_cast<double>((sum * 2654435761u) % 1000) / 1000.0;
  }
};

class Broken final : public Sampler {
 public:
  Broken(const FactoryContext&, const Options& options) : how_(options.get<std::string>("how")) {}
  double sample_independent(const StudyView&, const TrialView&, const Parameter& parameter) override {
    if (how_ == "throws") throw std::runtime_error("lost its way");
    if (how_ == "int") throw 42;
    return how_ == "nan" ? std::nan("") : inside(*parameter.distribution, 2.0);
  }

 private:
  std::string how_;
};

// Publishes how many trials it saw first, and answers with that for ever.
class Publishing final : public Sampler {
 public:
  Publishing(const FactoryContext&, const Options&) {}
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    std::vector<TrialNumber> finished;
    study.history().for_each([&](TrialNumber n) {
      if (study.history()->finished(n)) finished.push_back(n);
    });
    if (finished.size() < 3) return inside(*parameter.distribution, study.random(trial, "first").uniform());
    const std::string value = study.publish_once("elders", std::to_string(finished.size()), finished);
    return inside(*parameter.distribution, static_cast<double>(std::stoi(value)) / 1000.0);
  }
};

// Says how many trials of its cohort it sees.
class OfCohort final : public Sampler {
 public:
  OfCohort(const FactoryContext&, const Options&) {}
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    double seen = 0.0;
    study.history().for_each(
        [&](TrialNumber n) { seen += n != trial.number() && study.history()->finished(n) ? 1.0 : 0.0; });
    return inside(*parameter.distribution, seen / 1000.0);
  }
};

class Never final : public Pruner {
 public:
  Never(const FactoryContext&, const Options&) {}
  bool should_prune(const StudyView&, const TrialView&) override { return false; }
};

class Above final : public Pruner {
 public:
  Above(const FactoryContext&, const Options& options) : limit_(options.get<double>("limit")) {}
  bool should_prune(const StudyView& study, const TrialView& trial) override {
    return study.history()->reports(trial.number()).back().value > limit_;
  }

 private:
  double limit_;
};

// Puts even and odd trials into cohorts of their own.
class Parity final : public Pruner {
 public:
  Parity(const FactoryContext&, const Options&) {}
  bool should_prune(const StudyView&, const TrialView&) override { return false; }
  std::optional<std::string> cohort(const StudyView&, const TrialView& trial) override {
    return trial.number() % 2 == 0 ? "even" : "odd";
  }
};

struct LogStorage {
  static void* create(const FactoryContext*, const Options* options) {
    std::unique_ptr<Storage> storage = std::make_unique<FakeStorage>(options->get<std::string>("target"));
    return storage.release();
  }
};

constexpr hone_option how_options[] = {sdk::string_option("how", "\"throws\"", "what goes wrong")};
constexpr hone_option limit_options[] = {
    sdk::float_option("limit", "1.0", nullptr, nullptr, "reports above are pruned")};
constexpr hone_option log_options[] = {sdk::string_option("target", "\"\"", "the name under which studies are shared")};

constexpr auto plain = Capability::multi_objective | Capability::portable;

}  // namespace

HONE_PLUGINS(
    sdk::sampler<Keyed>({.name = "keyed",
                         .version = "1",
                         .description = "by key",
                         .capabilities = plain | Capability::ignores_history}),
    sdk::sampler<Counting>({.name = "counting",
                            .version = "1",
                            .description = "by visible trials",
                            .capabilities = static_cast<std::uint64_t>(Capability::portable)}),
    sdk::sampler<Broken>({.name = "broken", .version = "1", .description = "fails", .options = how_options}),
    sdk::sampler<Publishing>({.name = "publishing", .version = "1", .description = "publishes"}),
    sdk::sampler<OfCohort>({.name = "of_cohort",
                            .version = "1",
                            .description = "models its cohort",
                            .capabilities = static_cast<std::uint64_t>(Capability::models_cohort)}),
    sdk::pruner<Never>({.name = "never",
                        .version = "1",
                        .description = "never",
                        .capabilities = static_cast<std::uint64_t>(Capability::multi_objective)}),
    sdk::pruner<Above>({.name = "above", .version = "1", .description = "above a limit", .options = limit_options}),
    sdk::pruner<Parity>({.name = "parity",
                         .version = "1",
                         .description = "cohorts",
                         .capabilities = static_cast<std::uint64_t>(Capability::assigns_cohorts)}),
    {static_cast<std::uint32_t>(PluginKind::storage), 1, "log", "1", "a log in memory", "", 0, log_options,
     &LogStorage::create});

std::shared_ptr<PluginRegistry> fake_registry() {
  PluginSearch search;
  search.environment = false;
  auto registry = std::make_shared<PluginRegistry>(search);
  registry->add(hone_plugin_table_fakes);
  return registry;
}

StudyOptions fake_study(const std::string& where, const std::string& sampler) {
  StudyOptions options;
  options.name = "study";
  options.seed = 42;
  options.sampler = {sampler};
  options.pruner = {"never"};
  options.storage = {"log:" + where};
  options.load_if_exists = true;
  return options;
}
