// The launch request survives its way over the wire, and what is malformed is refused by name.

#include "core/launch.h"

#include "expect.h"

namespace holdfast::test {

namespace {

Launch smallest() {
  Launch launch;
  launch.terms.treeId = "0123456789abcdef0123";
  launch.terms.mark = launch.terms.treeId;
  launch.file = "sh";
  launch.args = {"sh"};
  launch.terms.mechanisms = {Mechanism::subreaper};
  return launch;
}

Launch largest() {
  Launch launch = smallest();
  launch.terms.label = "a.B_c-9";
  launch.terms.mark = "0123456789abcdef0123.zzzzzzzzzzzzzzzz";
  launch.args = {"sh", "", "two\nlines", "arg 3\n", "\xff\xfe"};
  launch.env = {"A=b", "EMPTY=", "X=1\n2"};
  launch.cwd = "";
  launch.uid = 4294967295u;
  launch.gid = 0;
  launch.detached = true;
  launch.stdio = {StdioEntry::passed, StdioEntry::null, StdioEntry::closed, StdioEntry::inherited};
  launch.rootSignals = RootSignals::kept;
  launch.terms.mechanisms = {Mechanism::pidNamespace, Mechanism::cgroup, Mechanism::group,
                             Mechanism::job};
  launch.terms.refused = {EscapeRoute::hiddenProc, EscapeRoute::unrecorded};
  launch.terms.owner = Identity{4711, 18446744073709551615u};
  launch.terms.whenRootExits = WhenRootExits::wait;
  launch.terms.whenOwnerDies = WhenOwnerDies::terminate;
  launch.terms.graceMs = 0;
  launch.terms.timeoutMs = 123456789012;
  launch.terms.timeoutSignal = 9;
  launch.terms.limits = {std::uint64_t{1}, std::uint64_t{2}, 0.5};
  return launch;
}

std::string refusalOf(const std::string& request) {
  try {
    (void)decodeLaunch(request);
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  return "accepted";
}

void addRoundTrips(Promises& promises) {
  for (const auto& [name, launch] : {std::pair{"smallest", smallest()}, {"largest", largest()}}) {
    promises.push_back(
        {std::string("carries the ") + name + " request unchanged", [launch = launch] {
           const std::string wire = encode(launch);
           expectEqual(encode(decodeLaunch(wire)), wire);
         }});
  }
  promises.push_back({"carries every byte of an argument", [] {
                        const Launch launch = decodeLaunch(encode(largest()));
                        expect(launch.args == largest().args, "arguments differ");
                        expect(launch.env == largest().env, "environment differs");
                        expect(launch.cwd == std::optional<std::string>(""),
                               "an empty cwd is lost");
                        expect(launch.terms.owner == largest().terms.owner, "owner differs");
                      }});
}

struct Malformed {
  const char* what;
  std::string added;
  const char* names;
};

void addRefusals(Promises& promises) {
  const Malformed table[] = {
      {"an unknown key", "colour 3\nred\n", "colour"},
      {"a NUL in a file", std::string("file 3\na\0b\n", 11), "file"},
      {"a NUL in an argument", std::string("arg 1\n\0\n", 8), "arg"},
      {"a tree id with a slash", "tree 20\n../../../../../../tm\n", "tree"},
      {"a label with a space", "label 3\na b\n", "label"},
      {"a mechanism nobody knows", "mechanism 5\nmagic\n", "mechanism"},
      {"a number with a sign", "grace 2\n-1\n", "grace"},
      {"a time that no clock can hold", "grace 16\n9007199254740992\n", "grace"},
      {"a timeout without an end", "timeout 20\n18446744073709551615\n", "timeout"},
      {"a number with a tail", "timeout 3\n10s\n", "timeout"},
      {"a uid above 32 bits", "uid 10\n4294967296\n", "uid"},
      {"a signal that does not exist", "timeout-signal 2\n65\n", "timeout-signal"},
      {"an owner without a start", "owner 3\n123\n", "owner"},
      {"a length past the end", "arg 9\nab\n", "arg"},
      {"a length that overflows", "arg 18446744073709551615\nab\n", "arg"},
      {"a length that is too short", "arg 1\nab\n", "arg"},
      {"a field without a length", "arg\n", "length"},
      {"a stdio entry nobody knows", "stdio 4\npipe\n", "stdio"},
      {"a word for the root's exit", "when-root-exits 4\nsing\n", "when-root-exits"},
  };
  for (const Malformed& malformed : table)
    promises.push_back({std::string("refuses ") + malformed.what, [malformed] {
                          const std::string why = refusalOf(encode(smallest()) + malformed.added);
                          expect(why.find(malformed.names) != std::string::npos, why);
                        }});
  for (const char* key : {"tree", "mark", "file", "arg", "mechanism"})
    promises.push_back({std::string("refuses a request without ") + key, [key] {
                          std::string wire = encode(smallest());
                          const std::size_t at = wire.find(std::string(key) + ' ');
                          const std::size_t value = wire.find('\n', at) + 1;
                          wire.erase(at, wire.find('\n', value) + 1 - at);
                          const std::string why = refusalOf(wire);
                          expect(why.find(key) != std::string::npos, why);
                        }});
}

void addWords(Promises& promises) {
  promises.push_back({"knows a tree id", [] {
                        expect(isTreeId(std::string(16, 'a')), "16 are enough");
                        expect(isTreeId(std::string(32, '9')), "32 are allowed");
                        for (const char* bad : {"", "abc", "0123456789ABCDEF", "0123456789abcde/",
                                                "0123456789abcdef0123456789abcdef0"})
                          expect(!isTreeId(bad), bad);
                      }});
  promises.push_back({"knows a mark", [] {
                        const std::string id(20, 'a');
                        expect(isMark(id) && isMark(id + '.' + id), "ids joined with dots");
                        for (const std::string& bad : {std::string(), id + '.', '.' + id,
                                                       id + ".." + id, std::string(1025, 'a')})
                          expect(!isMark(bad), bad);
                      }});
  promises.push_back({"knows a label", [] {
                        expect(isLabel("A.b_c-9") && isLabel(std::string(64, 'x')), "good ones");
                        for (const std::string& bad :
                             {std::string(), std::string(65, 'x'), std::string("a b"),
                              std::string("a/b"), std::string("a\n"), std::string("\xc3\xa4")})
                          expect(!isLabel(bad), bad);
                      }});
}

}  // namespace

void launchPromises(Promises& promises) {
  addRoundTrips(promises);
  addRefusals(promises);
  addWords(promises);
}

}  // namespace holdfast::test
