// The socket beside the record at which other commands of the same user reach a guard. What comes
// in is served a request at a time between the guard's own work, and nobody is waited for: a
// caller who is slow, silent or insatiable harms only himself.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "posix/line-socket.h"

namespace holdfast {

class CommandSocket {
 public:
  struct Caller {
    LineSocket link;
    int pid;  // of whoever connected
    bool awaitsEnd = false;
  };

  // Listens at `path`, mode 0600. Throws OsError.
  explicit CommandSocket(const std::string& path);

  // Adds what to wait for.
  void watch(std::vector<pollfd>& watched) const;
  // When it wants to be served without news; INT64_MAX: never.
  std::int64_t nextAt() const { return deafUntil_ == 0 ? INT64_MAX : deafUntil_; }
  // A request has come already: not to be waited for.
  bool hasRequest() const;
  // Lets one caller in and serves one request, of another caller each time.
  void serveOne(const std::function<void(Caller&, const std::string&)>& serve);
  // To those who wait for the end.
  void tell(const std::string& fact);

 private:
  void admitOne();
  void makeRoom();

  UniqueFd listener_;
  std::int64_t deafUntil_ = 0;  // who calls has to wait: there was no descriptor for him
  std::list<Caller> callers_;   // whoever was served last is at the end
};

}  // namespace holdfast
