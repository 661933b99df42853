// SPDX-License-Identifier: MIT
// Several processes on one SQLite file, some of which die.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <hone/error.hpp>

#include "child_process.hpp"
#include "raw_sqlite.hpp"
#include "storage_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

constexpr int process_count = 4;

// A study made before the processes begin, by a storage that is gone by then.
void make_study(const std::string& file, int waiting = 0) {
  const std::unique_ptr<Storage> storage = sqlite_storage(file);
  Reader reader(*storage, storage->create_study("study", {Direction::minimize}));
  for (int i = 0; i < waiting; ++i) reader.apply(waiting_trial());
}

// Runs the body in several processes, each with a storage of its own; what they said, word by word.
template <class Body>
std::vector<std::string> in_processes(const std::string& file, const Body& body) {
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < process_count; ++i) {
    children.push_back(std::make_unique<ChildProcess>([&, i](const ChildProcess::Say& say) {
      const std::unique_ptr<Storage> storage = sqlite_storage(file);
      Reader reader(*storage, storage->find_study("study").value().id);
      body(reader, "process " + std::to_string(i), say);
    }));
  }
  std::vector<std::string> words;
  for (const auto& child : children) {
    std::istringstream said(child->finish());
    INFO(said.str());
    CHECK(child->succeeded());
    for (std::string word; said >> word;) words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("processes that fill one budget get consecutive numbers, each once, and none too many") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file);
  constexpr int budget = 800;
  const auto numbers = in_processes(file, [](Reader& reader, const std::string& owner, const ChildProcess::Say& say) {
    while (const ApplyResult claimed = reader.apply(running_trial(owner), within(budget))) {
      say(std::to_string(claimed.number) + "\n");
      reader.apply(end_of(claimed.number), owned_by(owner));
    }
  });
  std::set<int> distinct;
  for (const std::string& number : numbers) distinct.insert(std::stoi(number));
  CHECK(numbers.size() == budget);
  CHECK(distinct.size() == budget);
  CHECK(*distinct.rbegin() == budget - 1);
  RawSqlite raw(file);
  CHECK(raw.one("SELECT count(*) FROM trials WHERE state = 'COMPLETE'") == std::to_string(budget));
  CHECK(raw.one("SELECT count(*) FROM hone_live") == "0");
}

TEST_CASE("a waiting trial is claimed by one process") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  constexpr int trials = 60;
  make_study(file, trials);
  const auto claims = in_processes(file, [](Reader& reader, const std::string& owner, const ChildProcess::Say& say) {
    reader.refresh();
    for (int n = 0; n < trials; ++n) {
      if (reader.apply(claim_of(n, owner), in_state(TrialState::waiting))) say(std::to_string(n) + "\n");
    }
  });
  CHECK(claims.size() == trials);
  CHECK(std::set<std::string>(claims.begin(), claims.end()).size() == trials);
}

TEST_CASE("a trial of a dead worker is taken over by one process") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  constexpr int trials = 60;
  {
    const std::unique_ptr<Storage> storage = sqlite_storage(file);
    Reader reader(*storage, storage->create_study("study", {Direction::minimize}));
    for (int i = 0; i < trials; ++i) reader.apply(running_trial("dead"));
  }
  const auto taken = in_processes(file, [](Reader& reader, const std::string& owner, const ChildProcess::Say& say) {
    for (int n = 0; n < trials; ++n) {
      StudyPatch takeover = change_of(n);
      takeover.trial.owner = OwnerRecord{owner, 1, 1, -1};
      takeover.trial.new_attempt = true;
      if (reader.apply(takeover, owned_by("dead"))) say(std::to_string(n) + "\n");
    }
  });
  CHECK(taken.size() == trials);
  CHECK(std::set<std::string>(taken.begin(), taken.end()).size() == trials);
}

TEST_CASE("processes that create one study at the same time make one") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < process_count; ++i) {
    children.push_back(std::make_unique<ChildProcess>([&](const ChildProcess::Say& say) {
      const std::unique_ptr<Storage> storage = sqlite_storage(file);
      try {
        storage->create_study("study", {Direction::minimize});
        say("created ");
      } catch (const DuplicatedStudyError&) {
        say("found ");
      }
    }));
  }
  std::string said;
  for (const auto& child : children) said += child->finish();
  std::istringstream words(said);
  std::multiset<std::string> all;
  for (std::string word; words >> word;) all.insert(word);
  INFO(said);
  CHECK(all.count("created") == 1);
  CHECK(all.count("found") == process_count - 1);
  CHECK(RawSqlite(file).one("SELECT count(*) FROM studies") == "1");
}

TEST_CASE("what was committed survives the writer's death by SIGKILL") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file);
  TrialNumber known = 0;
  for (int round = 0; round < 10; ++round) {
    ChildProcess writer([&](const ChildProcess::Say& say) {
      const std::unique_ptr<Storage> storage = sqlite_storage(file);
      Reader reader(*storage, storage->find_study("study").value().id);
      for (;;) {
        const TrialNumber number = reader.apply(running_trial("owner")).number;
        reader.apply(end_of(number, static_cast<double>(number)), owned_by("owner"));
        say(std::to_string(number) + "\n");
      }
    });
    writer.wait_for_bytes(20 + 37 * static_cast<std::size_t>(round));
    writer.kill();
    std::istringstream said(writer.finish());
    const std::unique_ptr<Storage> storage = sqlite_storage(file);
    Reader reader(*storage, storage->find_study("study").value().id);
    reader.refresh();
    for (TrialNumber number = 0; said >> number;) {
      // The last line may have been cut.
      if (said.peek() != '\n') break;
      REQUIRE(reader.history().finished(number));
      CHECK(reader.history().values(number)[0] == static_cast<double>(number));
    }
    CHECK(reader.history().horizon() > known);
    known = reader.history().horizon();
    for (TrialNumber number = 0; number < known; ++number) CHECK(reader.history().known(number));
  }
  CHECK(RawSqlite(file).one("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a forked child opens the file again, and neither disturbs the other") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  auto storage = sqlite_storage(file);
  auto reader = std::make_unique<Reader>(*storage, storage->create_study("study", {Direction::minimize}));
  reader->apply(running_trial("parent"));

  int go[2];
  REQUIRE(::pipe(go) == 0);
  ChildProcess child([&](const ChildProcess::Say& say) {
    reader->apply(running_trial("child"));
    say("1");
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) throw std::runtime_error("the parent is gone");
    for (int i = 0; i < 20; ++i) reader->apply(running_trial("child"));
  });
  child.wait_for_bytes(1);
  reader->refresh();
  CHECK(reader->history().owner(1)->token == "child");
  reader->apply(running_trial("parent"));
  // The parent was the last that SQLite knows of: closing must not take the log away from the child.
  reader.reset();
  storage.reset();
  REQUIRE(::write(go[1], "g", 1) == 1);
  child.finish();
  CHECK(child.succeeded());
  ::close(go[0]);
  ::close(go[1]);
  RawSqlite raw(file);
  CHECK(raw.one("PRAGMA integrity_check") == "ok");
  CHECK(raw.one("SELECT count(*) FROM trials") == "23");
  CHECK(raw.one("SELECT max(number) FROM trials") == "22");
}

TEST_CASE("a forked child opens the file by a storage of its own, beside the one that it inherited") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  auto storage = sqlite_storage(file);
  auto reader = std::make_unique<Reader>(*storage, storage->create_study("study", {Direction::minimize}));
  reader->apply(running_trial("parent"));
  int go[2];
  REQUIRE(::pipe(go) == 0);
  ChildProcess child([&](const ChildProcess::Say& say) {
    const std::unique_ptr<Storage> own = sqlite_storage(file);
    Reader own_reader(*own, own->find_study("study").value().id);
    say("1");
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) throw std::runtime_error("the parent is gone");
    for (int i = 0; i < 20; ++i) own_reader.apply(running_trial("child"));
  });
  child.wait_for_bytes(1);
  reader.reset();
  storage.reset();
  REQUIRE(::write(go[1], "g", 1) == 1);
  child.finish();
  CHECK(child.succeeded());
  ::close(go[0]);
  ::close(go[1]);
  CHECK(RawSqlite(file).one("SELECT count(*) FROM trials") == "21");
}

TEST_CASE("a foreign process that holds the lock for three seconds does not break a worker") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file);
  ChildProcess holder([&](const ChildProcess::Say& say) {
    RawSqlite raw(file);
    raw.run("BEGIN IMMEDIATE");
    say("1");
    ::sleep(3);
    raw.run("COMMIT");
  });
  holder.wait_for_bytes(1);
  const std::unique_ptr<Storage> storage = sqlite_storage(file);
  Reader reader(*storage, storage->find_study("study").value().id);
  const TrialNumber number = reader.apply(running_trial()).number;
  CHECK(reader.apply(end_of(number), owned_by("owner")));
  holder.finish();
  CHECK(holder.succeeded());
}

TEST_CASE("a lock that is held for longer than the timeout is an error that can be tried again") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file);
  const std::unique_ptr<Storage> storage = sqlite_storage(file + "?timeout=0.05");
  Reader reader(*storage, storage->find_study("study").value().id);
  {
    RawSqlite other(file);
    other.run("BEGIN IMMEDIATE");
    try {
      reader.apply(running_trial());
      FAIL("the lock was not seen");
    } catch (const StorageError& error) {
      CHECK(error.retryable);
      CHECK_THAT(error.what(), Catch::Contains("locked for longer than the timeout"));
    }
    other.run("ROLLBACK");
  }
  CHECK(reader.apply(running_trial()).number == 0);
}
