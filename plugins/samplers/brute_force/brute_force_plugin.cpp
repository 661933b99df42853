// SPDX-License-Identifier: MIT
// The sampler `brute_force`: every trial claims something that no other one tries.
#include <algorithm>
#include <numeric>
#include <string>

#include <hone/sdk/fixed_parameters.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/portable_math.hpp>

#include "possible_values.hpp"
#include "trial_tree.hpp"

namespace {

using brute_force::Node;
using brute_force::Step;
using Path = std::vector<Step>;

class BruteForce final : public hone::Sampler,
                         public hone::FiniteSamplerExtension,
                         public hone::sdk::FixedParametersExtension {
 public:
  BruteForce(const hone::FactoryContext& context, const hone::Options& options)
      : host_(context.host), avoid_premature_stop_(options.get<bool>("avoid_premature_stop")) {}

  void fix_parameters(const hone::sdk::FixedParameters& fixed) override {
    tree_ = brute_force::TrialTree(brute_force::ParameterValues(fixed));
  }

  std::optional<std::int64_t> trials_to_the_end(const hone::StudyView& study) override {
    for (const hone::Parameter& p : study.declared_parameters()) tree_.values().count(p.name, *p.distribution);
    tree_.update(study.history());
    const hone::TrialNumber known = study.history()->horizon();
    if (tree_.finished() != 0 && tree_.root().exhausted()) return known;
    // One more than there are, as long as nobody knows how many there will be.
    if (tree_.finished() == 0 || avoid_premature_stop_) return known + 1;
    // A trial that runs with another fixed value is counted, as it will be when it is finished.
    const std::span<const std::uint32_t> running = study.history()->running_trials();
    const auto elsewhere = std::ranges::count_if(
        running, [&](std::uint32_t number) { return tree_.is_elsewhere(study.history().all(), number); });
    return tree_.trials_needed() + elsewhere;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    tree_.update(study.history());
    const hone::History& history = study.history().all();
    const std::int64_t count = tree_.values().count(parameter.name, *parameter.distribution);
    Path path;
    for (const hone::History::Cell& cell : trial.suggested()) {
      const std::optional<std::int64_t> index = tree_.values().index(
          history.parameter_name(cell.parameter), history.distribution(cell.distribution), cell.value);
      // An enqueued trial may have what no other one has.
      path.push_back({cell.parameter, cell.distribution, index.value_or(-1)});
    }
    const Node* node = tree_.find(path);
    Node unknown;
    if (node == nullptr) node = &unknown;
    brute_force::check_same(history, *node, parameter.id, parameter.distribution_id);
    if (!node->parameter) {
      // Where nobody has been the parameter at hand is all that is known.
      unknown.parameter = parameter.id;
      unknown.distribution = parameter.distribution_id;
      unknown.value_count = count;
      node = &unknown;
    }
    return brute_force::value_at(*parameter.distribution, choose(study, trial, *node, path));
  }

  void* query_extension(std::string_view extension) noexcept override {
    if (extension == hone::FiniteSamplerExtension::id) return static_cast<hone::FiniteSamplerExtension*>(this);
    if (extension == hone::sdk::FixedParametersExtension::id)
      return static_cast<hone::sdk::FixedParametersExtension*>(this);
    return nullptr;
  }

 private:
  enum class Search { own, free };

  // The value's index to go on with from `node`, to which `path` leads: towards what this trial has claimed already,
  // else towards something that it can claim now.
  std::int64_t choose(const hone::StudyView& study, const hone::TrialView& trial, const Node& node, Path& path) {
    const std::size_t depth = path.size();
    if (depth != 0 && search(study, trial, node, path, Search::own)) return path[depth].index;
    if (search(study, trial, node, path, Search::free)) return path[depth].index;
    // All is taken. Below something that is still being tried there may be more.
    const std::vector<std::int64_t> order = order_of(study, trial, node, path);
    const auto unseen = std::ranges::find_if(order, [&](std::int64_t i) { return !node.children.contains(i); });
    return unseen != order.end() ? *unseen : order.front();
  }

  // Extends the path to a value that no finished trial had and that this trial has claimed, or claims.
  bool search(const hone::StudyView& study, const hone::TrialView& trial, const Node& node, Path& path, Search what) {
    for (const std::int64_t index : order_of(study, trial, node, path)) {
      path.push_back({*node.parameter, node.distribution, index});
      const auto child = node.children.find(index);
      if (child == node.children.end()) {
        if (holds(study, trial.number(), path, what)) return true;
      } else if (child->second->parameter && !child->second->exhausted() &&
                 search(study, trial, *child->second, path, what)) {
        return true;
      }
      path.pop_back();
    }
    return false;
  }

  // All values in an order by chance that is the trial's own. A value below which much is left comes early, so that the
  // trials spread evenly.
  static std::vector<std::int64_t> order_of(const hone::StudyView& study, const hone::TrialView& trial,
                                            const Node& node, const Path& path) {
    std::uint64_t name = 0;
    for (const Step& step : path) name = name * 0x100000001b3ULL + static_cast<std::uint64_t>(step.index) + 1;
    hone::RandomStream random =
        study.random(trial, "brute_force", std::to_string(path.size()) + '/' + std::to_string(name));
    std::int64_t seen_leaves = 0;
    for (const auto& [index, child] : node.children) seen_leaves += child->leaves;
    const double usual =
        node.children.empty() ? 1.0 : static_cast<double>(seen_leaves) / static_cast<double>(node.children.size());
    const auto count = static_cast<std::size_t>(node.value_count);
    std::vector<double> arrival(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto child = node.children.find(node.first_value + static_cast<std::int64_t>(i));
      const double left =
          child == node.children.end() ? usual : static_cast<double>(child->second->leaves - child->second->visited);
      // The least of exponential variables with these rates is each with a probability in proportion.
      const double wait = -hone::sdk::portable::log(random.uniform_open());
      arrival[i] = left > 0.0 ? wait / left : 1e300;
    }
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), node.first_value);
    std::ranges::stable_sort(order, {},
                             [&](std::int64_t i) { return arrival[static_cast<std::size_t>(i - node.first_value)]; });
    return order;
  }

  // Whether the trial is the one that tries what the path leads to. The first trial to say so is; when it has ended
  // without having been there (it failed on the way), the next.
  bool holds(const hone::StudyView& study, hone::TrialNumber number, const Path& path, Search what) const {
    const hone::HistoryView view = study.history();
    const std::string place = describe(view.all(), path);
    for (int claim = 0;; ++claim) {
      const std::string key = "brute_force:" + std::to_string(claim) + ':' + place;
      std::optional<std::string> text = study.published(key);
      if (!text && what == Search::own) return false;
      if (!text) text = study.publish_once(key, std::to_string(number), {});
      const hone::Json json = host_->parse_json(*text);
      const std::int64_t* holder = json.as_int();
      if (holder == nullptr)
        throw std::runtime_error("the fact '" + key + "' that is stored with the study is damaged");
      if (*holder == number) return true;
      if (!view->finished(*holder)) return false;
    }
  }

  std::string describe(const hone::History& history, const Path& path) const {
    hone::Json::Array steps;
    for (const Step& step : path) {
      steps.emplace_back(history.parameter_name(step.parameter));
      steps.emplace_back(step.index);
    }
    return host_->to_json_text(steps);
  }

  const hone::Host* host_;
  bool avoid_premature_stop_;
  brute_force::TrialTree tree_;
};

constexpr hone_option options[] = {
    hone::sdk::bool_option(
        "avoid_premature_stop", "false",
        "let workers go on while all that is known to be left is being tried, in case there is more; "
        "they may repeat a trial"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<BruteForce>(
    {.name = "brute_force",
     .version = "1.0",
     .description = "tries everything that a program with conditions and branches can suggest, once",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::ends,
     .options = options}));
