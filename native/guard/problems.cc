#include "guard/problems.h"

#include <cerrno>
#include <cstdio>
#include <exception>

#include "core/os-error.h"
#include "core/text/printable.h"
#include "guard/exit-codes.h"
#include "guard/front/run-options.h"

namespace holdfast {

namespace {

void tell(const char* speaker, const std::exception& problem) {
  std::fprintf(stderr, "%s: %s\n", speaker, printable(problem.what()).c_str());
}

}  // namespace

int tellingProblems(const char* speaker, const std::function<int()>& work) {
  try {
    return work();
  } catch (const UsageError& mistake) {
    tell("holdfast", mistake);
    return kMisuse;
  } catch (const std::exception& problem) {
    tell(speaker, problem);
    return kContainmentFailed;
  }
}

int printed(const char* speaker, const std::string& text) {
  const bool whole = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (whole || errno == EPIPE) return 0;
  std::fprintf(stderr, "%s: standard output: %s\n", speaker, errorMessage(errno).c_str());
  return kCannotWrite;
}

}  // namespace holdfast
