#include "posix/process-table.h"

#include <sys/stat.h>

#include <string>

#include "linux/proc.h"

namespace holdfast {

namespace {

// The owner of /proc/<pid> is the effective uid, or root for a non-dumpable process (proc(5)).
unsigned ownerOf(int pid) {
  struct stat info {};
  return stat(("/proc/" + std::to_string(pid)).c_str(), &info) == 0 ? info.st_uid : 0;
}

}  // namespace

std::vector<ProcessRow> processTable() {
  std::vector<ProcessRow> rows;
  for (const ProcessStat& stat : allProcesses())
    rows.push_back({memberOf(stat), stat.pgrp, stat.session, ownerOf(stat.pid)});
  return rows;
}

}  // namespace holdfast
