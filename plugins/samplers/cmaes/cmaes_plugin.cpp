// SPDX-License-Identifier: MIT
// The sampler `cmaes`: between the study's interface and the evolution.
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>

#include "evolution.hpp"
#include "generation_fact.hpp"
#include "source_points.hpp"
#include "trial_pool.hpp"
#include "warm_start.hpp"

namespace {

using cmaes::Evolution;
using cmaes::GenerationFact;

cmaes::RestartStrategy restart_strategy(const std::string& name) {
  if (name == "ipop") return cmaes::RestartStrategy::ipop;
  return name == "bipop" ? cmaes::RestartStrategy::bipop : cmaes::RestartStrategy::none;
}

struct CmaesOptions {
  CmaesOptions(const hone::Host& host, const hone::Options& options)
      : n_startup_trials(options.get<std::size_t>("n_startup_trials")),
        consider_pruned_trials(options.get<bool>("consider_pruned_trials")),
        warn_independent_sampling(options.get<bool>("warn_independent_sampling")),
        with_margin(options.get<bool>("with_margin")) {
    if (!options.is_auto("popsize")) popsize = options.get<Eigen::Index>("popsize");
    if (!options.is_auto("sigma0")) settings.sigma = options.get<double>("sigma0");
    settings.separable = options.get<bool>("use_separable_cma");
    settings.adapt_learning_rates = options.get<bool>("lr_adapt");
    settings.restarts = restart_strategy(options.get<std::string>("restart_strategy"));
    settings.population_factor = options.get<double>("inc_popsize");
    if (settings.separable && settings.adapt_learning_rates) {
      throw std::invalid_argument(
          "options 'use_separable_cma' and 'lr_adapt' exclude each other: the rates adapt to a full covariance matrix; "
          "leave one of them out");
    }
    read_x0(options.json("x0"));
    read_source(options);
    // What the state depends on: studies that change one of these begin a new evolution.
    for (const char* name : {"popsize", "sigma0", "use_separable_cma", "lr_adapt", "restart_strategy", "inc_popsize",
                             "x0", "with_margin", "consider_pruned_trials", "source_trials", "source_study"}) {
      text += host.to_json_text(options.json(name)) + ';';
    }
  }

  std::size_t n_startup_trials;
  bool consider_pruned_trials;
  bool warn_independent_sampling;
  bool with_margin;
  std::optional<Eigen::Index> popsize;
  cmaes::EvolutionSettings settings;
  std::map<std::string, double, std::less<>> x0;
  hone::Json source_trials;  ///< null or a list
  std::string source_study;  ///< empty for none
  std::shared_ptr<hone::Storage> source_storage;
  std::string text;

  bool has_source() const { return !source_trials.is_null() || !source_study.empty(); }

 private:
  void read_source(const hone::Options& options) {
    source_trials = options.json("source_trials");
    source_study = options.get<std::string>("source_study");
    source_storage = options.plugin<hone::Storage>("source_storage");
    if (source_study.empty() != (source_storage == nullptr)) {
      throw std::invalid_argument(
          "options 'source_study' and 'source_storage' need each other: a name and where it is");
    }
    if (!source_trials.is_null() && !source_study.empty()) {
      throw std::invalid_argument("options 'source_trials' and 'source_study' exclude each other");
    }
    if (has_source() && (!x0.empty() || !options.is_auto("sigma0") || settings.separable)) {
      throw std::invalid_argument(
          "a source gives the first mean, deviation and covariances, so that 'x0', 'sigma0' and 'use_separable_cma' "
          "cannot be given with it");
    }
  }

  void read_x0(const hone::Json& given) {
    if (given.as_object() == nullptr) return;
    for (const auto& [name, value] : *given.as_object()) {
      if (!value.number()) {
        throw std::invalid_argument("option 'x0': the value of '" + name + "' is " + std::string(value.type_name()) +
                                    ", but must be a number");
      }
      x0[name] = *value.number();
    }
  }
};

bool is_drawn_jointly(const hone::Distribution& distribution) {
  return !hone::is_categorical(distribution) && !hone::is_single(distribution);
}

// A name for the space that is the same in all processes.
std::string text_of(const hone::SearchSpace& space) {
  std::string text;
  const auto add = [&text](double number) { text += hone::detail::shortest(number) + ','; };
  for (const hone::Parameter& parameter : space) {
    text += std::string(parameter.name) + ':';
    if (const auto* real = std::get_if<hone::FloatDistribution>(parameter.distribution)) {
      text += real->log ? "log float," : "float,";
      for (const double number : {real->low, real->high, real->step.value_or(0.0)}) add(number);
    } else if (const auto* whole = std::get_if<hone::IntDistribution>(parameter.distribution)) {
      text += whole->log ? "log int," : "int,";
      for (const std::int64_t number : {whole->low, whole->high, whole->step}) add(static_cast<double>(number));
    }
    text += ';';
  }
  return text;
}

std::string hexadecimal(std::uint64_t number) {
  char digits[17];
  return {digits, std::to_chars(digits, digits + 16, number, 16).ptr};
}

// The evolution on one space, as far as the history shows it.
class StudyEvolution {
 public:
  StudyEvolution(const hone::Host& host, const CmaesOptions& options, const hone::SearchSpace& space)
      : host_(host),
        options_(options),
        space_(space),
        key_("cmaes:" + hexadecimal(hone::fnv1a(text_of(space), hone::fnv1a(options.text))) + ':') {}

  const std::vector<double>& propose(const hone::StudyView& study, hone::TrialNumber number) {
    if (!evolution_) start(study, number);
    pool_->update(study.history());
    while (advance(study, number)) {
    }
    return evolution_->propose(number);
  }

 private:
  // What the worker that comes first publishes: {"at": the first trial that counts, "population": lambda, "source":
  // the points of a warm start}. The source may go afterwards.
  std::string start_text(const hone::StudyView& study, hone::TrialNumber number) const {
    const auto n = static_cast<Eigen::Index>(space_.size());
    const Eigen::Index by_default = std::max<Eigen::Index>(cmaes::default_population_size(n), study.workers());
    const std::int64_t population = options_.popsize.value_or(by_default);
    // Trials that other workers have begun count as well, as far as they can be of the first generation.
    const std::span<const std::uint32_t> unfinished = study.history()->unfinished();
    hone::TrialNumber at = unfinished.empty() ? number : std::min<hone::TrialNumber>(number, unfinished.front());
    at = std::max(at, number - population);
    hone::Json fact;
    fact.set("at", at);
    fact.set("population", population);
    if (options_.has_source()) {
      auto points = options_.source_storage
                        ? cmaes::source_points(*options_.source_storage, options_.source_study, space_)
                        : cmaes::source_points(options_.source_trials, space_, study.directions()[0]);
      hone::Json::Array list;
      for (const std::vector<double>& point : cmaes::best_points(std::move(points), cmaes::warm_start_gamma)) {
        list.emplace_back(hone::Json::Array(point.begin(), point.end()));
      }
      fact.set("source", std::move(list));
    }
    return host_.to_json_text(fact);
  }

  void start(const hone::StudyView& study, hone::TrialNumber number) {
    const std::string key = key_ + "start";
    std::optional<std::string> text = study.published(key);
    if (!text) text = study.publish_once(key, start_text(study, number), {});
    const hone::Json fact = host_.parse_json(*text);
    const hone::Json* at = fact.find("at");
    const hone::Json* population = fact.find("population");
    if (at == nullptr || at->as_int() == nullptr || population == nullptr || population->as_int() == nullptr ||
        *population->as_int() < 2) {
      throw std::runtime_error("the published fact '" + key + "' should hold the integers 'at' and 'population'");
    }
    const cmaes::Coordinates coordinates(space_, options_.with_margin);
    cmaes::EvolutionSettings settings = options_.settings;
    settings.seed = study.seed();
    settings.lambda = *population->as_int();
    settings.mean = Eigen::VectorXd::Constant(coordinates.size(), 0.5);
    for (Eigen::Index j = 0; j < coordinates.size(); ++j) {
      const auto given = options_.x0.find(space_[static_cast<std::size_t>(j)].name);
      if (given != options_.x0.end()) settings.mean[j] = coordinates.place(j, given->second);
    }
    if (const hone::Json* source = fact.find("source")) begin_at(*source, coordinates, settings);
    pool_.emplace(space_, study.directions()[0], options_.consider_pruned_trials, *at->as_int());
    evolution_.emplace(coordinates, std::move(settings));
  }

  static void begin_at(const hone::Json& source, const cmaes::Coordinates& coordinates,
                       cmaes::EvolutionSettings& settings) {
    const hone::Json::Array& list = *source.as_array();
    Eigen::MatrixXd points(coordinates.size(), static_cast<Eigen::Index>(list.size()));
    for (Eigen::Index k = 0; k < points.cols(); ++k) {
      const hone::Json::Array& point = *list[static_cast<std::size_t>(k)].as_array();
      for (Eigen::Index j = 0; j < points.rows(); ++j) {
        points(j, k) = coordinates.place(j, point.at(static_cast<std::size_t>(j)).number().value());
      }
    }
    cmaes::Gaussian gaussian = cmaes::warm_start(points, cmaes::warm_start_alpha);
    settings.mean = gaussian.mean;
    settings.first_sigma = gaussian.sigma;
    settings.C = std::move(gaussian.C);
  }

  // Takes in one more generation if there is one.
  bool advance(const hone::StudyView& study, hone::TrialNumber number) {
    if (pool_->free().size() < static_cast<std::size_t>(evolution_->lambda())) return false;
    const hone::History& history = study.history().all();
    const std::string key = key_ + std::to_string(evolution_->generation());
    std::optional<std::string> text = study.published(key);
    if (!text) {
      const std::optional<GenerationFact> chosen = choose(history, number);
      if (!chosen) return false;
      std::vector<hone::TrialNumber> rests_on = chosen->trials;
      rests_on.insert(rests_on.end(), chosen->left_out.begin(), chosen->left_out.end());
      text = study.publish_once(key, chosen->text(), rests_on);
    }
    const GenerationFact fact = GenerationFact::from(host_, key, *text);
    if (fact.trials.size() < static_cast<std::size_t>(evolution_->lambda())) {
      throw std::runtime_error("the published fact '" + key + "' should list " + std::to_string(evolution_->lambda()) +
                               " trials, but lists " + std::to_string(fact.trials.size()));
    }
    const std::int64_t run = evolution_->run();
    evolution_->tell(pool_->results(history, fact.trials));
    pool_->take(fact.trials);
    pool_->take(fact.left_out);
    if (evolution_->run() != run) pool_->restart(fact.at);
    return true;
  }

  // The oldest results that are free, and a better one from before the start if there is one.
  std::optional<GenerationFact> choose(const hone::History& history, hone::TrialNumber number) {
    const auto lambda = static_cast<std::size_t>(evolution_->lambda());
    GenerationFact fact;
    fact.at = number;
    for (const hone::TrialNumber candidate : pool_->free()) {
      const bool is_late = evolution_->is_of_earlier_run(pool_->results(history, std::span(&candidate, 1)).front());
      (is_late ? fact.left_out : fact.trials).push_back(candidate);
      if (fact.trials.size() == lambda) break;
    }
    if (fact.trials.size() < lambda) return std::nullopt;
    if (const auto spare = pool_->spare_better_than(history, fact.trials)) fact.trials.push_back(*spare);
    return fact;
  }

  const hone::Host& host_;
  const CmaesOptions& options_;
  hone::SearchSpace space_;
  std::string key_;
  std::optional<cmaes::TrialPool> pool_;
  std::optional<Evolution> evolution_;
};

class CmaesSampler final : public hone::Sampler, public hone::FiniteSamplerExtension {
 public:
  CmaesSampler(const hone::FactoryContext& context, const hone::Options& options)
      : host_(*context.host),
        options_(*context.host, options),
        independent_(options.plugin<hone::Sampler>("independent_sampler")) {}

  // There is no end to it; what it cannot serve is said before the first trial.
  std::optional<std::int64_t> trials_to_the_end(const hone::StudyView& study) override {
    if (study.declared_space().empty()) return std::nullopt;
    const hone::SearchSpace space = declared_numeric(study);
    if (space.empty()) {
      throw std::invalid_argument(
          "CMA-ES needs at least one float or int parameter that is always active and has more than one value, and the "
          "declared space has none");
    }
    for (const auto& [name, value] : options_.x0) {
      const auto found = std::ranges::find(space, std::string_view(name), &hone::Parameter::name);
      if (found == space.end()) {
        throw std::invalid_argument("option 'x0' names '" + name +
                                    "', which is no float or int parameter that is always active");
      }
      if (!hone::contains(*found->distribution, value)) {
        throw std::invalid_argument("option 'x0': the value of '" + name + "' is none that the parameter can take");
      }
    }
    return std::nullopt;
  }

  void before_trial(const hone::StudyView& study, const hone::TrialView& trial) override {
    if (independent_) independent_->before_trial(study, trial);
  }

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    if (!study.declared_space().empty()) return declared_numeric(study);
    hone::SearchSpace space = intersection_.update(study.history());
    std::erase_if(space, [](const hone::Parameter& p) { return !is_drawn_jointly(*p.distribution); });
    return space;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    const hone::History& history = study.history().all();
    const std::size_t finished = history.count(hone::TrialState::complete) + history.count(hone::TrialState::pruned);
    if (finished < options_.n_startup_trials) {
      std::vector<double> values;
      for (const hone::Parameter& parameter : space) values.push_back(uniform(study, trial, parameter));
      return values;
    }
    return evolution_on(space).propose(study, trial.number());
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    if (options_.warn_independent_sampling && study.history()->latest_distribution(parameter.id)) {
      study.logger().warning("cmaes: trial " + std::to_string(trial.number()) + " draws '" +
                             std::string(parameter.name) +
                             "' on its own, because it is categorical or not every trial has it");
    }
    if (independent_) return independent_->sample_independent(study, trial, parameter);
    return uniform(study, trial, parameter);
  }

  void after_trial(const hone::StudyView& study, const hone::TrialView& trial, hone::TrialState state,
                   std::span<const double> values, hone::AttributeSink& attributes) override {
    if (independent_) independent_->after_trial(study, trial, state, values, attributes);
  }

  void* query_extension(std::string_view extension) noexcept override {
    return extension == hone::FiniteSamplerExtension::id ? static_cast<hone::FiniteSamplerExtension*>(this) : nullptr;
  }

 private:
  // The draw of the sampler `random` with the same seed.
  static double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  static hone::SearchSpace declared_numeric(const hone::StudyView& study) {
    hone::SearchSpace space;
    for (std::size_t i = 0; i < study.declared_space().size(); ++i) {
      const hone::Parameter& parameter = study.declared_parameters()[i];
      if (study.declared_space()[i].when.empty() && is_drawn_jointly(*parameter.distribution)) {
        space.push_back(parameter);
      }
    }
    std::ranges::sort(space, {}, &hone::Parameter::name);
    return space;
  }

  // A study whose trials have other parameters than before begins a new evolution.
  StudyEvolution& evolution_on(const hone::SearchSpace& space) {
    std::vector<std::pair<hone::ParameterId, hone::DistributionId>> key;
    for (const hone::Parameter& parameter : space) key.emplace_back(parameter.id, parameter.distribution_id);
    constexpr std::size_t most_evolutions = 16;
    if (evolutions_.size() >= most_evolutions && !evolutions_.contains(key)) evolutions_.clear();
    auto& slot = evolutions_[std::move(key)];
    if (!slot) slot = std::make_unique<StudyEvolution>(host_, options_, space);
    return *slot;
  }

  const hone::Host& host_;
  CmaesOptions options_;
  std::shared_ptr<hone::Sampler> independent_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/false};
  std::map<std::vector<std::pair<hone::ParameterId, hone::DistributionId>>, std::unique_ptr<StudyEvolution>>
      evolutions_;
};

constexpr const char* restart_strategies[] = {"none", "ipop", "bipop", nullptr};

constexpr hone_option options[] = {
    hone::sdk::int_option("n_startup_trials", "0", "0", nullptr,
                          "finished trials that are drawn at random before the first generation"),
    hone::sdk::or_auto(hone::sdk::int_option("popsize", "\"auto\"", "2", nullptr,
                                             "trials a generation; auto: 4 + 3 ln(parameters), at least the workers")),
    hone::sdk::or_auto(hone::sdk::option("sigma0", hone::OptionType::real, "\"auto\"",
                                         "first standard deviation, as a share of each range; auto: 1/6", "0", nullptr,
                                         1)),
    hone::sdk::or_auto(hone::sdk::option("x0", hone::OptionType::map, "null",
                                         "where to begin, {\"x\": 0.5}; null: the middle of each range")),
    hone::sdk::bool_option("with_margin", "true",
                           "keep neighbouring values of ints and steps probable (CMA-ES with margin)"),
    hone::sdk::bool_option("use_separable_cma", "false", "learn variances alone: linear in the number of parameters"),
    hone::sdk::bool_option("lr_adapt", "false", "learning rates that adapt to noise and many optima"),
    hone::sdk::enum_option("restart_strategy", "\"bipop\"", restart_strategies,
                           "what follows a run that has converged: nothing, ever larger populations, or those and "
                           "small ones by turns"),
    hone::sdk::float_option("inc_popsize", "2", "1", nullptr, "how much larger the population is after a restart"),
    hone::sdk::or_auto(hone::sdk::option("source_trials", hone::OptionType::list, "null",
                                         "results of a similar problem to begin from, [{\"params\": {\"x\": 0.5}, "
                                         "\"value\": 1.25}]")),
    hone::sdk::string_option("source_study", "\"\"", "a study of a similar problem to begin from"),
    hone::sdk::or_auto(
        hone::sdk::option("source_storage", hone::OptionType::storage, "null", "where the source study is")),
    hone::sdk::bool_option("consider_pruned_trials", "true",
                           "count pruned trials, as worse than completed ones; if not, they are passed over"),
    hone::sdk::or_auto(hone::sdk::option("independent_sampler", hone::OptionType::sampler, "null",
                                         "the sampler for categorical and conditional parameters; null: at random")),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<CmaesSampler>(
    {.name = "cmaes",
     .version = "1.0",
     .description = "adapts a normal distribution to the landscape, generation by generation (CMA-ES)",
     .references =
         "Hansen: The CMA Evolution Strategy, A Tutorial, arXiv 1604.00772\n"
         "Hansen: Benchmarking a BI-population CMA-ES on the BBOB-2009 Function Testbed, GECCO 2009\n"
         "Auger, Hansen: A Restart CMA Evolution Strategy With Increasing Population Size, CEC 2005\n"
         "Ros, Hansen: A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity, PPSN 2008\n"
         "Hansen: Injecting External Solutions Into CMA-ES, arXiv 1110.4181\n"
         "Hamano, Saito, Nomura, Shirakawa: CMA-ES with Margin, GECCO 2022\n"
         "Nomura, Watanabe, Akimoto, Ozaki, Onishi: Warm Starting CMA-ES for Hyperparameter Optimization, AAAI 2021\n"
         "Nomura, Akimoto, Ono: CMA-ES with Learning Rate Adaptation, GECCO 2023",
     .capabilities = Capability::same_platform | Capability::constraints,
     .options = options}));
