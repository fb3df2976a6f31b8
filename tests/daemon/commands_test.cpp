// What each command prints, for people and for programs, asked of a daemon with targets in memory
// over a real socket.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <regex>

#include "daemon/listeners.hpp"
#include "tests/daemon/daemon_fixture.hpp"
#include "tests/daemon/terminal.hpp"
#include "tests/support/golden.hpp"

namespace driftless::test {
namespace {

class CommandsTest : public DaemonTest {
protected:
    CommandsTest() {
        write_settings(
            "targets:\n  mini1: {docker: {host: auto}}\n  mini2: {docker: {host: auto}}\n");
        settings_.state = folder_.path();
        settings_.http.listen = "127.0.0.1:0";
        settings_.targets.at("mini1").policy.prune = true;
        commit(first_, {{"a.yaml", thing("mini1", "a")},
                        {"b.yaml", thing("mini1", "b")},
                        {"c.yaml", thing("mini2", "c")}});
        target("mini2").things["c"] = {{"text", "x"}};
        target("mini2").foreign.insert("c");
        start();
        run_for(60s);
        open();
    }
    ~CommandsTest() override { close(); }
    CommandsTest(const CommandsTest&) = delete;
    CommandsTest& operator=(const CommandsTest&) = delete;

    void write_settings(const std::string& targets) {
        driftless::testing::write_file(path_, "installation: test\nstate: " + folder_.path() +
                                                  "\nhttp: {socket: " + socket_ + "}\n" + targets);
    }
    void open() {
        auto doors = Listeners::open({.settings = settings_,
                                      .socket = socket_,
                                      .owner = ::geteuid(),
                                      .executor = io_.get_executor(),
                                      .clock = clock_,
                                      .random = random_,
                                      .control = *daemon_,
                                      .feed = daemon_->feed(),
                                      .measures = measures_});
        ASSERT_TRUE(doors) << doors.error().message;
        doors_ = std::move(*doors);
        served_ =
            asio::co_spawn(io_, driftless::testing::as_optional(doors_->serve()), asio::use_future);
    }

    void close() {
        doors_->stop();
        while (!driftless::testing::is_ready(served_)) run_for(1s);
        doors_.reset();  // it removes the socket's file
    }

    Ran run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--config", path_});
        return terminal_.run(std::move(arguments));
    }
    /// What the command prints is in tests/data/daemon/commands/, less the test's own folder.
    void expect_printed(const std::string& name, std::vector<std::string> arguments,
                        int code = cli::exit_done) {
        const Ran ran = run(std::move(arguments));
        EXPECT_EQ(ran.code, code) << ran.out << ran.err;
        EXPECT_EQ(ran.err, "");
        const std::regex folder{folder_.path()};
        const std::regex free{"[0-9]+ MiB"};
        const std::string text = std::regex_replace(ran.out, folder, "FOLDER");
        expect_golden("daemon/commands/" + name, std::regex_replace(text, free, "SOME MiB"));
    }
    /// Git drops thing a of mini1, and its removal is done.
    void drop_a() {
        commit(second_, {{"b.yaml", thing("mini1", "b")}, {"c.yaml", thing("mini2", "c")}});
        run_for(120s);
    }

    const std::string first_ = std::string(40, '1');
    const std::string second_ = std::string(40, '2');
    const std::string path_ = folder_.at("driftless.yaml");
    const std::string socket_ = folder_.at("s");
    Terminal terminal_{io_, clock_};
    std::unique_ptr<Listeners> doors_;
    std::future<std::optional<bool>> served_;
};

TEST_F(CommandsTest, Status) {
    expect_printed("status.json", {"status", "--json", "--unmanaged"}, cli::exit_pending);
    expect_printed("status.txt", {"status", "--unmanaged"}, cli::exit_pending);
}

TEST_F(CommandsTest, Diff) {
    settings_.targets.at("mini1").policy.mode = Mode::observe;
    target("mini1").things["a"]["text"] = "by hand";
    run_for(600s);
    expect_printed("diff.json", {"diff", "Thing/a", "--json"}, cli::exit_pending);
    expect_printed("diff.txt", {"diff", "Thing/c"}, cli::exit_pending);
}

TEST_F(CommandsTest, History) {
    expect_printed("history.json", {"history", "Thing/a", "--json"});
    expect_printed("history.txt", {"history"});
}

TEST_F(CommandsTest, Reconcile) {
    expect_printed("reconcile.json", {"reconcile", "Thing/a", "--json"});
    expect_printed("reconcile.txt", {"reconcile"});
}

TEST_F(CommandsTest, Confirm) {
    settings_.targets.at("mini1").policy.max_removals = 0;
    drop_a();
    const std::string hash = status().plan.held_hash;
    ASSERT_NE(hash, "");
    expect_printed("confirm.json", {"confirm", hash, "--json"});
    expect_printed("confirm.txt", {"confirm", hash});
}

TEST_F(CommandsTest, Adopt) {
    expect_printed("adopt.json", {"adopt", "Thing/c", "--json"});
    expect_printed("adopt.txt", {"adopt", "Thing/c"});
}

TEST_F(CommandsTest, SuspendAndResume) {
    expect_printed("suspend.json",
                   {"suspend", "mini1", "--for", "30m", "--reason", "a new disk", "--json"});
    expect_printed("suspend.txt", {"suspend", "Thing/b"});
    expect_printed("resume.json", {"resume", "mini1", "--json"});
    expect_printed("resume.txt", {"resume", "Thing/b"});
}

TEST_F(CommandsTest, Restore) {
    drop_a();
    expect_printed("removed.json", {"restore", "--json"});
    expect_printed("removed.txt", {"restore"});
    expect_printed("restore.json", {"restore", "Thing/a", "--json"});
}

TEST_F(CommandsTest, Wait) {
    expect_printed("wait.json", {"wait", "--revision", first_, "--target", "mini1", "--json"});
    expect_printed("wait.txt", {"wait", "--revision", first_, "--target", "mini1"});
}

TEST_F(CommandsTest, Leave) {
    write_settings("");
    settings_.targets.erase("mini1");
    close();
    restart();
    open();
    expect_printed("leave.json", {"leave", "mini1", "--json"});
    EXPECT_NE(run({"leave", "mini1"}).err.find("nothing is known"), std::string::npos);
}

TEST_F(CommandsTest, Doctor) {
    write_settings("");
    expect_printed("doctor.json", {"doctor", "--json"});
    expect_printed("doctor.txt", {"doctor"});
}

TEST_F(CommandsTest, Validate) {
    const std::string wrong = folder_.at("wrong");
    driftless::testing::write_file(wrong + "/shop.yaml",
                                   "apiVersion: driftless/v1\nkind: ComposeProject\n"
                                   "metadata: {name: shop}\ntarget: mini1\nspec: {fil: a.yaml}\n");
    expect_printed("validate.json", {"validate", wrong, "--json"}, cli::exit_error);
    expect_printed("validate.txt", {"validate", wrong}, cli::exit_error);
}

TEST_F(CommandsTest, InitAndBackup) {
    const json copied = json::parse(run({"backup", folder_.at("copy.db"), "--json"}).out);
    EXPECT_EQ(copied["file"], folder_.at("copy.db"));
    EXPECT_EQ(copied["bytes"], std::filesystem::file_size(folder_.at("copy.db")));
    ASSERT_EQ(::unlink(path_.c_str()), 0);
    expect_printed("init.json", {"init", "--json"});
}

TEST_F(CommandsTest, AWatcherGoesOnWhileTheDaemonIsAway) {
    asio::cancellation_signal enough;
    auto watched = asio::co_spawn(
        io_, cli::run_command_line({"status", "--watch", "--config", path_}, terminal_.machine()),
        asio::bind_cancellation_slot(enough.slot(), asio::use_future));
    run_for(1s);
    EXPECT_NE(terminal_.out().find("in_sync"), std::string::npos);
    close();
    run_for(5s);
    EXPECT_NE(terminal_.err().find("driftless run"), std::string::npos);
    const std::size_t before = terminal_.out().size();
    open();
    run_for(5s);
    EXPECT_GT(terminal_.out().size(), before);
    enough.emit(asio::cancellation_type::terminal);
    run_for(1s);
    EXPECT_TRUE(driftless::testing::is_ready(watched));
}

}  // namespace
}  // namespace driftless::test
