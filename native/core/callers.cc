#include "core/callers.h"

#include <algorithm>
#include <iterator>

namespace holdfast {

namespace {

template <std::size_t N>
bool isOneOf(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string_view baseOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view without(std::string_view ending, std::string_view text) {
  const bool ends =
      text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
  return ends ? text.substr(0, text.size() - ending.size()) : text;
}

// The index of the command that the shell runs: it follows an option with a `c` in it (POSIX, sh).
// 0: there is no such option.
std::size_t commandAmong(const std::vector<std::string>& words) {
  for (std::size_t at = 1; at < words.size(); ++at) {
    const std::string_view word = words[at];
    if (word.size() < 2 || word[0] != '-' || word[1] == '-') return 0;
    if (word.find('c') != std::string_view::npos) return at + 1 < words.size() ? at + 1 : 0;
    if (word == "-o") ++at;
  }
  return 0;
}

bool isNode(std::string_view program) {
  constexpr std::string_view kNodes[] = {"node", "nodejs"};
  return isOneOf(baseOf(program), kNodes);
}

// yarn-4.1.0.cjs is how a project carries its own.
bool isRunnersScript(std::string_view path) {
  constexpr std::string_view kRunners[] = {"npm", "npx", "pnpm", "pnpx", "yarn", "yarnpkg"};
  std::string_view name = baseOf(path);
  for (std::string_view ending : {".js", ".cjs", ".mjs", "-cli"}) name = without(ending, name);
  const bool carried =
      name.substr(0, 5) == "yarn-" && name.size() > 5 && name[5] >= '0' && name[5] <= '9';
  return carried || isOneOf(name, kRunners);
}

// npm and npx put a title in the place of their command line: "npm exec holdfast run".
bool isRunnersTitle(std::string_view title) {
  constexpr std::string_view kTitles[] = {"npm", "npx", "pnpm", "yarn"};
  return isOneOf(title.substr(0, title.find(' ')), kTitles);
}

bool isRunner(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  if (isRunnersTitle(words[0])) return true;
  const auto script = std::find_if(std::next(words.begin()), words.end(),
                                   [](const std::string& word) { return word[0] != '-'; });
  return script != words.end() && isRunnersScript(*script);
}

}  // namespace

bool isShell(std::string_view program) {
  constexpr std::string_view kShells[] = {"sh",  "dash", "bash", "ash",
                                          "ksh", "mksh", "zsh",  "busybox"};
  return isOneOf(baseOf(program), kShells);
}

// Not `&&`, `>&`, `<&` or `&>`. One within quotes counts, too.
bool runsInBackground(const std::vector<std::string>& words) {
  const std::size_t at = commandAmong(words);
  const std::string command = at > 0 ? words[at] : std::string();
  for (std::size_t i = command.find('&'); i != std::string::npos; i = command.find('&', i + 1)) {
    const char before = i > 0 ? command[i - 1] : ' ';
    const char after = i + 1 < command.size() ? command[i + 1] : ' ';
    const bool isJoined = before == '&' || before == '<' || before == '>';
    if (!isJoined && after != '&' && after != '>') return true;
  }
  return false;
}

CallerKind callerKindOf(std::string_view program, const std::vector<std::string>& words) {
  if (isShell(program) && commandAmong(words) > 0) return CallerKind::shell;
  if (isNode(program) && isRunner(words)) return CallerKind::runner;
  return CallerKind::none;
}

}  // namespace holdfast
