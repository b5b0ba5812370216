// Where this user's records are: run below HOLDFAST_HOME when that is an absolute path; else
// holdfast\\run below the user's local application data.
#pragma once

#include <optional>
#include <string>

namespace holdfast {

// The value of HOLDFAST_HOME in this process's environment, or empty.
std::string homeFromEnvironment();

// Made, for this user alone, when missing. Throws OsError.
std::string recordDirectory(const std::string& home);
// The same without making anything; nothing when there is no such directory.
std::optional<std::string> findRecordDirectory(const std::string& home);

// Which system it is whose pids the records name; empty when it does not say.
std::string machineId();

}  // namespace holdfast
