// The launch request: whatever is no request is refused by name, and what is one survives its way.

#include <stdexcept>

#include "core/launch.h"
#include "posix/tree/exec-root.h"
#include "target.h"

using holdfast::fuzz::expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const holdfast::Launch launch = holdfast::decodeLaunch(holdfast::fuzz::textOf(data, size));
    const std::string wire = encode(launch);
    expect(encode(holdfast::decodeLaunch(wire)) == wire, "a request survives its way");
    const std::string terms = encodeTerms(launch.terms);
    expect(encodeTerms(holdfast::decodeTerms(terms)) == terms, "so do its terms");
    const holdfast::ExecRoot root(launch, {}, holdfast::SignalState::current());
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 0;
}
