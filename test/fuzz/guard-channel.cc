// The owner's end of the socket: whatever a guard says or sends, the owner gets lines or an error.

#include "posix/owner/guard-channel.h"
#include "core/os-error.h"
#include "sockets.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast::fuzz;
  const DescriptorsKept kept;
  Pair pair = makePair();
  converse(pair.theirs.get(), textOf(data, size));
  holdfast::GuardChannel channel(std::move(pair.ours));
  try {
    const holdfast::Answer answer = channel.awaitAnswer(1000, [] {});
    expect(!answer.facts.empty(), "an answer has words");
    for (const std::string& line : channel.receive())
      expect(line.find('\n') == std::string::npos, "a line is a line");
    expect(channel.ended(), "the end is seen");
  } catch (const holdfast::OsError&) {
    return 0;
  }
  return 0;
}
