// SPDX-License-Identifier: MIT
// Two processes that reach a rung at the same time: in every order of what they do, at least one sees the other.
#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>

#include <hone/study.hpp>

#include "../storages/child_process.hpp"
#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

StudyOptions shared_study(const std::filesystem::path& file) {
  StudyOptions options;
  options.name = "arrivals";
  options.sampler = {"random"};
  // With one other in the rung a trial of the same value passes; alone it does not.
  options.pruner = {"successive_halving",
                    Json(Json::Object{{"min_resource", 1}, {"reduction_factor", 2}, {"bootstrap_count", 1}})};
  options.storage = {"sqlite", Json(Json::Object{{"target", file.string()}})};
  options.load_if_exists = true;
  return options;
}

/// A process that brings one trial to the first rung, step by step as its parent says.
class Arrival {
 public:
  explicit Arrival(const std::filesystem::path& file) {
    if (::pipe(orders_) != 0) throw std::runtime_error("no pipe");
    process_ = std::make_unique<ChildProcess>([this, &file](const ChildProcess::Say& say) {
      ::close(orders_[1]);
      Study study = Study::create(shared_study(file), shared_registry());
      Trial trial = study.ask();
      say(".");
      wait_for_order();
      trial.report(0.5, 1);
      say(".");
      wait_for_order();
      say(trial.should_prune() ? "0" : "1");
    });
    ::close(orders_[0]);
    process_->wait_for_bytes(++said_);
  }
  ~Arrival() { ::close(orders_[1]); }
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  /// The next of: report, decide. Returns when it is done.
  void go_on() {
    if (::write(orders_[1], "!", 1) != 1) throw std::runtime_error("the process has ended");
    process_->wait_for_bytes(++said_);
  }
  bool passed() { return process_->finish() == "..1"; }
  bool succeeded() const { return process_->succeeded(); }

 private:
  void wait_for_order() const {
    char order = 0;
    if (::read(orders_[0], &order, 1) != 1) throw std::runtime_error("no order came");
  }

  int orders_[2] = {-1, -1};
  std::size_t said_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace

TEST_CASE("of two processes that reach a rung at the same time, at least one sees the other") {
  // a and b: the first and the second process does its next step, of report and decide.
  const std::string order = GENERATE("aabb", "abab", "abba", "baab", "baba", "bbaa");
  INFO(order);
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("hone_arrivals_" + std::to_string(::getpid()) + ".db");
  const auto remove = [&file] {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  };
  remove();
  {
    Arrival a(file);
    Arrival b(file);
    for (const char who : order) (who == 'a' ? a : b).go_on();
    const bool a_passed = a.passed();
    const bool b_passed = b.passed();
    CHECK(a.succeeded());
    CHECK(b.succeeded());
    CHECK((a_passed || b_passed));
    // Storing a report brings back what others have stored.
    CHECK(a_passed == (order.front() == 'b'));
    CHECK(b_passed == (order.front() == 'a'));
  }
  remove();
}
