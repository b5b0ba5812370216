#include "windows/tree/command-pipe.h"

#include <algorithm>

#include "windows/own-user.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr DWORD kBufferBytes = 65536;  // answers that nobody has read yet
constexpr std::size_t kMostCallers = 8;

}  // namespace

CommandPipe::CommandPipe(const std::string& treeId, HANDLE port, std::uintptr_t key)
    : name_(L"\\\\.\\pipe\\holdfast-" + wideText(treeId)), port_(port), key_(key) {
  addInstance(FILE_FLAG_FIRST_PIPE_INSTANCE);
}

void CommandPipe::addInstance(DWORD flags) {
  constexpr DWORD kMode =
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
  OnlyOwnUser user;
  UniqueHandle pipe(
      CreateNamedPipeW(name_.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | flags, kMode,
                       PIPE_UNLIMITED_INSTANCES, kBufferBytes, kBufferBytes, 0, user.attributes()));
  if (!pipe) throw lastError("CreateNamedPipeW");
  if (CreateIoCompletionPort(pipe.get(), port_, key_, 0) == nullptr)
    throw lastError("CreateIoCompletionPort");
  callers_.emplace_back(std::move(pipe));
}

bool CommandPipe::advance(const Serve& serve) {
  bool more = false;
  for (PipeCaller& caller : callers_) {
    caller.advance();
    std::string request;
    if (!caller.next(request)) continue;
    more = true;
    serve(caller, request);
  }
  const bool taken = callers_.empty() || callers_.back().connected() || callers_.back().over();
  callers_.remove_if([](const PipeCaller& caller) { return caller.over(); });
  if (!taken) return more;
  makeRoom();
  addInstance(0);
  return true;  // who has come meanwhile is let in at once
}

// Drops the caller that came first. One that waits for the end is dropped only when all wait for
// it.
void CommandPipe::makeRoom() {
  if (callers_.size() < kMostCallers) return;
  const auto idle = std::find_if(callers_.begin(), callers_.end(),
                                 [](const PipeCaller& caller) { return !caller.awaitsEnd; });
  callers_.erase(idle == callers_.end() ? callers_.begin() : idle);
}

void CommandPipe::tell(const std::string& fact) {
  for (PipeCaller& caller : callers_)
    if (caller.awaitsEnd) caller.say(fact);
}

}  // namespace holdfast
