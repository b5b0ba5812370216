#include "posix/handover.h"

#include <fcntl.h>

#include "core/fields.h"
#include "core/report.h"

namespace holdfast {

namespace {

constexpr std::size_t kFields = 13;

int intAt(const std::vector<std::string_view>& fields, std::size_t at) {
  return intIn("handover", fields[at]);
}

Identity identityAt(const std::vector<std::string_view>& fields, std::size_t at) {
  return {intAt(fields, at), numberIn("handover", fields[at + 1])};
}

Mechanism mechanismIn(std::string_view name) {
  const auto mechanism = mechanismNamed(name);
  if (!mechanism) refuseField("handover", name);
  return *mechanism;
}

}  // namespace

int keepOpen(UniqueFd fd) {
  if (fd) (void)fcntl(fd.get(), F_SETFD, 0);  // cannot fail for an open descriptor
  return fd.release();
}

UniqueFd ownAgain(int fd) {
  if (fd >= 0) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  return UniqueFd(fd);
}

Handover takeApart(OwnerLink link, LaunchedTree tree) {
  Handover handover;
  handover.terms = std::move(tree.terms);
  handover.owner = tree.owner.identity();
  handover.ownerIsSpawner = tree.owner.isSpawner();
  handover.root = tree.root;
  handover.mechanism = tree.containment->mechanism();
  handover.link = keepOpen(link.release());
  handover.pidfd = keepOpen(tree.owner.release());
  handover.cgroup = tree.containment->cgroupPath();
  if (tree.record) {
    handover.recordPath = tree.record->path();
    handover.record = keepOpen(tree.record->release());
  }
  tree.containment->handOver(handover);
  return handover;
}

LaunchedTree putTogether(const Handover& handover) {
  std::optional<Record> record;
  if (handover.record >= 0) record.emplace(handover.recordPath, ownAgain(handover.record));
  return {handover.terms,
          OwnerWatch(handover.owner, handover.ownerIsSpawner, ownAgain(handover.pidfd)),
          resumeContainment(handover), handover.root, std::move(record)};
}

// One line of fields, then the terms.
std::string encode(const Handover& handover) {
  std::string line = describe(handover.owner) + ' ' + describe(handover.root);
  line.append(" ").append(nameOf(handover.mechanism));
  for (int number : {handover.ownerIsSpawner ? 1 : 0, handover.link, handover.pidfd,
                     handover.record, handover.holder, handover.init})
    line += ' ' + std::to_string(number);
  line += ' ' + escapeField(handover.recordPath) + ' ' + escapeField(handover.cgroup);
  return line + '\n' + encode(handover.terms);
}

Handover decodeHandover(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::vector<std::string_view> fields = splitFields(line);
  if (fields.size() != kFields || line.size() == text.size()) refuseField("handover", line);
  Handover handover;
  handover.owner = identityAt(fields, 0);
  handover.root = identityAt(fields, 2);
  handover.mechanism = mechanismIn(fields[4]);
  handover.ownerIsSpawner = intAt(fields, 5) != 0;
  handover.link = intAt(fields, 6);
  handover.pidfd = intAt(fields, 7);
  handover.record = intAt(fields, 8);
  handover.holder = intAt(fields, 9);
  handover.init = intAt(fields, 10);
  handover.recordPath = unescapeField(fields[11]);
  handover.cgroup = unescapeField(fields[12]);
  handover.terms = decodeLaunch(text.substr(line.size() + 1));
  return handover;
}

}  // namespace holdfast
