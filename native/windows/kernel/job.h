// One Job Object: unnamed, its handle never inherited, its members bound to that handle by the
// kernel (KILL_ON_JOB_CLOSE) and unable to leave (no breakaway).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/launch.h"
#include "core/member.h"
#include "windows/unique-handle.h"

namespace holdfast {

class Job {
 public:
  // Throws OsError, as everything here does that can fail.
  Job();

  HANDLE handle() const { return handle_.get(); }

  // Enforced by the kernel from here on. Replaces earlier limits.
  void limit(const Limits& limits);
  // Messages about the members go to a completion port, marked with `key`. They are hints: the
  // kernel does not promise to deliver them (docs/gotchas.md#messages-of-a-job).
  void reportTo(HANDLE port, std::uintptr_t key);

  void assign(HANDLE process);
  bool holds(HANDLE process) const;
  // Those whose membership was verified.
  std::vector<Member> members() const;
  std::uint32_t activeProcesses() const;
  // Whoever is or has been a member.
  std::uint32_t totalProcesses() const;
  Usage usage() const;

  // Every member at once; their ends follow.
  void terminate(unsigned exitCode);
  // From here on the end of the last handle ends nothing.
  void letLiveOn();

 private:
  void setBasicLimits(DWORD flags);
  void setCpuRate(std::optional<double> cores);

  UniqueHandle handle_;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits_{};
  bool hasCpuRate_ = false;
};

}  // namespace holdfast
