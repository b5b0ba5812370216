// The words for what holds a tree and for the routes that stay open. The same words
// stand in the launch request, the record, the reports, the CLI and the documentation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class Mechanism { job, cgroup, pidNamespace, subreaper, group };

enum class EscapeRoute {
  broker,
  gainedPrivilege,
  guardKilled,
  ownerAndGuardKilled,
  fastDoubleFork,
  hiddenProc,
  unrecorded,
};

// What a system has to hold a tree with.
struct MechanismOffer {
  std::vector<Mechanism> all;        // those that can be asked for by name
  std::vector<Mechanism> automatic;  // acceptable for `auto`, strongest first
  Mechanism strict;
};

std::string_view nameOf(Mechanism mechanism);
std::string_view nameOf(EscapeRoute route);
std::optional<Mechanism> mechanismNamed(std::string_view name);
std::optional<EscapeRoute> escapeRouteNamed(std::string_view name);

// "auto, job, cgroup, namespace, subreaper or group"
std::string mechanismWords();
// "broker, gained-privilege ... or unrecorded"
std::string escapeRouteWords();

// "broker,guard-killed"; "-" when no route is open.
std::string joinNames(const std::vector<EscapeRoute>& routes);

}  // namespace holdfast
