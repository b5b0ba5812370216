// Asks the members of a job to end, in the ways that Windows has: WM_CLOSE to their windows, and
// CTRL_BREAK where the root has a console of its own. Neither is a signal, and many programs can
// be asked in no way at all.
#pragma once

#include <string>
#include <vector>

#include "core/member.h"
#include "windows/unique-handle.h"

namespace holdfast {

class PoliteRequest {
 public:
  enum class State { pending, asked, nobodyToAsk };

  // `guardPath` names the program that sends CTRL_BREAK; empty: there is no console to send it to.
  PoliteRequest(const std::vector<Member>& members, const std::wstring& guardPath);

  State state();
  // Members that were born since, if they have windows.
  void askMore(const std::vector<Member>& members);

 private:
  UniqueHandle sender_;
  bool asked_ = false;
};

// What `holdfast-guard break OWNER PID...` does: attaches to the console of the first of these
// that has one, and sends CTRL_BREAK to all who share it. An exit code; 0: sent.
int sendBreak(int owner, const std::vector<int>& pids);

}  // namespace holdfast
