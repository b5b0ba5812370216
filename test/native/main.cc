// Checks the promises of native/core without Node and prints one line for each, as TAP does.

#include <cstdio>
#include <exception>

#include "expect.h"

int main() {
  holdfast::test::Promises promises;
  holdfast::test::callerPromises(promises);
  holdfast::test::launchPromises(promises);
  holdfast::test::membershipPromises(promises);
  holdfast::test::printablePromises(promises);
  holdfast::test::recordPromises(promises);
  holdfast::test::factPromises(promises);
  holdfast::test::wordPromises(promises);

  int broken = 0;
  for (const auto& promise : promises) {
    try {
      promise.check();
      std::printf("ok - %s\n", promise.words.c_str());
    } catch (const std::exception& problem) {
      ++broken;
      std::printf("not ok - %s: %s\n", promise.words.c_str(), problem.what());
    }
  }
  return broken == 0 ? 0 : 1;
}
