// The reading half of facts.h.

#include <algorithm>
#include <charconv>

#include "core/facts.h"
#include "core/text/lines.h"
#include "core/tree-names.h"

namespace holdfast {

namespace {

using Fields = std::vector<std::string_view>;

template <typename Number>
Number numberIn(std::string_view field) {
  Number number = 0;
  (void)std::from_chars(field.data(), field.data() + field.size(), number);  // else 0
  return number;
}

Identity identityAt(const Fields& fields, std::size_t at) {
  return {numberIn<int>(fields[at]), numberIn<std::uint64_t>(fields[at + 1])};
}

FailedCall failedAt(const Fields& fields, std::size_t at) {
  return {unescapeField(fields[at]), fields[at + 1], numberIn<int>(fields[at + 2])};
}

std::vector<EscapeRoute> routesIn(std::string_view names) {
  std::vector<EscapeRoute> routes;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (const auto route = escapeRouteNamed(names.substr(0, comma))) routes.push_back(*route);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return routes;
}

Member memberAt(const Fields& fields, std::size_t at) {
  Member member;
  member.identity = identityAt(fields, at);
  member.ppid = numberIn<int>(fields[at + 2]);
  member.state = fields[at + 3].empty() ? '?' : fields[at + 3].front();
  member.name = unescapeField(fields[at + 4]);
  member.cpuMicroseconds = numberIn<std::uint64_t>(fields[at + 5]);
  member.memoryBytes = numberIn<std::uint64_t>(fields[at + 6]);
  member.ageMs = numberIn<std::uint64_t>(fields[at + 7]);
  return member;
}

using MayBe = std::optional<Fact>;

MayBe readRootEnd(const Fields& fields, ExitStatus::Kind kind) {
  return fact::RootEnded{{kind, numberIn<std::int64_t>(fields[1])}};
}

MayBe readPassedOver(const Fields& f) {
  const auto mechanism = mechanismNamed(f[1]);
  return mechanism ? MayBe(fact::PassedOver{*mechanism, failedAt(f, 2)}) : std::nullopt;
}

MayBe readHeld(const Fields& f) {
  const auto mechanism = mechanismNamed(f[1]);
  return mechanism ? MayBe(fact::Held{*mechanism, routesIn(f[2])}) : std::nullopt;
}

MayBe readEmpty(const Fields& f) {
  const auto reason = endReasonNamed(f[1]);
  if (!reason) return std::nullopt;
  return fact::Empty{*reason, numberIn<std::uint64_t>(f[2]), numberIn<std::uint64_t>(f[3]),
                     numberIn<std::int64_t>(f[4])};
}

template <typename Kind>
MayBe readBare(const Fields&) {
  return Kind{};
}

template <typename Kind>
MayBe readText(const Fields& f) {
  return Kind{unescapeField(f[1])};
}

template <typename Kind>
MayBe readIdentity(const Fields& f) {
  return Kind{identityAt(f, 1)};
}

template <typename Kind>
MayBe readFailed(const Fields& f) {
  return Kind{failedAt(f, 1)};
}

template <typename Kind, typename Number>
MayBe readNumber(const Fields& f) {
  return Kind{numberIn<Number>(f[1])};
}

struct Word {
  std::string_view word;
  std::size_t fields;  // with the word
  MayBe (*read)(const Fields&);
};

constexpr Word kWords[] = {
    {fact::Tree::kWord, 2,
     [](const Fields& f) {
       return isTreeId(f[1]) ? MayBe(fact::Tree{std::string(f[1])}) : std::nullopt;
     }},
    {fact::Mark::kWord, 2,
     [](const Fields& f) {
       return isMark(f[1]) ? MayBe(fact::Mark{std::string(f[1])}) : std::nullopt;
     }},
    {fact::Guard::kWord, 3, readIdentity<fact::Guard>},
    {fact::PassedOver::kWord, 5, readPassedOver},
    {fact::Held::kWord, 3, readHeld},
    {fact::Owner::kWord, 3, readIdentity<fact::Owner>},
    {fact::Recorded::kWord, 2, readText<fact::Recorded>},
    {fact::Unrecorded::kWord, 4, readFailed<fact::Unrecorded>},
    {fact::InCgroup::kWord, 2, readText<fact::InCgroup>},
    {fact::Started::kWord, 3, readIdentity<fact::Started>},
    {fact::Failed::kWord, 4, readFailed<fact::Failed>},
    {fact::Refused::kWord, 3,
     [](const Fields& f) {
       return MayBe(fact::Refused{std::string(f[1]), unescapeField(f[2])});
     }},
    {fact::RootEnded::kExited, 2,
     [](const Fields& f) { return readRootEnd(f, ExitStatus::Kind::exited); }},
    {fact::RootEnded::kSignaled, 2,
     [](const Fields& f) { return readRootEnd(f, ExitStatus::Kind::signaled); }},
    {fact::RootStopped::kWord, 2, readNumber<fact::RootStopped, int>},
    {fact::RootContinued::kWord, 1, readBare<fact::RootContinued>},
    {fact::Survivor::kWord, 5,
     [](const Fields& f) {
       return MayBe(fact::Survivor{identityAt(f, 1), std::string(f[3]), unescapeField(f[4])});
     }},
    {fact::Empty::kWord, 5, readEmpty},
    {fact::Check::kWord, 1, readBare<fact::Check>},
    {fact::Everybody::kWord, 2, readNumber<fact::Everybody, int>},
    {fact::Resumed::kWord, 1, readBare<fact::Resumed>},
    {fact::Left::kWord, 1, readBare<fact::Left>},
    {fact::Sent::kWord, 2, readNumber<fact::Sent, std::size_t>},
    {fact::OneMember::kWord, 9,
     [](const Fields& f) { return MayBe(fact::OneMember{memberAt(f, 1)}); }},
    {fact::Members::kWord, 2, readNumber<fact::Members, std::size_t>},
    {fact::Used::kWord, 4,
     [](const Fields& f) {
       return MayBe(fact::Used{{numberIn<std::uint64_t>(f[1]), numberIn<std::uint64_t>(f[2]),
                                numberIn<std::uint64_t>(f[3])}});
     }},
    {fact::Released::kWord, 1, readBare<fact::Released>},
    {fact::NotReleased::kWord, 4, readFailed<fact::NotReleased>},
    {fact::Unknown::kWord, 2, readText<fact::Unknown>},
};

}  // namespace

std::optional<Fact> readFact(std::string_view line) {
  const Fields fields = splitFields(line);
  if (fields.empty()) return std::nullopt;
  for (const Word& word : kWords)
    if (word.word == fields[0] && word.fields == fields.size()) return word.read(fields);
  return std::nullopt;
}

}  // namespace holdfast
