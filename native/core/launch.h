// What the owner asks of a guard, once: the program to start and the terms of its tree.
// Travels as fields (core/fields.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/callers.h"
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

// What a root hides on Windows.
enum class Hide {
  nothing,
  window,            // its first window
  windowAndConsole,  // and it gets a console of its own that nobody sees
};

// As many as a JavaScript number counts (Number.MAX_SAFE_INTEGER): 285,000 years.
inline constexpr std::uint64_t kLongestMs = (std::uint64_t{1} << 53) - 1;

struct Limits {
  std::optional<std::uint64_t> memoryBytes;
  std::optional<std::uint64_t> processes;
  std::optional<double> cpuCores;
};

// What the front of `run` adds, which is forked and not launched over the wire. The end of its
// socket ends the tree also when another process is the owner, and it stops when the root stops.
struct FrontTerms {
  Identity identity;
  std::vector<Identity> owners;  // beside Terms::owner: the first that dies ends the tree
  Callers callers;
  bool ownedByStdin = false;  // the tree ends when nobody can write to standard input any more
};

// Who a tree is and what ends it.
struct Terms {
  std::string treeId;
  std::string label;
  std::string mark;  // the value of HOLDFAST_TREE in the root's environment

  std::vector<Mechanism> mechanisms;  // acceptable, strongest first
  std::vector<EscapeRoute> refused;
  std::optional<Identity> owner;  // absent: the process at the other end of the socket
  std::optional<FrontTerms> front;
  WhenRootExits whenRootExits = WhenRootExits::kill;
  WhenOwnerDies whenOwnerDies = WhenOwnerDies::kill;
  std::uint64_t graceMs = 5000;
  std::uint64_t timeoutMs = 0;  // 0: none
  int timeoutSignal = 15;
  Limits limits;
};

// And how its root is started.
struct Launch {
  Terms terms;
  std::string file;
  std::vector<std::string> args;  // with argv[0]
  std::vector<std::string> env;   // "KEY=value", without the mark
  std::optional<std::string> cwd;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  bool detached = false;
  Hide hide = Hide::nothing;
  bool verbatimArguments = false;  // Windows: the command line is the arguments as they stand
  std::vector<StdioEntry> stdio;
  RootSignals rootSignals = RootSignals::defaults;
};

std::string encode(const Launch& launch);
std::string encodeTerms(const Terms& terms);

// These throw std::invalid_argument that names the key at fault.
Launch decodeLaunch(std::string_view request);
Terms decodeTerms(std::string_view text);

}  // namespace holdfast
