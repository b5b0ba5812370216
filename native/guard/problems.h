// How a program of ours fails: a line on stderr, and an exit code.
#pragma once

#include <functional>

namespace holdfast {

// Does the work and returns its exit code. A failure is told under the speaker's name, a misuse
// under that of the command that people call.
int tellingProblems(const char* speaker, const std::function<int()>& work);

}  // namespace holdfast
