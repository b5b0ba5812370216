// The framed launch request on the guard's end of the socket: headers that lie, pieces of any
// size, descriptors that nobody announced.

#include <stdexcept>

#include "core/os-error.h"
#include "posix/tree/owner-link.h"
#include "sockets.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast::fuzz;
  const DescriptorsKept kept;
  Pair pair = makePair();
  converse(pair.theirs.get(), textOf(data, size));
  holdfast::OwnerLink link(std::move(pair.ours));
  try {
    const holdfast::ReceivedLaunch received = link.receiveLaunch();
    expect(!received.launch.file.empty(), "a launch names a program");
    for (const holdfast::UniqueFd& fd : received.descriptors)
      expect(static_cast<bool>(fd), "every descriptor is open");
  } catch (const std::invalid_argument&) {
    return 0;
  } catch (const holdfast::OsError&) {
    return 0;
  }
  return 0;
}
