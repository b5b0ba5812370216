// What tells one machine, one boot and one view of pids from another; each may be empty when the
// system does not say. Each system folder defines these.
#pragma once

#include <string>

namespace holdfast {

std::string machineId();
std::string bootId();
std::string pidNamespaceId();
// The cgroups of this process, a line for each hierarchy.
std::string ownCgroups();

}  // namespace holdfast
