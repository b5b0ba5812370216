// Where this user's records are: run below HOLDFAST_HOME when that is an absolute path; else
// /run/user/<uid>/holdfast where /run/user/<uid> is the user's and 0700; else
// .local/state/holdfast/run below the home in /etc/passwd.
#pragma once

#include <optional>
#include <string>

namespace holdfast {

// The value of HOLDFAST_HOME in this process's environment, or empty.
std::string homeFromEnvironment();
// For the environment of a guard: NAME=value.
std::string homeVariable(const std::string& home);

// Made with mode 0700 when missing. Throws OsError, also when others may write to it.
std::string recordDirectory(const std::string& home);
// The same without making anything; nothing when there is no such directory.
std::optional<std::string> findRecordDirectory(const std::string& home);

}  // namespace holdfast
