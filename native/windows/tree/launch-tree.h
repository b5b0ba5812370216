// From a launch request to a tree that lives in this process: makes the job, starts the root as its
// member, and hands both to the supervisor.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "windows/tree/fact-box.h"
#include "windows/tree/tree-holder.h"
#include "windows/unique-handle.h"

namespace holdfast {

struct TreeLaunch {
  std::string_view request;    // core/launch.h
  std::vector<HANDLE> passed;  // for the root; they stay the caller's
  std::string home;            // HOLDFAST_HOME, or empty
  std::string guardPath;       // who sends CTRL_BREAK, and holds the job where we may not
  int deadlineMs = 0;          // how long a guard may take to answer
};

struct LaunchedTree {
  std::vector<std::string> facts;      // the last one is `started`, `failed` or `refused`
  std::shared_ptr<FactBox> news;       // the later ones
  std::shared_ptr<TreeHolder> holder;  // nothing when the root does not run
};

// This process holds the job, whoever is the owner. Throws OsError when there can be no supervisor.
LaunchedTree launchTree(const TreeLaunch& launch);

}  // namespace holdfast
