// What the system says of itself and of this process's place in it. What tells one machine, one
// boot and one view of pids from another may be empty: then the system does not say.
#pragma once

#include <cstddef>
#include <string>

namespace holdfast {

std::string machineId();
std::string bootId();
std::string pidNamespaceId();
// The cgroups of this process, a line for each hierarchy.
std::string ownCgroups();

// The file that this process runs, also when another one has taken its name.
std::string ownProgram();

// A name below an open directory that is shorter than the directory's own; empty where no such
// name exists.
std::string nameBelow(int directory, const std::string& name);

// Whether the user namespace of this process leaves users unmapped: their files seem to belong to
// the overflow uid (user_namespaces(7)).
bool hasUnknownUsers();

// From the system's generator. Throws OsError.
void fillRandomly(unsigned char* bytes, std::size_t count);

}  // namespace holdfast
