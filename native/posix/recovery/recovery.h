// Ends abandoned trees together and removes their records and sockets. The record of each tree is
// locked while that goes on, so two recoveries never work on the same tree.
#pragma once

#include <string>
#include <vector>

#include "core/records/cleanup-report.h"
#include "core/records/record.h"

namespace holdfast {

struct AbandonedTree {
  std::string record;  // path
  RecordFacts facts;
  bool guardIsStuck = false;  // it lives, holds the lock, and is ended with its tree
};

// As long as nothing has been done about it.
TreeReport reportOn(const AbandonedTree& tree);

// What became of each, in the same order. `spared` are the live and the released trees.
std::vector<TreeReport> recoverTrees(const std::vector<AbandonedTree>& trees,
                                     const std::vector<RecordFacts>& spared);

}  // namespace holdfast
