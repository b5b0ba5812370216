// Ends abandoned trees together and removes what spoke of them. Each tree is under the lock of its
// record meanwhile, so that two recoveries never do the same twice.
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
