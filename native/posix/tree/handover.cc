#include "posix/tree/handover.h"

#include <sys/wait.h>

#include <stdexcept>

#include "core/facts.h"
#include "core/text/fields.h"
#include "core/text/lines.h"
#include "core/tree-names.h"
#include "posix/files.h"
#include "posix/port/mechanisms.h"

namespace holdfast {

namespace {

constexpr std::size_t kFields = 12;

constexpr int kFirstOwn = 3;

// The standard ones are never handed over.
int descriptorAt(const std::vector<std::string_view>& fields, std::size_t at) {
  const int fd = intIn("handover", fields[at]);
  if (fd < kFirstOwn && fd != -1) refuseField("handover", fields[at]);
  return fd;
}

// Under the name that its tree gives it.
bool standsAs(const std::string& name, const std::string& path, int file) {
  return path.substr(path.rfind('/') + 1) == name && standsAt(path, file);
}

int intAt(const std::vector<std::string_view>& fields, std::size_t at) {
  return intIn("handover", fields[at]);
}

Mechanism mechanismIn(std::string_view name) {
  const auto mechanism = mechanismNamed(name);
  if (!mechanism) refuseField("handover", name);
  return *mechanism;
}

}  // namespace

UniqueFd ownAgain(int fd) {
  if (fd >= 0) setCloseOnExec(fd);
  return UniqueFd(fd);
}

Handover takeApart(OwnerLink link, PreparedTree tree) {
  Handover handover;
  handover.terms = std::move(tree.terms);
  handover.owner = tree.owner.identity();
  handover.ownerIsSpawner = tree.owner.isSpawner();
  handover.mechanism = tree.containment->mechanism();
  handover.link = link.release().release();
  handover.pidfd = tree.owner.release().release();
  handover.cgroup = tree.containment->cgroupPath();
  handover.children = tree.containment->releaseChildren().release();
  handover.cgroupDirectory = tree.containment->releaseDirectory().release();
  if (tree.record) {
    handover.recordPath = tree.record->path();
    handover.record = tree.record->release().release();
  }
  return handover;
}

void requireHandedOver(const Handover& handover, int child) {
  siginfo_t info{};
  const int peek = WEXITED | WNOHANG | WNOWAIT;
  const std::string& tree = handover.terms.treeId;
  if (child <= 0 || waitid(P_PID, static_cast<id_t>(child), &info, peek) != 0)
    throw std::invalid_argument("process " + std::to_string(child) + " is no child of this one");
  if (handover.cgroupDirectory >= 0 &&
      !standsAs(cgroupNameOf(tree), handover.cgroup, handover.cgroupDirectory))
    throw std::invalid_argument("the cgroup is not the tree's");
}

LaunchedTree putTogether(const Handover& handover, int child) {
  const Identity root = child > 0 ? rootBelow(handover, child) : Identity{};
  std::optional<Record> record;
  UniqueFd file = ownAgain(handover.record);  // of a record that has gone meanwhile nothing is left
  if (file && standsAs(recordNameOf(handover.terms.treeId), handover.recordPath, file.get()))
    record.emplace(handover.recordPath, std::move(file));
  OwnerWatch owner(handover.owner, handover.ownerIsSpawner, ownAgain(handover.pidfd));
  return {{handover.terms, std::move(owner), resumeContainment(handover, child, root),
           std::move(record)},
          root};
}

// One line of fields, then the terms.
std::string encode(const Handover& handover) {
  std::string line = describe(handover.owner) + ' ' + std::string(nameOf(handover.mechanism));
  for (int number :
       {handover.ownerIsSpawner ? 1 : 0, handover.link, handover.pidfd, handover.record,
        handover.cgroupDirectory, handover.initSocket, handover.children})
    line += ' ' + std::to_string(number);
  line += ' ' + escapeField(handover.recordPath) + ' ' + escapeField(handover.cgroup);
  return line + '\n' + encodeTerms(handover.terms);
}

Handover decodeHandover(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::vector<std::string_view> fields = splitFields(line);
  if (fields.size() != kFields || line.size() == text.size()) refuseField("handover", line);
  Handover handover;
  handover.owner = {intAt(fields, 0), numberIn("handover", fields[1])};
  handover.mechanism = mechanismIn(fields[2]);
  handover.ownerIsSpawner = intAt(fields, 3) != 0;
  handover.link = descriptorAt(fields, 4);
  handover.pidfd = descriptorAt(fields, 5);
  handover.record = descriptorAt(fields, 6);
  handover.cgroupDirectory = descriptorAt(fields, 7);
  handover.initSocket = descriptorAt(fields, 8);
  handover.children = descriptorAt(fields, 9);
  handover.recordPath = unescapeField(fields[10]);
  handover.cgroup = unescapeField(fields[11]);
  handover.terms = decodeTerms(text.substr(line.size() + 1));
  return handover;
}

}  // namespace holdfast
