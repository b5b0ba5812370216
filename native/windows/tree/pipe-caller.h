// One client of a named pipe, served without waiting: what has come and gone is looked at whenever
// the completion port tells that something has.
#pragma once

#include <string>

#include "core/text/lines.h"
#include "windows/unique-handle.h"

namespace holdfast {

class PipeCaller {
 public:
  // Waits for a client at a new instance of the pipe. Throws OsError.
  explicit PipeCaller(UniqueHandle pipe);
  PipeCaller(const PipeCaller&) = delete;
  PipeCaller& operator=(const PipeCaller&) = delete;
  ~PipeCaller();

  // Takes what has come, sends what can go.
  void advance();
  bool connected() const { return connected_; }
  bool over() const { return over_; }
  // The next request. None while answers are unread, so that they do not pile up.
  bool next(std::string& request);
  void say(const std::string& line);
  void hangUp() { over_ = true; }

  bool awaitsEnd = false;

 private:
  struct Operation {
    Operation();
    OVERLAPPED overlapped{};
    UniqueHandle event;
    bool pending = false;
  };

  bool finish(Operation& operation, DWORD& length);
  void read();
  void write();

  UniqueHandle pipe_;
  Operation reading_;  // at first: of the client's coming
  Operation writing_;
  char chunk_[256];
  LineBuffer lines_;
  std::string sending_;
  std::string unsent_;
  bool connected_ = false;
  bool over_ = false;
};

}  // namespace holdfast
