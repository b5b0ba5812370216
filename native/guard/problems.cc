#include "guard/problems.h"

#include <cstdio>
#include <exception>

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

}  // namespace holdfast
