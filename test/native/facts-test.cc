// Lines of facts and requests: fields that a hostile name cannot leave, and lines that come in
// pieces.

#include "core/facts.h"
#include "core/requests.h"
#include "core/text/lines.h"

#include <cerrno>

#include "core/text/json.h"
#include "expect.h"

namespace holdfast::test {

namespace {

std::string everyByte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

void addFields(Promises& promises) {
  promises.push_back({"gives every byte of a field back", [] {
                        expectEqual(unescapeField(escapeField(everyByte())), everyByte());
                        expectEqual(unescapeField(escapeField("")), "");
                        expectEqual(unescapeField(escapeField("100%")), "100%");
                      }});
  promises.push_back({"lets no text leave its field", [] {
                        for (char c : escapeField(everyByte()))
                          expect(c > ' ' && c < 0x7f, "a separator or a control character");
                        expectEqual(escapeField("x) S 1\n\x1b[2J"), "x%29%20S%201%0a%1b%5b2J");
                      }});
  promises.push_back({"survives fields that nobody would write", [] {
                        for (const char* field : {"%", "%%", "%a", "%zz", "abc%", "%f"})
                          (void)unescapeField(field);
                      }});
  promises.push_back({"splits at single spaces", [] {
                        expect(splitFields("empty kill 1 2 30").size() == 5, "five fields");
                        expect(splitFields("").empty(), "nothing in nothing");
                        expect(splitFields("a  b").size() == 3, "an empty field counts");
                      }});
}

void addLines(Promises& promises) {
  promises.push_back({"puts a line together that comes in pieces", [] {
                        LineBuffer buffer;
                        std::string line;
                        buffer.append("star");
                        expect(!buffer.next(line), "half a line is none");
                        buffer.append("ted 1 2\nexited 0\nem");
                        expect(buffer.next(line), "the first line");
                        expectEqual(line, "started 1 2");
                        expect(buffer.next(line), "the second line");
                        expectEqual(line, "exited 0");
                        expect(!buffer.next(line) && buffer.size() == 2, "the rest waits");
                      }});
  promises.push_back({"splits a text into its lines", [] {
                        expect(splitLines("a\nb\n").size() == 2, "the last newline ends a line");
                        expect(splitLines("a\n\nb").size() == 3, "an empty line counts");
                      }});
}

void addJson(Promises& promises) {
  promises.push_back({"writes JSON that no text can break", [] {
                        expectEqual(jsonText("a\"b\\c"), "\"a\\\"b\\\\c\"");
                        expectEqual(jsonText("\n\x1b\x7f"), "\"\\u000a\\u001b\\u007f\"");
                        for (char c : jsonText(everyByte()))
                          expect(c >= ' ' && c < 0x7f, "a control character");
                      }});
}

// One of each kind, with text that nobody would choose.
std::vector<Fact> oneOfEach() {
  const Identity somebody{4711, 123456789012};
  const FailedCall failed("find a home", "ENOENT", 2);
  const Member member{somebody, 1, 'S', "a b\n%", 1, 2, 3};
  return {fact::Tree{"0123456789abcdef0123"},
          fact::Mark{"0123456789abcdef0123.0123456789abcdef0124"},
          fact::Guard{somebody},
          fact::PassedOver{Mechanism::cgroup, failed},
          fact::Held{Mechanism::pidNamespace, {EscapeRoute::broker, EscapeRoute::unrecorded}},
          fact::Held{Mechanism::group, {}},
          fact::Owner{somebody},
          fact::Recorded{"/a b"},
          fact::Unrecorded{failed},
          fact::InCgroup{"/sys/fs/cgroup/x"},
          fact::Started{somebody},
          fact::Failed{failed},
          fact::Refused{"mechanism", ""},
          fact::RootEnded{{ExitStatus::Kind::exited, 4294967295}},
          fact::RootEnded{{ExitStatus::Kind::signaled, 9}},
          fact::RootStopped{19},
          fact::RootContinued{},
          fact::Survivor{somebody, "denied", "x) y"},
          fact::Empty{EndReason::guardDied, 1, 2, 3},
          fact::Check{},
          fact::Everybody{15},
          fact::Resumed{},
          fact::Left{},
          fact::Sent{3},
          fact::OneMember{member},
          fact::Members{1},
          fact::Used{{1, 2, 3}},
          fact::Released{},
          fact::NotReleased{failed},
          fact::Unknown{"x y"}};
}

void addFacts(Promises& promises) {
  promises.push_back({"tells an error as call, code and number", [] {
                        expectEqual(lineOf(fact::Unrecorded{OsError("open", ENOENT, "/x")}),
                                    "unrecorded open ENOENT 2");
                        expectEqual(lineOf(fact::Failed{OsError("find a home", ENOENT)}),
                                    "failed find%20a%20home ENOENT 2");
                        expect(std::string(OsError("open", ENOENT, "/x").what())
                                       .find("ENOENT: No such file or directory, open '/x'") == 0,
                               OsError("open", ENOENT, "/x").what());
                      }});
  promises.push_back({"reads every fact as it was written", [] {
                        for (const Fact& fact : oneOfEach()) {
                          const std::string line = lineOf(fact);
                          const std::optional<Fact> read = readFact(line);
                          expect(read.has_value(), line);
                          expect(read->index() == fact.index(), line);
                          expectEqual(lineOf(*read), line);
                        }
                      }});
  promises.push_back({"takes nothing for a fact that is none", [] {
                        for (const char* line :
                             {"", " ", "started", "started 1", "started 1 2 3", "empty never 1 2 3",
                              "mechanism magic -", "tree ../x", "continued 1", "exit 0"})
                          expect(!readFact(line), line);
                      }});
  promises.push_back({"reads 0 where a number should stand", [] {
                        const auto started = readAs<fact::Started>("started x -");
                        expect(started && started->root == Identity{}, "nobody");
                      }});
}

EndRequest endIn(std::string_view line) {
  const auto request = readEndRequest(splitFields(line));
  expect(request.has_value(), std::string(line));
  return *request;
}

void addRequests(Promises& promises) {
  promises.push_back({"reads an end as it was asked for", [] {
                        const EndRequest end = endIn("end terminate 15 2000");
                        expect(end.reason == EndReason::terminate, "the reason");
                        expect(end.signo == 15, "the signal");
                        expect(end.graceMs == 2000u, "the grace");
                        expect(endIn("end abort 9 0").reason == EndReason::abort, "an abort");
                        expect(!endIn("end kill 9 -").graceMs, "the tree's own grace");
                      }});
  promises.push_back({"makes a hard end of an end that it does not understand", [] {
                        const EndRequest end = endIn("end never SIGTERM soon");
                        expect(end.reason == EndReason::kill, "the reason");
                        expect(end.signo == -1, "no signal");
                        expect(end.graceMs == 0u, "no grace");
                        expect(endIn("end kill 9 -1").graceMs == 0u, "no grace below 0");
                      }});
  promises.push_back({"takes no other request for an end", [] {
                        for (const char* line : {"", "end", "end kill 9", "end kill 9 0 0", "kill"})
                          expect(!readEndRequest(splitFields(line)), line);
                      }});
  promises.push_back({"lets others ask for what harms no owner", [] {
                        for (const char* line : {"end kill 9 0", "end terminate 15 -"})
                          expect(isEndForAll(splitFields(line)), line);
                        for (const char* line : {"end abort 9 0", "end never 9 0", "end kill 9"})
                          expect(!isEndForAll(splitFields(line)), line);
                        expect(isQuestion(splitFields("members")), "members");
                        expect(!isQuestion(splitFields("members 1")), "members 1");
                      }});
}

}  // namespace

void factPromises(Promises& promises) {
  addFields(promises);
  addLines(promises);
  addJson(promises);
  addFacts(promises);
  addRequests(promises);
}

}  // namespace holdfast::test
