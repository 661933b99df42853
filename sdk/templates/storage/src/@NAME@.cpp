// The storage @NAME@: stands in front of another storage and reports writes that take long.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <hone/sdk/plugin.hpp>

namespace {

/// Hands every call on. Replace what is to be different, one function after another; what a storage owes to its callers
/// is written at each function in hone/storage.hpp. Called from many threads.
class @CLASS@ final : public hone::Storage {
 public:
  @CLASS@(const hone::FactoryContext& context, const hone::Options& options)
      : inner_(options.plugin<hone::Storage>("inner")),
        logger_(context.host->logger()),
        slow_(options.get<double>("slow_ms")) {}

  hone::ApplyResult apply(hone::Cursor& cursor, const hone::StudyPatch& patch,
                          const hone::Preconditions& preconditions) override {
    const auto start = std::chrono::steady_clock::now();
    const hone::ApplyResult result = inner_->apply(cursor, patch, preconditions);
    const Milliseconds taken = std::chrono::steady_clock::now() - start;
    if (taken > slow_) {
      logger_.warning("storage @NAME@: writing trial " + std::to_string(result.number) + " took " +
                      std::to_string(taken.count()) + " ms");
    }
    return result;
  }

  hone::StudyId create_study(std::string_view name, const std::vector<hone::Direction>& directions) override {
    return inner_->create_study(name, directions);
  }
  std::optional<hone::StudyRecord> find_study(std::string_view name) override { return inner_->find_study(name); }
  std::vector<hone::StudyRecord> studies() override { return inner_->studies(); }
  void delete_study(hone::StudyId study) override { inner_->delete_study(study); }
  std::unique_ptr<hone::Cursor> open_cursor(hone::StudyId study, hone::ChangeReceiver& receiver) override {
    return inner_->open_cursor(study, receiver);
  }
  void refresh(hone::Cursor& cursor) override { inner_->refresh(cursor); }
  std::vector<hone::Attribute> study_attributes(hone::StudyId study, hone::AttributeKind kind) override {
    return inner_->study_attributes(study, kind);
  }
  std::vector<hone::Attribute> trial_attributes(hone::StudyId study, hone::TrialNumber number,
                                                hone::AttributeKind kind) override {
    return inner_->trial_attributes(study, number, kind);
  }
  void for_each_trial_attribute(
      hone::StudyId study, hone::AttributeKind kind,
      const std::function<void(hone::TrialNumber, std::string_view, std::string_view)>& visit) override {
    inner_->for_each_trial_attribute(study, kind, visit);
  }
  std::optional<Provenance> provenance(hone::StudyId study, hone::TrialNumber number) override {
    return inner_->provenance(study, number);
  }
  void heartbeat(std::string_view worker) override { inner_->heartbeat(worker); }
  std::optional<std::chrono::milliseconds> heartbeat_age(std::string_view worker) override {
    return inner_->heartbeat_age(worker);
  }
  std::string location() const override { return "@NAME@ in front of " + inner_->location(); }
  bool shared() const override { return inner_->shared(); }
  void* query_extension(std::string_view id) noexcept override { return inner_->query_extension(id); }

 private:
  using Milliseconds = std::chrono::duration<double, std::milli>;

  std::shared_ptr<hone::Storage> inner_;
  const hone::Logger& logger_;
  Milliseconds slow_;
};

constexpr hone_option options[] = {
    hone::sdk::option("inner", hone::OptionType::storage, R"("memory")", "the storage that keeps the studies"),
    hone::sdk::float_option("slow_ms", "100", "0", nullptr, "writes that take longer are reported, in milliseconds"),
};

}  // namespace

HONE_PLUGINS(hone::sdk::storage<@CLASS@>(
    {.name = "@NAME@",
     .version = "0.1",
     .description = "stands in front of another storage and reports slow writes",
     .options = options}));
