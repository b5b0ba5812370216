#include "core/mechanism.h"

#include <array>
#include <utility>

namespace holdfast {

namespace {

constexpr std::array<std::pair<Mechanism, std::string_view>, 5> kMechanisms{{
    {Mechanism::job, "job"},
    {Mechanism::cgroup, "cgroup"},
    {Mechanism::pidNamespace, "namespace"},
    {Mechanism::subreaper, "subreaper"},
    {Mechanism::group, "group"},
}};

constexpr std::array<std::pair<EscapeRoute, std::string_view>, 7> kEscapeRoutes{{
    {EscapeRoute::broker, "broker"},
    {EscapeRoute::gainedPrivilege, "gained-privilege"},
    {EscapeRoute::guardKilled, "guard-killed"},
    {EscapeRoute::ownerAndGuardKilled, "owner-and-guard-killed"},
    {EscapeRoute::fastDoubleFork, "fast-double-fork"},
    {EscapeRoute::hiddenProc, "hidden-proc"},
    {EscapeRoute::unrecorded, "unrecorded"},
}};

template <typename Word, std::size_t n>
std::string_view nameIn(const std::array<std::pair<Word, std::string_view>, n>& table, Word word) {
  for (const auto& [candidate, name] : table)
    if (candidate == word) return name;
  return "?";
}

template <typename Word, std::size_t n>
std::optional<Word> wordIn(const std::array<std::pair<Word, std::string_view>, n>& table,
                           std::string_view name) {
  for (const auto& [word, candidate] : table)
    if (candidate == name) return word;
  return std::nullopt;
}

template <typename Word, std::size_t n>
std::string wordsIn(const std::array<std::pair<Word, std::string_view>, n>& table,
                    std::string words) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!words.empty()) words += i + 1 == n ? " or " : ", ";
    words += table[i].second;
  }
  return words;
}

}  // namespace

std::string_view nameOf(Mechanism mechanism) { return nameIn(kMechanisms, mechanism); }
std::string_view nameOf(EscapeRoute route) { return nameIn(kEscapeRoutes, route); }

std::optional<Mechanism> mechanismNamed(std::string_view name) { return wordIn(kMechanisms, name); }

std::optional<EscapeRoute> escapeRouteNamed(std::string_view name) {
  return wordIn(kEscapeRoutes, name);
}

std::string mechanismWords() { return wordsIn(kMechanisms, "auto"); }
std::string escapeRouteWords() { return wordsIn(kEscapeRoutes, ""); }

std::string joinNames(const std::vector<EscapeRoute>& routes) {
  std::string joined;
  for (EscapeRoute route : routes) {
    if (!joined.empty()) joined += ',';
    joined += nameOf(route);
  }
  return joined.empty() ? "-" : joined;
}

}  // namespace holdfast
