// For a child that shares its maker's memory. When the maker is killed, a lock of the C library may
// stay taken for ever, by a thread that died with it: a child that waits for it has to be ended.
#pragma once

#include <signal.h>

namespace holdfast {

class OrphanAlarm {
 public:
  // In the maker, before it makes any such child: the alarm watches this process.
  static void serve();

  // In the child, where every signal is blocked. From now on it ends some tenths of a second after
  // its maker, and in any case when so much time has passed, unless the alarm is called off.
  void set(int deadlineMs);
  // Signals are as they were before.
  void callOff();

 private:
  struct sigaction before_ {};
  int deadline_ = -1;  // a kernel timer
};

}  // namespace holdfast
