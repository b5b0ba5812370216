// A tree on its way into the guard's program, as it stands in the environment.

#include <stdexcept>

#include "posix/tree/handover.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const holdfast::Handover handover =
        holdfast::decodeHandover(holdfast::fuzz::textOf(data, size));
    const std::string text = encode(handover);
    holdfast::fuzz::expect(encode(holdfast::decodeHandover(text)) == text,
                           "a tree survives its way into the program");
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 0;
}
