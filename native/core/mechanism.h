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

std::string_view nameOf(Mechanism mechanism);
std::string_view nameOf(EscapeRoute route);
std::optional<Mechanism> mechanismNamed(std::string_view name);
std::optional<EscapeRoute> escapeRouteNamed(std::string_view name);

// "broker,guard-killed"; "-" when no route is open.
std::string joinNames(const std::vector<EscapeRoute>& routes);

}  // namespace holdfast
