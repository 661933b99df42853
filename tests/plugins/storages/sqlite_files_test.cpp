// SPDX-License-Identifier: MIT
// Files that are not as they should be: one clear error, and nothing lost.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include <hone/error.hpp>

#include "child_process.hpp"
#include "raw_sqlite.hpp"
#include "storage_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

std::atomic<int> syncs{0};

}  // namespace

// SQLite's calls arrive here, because a program's own functions come before a library's.
extern "C" int fdatasync(int file) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}
extern "C" int fsync(int file) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace {

// The message of the StorageError that the call throws.
std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const StorageError& error) {
    return error.what();
  }
  return "no error";
}

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// A study of finished trials, whose file holds all of it.
void make_study(const std::string& file, int trials) {
  const std::unique_ptr<Storage> storage = sqlite_storage(file);
  Reader reader(*storage, storage->create_study("study", {Direction::minimize}));
  for (int i = 0; i < trials; ++i) reader.apply(end_of(reader.apply(running_trial()).number, i));
}

// The trials that a fresh look at the file finds finished.
std::size_t finished_in(const std::string& file) {
  const std::unique_ptr<Storage> storage = sqlite_storage(file);
  Reader reader(*storage, storage->find_study("study").value().id);
  reader.refresh();
  return reader.history().count(TrialState::complete);
}

std::string message_of_writing(const std::string& file) {
  return error_of([&] {
    const std::unique_ptr<Storage> storage = sqlite_storage(file);
    Reader reader(*storage, storage->find_study("study").value().id);
    reader.apply(running_trial());
  });
}

// What the function returns for a user who is bound by permissions.
std::string as_ordinary_user(const std::function<std::string()>& body) {
  // Loads the plugin, which that user may not reach.
  sqlite_storage(TemporaryFolder().file("none.db"));
  ChildProcess child([&](const ChildProcess::Say& say) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
      throw std::runtime_error("cannot become an ordinary user");
    }
    say(body());
  });
  return child.finish();
}

void set_mode(const std::string& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

}  // namespace

TEST_CASE("a file that is no database is named, and left as it is") {
  const TemporaryFolder folder;
  const std::string file = folder.file("notes.db");
  const std::string text(5000, 'x');
  std::ofstream(file) << text;
  const std::string message = error_of([&] { sqlite_storage(file); });
  CHECK_THAT(message, Catch::StartsWith("sqlite:" + file + ": the file is not a SQLite database"));
  CHECK(content_of(file) == text);
}

TEST_CASE("an empty file becomes a storage") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  std::ofstream(file).flush();
  CHECK(sqlite_storage(file)->studies().empty());
  make_study(file, 3);
  CHECK(finished_in(file) == 3);
}

TEST_CASE("looking at a storage that does not exist makes no file") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  CHECK(sqlite_storage(file)->studies().empty());
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a missing folder, and a folder in the place of the file, are named") {
  const TemporaryFolder folder;
  const std::string missing = folder.file("none/study.db");
  CHECK_THAT(error_of([&] { sqlite_storage(missing); }),
             Catch::Contains("the folder " + folder.file("none") + " does not exist; make it first"));
  CHECK_THAT(error_of([&] { sqlite_storage(folder.path().string()); }), Catch::Contains("this is a folder"));
}

TEST_CASE("a read-only file can be read, and says so when it is written") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 2);
  RawSqlite(file).run("PRAGMA journal_mode = DELETE");
  set_mode(folder.path().string(), 0755);
  set_mode(file, 0444);
  CHECK(as_ordinary_user([&] { return std::to_string(finished_in(file)); }) == "2");
  CHECK_THAT(as_ordinary_user([&] { return message_of_writing(file); }),
             Catch::Contains(file + ": the file or its folder is read-only"));
  CHECK(finished_in(file) == 2);
}

TEST_CASE("a file in a read-only folder can be read, and says so when it is written") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 2);
  REQUIRE(RawSqlite(file).one("PRAGMA journal_mode") == "wal");
  set_mode(file, 0666);
  set_mode(folder.path().string(), 0555);
  CHECK(as_ordinary_user([&] { return std::to_string(finished_in(file)); }) == "2");
  CHECK_THAT(as_ordinary_user([&] { return message_of_writing(file); }),
             Catch::Contains(file + ": the file or its folder is read-only"));
  const std::string other = folder.file("other.db");
  CHECK_THAT(as_ordinary_user([&] { return error_of([&] { make_study(other, 1); }); }),
             Catch::Contains(other + ": the file cannot be opened"));
  set_mode(folder.path().string(), 0755);
  CHECK(finished_in(file) == 2);
}

TEST_CASE("a schema of another version is refused with both versions") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 1);
  const auto message = [&](const std::string& change) {
    RawSqlite(file).run(change);
    return error_of([&] { sqlite_storage(file); });
  };
  SECTION("an older schema") {
    const std::string said = message("UPDATE version_info SET schema_version = 11");
    CHECK_THAT(said, Catch::Contains("of version 11") && Catch::Contains("hone reads revision v3.2.0.a"));
    CHECK_THAT(said, Catch::Contains("optuna storage upgrade"));
  }
  SECTION("an older revision") {
    CHECK_THAT(message("UPDATE alembic_version SET version_num = 'v2.6.0.a'"),
               Catch::Contains("of revision v2.6.0.a") && Catch::Contains("optuna storage upgrade"));
  }
  SECTION("a newer revision") {
    CHECK_THAT(message("UPDATE alembic_version SET version_num = 'v9.0.0.a'"),
               Catch::Contains("of revision v9.0.0.a") && Catch::Contains("update hone, or use another file"));
  }
  SECTION("newer tables of hone") {
    CHECK_THAT(message("UPDATE hone_schema SET version = 2"),
               Catch::Contains("its hone tables have version 2, but this hone reads version 1"));
  }
  RawSqlite raw(file);
  raw.run(
      "UPDATE version_info SET schema_version = 12; UPDATE alembic_version SET version_num = 'v3.2.0.a'; "
      "UPDATE hone_schema SET version = 1");
  CHECK(finished_in(file) == 1);
}

TEST_CASE("a file from before trials could be paused is read as it is, and gets their column when it is written") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  {
    const std::unique_ptr<Storage> storage = sqlite_storage(file);
    Reader reader(*storage, storage->create_study("study", {Direction::minimize}));
    REQUIRE(reader.apply(running_trial("first")).number == 0);
  }
  RawSqlite(file).run("ALTER TABLE hone_live DROP COLUMN paused_at");
  const std::unique_ptr<Storage> storage = sqlite_storage(file);
  Reader reader(*storage, storage->find_study("study").value().id);
  reader.refresh();
  CHECK(reader.history().owner(0).value().token == "first");
  CHECK(reader.history().owner(0).value().paused_at == -1);
  const std::unique_ptr<Storage> writing = sqlite_storage(file);
  Reader writer(*writing, writing->find_study("study").value().id);
  StudyPatch pause = change_of(0);
  pause.trial.owner = OwnerRecord{"paused:0", 0, 0, 4, 3};
  REQUIRE(writer.apply(pause, owned_by("first")));
  // Also by a connection that has read the old table.
  reader.refresh();
  CHECK(reader.history().owner(0).value().paused_at == 3);
}

TEST_CASE("another program's database gets the tables beside its own, and only when it is written") {
  const TemporaryFolder folder;
  const std::string file = folder.file("other.db");
  RawSqlite(file).run("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7)");
  CHECK(sqlite_storage(file)->studies().empty());
  CHECK(RawSqlite(file).one("SELECT count(*) FROM sqlite_master") == "1");
  make_study(file, 1);
  CHECK(RawSqlite(file).one("SELECT x FROM theirs") == "7");
  CHECK(RawSqlite(file).one("PRAGMA journal_mode") == "delete");
}

TEST_CASE("a database that was cut off is called damaged") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 200);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2 / 2048 * 2048);
  const std::string message = error_of([&] { finished_in(file); });
  CHECK_THAT(message, Catch::Contains(file + ": the database is damaged; restore a copy"));
}

TEST_CASE("a full disk is named, keeps what was acknowledged, and the study goes on when there is space again") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 5);
  ChildProcess child([&](const ChildProcess::Say& say) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{400'000, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no limit");
    const std::unique_ptr<Storage> storage = sqlite_storage(file);
    Reader reader(*storage, storage->find_study("study").value().id);
    int acknowledged = 0;
    const std::string message = error_of([&] {
      for (; acknowledged < 100'000; ++acknowledged) {
        reader.apply(end_of(reader.apply(running_trial()).number, acknowledged));
      }
    });
    say(std::to_string(acknowledged) + " " + message);
  });
  std::istringstream said(child.finish());
  CHECK(child.succeeded());
  std::size_t acknowledged = 0;
  said >> acknowledged;
  INFO(said.str());
  CHECK(acknowledged > 0);
  CHECK_THAT(said.str(), Catch::Contains(file + ": the disk is full, or the file may not grow"));
  CHECK(finished_in(file) == acknowledged + 5);
  CHECK(RawSqlite(file).one("PRAGMA integrity_check") == "ok");
  CHECK(message_of_writing(file) == "no error");
}

TEST_CASE("a file that hone makes is in WAL mode, another's keeps its mode") {
  const TemporaryFolder folder;
  const std::string file = folder.file("study.db");
  make_study(file, 1);
  CHECK(RawSqlite(file).one("PRAGMA journal_mode") == "wal");
  RawSqlite(file).run("PRAGMA journal_mode = DELETE");
  CHECK(message_of_writing(file) == "no error");
  CHECK(RawSqlite(file).one("PRAGMA journal_mode") == "delete");
}

TEST_CASE("synchronous=full syncs each write, normal does not") {
  const TemporaryFolder folder;
  const auto syncs_of = [&](const std::string& target) {
    const std::unique_ptr<Storage> storage = sqlite_storage(target);
    Reader reader(*storage, storage->create_study("study", {Direction::minimize}));
    reader.apply(running_trial());
    const int before = syncs;
    for (int i = 0; i < 50; ++i) reader.apply(running_trial());
    return syncs - before;
  };
  CHECK(syncs_of(folder.file("full.db") + "?synchronous=full") >= 50);
  CHECK(syncs_of(folder.file("normal.db")) == 0);
}
