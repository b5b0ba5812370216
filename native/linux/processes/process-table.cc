#include "posix/port/process-table.h"

#include "linux/kernel/own-proc.h"
#include "linux/processes/census.h"

namespace holdfast {

std::vector<ProcessRow> processTable() {
  requireOwnProc();
  std::vector<ProcessRow> rows;
  for (const ProcessStat& stat : allProcesses())
    rows.push_back({memberOf(stat), stat.pgrp, stat.session, uidOf(stat.pid).value_or(0)});
  return rows;
}

}  // namespace holdfast
