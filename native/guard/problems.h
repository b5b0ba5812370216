// How a program of ours fails: a line on stderr, and an exit code.
#pragma once

#include <functional>
#include <string>

namespace holdfast {

// Does the work and returns its exit code. A failure is told under the speaker's name, a misuse
// under that of the command that people call.
int tellingProblems(const char* speaker, const std::function<int()>& work);

// Prints what was asked for, and returns the exit code. A reader that has seen enough is no
// failure.
int printed(const char* speaker, const std::string& text);

}  // namespace holdfast
