// The record of a tree: read back as it was written, and refused whatever else it may say.

#include "core/records/record.h"

#include "core/tree-names.h"
#include "expect.h"

namespace holdfast::test {

namespace {

constexpr char kTree[] = "0123456789abcdef0123";

RecordFacts fullFacts() {
  RecordFacts facts;
  facts.treeId = kTree;
  facts.label = "nightly.build_1";
  facts.mark = std::string("aaaaaaaaaaaaaaaaaaaa.") + kTree;
  facts.uid = 1000;
  facts.machine = "c0ffee";
  facts.boot = "1-2-3";
  facts.pidNamespace = "pid:[4026531836]";
  facts.owner = {4711, 100};
  facts.guard = {4712, 18446744073709551615u};
  facts.root = {4713, 102};
  facts.mechanism = Mechanism::cgroup;
  facts.escapable = {EscapeRoute::broker, EscapeRoute::guardKilled};
  facts.cgroup = std::string("/sys/fs/cgroup/a b/holdfast-") + kTree;
  facts.cgroups = "1:name=systemd:/\n0::/a b\n";
  facts.socket = socketNameOf(kTree);
  facts.file = "/tmp/\x1b[2J\n\xe2\x80\xae evil";
  facts.created = 1790000000;
  facts.released = true;
  return facts;
}

// Without what a record may lack.
RecordFacts leastFacts() {
  RecordFacts facts = fullFacts();
  facts.label.clear();
  facts.machine.clear();
  facts.root = {};
  facts.escapable.clear();
  facts.cgroup.clear();
  facts.cgroups.clear();
  facts.socket.clear();
  facts.released = false;
  return facts;
}

std::string problemOf(const std::string& text) {
  const ParsedRecord parsed = parseRecord(text);
  expect(parsed.facts.has_value() == parsed.problem.empty(), "either facts or a problem");
  return parsed.problem;
}

// The least record with one line replaced or added.
std::string with(const std::string& key, const std::string& value) {
  std::string text;
  for (std::string line :
       {std::string("tree ") + kTree, std::string("mark ") + kTree, std::string("uid 0"),
        std::string("machine %"), std::string("boot b"), std::string("pid-namespace p"),
        std::string("owner 10 1"), std::string("guard 11 2"), std::string("mechanism group"),
        std::string("escapable -"), std::string("file sh"), std::string("created 1")})
    if (line.compare(0, key.size() + 1, key + ' ') != 0) text += line + '\n';
  return "holdfast 1\n" + text + key + (value.empty() ? "" : ' ' + value) + '\n';
}

void addReading(Promises& promises) {
  promises.push_back({"reads a record as it was written", [] {
                        for (const RecordFacts& facts : {fullFacts(), leastFacts()}) {
                          const ParsedRecord parsed = parseRecord(recordText(facts));
                          expectEqual(parsed.problem, "");
                          expectEqual(recordText(*parsed.facts), recordText(facts));
                          expectEqual(parsed.facts->file, facts.file);
                          expectEqual(parsed.facts->cgroups, facts.cgroups);
                          expect(parsed.facts->guard == facts.guard, "the guard");
                          expect(parsed.facts->root == facts.root, "the root");
                          expect(parsed.facts->escapable == facts.escapable, "the routes");
                        }
                      }});
  promises.push_back({"reads the lines that are added to a record later", [] {
                        const RecordFacts full = fullFacts();
                        const std::string text = recordText(leastFacts()) + rootLine(full.root) +
                                                 socketLine(full.socket) + releasedLine();
                        const ParsedRecord parsed = parseRecord(text);
                        expectEqual(parsed.problem, "");
                        expect(parsed.facts->root == full.root, "the root");
                        expectEqual(parsed.facts->socket, full.socket);
                        expect(parsed.facts->released, "released");
                      }});
  promises.push_back(
      {"passes over unknown keys of a record, and over a last line that is torn", [] {
         const std::string text = recordText(leastFacts());
         expectEqual(problemOf(text + "colour blue\n\n"), "");
         const ParsedRecord torn = parseRecord(text + "root 47");
         expect(torn.facts && torn.facts->root.pid == 0, "no root was told");
       }});
}

struct Wrong {
  const char* key;
  std::string value;
};

void addRefusals(Promises& promises) {
  promises.push_back({"refuses a record whose values no guard has written", [] {
                        const std::string tree = kTree;
                        const Wrong wrongs[] = {{"tree", "../../../etc/passwd"},
                                                {"tree", "short"},
                                                {"tree", "bbbbbbbbbbbbbbbbbbbb"},
                                                {"mark", "bbbbbbbbbbbbbbbbbbbb"},
                                                {"mark", tree + ".bbbbbbbbbbbbbbbbbbbb"},
                                                {"mark", 'x' + tree},
                                                {"label", "a b"},
                                                {"label", ""},
                                                {"uid", "-1"},
                                                {"uid", "4294967296"},
                                                {"uid", "0x0"},
                                                {"owner", "10"},
                                                {"owner", "-10 1"},
                                                {"owner", "10 1 1"},
                                                {"guard", "1 2"},
                                                {"guard", "2147483648 2"},
                                                {"root", "1 1"},
                                                {"root", "-1 1"},
                                                {"root", "12 18446744073709551616"},
                                                {"mechanism", "hope"},
                                                {"escapable", "sudo"},
                                                {"escapable", "broker,"},
                                                {"cgroup", "/"},
                                                {"cgroup", "/sys/fs/cgroup/system.slice"},
                                                {"cgroup", "holdfast-" + tree},
                                                {"cgroup", "/a/../holdfast-" + tree},
                                                {"cgroup", "/a%00/holdfast-" + tree},
                                                {"socket", "/run/docker.sock"},
                                                {"socket", "bbbbbbbbbbbbbbbbbbbb.sock"},
                                                {"file", "a\tb"},
                                                {"file", "%2"},
                                                {"file", "%41"},
                                                {"file", std::string(4097, 'a')},
                                                {"created", "253402300800"},
                                                {"created", "yesterday"},
                                                {"released", "no"}};
                        expectEqual(problemOf(with("released", "")), "");
                        for (const Wrong& wrong : wrongs)
                          expect(!problemOf(with(wrong.key, wrong.value)).empty(),
                                 std::string(wrong.key) + ' ' + wrong.value.substr(0, 80) +
                                     " was taken");
                      }});
  promises.push_back({"refuses a record that lacks a line or has one twice", [] {
                        const std::string text = recordText(fullFacts());
                        expectEqual(problemOf(text), "");
                        expectEqual(problemOf(text + "guard 13 1\n"), "guard stands there twice");
                        expectEqual(problemOf(text + releasedLine()),
                                    "released stands there twice");
                        expectEqual(problemOf("holdfast 1\n"), "tree is missing");
                        expectEqual(problemOf(""), "it does not begin as a record");
                        expectEqual(problemOf("holdfast 2\n"), "it does not begin as a record");
                      }});
  promises.push_back({"survives every record that is cut short or has a byte changed", [] {
                        const std::string text = recordText(fullFacts());
                        for (std::size_t at = 0; at < text.size(); ++at) {
                          (void)problemOf(text.substr(0, at));
                          for (char byte : {'\0', '\n', ' ', '%', '\xff'}) {
                            std::string changed = text;
                            changed[at] = byte;
                            (void)problemOf(changed);
                          }
                        }
                        expectEqual(problemOf(std::string(kLongestRecord + 1, '\n')),
                                    "it is too long");
                        (void)problemOf("holdfast 1" + std::string(kLongestRecord - 10, '\n'));
                      }});
}

void addWriting(Promises& promises) {
  promises.push_back({"writes a record that can be read, however long its texts are", [] {
                        RecordFacts facts = fullFacts();
                        facts.file = std::string(1 << 20, '\n');
                        facts.cgroups = std::string(1 << 20, '\n');
                        const ParsedRecord parsed = parseRecord(recordText(facts));
                        expectEqual(parsed.problem, "");
                        expectEqual(parsed.facts->file, facts.file.substr(0, 4096));
                        expectEqual(parsed.facts->cgroups, "");
                      }});
  promises.push_back({"knows the files of a tree by their names", [] {
                        const std::string tree = kTree;
                        expectEqual(recordNameOf(tree), tree + ".tree");
                        expectEqual(std::string(treeOfRecord(recordNameOf(tree))), tree);
                        expectEqual(std::string(treeOfTemporary(temporaryNameOf(tree))), tree);
                        expectEqual(std::string(treeOfSocket(socketNameOf(tree))), tree);
                        for (const char* name : {".tree", "tree", "", "a.tree", "../x.tree"})
                          expect(treeOfRecord(name).empty(), name);
                        expect(treeOfTemporary(tree + ".new").empty(), "a dot is missing");
                      }});
}

}  // namespace

void recordPromises(Promises& promises) {
  addReading(promises);
  addRefusals(promises);
  addWriting(promises);
}

}  // namespace holdfast::test
