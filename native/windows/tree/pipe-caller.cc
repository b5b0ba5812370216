#include "windows/tree/pipe-caller.h"

#include <utility>

#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr std::size_t kLongestRequest = 256;

}  // namespace

PipeCaller::Operation::Operation() : event(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event) throw lastError("CreateEventW");
  overlapped.hEvent = event.get();
}

PipeCaller::PipeCaller(UniqueHandle pipe) : pipe_(std::move(pipe)) {
  if (ConnectNamedPipe(pipe_.get(), &reading_.overlapped) != 0) return;
  const DWORD error = GetLastError();
  if (error == ERROR_IO_PENDING)
    reading_.pending = true;
  else if (error == ERROR_PIPE_CONNECTED)
    connected_ = true;
  else
    throw windowsError("ConnectNamedPipe", error);
  if (connected_) read();
}

// The kernel writes to what it was given until it says that it has finished.
PipeCaller::~PipeCaller() {
  (void)CancelIoEx(pipe_.get(), nullptr);  // there may be nothing to cancel
  DWORD length = 0;
  for (Operation* operation : {&reading_, &writing_})
    if (operation->pending)
      (void)GetOverlappedResult(pipe_.get(), &operation->overlapped, &length, TRUE);
}

// Whether it is over now. The link is over with it if it has failed.
bool PipeCaller::finish(Operation& operation, DWORD& length) {
  if (!operation.pending) return false;
  if (GetOverlappedResult(pipe_.get(), &operation.overlapped, &length, FALSE) == 0) {
    if (GetLastError() == ERROR_IO_INCOMPLETE) return false;
    over_ = true;
  }
  operation.pending = false;
  return true;
}

void PipeCaller::advance() {
  DWORD length = 0;
  if (finish(writing_, length)) write();
  if (over_ || !finish(reading_, length) || over_) return;
  if (connected_) lines_.append({chunk_, length});
  connected_ = true;
  const std::string_view rest = lines_.rest();
  over_ = rest.size() > kLongestRequest && rest.find('\n') == std::string_view::npos;
  read();
}

void PipeCaller::read() {
  if (over_) return;
  reading_.pending = true;
  if (ReadFile(pipe_.get(), chunk_, sizeof chunk_, nullptr, &reading_.overlapped) != 0) return;
  if (GetLastError() == ERROR_IO_PENDING) return;
  reading_.pending = false;
  over_ = true;
}

bool PipeCaller::next(std::string& request) {
  return !over_ && !writing_.pending && lines_.next(request);
}

void PipeCaller::say(const std::string& line) {
  unsent_.append(line).append("\n");
  DWORD length = 0;
  (void)finish(writing_, length);  // most often it is over at once
  if (!writing_.pending) write();
}

void PipeCaller::write() {
  if (over_ || unsent_.empty()) return;
  sending_ = std::exchange(unsent_, {});
  writing_.pending = true;
  const auto length = static_cast<DWORD>(sending_.size());
  if (WriteFile(pipe_.get(), sending_.data(), length, nullptr, &writing_.overlapped) != 0) return;
  if (GetLastError() == ERROR_IO_PENDING) return;
  writing_.pending = false;
  over_ = true;
}

}  // namespace holdfast
