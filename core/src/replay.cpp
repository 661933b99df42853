// SPDX-License-Identifier: MIT
// Derives every proposal of a study again from the visible sets that were stored.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include <hone/abi.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "history_patch.hpp"
#include "space_json.hpp"
#include "study_impl.hpp"

namespace hone {
namespace {

/// Everything that the storage holds of a study, read once.
class WholeStudy final : public ChangeReceiver {
 public:
  WholeStudy(Storage& storage, const StudyRecord& record) : id(record.id), directions(record.directions) {
    if (auto* extension = static_cast<SharedHistoryExtension*>(storage.query_extension(SharedHistoryExtension::id))) {
      history = extension->shared_history(id).history;
      shared = true;
    } else {
      history = std::make_shared<History>(directions.size());
    }
    const std::unique_ptr<Cursor> cursor = storage.open_cursor(id, *this);
    storage.refresh(*cursor);
  }
  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override {
    if (!shared) history->apply(number, patch, snapshot);
  }
  void on_fact(const FactRecord& fact) override {
    facts.try_emplace(std::string(fact.key), Fact{std::string(fact.json), numbers_from_text(fact.rests_on)});
  }

  StudyId id;
  std::vector<Direction> directions;
  std::shared_ptr<History> history;
  bool shared = false;
  std::map<std::string, Fact, std::less<>> facts;
};

/// A moment at which something was drawn.
struct Draw {
  TrialNumber number;
  VisibleSet visible;
  std::string parameter;  // empty: the start, and every independent draw of the same set
  std::tuple<std::int64_t, std::int64_t, TrialNumber, bool> order() const {
    // What a draw saw as pending was drawn before, from fewer finished trials or from fewer pending ones. A draw after
    // the start does not see its own trial, which was pending too.
    const std::int64_t pending = static_cast<std::int64_t>(visible.pending.size()) + (parameter.empty() ? 0 : 1);
    return {visible.finished_count(), pending, number, !parameter.empty()};
  }
};

class Replay {
 public:
  Replay(Storage& storage, const StudyRecord& record, PluginRegistry& registry)
      : storage_(storage), name_(record.name), registry_(&registry, [](PluginRegistry*) {}), whole_(storage, record) {}

  ReplayReport run() {
    collect();
    std::ranges::sort(draws_, {}, &Draw::order);
    rebuild();
    for (const Draw& draw : draws_) {
      go_to(draw.visible);
      if (draw.parameter.empty()) {
        replay_start(draw.number);
      } else {
        show_pending(draw.number);
        replay_independent(draw.number, draw.parameter);
      }
    }
    return std::move(report_);
  }

 private:
  struct TrialInfo {
    Storage::Provenance provenance;
    std::map<std::string, Choice> fixed;
    StartDraw start;
    bool replayed = false;
  };

  void collect() {
    const History& history = *whole_.history;
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n)) continue;
      const std::optional<Storage::Provenance> provenance = storage_.provenance(whole_.id, n);
      if (!provenance || provenance->config.empty()) {
        if (history.state(n) != TrialState::waiting) ++report_.foreign;
        continue;
      }
      TrialInfo& info = trials_[n];
      info.provenance = *provenance;
      info.fixed = Study::Impl::fixed_values(storage_, whole_.id, n);
      draws_.push_back({n, set_from(provenance->visible_set, n), ""});
      for (const auto& [parameter, text] : provenance->draws) draws_.push_back({n, set_from(text, n), parameter});
    }
  }

  static VisibleSet set_from(const std::string& text, TrialNumber n) {
    if (text.empty()) return VisibleSet::all_below(n);
    const std::optional<VisibleSet> set = visible_set_from(text);
    if (!set)
      throw StorageError("the stored visible set of trial " + std::to_string(n) + " is damaged: '" + text + "'");
    return *set;
  }

  // ---- the history as a draw saw it

  void rebuild() {
    history_ = std::make_shared<History>(whole_.directions.size());
    shown_ = {};
    for (auto& [key, study] : studies_) study->replay_on(history_);
  }

  void go_to(const VisibleSet& next) {
    const auto gone = [&](TrialNumber n) { return !next.sees_finished(n) && history_->finished(n); };
    const auto pending_no_more = [&](TrialNumber n) {
      return history_->pending(n) && !next.sees_finished(n) && !std::ranges::binary_search(next.pending, n);
    };
    bool monotone = true;
    for (TrialNumber n = next.horizon; n < history_->horizon(); ++n) monotone = monotone && !gone(n);
    for (const TrialNumber n : next.unfinished) monotone = monotone && !gone(n);
    for (const TrialNumber n : next.pending) monotone = monotone && !gone(n);
    for (const std::uint32_t n : history_->running_trials()) monotone = monotone && !pending_no_more(n);
    if (!monotone) rebuild();
    std::vector<TrialNumber> candidates = shown_.unfinished;
    candidates.insert(candidates.end(), shown_.pending.begin(), shown_.pending.end());
    for (TrialNumber n = shown_.horizon; n < next.horizon; ++n) candidates.push_back(n);
    std::ranges::sort(candidates);
    for (const TrialNumber n : candidates) {
      if (next.sees_finished(n) && !history_->finished(n)) show_finished(n);
    }
    for (const TrialNumber n : next.pending) show_pending(n);
    shown_ = next;
  }

  void show_finished(TrialNumber n) {
    TrialPatch patch = patch_of(*whole_.history, n);
    if (!history_->known(n) || !history_->pending(n)) patch.start = start_of(n, /*with_draws=*/false);
    history_->apply(n, patch, /*snapshot=*/true);
  }

  // A trial that is pending shows what its start drew; that was replayed before.
  void show_pending(TrialNumber n) {
    if (history_->pending(n)) return;
    TrialPatch patch;
    patch.state = TrialState::running;
    if (const auto found = trials_.find(n); found != trials_.end()) {
      for (const History::Cell& cell : found->second.start.suggested) {
        patch.params.push_back({name_of(cell), &distribution_of(cell), cell.value});
      }
    }
    patch.start = start_of(n, /*with_draws=*/true);
    history_->apply(n, patch);
  }

  StartRecord start_of(TrialNumber n, bool with_draws) {
    StartRecord start;
    if (const CohortId cohort = whole_.history->cohort(n); cohort != no_cohort) {
      start.cohort = whole_.history->cohort_name(cohort);
    }
    const auto found = trials_.find(n);
    if (with_draws && found != trials_.end()) {
      for (const History::Cell& cell : found->second.start.relative) {
        start.relative.push_back({name_of(cell), &distribution_of(cell), cell.value});
      }
    }
    return start;
  }

  // Draws are kept in the ids of the whole history, which outlives every rebuild.
  std::string_view name_of(const History::Cell& cell) const { return whole_.history->parameter_name(cell.parameter); }
  const Distribution& distribution_of(const History::Cell& cell) const {
    return whole_.history->distribution(cell.distribution);
  }
  std::vector<History::Cell> in_whole_ids(const std::vector<History::Cell>& cells) {
    std::vector<History::Cell> result;
    for (const History::Cell& cell : cells) {
      result.push_back({whole_.history->intern_parameter(history_->parameter_name(cell.parameter)),
                        whole_.history->intern_distribution(history_->distribution(cell.distribution)), cell.value});
    }
    return result;
  }

  // ---- drawing again

  Study::Impl& study_of(const std::string& config) {
    std::shared_ptr<Study::Impl>& study = studies_[config];
    if (study) return *study;
    const auto found = whole_.facts.find(config);
    if (found == whole_.facts.end()) throw StorageError("the sampler configuration '" + config + "' is missing");
    const Json description = parse_json(found->second.json, config);
    const auto text = [&](const char* key) {
      const Json* member = description.find(key);
      return member != nullptr && member->as_string() != nullptr ? *member->as_string() : std::string();
    };
    StudyOptions options;
    options.name = name_;
    options.directions = whole_.directions;
    options.sampler.name = text("plugin");
    if (const Json* given = description.find("options")) options.sampler.options = *given;
    if (const Json* space = description.find("space")) options.space = space_from_json(*space);
    if (const Json* budget = description.find("budget"); budget != nullptr && budget->as_int() != nullptr)
      options.budget = *budget->as_int();
    if (const Json* workers = description.find("workers"); workers != nullptr && workers->as_int() != nullptr)
      options.workers = *workers->as_int();
    if (options.sampler.name.find_first_of("/:") != std::string::npos) {
      throw StorageError("the stored sampler name '" + options.sampler.name + "' is a path; nothing is loaded by it");
    }
    const PluginInfo plugin = registry_->find(PluginKind::sampler, options.sampler, "sampler");
    if (plugin.version != text("version")) {
      report_.notes.push_back("sampler '" + plugin.name + "' was version " + text("version") + " and is " +
                              plugin.version + " now; proposals may differ");
    }
    if (has(plugin.capabilities, Capability::not_pure)) {
      throw PluginError(
          "sampler '" + plugin.name + "' does not promise to propose the same again, so there is nothing to replay",
          "sampler/" + plugin.name);
    }
    if (!text("platform").empty() && text("platform") != abi_tag()) {
      report_.notes.push_back("sampler '" + plugin.name + "' repeats itself on one platform only, and ran on another");
    }
    const auto seed = whole_.facts.find("seed");
    if (seed == whole_.facts.end()) throw StorageError("the seed of the study '" + name_ + "' is missing");
    study = std::make_shared<Study::Impl>(options, registry_, seed_from_fact(seed->second.json, name_, storage_));
    study->facts = whole_.facts;
    study->replay_on(history_);
    return *study;
  }

  void replay_start(TrialNumber n) {
    TrialInfo& info = trials_.at(n);
    Study::Impl& study = study_of(info.provenance.config);
    const CohortId cohort = whole_.history->cohort(n);
    const std::string cohort_name = cohort == no_cohort ? "" : std::string(whole_.history->cohort_name(cohort));
    const StartDraw draw = study.draw_start(n, info.fixed, cohort_name);
    info.start.relative = in_whole_ids(draw.relative);
    info.start.suggested = in_whole_ids(draw.suggested);
    info.replayed = true;
    bool shown = false;
    for (const History::Cell& stored : whole_.history->suggested(n)) {
      const std::string name(name_of(stored));
      if (info.fixed.contains(name) || is_single(distribution_of(stored))) {
        ++report_.fixed;
      } else if (const std::optional<double> again = started_with(info.start, stored)) {
        compare(n, stored, *again);
      } else if (std::ranges::find(info.provenance.draws, name, &std::pair<std::string, std::string>::first) ==
                 info.provenance.draws.end()) {
        // Drawn alone, from the same set as the start; the trial itself was pending by then.
        if (!shown) show_pending(n);
        shown = true;
        replay_independent(n, name);
      }
    }
    if (shown) shown_.pending.insert(std::ranges::upper_bound(shown_.pending, n), n);
  }

  std::optional<double> started_with(const StartDraw& start, const History::Cell& stored) const {
    for (const auto* cells : {&start.suggested, &start.relative}) {
      for (const History::Cell& cell : *cells) {
        if (cell.parameter == stored.parameter && contains(distribution_of(stored), cell.value)) return cell.value;
      }
    }
    return std::nullopt;
  }

  void replay_independent(TrialNumber n, const std::string& name) {
    const TrialInfo& info = trials_.at(n);
    Study::Impl& study = study_of(info.provenance.config);
    std::vector<History::Cell> before;
    for (const History::Cell& stored : whole_.history->suggested(n)) {
      const ParameterId pid = history_->intern_parameter(name_of(stored));
      const DistributionId did = history_->intern_distribution(distribution_of(stored));
      if (name_of(stored) != name) {
        before.push_back({pid, did, stored.value});
        continue;
      }
      const Parameter parameter{history_->parameter_name(pid), &history_->distribution(did), pid, did};
      VisibleSet visible;
      compare(n, stored, study.draw_independent(n, parameter, before, visible));
      return;
    }
  }

  void compare(TrialNumber n, const History::Cell& stored, double again) {
    if (stored.value == again) {
      ++report_.agreed;
      return;
    }
    char line[256];
    std::snprintf(line, sizeof line, "trial %lld: %.*s was %.17g and is drawn as %.17g", static_cast<long long>(n),
                  static_cast<int>(std::min<std::size_t>(name_of(stored).size(), 100)), name_of(stored).data(),
                  stored.value, again);
    report_.differences.emplace_back(line);
  }

  Storage& storage_;
  std::string name_;
  std::shared_ptr<PluginRegistry> registry_;
  WholeStudy whole_;
  std::map<TrialNumber, TrialInfo> trials_;
  std::vector<Draw> draws_;
  std::map<std::string, std::shared_ptr<Study::Impl>> studies_;
  std::shared_ptr<History> history_;
  VisibleSet shown_;
  ReplayReport report_;
};

}  // namespace

ReplayReport replay(Storage& storage, std::string_view study, PluginRegistry& registry) {
  const std::optional<StudyRecord> record = storage.find_study(study);
  if (!record) throw StudyNotFoundError("there is no study '" + std::string(study) + "' in " + storage.location());
  return Replay(storage, *record, registry).run();
}

}  // namespace hone
