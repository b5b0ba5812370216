#include "core/launch.h"

#include <cmath>
#include <map>

#include "core/text/decimal.h"
#include "core/text/fields.h"

namespace holdfast {

namespace {

template <typename Word>
using Names = std::vector<std::pair<Word, std::string_view>>;

const Names<StdioEntry>& stdioNames() {
  static const Names<StdioEntry> names{{StdioEntry::passed, "passed"},
                                       {StdioEntry::null, "null"},
                                       {StdioEntry::closed, "closed"},
                                       {StdioEntry::inherited, "inherited"}};
  return names;
}

const Names<Hide>& hideNames() {
  static const Names<Hide> names{{Hide::nothing, "nothing"},
                                 {Hide::window, "window"},
                                 {Hide::windowAndConsole, "window-and-console"}};
  return names;
}

const Names<WhenRootExits>& rootExitNames() {
  static const Names<WhenRootExits> names{{WhenRootExits::kill, "kill"},
                                          {WhenRootExits::terminate, "terminate"},
                                          {WhenRootExits::wait, "wait"}};
  return names;
}

const Names<WhenOwnerDies>& ownerDeathNames() {
  static const Names<WhenOwnerDies> names{{WhenOwnerDies::kill, "kill"},
                                          {WhenOwnerDies::terminate, "terminate"}};
  return names;
}

template <typename Word>
std::string_view nameIn(const Names<Word>& names, Word word) {
  for (const auto& [candidate, name] : names)
    if (candidate == word) return name;
  return "?";
}

template <typename Word>
Word wordIn(const Names<Word>& names, std::string_view key, std::string_view value) {
  for (const auto& [word, name] : names)
    if (name == value) return word;
  refuseField(key, value);
}

// A program's strings end at their first NUL in execve(2), so none may hold one.
std::string textIn(std::string_view key, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) refuseField(key, "a NUL byte");
  return std::string(value);
}

std::uint32_t idIn(std::string_view key, std::string_view value) {
  const std::uint64_t id = numberIn(key, value);
  if (id > UINT32_MAX) refuseField(key, value);
  return static_cast<std::uint32_t>(id);
}

// So short that it can be added to any clock.
std::uint64_t millisecondsIn(std::string_view key, std::string_view value) {
  const std::uint64_t time = numberIn(key, value);
  if (time > kLongestMs) refuseField(key, value);
  return time;
}

double coresIn(std::string_view key, std::string_view value) {
  const auto thousandths = thousandthsIn(value);
  if (!thousandths) refuseField(key, value);
  return static_cast<double>(*thousandths) / 1000;
}

std::uint64_t thousandthsOf(double cores) {
  return static_cast<std::uint64_t>(std::llround(cores * 1000));
}

using Setter = void (*)(Launch&, std::string_view key, std::string_view value);

void setMechanism(Launch& launch, std::string_view key, std::string_view value) {
  const auto mechanism = mechanismNamed(value);
  if (!mechanism) refuseField(key, value);
  launch.terms.mechanisms.push_back(*mechanism);
}

void setRefused(Launch& launch, std::string_view key, std::string_view value) {
  const auto route = escapeRouteNamed(value);
  if (!route) refuseField(key, value);
  launch.terms.refused.push_back(*route);
}

void setTree(Launch& launch, std::string_view key, std::string_view value) {
  if (!isTreeId(value)) refuseField(key, value);
  launch.terms.treeId = value;
}

void setLabel(Launch& launch, std::string_view key, std::string_view value) {
  if (!isLabel(value)) refuseField(key, value);
  launch.terms.label = value;
}

void setMark(Launch& launch, std::string_view key, std::string_view value) {
  if (!isMark(value)) refuseField(key, value);
  launch.terms.mark = value;
}

using K = std::string_view;

const std::map<std::string_view, Setter>& setters() {
  static const std::map<std::string_view, Setter> table{
      {"tree", setTree},
      {"label", setLabel},
      {"mark", setMark},
      {"file", [](Launch& l, K k, K v) { l.file = textIn(k, v); }},
      {"arg", [](Launch& l, K k, K v) { l.args.push_back(textIn(k, v)); }},
      {"env", [](Launch& l, K k, K v) { l.env.push_back(textIn(k, v)); }},
      {"cwd", [](Launch& l, K k, K v) { l.cwd = textIn(k, v); }},
      {"uid", [](Launch& l, K k, K v) { l.uid = idIn(k, v); }},
      {"gid", [](Launch& l, K k, K v) { l.gid = idIn(k, v); }},
      {"detached", [](Launch& l, K k, K v) { l.detached = intIn(k, v) != 0; }},
      {"hide", [](Launch& l, K k, K v) { l.hide = wordIn(hideNames(), k, v); }},
      {"verbatim", [](Launch& l, K k, K v) { l.verbatimArguments = intIn(k, v) != 0; }},
      {"stdio", [](Launch& l, K k, K v) { l.stdio.push_back(wordIn(stdioNames(), k, v)); }},
      {"signals",
       [](Launch& l, K k, K v) {
         if (v != "defaults" && v != "kept") refuseField(k, v);
         l.rootSignals = v == "kept" ? RootSignals::kept : RootSignals::defaults;
       }},
      {"mechanism", setMechanism},
      {"refuse", setRefused},
      {"owner", [](Launch& l, K k, K v) { l.terms.owner = identityIn(k, v); }},
      {"when-root-exits",
       [](Launch& l, K k, K v) { l.terms.whenRootExits = wordIn(rootExitNames(), k, v); }},
      {"when-owner-dies",
       [](Launch& l, K k, K v) { l.terms.whenOwnerDies = wordIn(ownerDeathNames(), k, v); }},
      {"grace", [](Launch& l, K k, K v) { l.terms.graceMs = millisecondsIn(k, v); }},
      {"timeout", [](Launch& l, K k, K v) { l.terms.timeoutMs = millisecondsIn(k, v); }},
      {"timeout-signal", [](Launch& l, K k, K v) { l.terms.timeoutSignal = intIn(k, v); }},
      {"limit-memory", [](Launch& l, K k, K v) { l.terms.limits.memoryBytes = numberIn(k, v); }},
      {"limit-processes", [](Launch& l, K k, K v) { l.terms.limits.processes = numberIn(k, v); }},
      {"limit-cpu", [](Launch& l, K k, K v) { l.terms.limits.cpuCores = coresIn(k, v); }},
  };
  return table;
}

void requireTerms(const Terms& terms) {
  if (terms.treeId.empty()) refuseField("tree", "missing");
  if (terms.mark.empty()) refuseField("mark", "missing");
  if (terms.mechanisms.empty()) refuseField("mechanism", "missing");
  if (terms.timeoutSignal < 1 || terms.timeoutSignal > 64) refuseField("timeout-signal", "range");
}

void requireProgram(const Launch& launch) {
  if (launch.file.empty()) refuseField("file", "missing");
  if (launch.args.empty()) refuseField("arg", "missing");
}

void addTerms(FieldWriter& out, const Terms& terms) {
  out.add("tree", terms.treeId);
  if (!terms.label.empty()) out.add("label", terms.label);
  out.add("mark", terms.mark);
  for (Mechanism mechanism : terms.mechanisms) out.add("mechanism", nameOf(mechanism));
  for (EscapeRoute route : terms.refused) out.add("refuse", nameOf(route));
  if (terms.owner) out.add("owner", *terms.owner);
  out.add("when-root-exits", nameIn(rootExitNames(), terms.whenRootExits));
  out.add("when-owner-dies", nameIn(ownerDeathNames(), terms.whenOwnerDies));
  out.add("grace", terms.graceMs);
  if (terms.timeoutMs > 0) out.add("timeout", terms.timeoutMs);
  out.add("timeout-signal", static_cast<std::uint64_t>(terms.timeoutSignal));
  if (terms.limits.memoryBytes) out.add("limit-memory", *terms.limits.memoryBytes);
  if (terms.limits.processes) out.add("limit-processes", *terms.limits.processes);
  if (terms.limits.cpuCores) out.add("limit-cpu", decimalOf(thousandthsOf(*terms.limits.cpuCores)));
}

Launch decodeFields(std::string_view text) {
  Launch launch;
  while (!text.empty()) {
    const auto [key, value] = nextField(text);
    const auto setter = setters().find(key);
    if (setter == setters().end()) refuseField("request", key);
    setter->second(launch, key, value);
  }
  requireTerms(launch.terms);
  return launch;
}

}  // namespace

std::string encode(const Launch& launch) {
  FieldWriter out;
  addTerms(out, launch.terms);
  out.add("file", launch.file);
  for (const std::string& arg : launch.args) out.add("arg", arg);
  for (const std::string& pair : launch.env) out.add("env", pair);
  if (launch.cwd) out.add("cwd", *launch.cwd);
  if (launch.uid) out.add("uid", std::uint64_t{*launch.uid});
  if (launch.gid) out.add("gid", std::uint64_t{*launch.gid});
  if (launch.detached) out.add("detached", std::uint64_t{1});
  if (launch.hide != Hide::nothing) out.add("hide", nameIn(hideNames(), launch.hide));
  if (launch.verbatimArguments) out.add("verbatim", std::uint64_t{1});
  for (StdioEntry entry : launch.stdio) out.add("stdio", nameIn(stdioNames(), entry));
  out.add("signals", launch.rootSignals == RootSignals::kept ? "kept" : "defaults");
  return out.take();
}

std::string encodeTerms(const Terms& terms) {
  FieldWriter out;
  addTerms(out, terms);
  return out.take();
}

Launch decodeLaunch(std::string_view request) {
  Launch launch = decodeFields(request);
  requireProgram(launch);
  return launch;
}

Terms decodeTerms(std::string_view text) { return decodeFields(text).terms; }

}  // namespace holdfast
