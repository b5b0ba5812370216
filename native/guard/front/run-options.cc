#include "guard/front/run-options.h"

#include <charconv>
#include <cstdint>
#include <map>

#include "core/text/decimal.h"

namespace holdfast {

namespace {

constexpr char kHelpBefore[] =
    R"(usage: holdfast run [options] [--] command [argument...]

Runs a command so that it and everything it starts end together: when the command exits, when
this process or its caller dies (even of SIGKILL), at the timeout, or on SIGTERM. Other signals
reach the command as they are.

  --timeout TIME            end the tree after TIME; exit code 124
  --grace TIME              between polite and hard (default 1s)
  --mechanism NAME          )";

constexpr char kHelpAfter[] =
    R"( (default auto)
  --strict                  hold the tree even if owner and guard are killed together
  --refuse ROUTE            fail rather than leave this escape route open; may be repeated
  --owner PID[:START]       end the tree also when that process dies; `parent`: whoever called this,
                            also through sh -c, npx, npm, pnpm and yarn; `stdin`: when nobody can
                            write to our input any more; may be repeated
  --when-root-exits WHAT    kill, terminate or wait (default kill)
  --when-owner-dies WHAT    kill or terminate (default kill)
  --return WHAT             tree, or root: end when the command ends, while the tree lives on; needs
                            --when-root-exits wait and an --owner (default tree)
  --label TEXT              a name for the tree, [A-Za-z0-9._-]{1,64}
  --json-report FILE        write how the tree ended
  --help

TIME is a number with ms, s, m or h (seconds without a unit).

Exit code: the command's own; the command's signal is died of; 124 timeout; 125 containment
failed; 126 the command cannot be executed; 127 it was not found; 64 wrong usage.

  holdfast run -- npm test
  holdfast run --timeout 30s --label build -- make -j8
  holdfast run --owner stdin -- npx some-mcp-server
)";

[[noreturn]] void expected(const std::string& option, const std::string& what,
                           const std::string& got) {
  throw UsageError(option + " expects " + what + ", got '" + got + "'");
}

std::uint64_t wholeNumber(const std::string& option, const char* what, const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) expected(option, what, text);
  return number;
}

std::uint64_t milliseconds(const std::string& option, const std::string& text) {
  static const std::map<std::string, std::uint64_t> units{
      {"ms", 1}, {"", 1000}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  constexpr const char* kWhat = "a time such as 500ms, 30s, 5m or 1h";
  constexpr std::uint64_t kLongestMs = 1'000'000'000'000;
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const auto unit = units.find(digits == std::string::npos ? "" : text.substr(digits));
  const auto thousandths = thousandthsIn(std::string_view(text).substr(0, digits));
  if (!thousandths || unit == units.end() || *thousandths / 1000 > kLongestMs / unit->second)
    expected(option, kWhat, text);
  return *thousandths * unit->second / 1000;
}

void setMechanism(RunOptions& run, const std::string& option, const std::string& text) {
  const auto mechanism = mechanismNamed(text);
  if (text != "auto" && !mechanism) expected(option, mechanismWords(), text);
  if (mechanism) run.terms.mechanisms = {*mechanism};
}

void setRefused(RunOptions& run, const std::string& option, const std::string& text) {
  const auto route = escapeRouteNamed(text);
  if (!route) expected(option, escapeRouteWords(), text);
  if (*route == EscapeRoute::broker)
    throw UsageError(
        "--refuse broker: no mechanism can hold what a process outside the tree "
        "starts on a member's behalf, so this could never be met");
  run.terms.refused.push_back(*route);
}

void setOwner(RunOptions& run, const std::string& option, const std::string& text) {
  constexpr const char* kWhat = "PID, PID:START, parent or stdin";
  run.ownerIsParent = run.ownerIsParent || text == "parent";
  run.ownerIsStdin = run.ownerIsStdin || text == "stdin";
  if (text == "parent" || text == "stdin") return;
  const std::size_t colon = text.find(':');
  Identity owner;
  const std::uint64_t pid = wholeNumber(option, kWhat, text.substr(0, colon));
  if (pid == 0 || pid > INT32_MAX) expected(option, kWhat, text);
  owner.pid = static_cast<int>(pid);
  if (colon != std::string::npos)
    owner.startTime = wholeNumber(option, kWhat, text.substr(colon + 1));
  run.owners.push_back(owner);
}

void setReturn(RunOptions& run, const std::string& option, const std::string& text) {
  if (text != "root" && text != "tree") expected(option, "root or tree", text);
  run.returnsRoot = text == "root";
}

// The tree that lives on needs somebody who ends it, and nobody is left then to tell how it ended.
void requireReturnable(const RunOptions& run) {
  if (!run.returnsRoot) return;
  if (run.terms.whenRootExits != WhenRootExits::wait)
    throw UsageError("--return root expects --when-root-exits wait");
  if (run.owners.empty() && !run.ownerIsParent && !run.ownerIsStdin)
    throw UsageError("--return root expects an --owner, who ends the tree");
  if (!run.jsonReport.empty())
    throw UsageError("--return root does not wait for what --json-report tells: leave out one");
}

void setWhenRootExits(RunOptions& run, const std::string& option, const std::string& text) {
  if (text != "kill" && text != "terminate" && text != "wait")
    expected(option, "kill, terminate or wait", text);
  run.terms.whenRootExits = text == "kill"        ? WhenRootExits::kill
                            : text == "terminate" ? WhenRootExits::terminate
                                                  : WhenRootExits::wait;
}

void setWhenOwnerDies(RunOptions& run, const std::string& option, const std::string& text) {
  if (text != "kill" && text != "terminate") expected(option, "kill or terminate", text);
  run.terms.whenOwnerDies = text == "kill" ? WhenOwnerDies::kill : WhenOwnerDies::terminate;
}

void setLabel(RunOptions& run, const std::string& option, const std::string& text) {
  if (!isLabel(text)) expected(option, "1 to 64 of A-Z a-z 0-9 . _ -", text);
  run.terms.label = text;
}

using Setter = void (*)(RunOptions&, const std::string& option, const std::string& text);
using S = const std::string&;

const std::map<std::string, Setter>& valueOptions() {
  static const std::map<std::string, Setter> table{
      {"--timeout", [](RunOptions& r, S o, S t) { r.terms.timeoutMs = milliseconds(o, t); }},
      {"--grace", [](RunOptions& r, S o, S t) { r.terms.graceMs = milliseconds(o, t); }},
      {"--mechanism", setMechanism},
      {"--refuse", setRefused},
      {"--owner", setOwner},
      {"--when-root-exits", setWhenRootExits},
      {"--when-owner-dies", setWhenOwnerDies},
      {"--return", setReturn},
      {"--label", setLabel},
      {"--json-report", [](RunOptions& r, S, S t) { r.jsonReport = t; }},
  };
  return table;
}

void requireStrict(const std::vector<Mechanism>& chosen, Mechanism strict) {
  if (chosen.empty() || chosen[0] == strict) return;
  throw UsageError("--strict needs the mechanism " + std::string(nameOf(strict)) + ", got '" +
                   std::string(nameOf(chosen[0])) + "'");
}

}  // namespace

std::string runHelp() { return kHelpBefore + mechanismWords() + kHelpAfter; }

RunOptions parseRunOptions(const std::vector<std::string>& arguments, const MechanismOffer& offer) {
  RunOptions run;
  run.terms.graceMs = 1000;
  bool strict = false;
  std::size_t at = 0;
  for (; at < arguments.size() && arguments[at].size() > 1 && arguments[at][0] == '-'; ++at) {
    if (arguments[at] == "--") break;
    const std::size_t equals = arguments[at].find('=');
    const std::string option = arguments[at].substr(0, equals);
    const auto setter = valueOptions().find(option);
    if (option == "--help" || option == "-h") {
      run.helpWanted = true;
      return run;
    }
    if (option == "--strict") {
      strict = true;
    } else if (setter == valueOptions().end()) {
      throw UsageError("unknown option '" + option + "' (holdfast run --help lists them)");
    } else if (equals == std::string::npos && at + 1 == arguments.size()) {
      throw UsageError(option + " expects a value");
    } else {
      const std::string value =
          equals == std::string::npos ? arguments[++at] : arguments[at].substr(equals + 1);
      setter->second(run, option, value);
    }
  }
  if (at < arguments.size() && arguments[at] == "--") ++at;
  run.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  if (run.command.empty() || run.command[0].empty())
    throw UsageError("no command given (holdfast run [options] -- command [argument...])");
  requireReturnable(run);
  std::vector<Mechanism>& mechanisms = run.terms.mechanisms;
  if (strict) {
    requireStrict(mechanisms, offer.strict);
    mechanisms = {offer.strict};
  } else if (mechanisms.empty()) {
    mechanisms = offer.automatic;
  }
  return run;
}

Launch launchOf(const RunOptions& run, const std::string& treeId, const char* outerMark) {
  Launch launch;
  launch.terms = run.terms;
  launch.terms.treeId = treeId;
  launch.terms.mark = outerMark == nullptr ? treeId : std::string(outerMark) + '.' + treeId;
  if (!isMark(launch.terms.mark))
    launch.terms.mark = treeId;  // a foreign or overlong one is not carried on
  launch.file = run.command[0];
  launch.args = run.command;
  return launch;
}

}  // namespace holdfast
