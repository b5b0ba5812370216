// Who belongs to which tree, in one look at all processes: collects what speaks for each and lets
// core/membership.h judge.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linux/processes/census.h"
#include "linux/recovery/tree-places.h"
#include "posix/port/abandoned-trees.h"

namespace holdfast {

// What passes from one look to the next.
struct KinRegister {
  std::vector<TreeClaim> claims;
  // Whoever has been recognised stays a member when its parents and its mark are gone.
  std::map<std::pair<int, std::uint64_t>, std::pair<std::size_t, Kinship>> known;
};

class KinSearch {
 public:
  KinSearch(Census& census, KinRegister& kin, AbandonedTrees::Scope scope);

  Findings run();
  // After run().
  Trials trialsOf(const ProcessStat& process);

 private:
  struct Standing {
    std::size_t tree = Found::kNoTree;
    Verdict verdict;
  };

  const RecordFacts& facts(std::size_t tree) const { return kin_.claims[tree].facts; }
  std::string_view markOf(const ProcessStat& process);
  bool isSheltered(const ProcessStat& process, std::size_t tree);
  bool isOrphan(const ProcessStat& process, std::size_t tree);
  std::vector<std::size_t> claimsOn(const ProcessStat& process);
  Evidence evidenceOf(const ProcessStat& process, std::size_t tree);
  Standing standingOf(const ProcessStat& process);
  void addDescendants();
  Doubt doubtWithoutClaim(const ProcessStat& process);
  Found found(const ProcessStat& process, const Standing& standing);

  Census& census_;
  KinRegister& kin_;
  TreePlaces places_;
  AbandonedTrees::Scope scope_;
  std::uint64_t oldest_ = UINT64_MAX;  // no member by mark is older
  std::map<std::string_view, std::size_t> byMark_;
  std::unordered_map<int, Standing> standings_;
  std::set<std::size_t> inhabited_;
};

}  // namespace holdfast
