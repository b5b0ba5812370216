// What the owner asks of a guard, once: the program to start and the terms of its tree.
// Travels as fields (core/fields.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/mechanism.h"
#include "core/tree-names.h"

namespace holdfast {

enum class WhenRootExits { kill, terminate, wait };
enum class WhenOwnerDies { kill, terminate };

// One entry of the root's descriptor table, by its index.
enum class StdioEntry {
  passed,     // the next descriptor that came with the request
  null,       // /dev/null
  closed,     // nothing
  inherited,  // whatever the guard itself was started with at this index
};

// The signal state the root begins with.
enum class RootSignals {
  defaults,  // every disposition default, nothing blocked: as libuv starts a child
  kept,      // as the guard's own starter had them: as a shell starts a child
};

struct Limits {
  std::optional<std::uint64_t> memoryBytes;
  std::optional<std::uint64_t> processes;
  std::optional<double> cpuCores;
};

// Who a tree is and what ends it.
struct Terms {
  std::string treeId;
  std::string label;
  std::string mark;  // the value of HOLDFAST_TREE in the root's environment

  std::vector<Mechanism> mechanisms;  // acceptable, strongest first
  std::vector<EscapeRoute> refused;
  std::optional<Identity> owner;  // absent: the process at the other end of the socket
  // The end of the socket ends the tree also when another process is the owner (the front of
  // `run`, which is forked and not launched over the wire).
  bool endsWithLink = false;
  WhenRootExits whenRootExits = WhenRootExits::kill;
  WhenOwnerDies whenOwnerDies = WhenOwnerDies::kill;
  std::uint64_t graceMs = 5000;
  std::uint64_t timeoutMs = 0;  // 0: none
  int timeoutSignal = 15;
  Limits limits;
};

// And how its root is started.
struct Launch : Terms {
  std::string file;
  std::vector<std::string> args;  // with argv[0]
  std::vector<std::string> env;   // "KEY=value", without the mark
  std::optional<std::string> cwd;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  bool detached = false;
  std::vector<StdioEntry> stdio;
  RootSignals rootSignals = RootSignals::defaults;
};

std::string encode(const Launch& launch);
std::string encodeTerms(const Terms& terms);

// These throw std::invalid_argument that names the key at fault.
Launch decodeLaunch(std::string_view request);
Terms decodeTerms(std::string_view text);

}  // namespace holdfast
