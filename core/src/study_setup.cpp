// SPDX-License-Identifier: MIT
// Making and loading a study: its storage, seed, algorithms and published configuration.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <random>
#include <thread>

#include <hone/abi.hpp>
#include <hone/json_text.hpp>

#include "space_json.hpp"
#include "study_impl.hpp"

namespace hone {
namespace {

constexpr std::string_view seed_fact = "seed";
constexpr std::string_view sampler_fact_prefix = "sampler:";

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string made_up_name() {
  std::random_device device;
  const std::uint64_t bits = (std::uint64_t{device()} << 32) | device();
  return "study-" + hex(bits);
}

std::string names_of(const std::vector<PluginInfo>& plugins, PluginKind kind, Capability capability) {
  std::string names;
  for (const PluginInfo& plugin : plugins) {
    if (plugin.kind == kind && has(plugin.capabilities, capability)) names += (names.empty() ? "" : ", ") + plugin.name;
  }
  return names.empty() ? "none" : names;
}

}  // namespace

std::string numbers_to_text(std::vector<TrialNumber> numbers) {
  std::ranges::sort(numbers);
  const auto repeated = std::ranges::unique(numbers);
  numbers.erase(repeated.begin(), repeated.end());
  std::string text;
  detail::append_ranges(text, numbers);
  return text;
}

std::vector<TrialNumber> numbers_from_text(std::string_view text) {
  std::vector<TrialNumber> numbers;
  detail::parse_ranges(text, numbers);
  return numbers;
}

std::uint64_t seed_from_fact(std::string_view json, std::string_view study, const Storage& storage) {
  std::string text;
  try {
    const Json value = parse_json(json, "seed");
    if (value.as_string() != nullptr) text = *value.as_string();
  } catch (const Error&) {
    // No JSON at all: damaged as well.
  }
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, seed);
  if (error == std::errc{} && read == end) return seed;
  throw StorageError("the seed stored with the study '" + std::string(study) + "' in " + storage.location() +
                     " is damaged: " + std::string(json) +
                     " is not the text of a whole number below 2^64; restore the study from a copy");
}

Study::Impl::Impl(StudyOptions study_options, std::shared_ptr<PluginRegistry> plugin_registry)
    : options(std::move(study_options)), registry(std::move(plugin_registry)) {
  if (!registry) registry = std::make_shared<PluginRegistry>();
  logger = registry->logger();
  process_token = new_process_token();
  process_token.nonce.clear();
  process_token_text = to_text(process_token);
}

Study::Impl::Impl(StudyOptions study_options, std::shared_ptr<PluginRegistry> plugin_registry, std::uint64_t study_seed)
    : options(std::move(study_options)),
      registry(std::move(plugin_registry)),
      logger(registry->logger()),
      seed(study_seed) {
  resolved_sampler = options.sampler;
  sampler_capabilities = registry->find(PluginKind::sampler, options.sampler, "sampler").capabilities;
}

void Study::Impl::replay_on(std::shared_ptr<History> other) {
  history = std::move(other);
  history_mutex = std::make_shared<std::shared_mutex>();
  samplers.clear();
  declare_space();
}

Study::Impl::~Impl() = default;

void Study::Impl::open_storage() {
  if (options.opened_storage) {
    storage = options.opened_storage;
    return;
  }
  const FactoryContext context{options.name, options.directions, 0, &registry->host()};
  storage = registry->make_storage(options.storage, context);
}

void Study::Impl::create() {
  if (options.directions.empty()) throw ConfigError("a study needs at least one direction", "study.directions");
  if (options.name.empty()) options.name = made_up_name();
  rehearse_algorithms();
  open_storage();
  std::optional<StudyRecord> record = storage->find_study(options.name);
  if (record && !options.load_if_exists) throw DuplicatedStudyError(options.name);
  if (!record) {
    try {
      storage->create_study(options.name, options.directions);
    } catch (const DuplicatedStudyError&) {
      // Another process was faster.
      if (!options.load_if_exists) throw;
    }
    record = storage->find_study(options.name);
    if (!record) throw StorageError("the study '" + options.name + "' vanished while it was being created", true);
  } else if (record->directions != options.directions) {
    throw ConfigError("the study '" + options.name + "' in " + storage->location() +
                          " has other directions than the config; use another study name",
                      "study.directions");
  }
  attach(*record);
  make_ready();
}

void Study::Impl::load() {
  open_storage();
  std::optional<StudyRecord> record;
  if (options.name.empty()) {
    const std::vector<StudyRecord> all = storage->studies();
    if (all.size() != 1) {
      std::string names;
      for (const StudyRecord& each : all) names += (names.empty() ? "" : ", ") + each.name;
      throw StudyNotFoundError(all.empty() ? storage->location() + " holds no study"
                                           : storage->location() + " holds several studies; name one of: " + names);
    }
    record = all.front();
    options.name = record->name;
  } else {
    record = storage->find_study(options.name);
    if (!record) {
      std::vector<std::string> names;
      for (const StudyRecord& each : storage->studies()) names.push_back(each.name);
      const std::optional<std::string> near = nearest(options.name, names);
      throw StudyNotFoundError("there is no study '" + options.name + "' in " + storage->location() +
                               (near ? "; did you mean '" + *near + "'?" : ""));
    }
  }
  options.directions = record->directions;
  attach(*record);
}

void Study::Impl::attach(const StudyRecord& record) {
  id = record.id;
  if (auto* extension = static_cast<SharedHistoryExtension*>(storage->query_extension(SharedHistoryExtension::id))) {
    const SharedHistoryExtension::Shared shared = extension->shared_history(id);
    history = shared.history;
    history_mutex = shared.mutex;
    history_is_shared = true;
  } else {
    history = std::make_shared<History>(options.directions.size());
    history_mutex = std::make_shared<std::shared_mutex>();
  }
  cursor = storage->open_cursor(id, *this);
  refresh();
}

void Study::Impl::make_ready() {
  const std::lock_guard lock(ready_mutex);
  if (ready) return;
  settle_seed();
  build_algorithms();
  ready = true;
}

void Study::Impl::settle_seed() {
  std::optional<std::string> stored = fact(seed_fact);
  if (!stored) {
    std::random_device device;
    const std::uint64_t drawn = (std::uint64_t{device()} << 32) | device();
    stored = publish(seed_fact, to_json_text(Json(std::to_string(options.seed.value_or(drawn)))));
  }
  seed = seed_from_fact(*stored, options.name, *storage);
  if (options.seed && *options.seed != seed) {
    logger->warning("the study '" + options.name + "' was created with seed " + std::to_string(seed) +
                    " and keeps it; " + std::to_string(*options.seed) + " is not used");
  }
}

// Builds sampler and pruner and lets them go, so that what is wrong with them is found before a storage is touched.
void Study::Impl::rehearse_algorithms() const {
  const FactoryContext context{options.name, options.directions, options.seed.value_or(0), &registry->host()};
  check_objectives(registry->find(PluginKind::sampler, options.sampler, "sampler"));
  const std::shared_ptr<Sampler> sampler = registry->make_sampler(options.sampler, context);
  registry->make_pruner(pruner_spec(*sampler), context);
}

PluginSpec Study::Impl::pruner_spec(Sampler& sampler) const {
  if (!options.pruner.name.empty()) return options.pruner;
  const void* const preference = sampler.query_extension(PreferredPrunerExtension::id);
  if (preference != nullptr) {
    return {std::string(static_cast<const PreferredPrunerExtension*>(preference)->preferred_pruner())};
  }
  return {options.directions.size() == 1 ? "median" : "nop"};
}

void Study::Impl::check_objectives(const PluginInfo& sampler) const {
  if (options.directions.size() <= 1 || has(sampler.capabilities, Capability::multi_objective)) return;
  throw ConfigError("the sampler '" + sampler.name + "' serves one objective, but the study has " +
                        std::to_string(options.directions.size()) + " directions; samplers that fit: " +
                        names_of(registry->list(), PluginKind::sampler, Capability::multi_objective),
                    "sampler");
}

void Study::Impl::build_algorithms() {
  const FactoryContext context{options.name, options.directions, seed, &registry->host()};
  const PluginInfo sampler_info = registry->find(PluginKind::sampler, options.sampler, "sampler");
  sampler_capabilities = sampler_info.capabilities;
  check_objectives(sampler_info);
  // Published by the plugin's own name, never by a path: nothing that stands in a storage says which file to load.
  resolved_sampler = {sampler_info.name, registry->resolve(PluginKind::sampler, options.sampler, "sampler")};
  declare_space();
  options.pruner = pruner_spec(*sampler_for(no_cohort).object);
  const PluginInfo pruner_info = registry->find(PluginKind::pruner, options.pruner, "pruner");
  pruner_capabilities = pruner_info.capabilities;
  pruner_origin = {"pruner/" + pruner_info.name, pruner_info.file.string(), nullptr};
  pruner.object = registry->make_pruner(options.pruner, context);
  publish_configuration(sampler_info);
}

void Study::Impl::declare_space() {
  const std::unique_lock lock(*history_mutex);
  declared.clear();
  for (const DeclaredParameter& parameter : options.space) {
    const ParameterId pid = history->intern_parameter(parameter.name);
    const DistributionId did = history->intern_distribution(parameter.distribution);
    declared.push_back({history->parameter_name(pid), &history->distribution(did), pid, did});
  }
}

void Study::Impl::publish_configuration(const PluginInfo& info) {
  Json description;
  description.set("plugin", resolved_sampler.name);
  description.set("version", info.version);
  description.set("options", resolved_sampler.options);
  if (has(info.capabilities, Capability::same_platform)) description.set("platform", abi_tag());
  const std::string same_algorithm = to_json_text(description);
  if (!options.space.empty()) description.set("space", space_to_json(options.space));
  if (options.budget) description.set("budget", *options.budget);
  description.set("workers", options.workers);
  const std::string text = to_json_text(description);
  config_key = std::string(sampler_fact_prefix) + hex(fnv1a(text));
  bool other = false;
  {
    const std::lock_guard lock(facts_mutex);
    if (facts.contains(config_key)) return;
    for (const auto& [key, known] : facts) {
      const bool is_sampler = key.starts_with(sampler_fact_prefix);
      if (is_sampler && !known.json.starts_with(same_algorithm.substr(0, same_algorithm.size() - 1))) other = true;
    }
  }
  if (other) {
    logger->warning("the study '" + options.name +
                    "' has trials of another sampler or of other options; it goes on with sampler '" +
                    resolved_sampler.name + "' as configured now");
  }
  publish(config_key, text);
}

Serialized<Sampler>& Study::Impl::sampler_for(CohortId cohort) {
  if (!has(sampler_capabilities, Capability::models_cohort)) cohort = no_cohort;
  const std::lock_guard lock(samplers_mutex);
  auto& slot = samplers[cohort];
  if (!slot) {
    slot = std::make_unique<Serialized<Sampler>>();
    const FactoryContext context{options.name, options.directions, seed, &registry->host()};
    slot->object = registry->make_sampler(options.sampler, context);
  }
  return *slot;
}

// ---- changes

void Study::Impl::on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) {
  if (history_is_shared) return;
  const std::unique_lock lock(*history_mutex);
  history->apply(number, patch, snapshot);
}

void Study::Impl::on_fact(const FactRecord& record) {
  const std::lock_guard lock(facts_mutex);
  facts.try_emplace(std::string(record.key), Fact{std::string(record.json), numbers_from_text(record.rests_on)});
}

void Study::Impl::refresh() { storage->refresh(*cursor); }

ApplyResult Study::Impl::apply(const StudyPatch& patch, const Preconditions& preconditions) {
  using namespace std::chrono_literals;
  const auto begin = std::chrono::steady_clock::now();
  for (auto pause = 50ms;; pause *= 4) {
    try {
      return storage->apply(*cursor, patch, preconditions);
    } catch (const StorageError& error) {
      // One that has waited by itself, as SQLite does for a lock, has tried long enough.
      if (!error.retryable || pause > 1s || std::chrono::steady_clock::now() - begin > 10s) throw;
      logger->info(std::string(error.what()) + "; tried again");
    }
    std::this_thread::sleep_for(pause);
  }
}

std::string Study::Impl::publish(std::string_view key, std::string_view json,
                                 const std::vector<TrialNumber>& rests_on) {
  if (!storage)
    throw PluginError("the proposal rests on the fact '" + std::string(key) + "', which was never published",
                      resolved_sampler.name);
  StudyPatch patch;
  const std::string numbers = numbers_to_text(rests_on);
  patch.facts.push_back({key, json, numbers});
  apply(patch);
  const std::optional<std::string> winner = fact(key);
  if (!winner) throw StorageError("the fact '" + std::string(key) + "' was not kept by " + storage->location());
  return *winner;
}

std::optional<std::string> Study::Impl::fact(std::string_view key) const {
  const std::lock_guard lock(facts_mutex);
  const auto found = facts.find(key);
  return found == facts.end() ? std::nullopt : std::optional(found->second.json);
}

// ---- the view

// A sampler that models a cohort knows of no other, so what two of them publish under one name is told apart here.
std::string HostStudyView::key_in_cohort(std::string_view key) const {
  if (history_.cohort() == no_cohort) return std::string(key);
  return std::string(history_->cohort_name(history_.cohort())) + '/' + std::string(key);
}

std::optional<std::string> HostStudyView::published(std::string_view key) const {
  const std::lock_guard lock(study_.facts_mutex);
  const auto found = study_.facts.find(key_in_cohort(key));
  if (found == study_.facts.end()) return std::nullopt;
  const auto is_visible = [this](TrialNumber n) { return study_.history->finished(n); };
  if (!std::ranges::all_of(found->second.rests_on, is_visible)) return std::nullopt;
  return found->second.json;
}

std::string HostStudyView::publish_once(std::string_view key, std::string_view json,
                                        std::span<const TrialNumber> rests_on) const {
  if (std::optional<std::string> known = published(key)) return *known;
  request_ = Request{key_in_cohort(key), std::string(json), {rests_on.begin(), rests_on.end()}};
  throw FactPending{};
}

}  // namespace hone
