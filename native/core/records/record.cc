#include "core/records/record.h"

#include <charconv>
#include <climits>
#include <set>

#include "core/facts.h"
#include "core/text/lines.h"
#include "core/tree-names.h"

namespace holdfast {

namespace {

constexpr std::string_view kVersion = "holdfast 1";
constexpr std::size_t kLongestText = 4096;           // PATH_MAX, limits.h
constexpr std::size_t kLongestCgroups = 8 << 10;     // a line for each hierarchy
constexpr std::uint64_t kLastSecond = 253402300799;  // of the year 9999

template <typename Number>
bool readNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool readIdentity(std::string_view text, Identity& identity) {
  const std::size_t space = text.find(' ');
  return space != std::string_view::npos && readNumber(text.substr(0, space), identity.pid) &&
         readNumber(text.substr(space + 1), identity.startTime) && identity.pid >= 0;
}

// Only what escapeField() would have written.
bool readText(std::string_view field, std::string& text, std::size_t longest = kLongestText) {
  if (field.size() > 3 * longest) return false;
  text = unescapeField(field);
  return text.size() <= longest && text.find('\0') == std::string::npos &&
         escapeField(text) == field;
}

bool readRoutes(std::string_view names, std::vector<EscapeRoute>& routes) {
  if (names == "-") return true;
  while (true) {
    const std::size_t comma = names.find(',');
    const auto route = escapeRouteNamed(names.substr(0, comma));
    if (!route) return false;
    routes.push_back(*route);
    if (routes.size() > 16) return false;
    if (comma == std::string_view::npos) return true;
    names.remove_prefix(comma + 1);
  }
}

bool readMechanism(std::string_view name, Mechanism& mechanism) {
  const auto named = mechanismNamed(name);
  if (named) mechanism = *named;
  return named.has_value();
}

using Facts = RecordFacts;
using Value = std::string_view;
using Written = std::optional<std::string>;  // nothing: no line
enum class Presence { required, optional };

// One key: how its value is read and how it is written.
struct Key {
  Value name;
  Presence presence;
  bool (*read)(Facts&, Value);
  Written (*write)(const Facts&);
};

template <std::string Facts::*kMember>
bool readInto(Facts& facts, Value value) {
  return readText(value, facts.*kMember);
}

template <std::string Facts::*kMember>
Written written(const Facts& facts) {
  return escapeField(std::string_view(facts.*kMember).substr(0, kLongestText));
}

template <std::string Facts::*kMember>
Written writtenUnlessEmpty(const Facts& facts) {
  return (facts.*kMember).empty() ? std::nullopt : written<kMember>(facts);
}

template <Identity Facts::*kMember>
bool readInto(Facts& facts, Value value) {
  return readIdentity(value, facts.*kMember);
}

template <Identity Facts::*kMember>
Written written(const Facts& facts) {
  return describe(facts.*kMember);
}

Written unlessEmpty(const std::string& text) { return text.empty() ? std::nullopt : Written(text); }

bool readName(Value value, bool (*fits)(std::string_view), std::string& name) {
  name = value;
  return fits(value);
}

constexpr Key kKeys[] = {
    {"tree", Presence::required, [](Facts& f, Value v) { return readName(v, isTreeId, f.treeId); },
     [](const Facts& f) { return Written(f.treeId); }},
    {"label", Presence::optional, [](Facts& f, Value v) { return readName(v, isLabel, f.label); },
     [](const Facts& f) { return unlessEmpty(f.label); }},
    {"mark", Presence::required, [](Facts& f, Value v) { return readName(v, isMark, f.mark); },
     [](const Facts& f) { return Written(f.mark); }},
    {"uid", Presence::required, [](Facts& f, Value v) { return readNumber(v, f.uid); },
     [](const Facts& f) { return Written(std::to_string(f.uid)); }},
    {"machine", Presence::required, readInto<&Facts::machine>, written<&Facts::machine>},
    {"boot", Presence::required, readInto<&Facts::boot>, written<&Facts::boot>},
    {"pid-namespace", Presence::required, readInto<&Facts::pidNamespace>,
     written<&Facts::pidNamespace>},
    {"owner", Presence::required, readInto<&Facts::owner>, written<&Facts::owner>},
    {"guard", Presence::required, readInto<&Facts::guard>, written<&Facts::guard>},
    {"root", Presence::optional, readInto<&Facts::root>,
     [](const Facts& f) { return f.root.pid == 0 ? std::nullopt : written<&Facts::root>(f); }},
    {"mechanism", Presence::required,
     [](Facts& f, Value v) { return readMechanism(v, f.mechanism); },
     [](const Facts& f) { return Written(std::string(nameOf(f.mechanism))); }},
    {"escapable", Presence::required, [](Facts& f, Value v) { return readRoutes(v, f.escapable); },
     [](const Facts& f) { return Written(joinNames(f.escapable)); }},
    {"cgroup", Presence::optional, readInto<&Facts::cgroup>, writtenUnlessEmpty<&Facts::cgroup>},
    // One half without the other would be wrong.
    {"cgroups", Presence::optional,
     [](Facts& f, Value v) { return readText(v, f.cgroups, kLongestCgroups); },
     [](const Facts& f) {
       const bool told = !f.cgroups.empty() && f.cgroups.size() <= kLongestCgroups;
       return told ? Written(escapeField(f.cgroups)) : std::nullopt;
     }},
    {"socket", Presence::optional, readInto<&Facts::socket>, writtenUnlessEmpty<&Facts::socket>},
    {"file", Presence::required, readInto<&Facts::file>, written<&Facts::file>},
    {"created", Presence::required, [](Facts& f, Value v) { return readNumber(v, f.created); },
     [](const Facts& f) { return Written(std::to_string(f.created)); }},
    {"released", Presence::optional, [](Facts& f, Value v) { return f.released = v.empty(); },
     [](const Facts& f) { return f.released ? Written(std::string()) : std::nullopt; }},
};

const Key* keyNamed(std::string_view name) {
  for (const Key& key : kKeys)
    if (key.name == name) return &key;
  return nullptr;
}

std::string lineOf(std::string_view key, std::string_view value) {
  std::string line(key);
  if (!value.empty()) line.append(" ").append(value);
  return line + '\n';
}

bool isAbsent(const Identity& identity) { return identity.pid == 0; }

// Its last part names the tree, and no part leads up again.
bool isCgroupOf(std::string_view path, std::string_view treeId) {
  const std::string name = '/' + cgroupNameOf(treeId);
  return path.size() > name.size() && path.front() == '/' &&
         path.substr(path.size() - name.size()) == name &&
         path.find("/../") == std::string_view::npos;
}

bool endsWithTree(std::string_view mark, std::string_view treeId) {
  return mark.size() >= treeId.size() && mark.substr(mark.size() - treeId.size()) == treeId &&
         (mark.size() == treeId.size() || mark[mark.size() - treeId.size() - 1] == '.');
}

// What is wrong with the record as a whole, although each key is valid. Empty: nothing is wrong.
std::string contradictionIn(const Facts& facts) {
  if (!endsWithTree(facts.mark, facts.treeId)) return "the mark is another tree's";
  if (facts.guard.pid < 2) return "the guard cannot be one";
  if (!isAbsent(facts.root) && facts.root.pid < 2) return "the root cannot be one";
  if (!facts.cgroup.empty() && !isCgroupOf(facts.cgroup, facts.treeId))
    return "the cgroup is not the tree's";
  if (!facts.socket.empty() && facts.socket != socketNameOf(facts.treeId))
    return "the socket is not the tree's";
  if (facts.created > kLastSecond) return "the time is none";
  return {};
}

ParsedRecord corrupt(std::string problem) { return {std::nullopt, std::move(problem)}; }

}  // namespace

std::string recordText(const RecordFacts& facts) {
  std::string text = lineOf(kVersion, {});
  for (const Key& key : kKeys)
    if (const auto value = key.write(facts)) text += lineOf(key.name, *value);
  return text;
}

std::string rootLine(const Identity& root) { return lineOf("root", describe(root)); }

std::string socketLine(std::string_view socket) { return lineOf("socket", escapeField(socket)); }

std::string releasedLine() { return lineOf("released", {}); }

ParsedRecord parseRecord(std::string_view text) {
  if (text.size() > kLongestRecord) return corrupt("it is too long");
  text = text.substr(0, text.rfind('\n') + 1);
  const std::vector<std::string_view> lines = splitLines(text);
  if (lines.empty() || lines[0] != kVersion) return corrupt("it does not begin as a record");
  RecordFacts facts;
  std::set<const Key*> seen;
  for (std::size_t at = 1; at < lines.size(); ++at) {
    const std::string_view name = lines[at].substr(0, lines[at].find(' '));
    const Key* key = keyNamed(name);
    if (key == nullptr) continue;
    const std::string_view rest = lines[at].substr(name.size());
    if (!seen.insert(key).second) return corrupt(std::string(name) + " stands there twice");
    if (!key->read(facts, rest.substr(rest.empty() ? 0 : 1)))
      return corrupt("bad value of " + std::string(name));
  }
  for (const Key& key : kKeys)
    if (key.presence == Presence::required && seen.count(&key) == 0)
      return corrupt(std::string(key.name) + " is missing");
  if (std::string problem = contradictionIn(facts); !problem.empty())
    return corrupt(std::move(problem));
  return {std::move(facts), {}};
}

std::string_view nameOf(RecordState state) {
  switch (state) {
    case RecordState::live: return "live";
    case RecordState::abandoned: return "abandoned";
    case RecordState::released: return "released";
    case RecordState::foreign: return "foreign";
    case RecordState::corrupt: return "corrupt";
  }
  return "?";
}

}  // namespace holdfast
