// Which programs only wait for what they have started, as the process table shows them.

#include "core/callers.h"
#include "expect.h"

namespace holdfast::test {

namespace {

using Words = std::vector<std::string>;

void expectKind(CallerKind kind, const std::string& program, const Words& words) {
  std::string shown = program + ':';
  for (const std::string& word : words) shown += ' ' + word;
  expect(callerKindOf(program, words) == kind, shown);
}

}  // namespace

void callerPromises(Promises& promises) {
  promises.push_back({"knows a shell that runs one command", [] {
                        for (const Words& words :
                             {Words{"sh", "-c", "x"}, Words{"/bin/sh", "-ec", "x"},
                              Words{"bash", "-o", "pipefail", "-c", "x"}})
                          expectKind(CallerKind::shell, "/usr/bin/dash", words);
                      }});
  promises.push_back({"knows the & by which a shell goes on", [] {
                        for (const char* text : {"x & exit", "x&", "a && b & wait", "x >o 2>&1 &"})
                          expect(runsInBackground({"sh", "-c", text}), text);
                        for (const char* text : {"a && b", "x >o 2>&1", "x &>o", "x <&3"})
                          expect(!runsInBackground({"sh", "-c", text}), text);
                        expect(!runsInBackground({"sh", "x &"}), "no command");
                      }});
  promises.push_back({"knows no other shell", [] {
                        for (const Words& words :
                             {Words{"sh"}, Words{"sh", "script.sh"}, Words{"-bash"},
                              Words{"sh", "-s"}, Words{"bash", "--norc"},
                              Words{"sh", "script.sh", "-c"}, Words{"sh", "-e", "x"}})
                          expectKind(CallerKind::none, "/usr/bin/bash", words);
                        expectKind(CallerKind::none, "/usr/bin/python3", {"sh", "-c", "x"});
                        expectKind(CallerKind::none, "", {"sh", "-c", "x"});
                      }});
  promises.push_back(
      {"knows npm, npx, pnpm and yarn by their title or script", [] {
         for (const Words& words :
              {Words{"npm exec holdfast run -- x"}, Words{"npm run x"}, Words{"npm start"},
               Words{"node", "/usr/lib/node_modules/npm/bin/npx-cli.js", "x"},
               Words{"node", "--no-warnings", "/usr/bin/pnpm", "exec", "x"},
               Words{"node", "/x/pnpx.cjs", "x"}, Words{"/usr/bin/node", "/x/bin/yarn.js"},
               Words{"node", "/x/.yarn/releases/yarn-4.1.0.cjs", "run", "x"}})
           expectKind(CallerKind::runner, "/usr/bin/node", words);
       }});
  promises.push_back({"takes no other program for one", [] {
                        for (const Words& words :
                             {Words{"node"}, Words{}, Words{"node", "npm-run-all"},
                              Words{"node", "/npm/x.js"}, Words{"node", "server.js", "npm"},
                              Words{"npmx run"}, Words{"node", "yarn-x.js"}})
                          expectKind(CallerKind::none, "/usr/bin/node", words);
                        expectKind(CallerKind::none, "/usr/bin/python3", {"npm exec x"});
                      }});
}

}  // namespace holdfast::test
