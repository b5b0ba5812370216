// A failed system call: which call, on what, with which number. Thrown inside the
// programs, reported as `<call> <CODE> <number>` over the wire.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace holdfast {

class OsError : public std::runtime_error {
 public:
  OsError(std::string_view call, int number, std::string_view path = {});

  // The error that the failed call has just left behind (errno).
  static OsError last(std::string_view call, std::string_view path = {});

  const std::string& call() const { return call_; }
  const std::string& path() const { return path_; }
  int number() const { return number_; }

 private:
  std::string call_;
  std::string path_;
  int number_;
};

// The symbolic name of an error number, "ENOENT"; "E<number>" for one without a name here.
std::string errorName(int number);
// What it means, in words.
std::string errorMessage(int number);

}  // namespace holdfast
