// What this machine offers, asked of it and not looked up: each probe makes the call.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

struct Probe {
  std::string name;
  std::string call;    // what was called
  int number = 0;      // its errno; 0: it worked
  std::string effect;  // what is different without it, and what to do
};

std::vector<Probe> systemProbes();

// What to do about a mechanism that failed in this call with this errno.
std::string mechanismAdvice(const std::string& mechanism, const std::string& call, int number);

}  // namespace holdfast
