// Every process the system shows.
#pragma once

#include <vector>

#include "core/member.h"

namespace holdfast {

struct ProcessRow {
  Member process;
  int pgrp = 0;
  int session = 0;
  unsigned uid = 0;
};

std::vector<ProcessRow> processTable();

}  // namespace holdfast
