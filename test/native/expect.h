// As much of a test framework as the vocabulary of the native programs needs.
#pragma once

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::test {

struct Promise {
  std::string words;
  std::function<void()> check;
};

// Each file of tests adds its promises; main.cc checks them all.
using Promises = std::vector<Promise>;
void callerPromises(Promises& promises);
void launchPromises(Promises& promises);
void membershipPromises(Promises& promises);
void printablePromises(Promises& promises);
void recordPromises(Promises& promises);
void factPromises(Promises& promises);
void wordPromises(Promises& promises);

inline void expect(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

inline void expectEqual(const std::string& actual, const std::string& expected) {
  if (actual != expected)
    throw std::runtime_error("expected '" + expected + "', got '" + actual + "'");
}

}  // namespace holdfast::test
