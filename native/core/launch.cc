#include "core/launch.h"

#include <charconv>
#include <map>
#include <stdexcept>

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

[[noreturn]] void refuse(std::string_view key, std::string_view value) {
  throw std::invalid_argument("launch request: bad value for " + std::string(key) + ": " +
                              std::string(value.substr(0, 80)));
}

template <typename Word>
Word wordIn(const Names<Word>& names, std::string_view key, std::string_view value) {
  for (const auto& [word, name] : names)
    if (name == value) return word;
  refuse(key, value);
}

template <typename Number>
Number numberIn(std::string_view key, std::string_view value) {
  Number number{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) refuse(key, value);
  return number;
}

Identity identityIn(std::string_view key, std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) refuse(key, value);
  return {numberIn<int>(key, value.substr(0, space)),
          numberIn<std::uint64_t>(key, value.substr(space + 1))};
}

// A program's strings end at their first NUL in execve(2), so none may hold one.
std::string textIn(std::string_view key, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) refuse(key, "a NUL byte");
  return std::string(value);
}

class Encoder {
 public:
  void add(std::string_view key, std::string_view value) {
    out_.append(key).append(" ").append(std::to_string(value.size())).append("\n");
    out_.append(value).append("\n");
  }
  void add(std::string_view key, std::uint64_t number) { add(key, std::to_string(number)); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

using Setter = void (*)(Launch&, std::string_view key, std::string_view value);

void setMechanism(Launch& launch, std::string_view key, std::string_view value) {
  const auto mechanism = mechanismNamed(value);
  if (!mechanism) refuse(key, value);
  launch.mechanisms.push_back(*mechanism);
}

void setRefused(Launch& launch, std::string_view key, std::string_view value) {
  const auto route = escapeRouteNamed(value);
  if (!route) refuse(key, value);
  launch.refused.push_back(*route);
}

void setTree(Launch& launch, std::string_view key, std::string_view value) {
  if (!isTreeId(value)) refuse(key, value);
  launch.treeId = value;
}

void setLabel(Launch& launch, std::string_view key, std::string_view value) {
  if (!isLabel(value)) refuse(key, value);
  launch.label = value;
}

void setMark(Launch& launch, std::string_view key, std::string_view value) {
  if (!isMark(value)) refuse(key, value);
  launch.mark = value;
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
      {"uid", [](Launch& l, K k, K v) { l.uid = numberIn<std::uint32_t>(k, v); }},
      {"gid", [](Launch& l, K k, K v) { l.gid = numberIn<std::uint32_t>(k, v); }},
      {"detached", [](Launch& l, K k, K v) { l.detached = numberIn<int>(k, v) != 0; }},
      {"stdio", [](Launch& l, K k, K v) { l.stdio.push_back(wordIn(stdioNames(), k, v)); }},
      {"signals",
       [](Launch& l, K k, K v) {
         if (v != "defaults" && v != "kept") refuse(k, v);
         l.rootSignals = v == "kept" ? RootSignals::kept : RootSignals::defaults;
       }},
      {"mechanism", setMechanism},
      {"refuse", setRefused},
      {"owner", [](Launch& l, K k, K v) { l.owner = identityIn(k, v); }},
      {"when-root-exits",
       [](Launch& l, K k, K v) { l.whenRootExits = wordIn(rootExitNames(), k, v); }},
      {"when-owner-dies",
       [](Launch& l, K k, K v) { l.whenOwnerDies = wordIn(ownerDeathNames(), k, v); }},
      {"grace", [](Launch& l, K k, K v) { l.graceMs = numberIn<std::uint64_t>(k, v); }},
      {"timeout", [](Launch& l, K k, K v) { l.timeoutMs = numberIn<std::uint64_t>(k, v); }},
      {"timeout-signal", [](Launch& l, K k, K v) { l.timeoutSignal = numberIn<int>(k, v); }},
      {"limit-memory",
       [](Launch& l, K k, K v) { l.limits.memoryBytes = numberIn<std::uint64_t>(k, v); }},
      {"limit-processes",
       [](Launch& l, K k, K v) { l.limits.processes = numberIn<std::uint64_t>(k, v); }},
      {"limit-cpu", [](Launch& l, K k, K v) { l.limits.cpuCores = numberIn<double>(k, v); }},
  };
  return table;
}

// Cuts one `<key> <length>\n<bytes>\n` off the front of the request.
std::pair<std::string_view, std::string_view> nextField(std::string_view& request) {
  const std::size_t end = request.find('\n');
  const std::size_t space = request.find(' ');
  if (end == std::string_view::npos || space >= end) refuse("request", "a field without a length");
  const std::string_view key = request.substr(0, space);
  const auto length = numberIn<std::size_t>(key, request.substr(space + 1, end - space - 1));
  request.remove_prefix(end + 1);
  if (length >= request.size() || request[length] != '\n') refuse(key, "a wrong length");
  const std::string_view value = request.substr(0, length);
  request.remove_prefix(length + 1);
  return {key, value};
}

void requireWhole(const Launch& launch) {
  if (launch.treeId.empty()) refuse("tree", "missing");
  if (launch.mark.empty()) refuse("mark", "missing");
  if (launch.file.empty()) refuse("file", "missing");
  if (launch.args.empty()) refuse("arg", "missing");
  if (launch.mechanisms.empty()) refuse("mechanism", "missing");
  if (launch.timeoutSignal < 1 || launch.timeoutSignal > 64) refuse("timeout-signal", "range");
}

void encodeTerms(Encoder& out, const Launch& launch) {
  for (Mechanism mechanism : launch.mechanisms) out.add("mechanism", nameOf(mechanism));
  for (EscapeRoute route : launch.refused) out.add("refuse", nameOf(route));
  if (launch.owner)
    out.add("owner",
            std::to_string(launch.owner->pid) + ' ' + std::to_string(launch.owner->startTime));
  out.add("when-root-exits", nameIn(rootExitNames(), launch.whenRootExits));
  out.add("when-owner-dies", nameIn(ownerDeathNames(), launch.whenOwnerDies));
  out.add("grace", launch.graceMs);
  if (launch.timeoutMs > 0) out.add("timeout", launch.timeoutMs);
  out.add("timeout-signal", static_cast<std::uint64_t>(launch.timeoutSignal));
  if (launch.limits.memoryBytes) out.add("limit-memory", *launch.limits.memoryBytes);
  if (launch.limits.processes) out.add("limit-processes", *launch.limits.processes);
  if (launch.limits.cpuCores) out.add("limit-cpu", std::to_string(*launch.limits.cpuCores));
}

}  // namespace

std::string encode(const Launch& launch) {
  Encoder out;
  out.add("tree", launch.treeId);
  if (!launch.label.empty()) out.add("label", launch.label);
  out.add("mark", launch.mark);
  out.add("file", launch.file);
  for (const std::string& arg : launch.args) out.add("arg", arg);
  for (const std::string& pair : launch.env) out.add("env", pair);
  if (launch.cwd) out.add("cwd", *launch.cwd);
  if (launch.uid) out.add("uid", std::uint64_t{*launch.uid});
  if (launch.gid) out.add("gid", std::uint64_t{*launch.gid});
  if (launch.detached) out.add("detached", std::uint64_t{1});
  for (StdioEntry entry : launch.stdio) out.add("stdio", nameIn(stdioNames(), entry));
  out.add("signals", launch.rootSignals == RootSignals::kept ? "kept" : "defaults");
  encodeTerms(out, launch);
  return out.take();
}

Launch decodeLaunch(std::string_view request) {
  Launch launch;
  while (!request.empty()) {
    const auto [key, value] = nextField(request);
    const auto setter = setters().find(key);
    if (setter == setters().end()) refuse("request", key);
    setter->second(launch, key, value);
  }
  requireWhole(launch);
  return launch;
}

}  // namespace holdfast
