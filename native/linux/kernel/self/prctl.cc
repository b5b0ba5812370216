#include "posix/port/prctl.h"

#include <sys/prctl.h>

#include "core/os-error.h"

namespace holdfast {

namespace {

int call(int option, unsigned long argument) {
  const int result = prctl(option, argument, 0, 0, 0);
  if (result < 0) throw OsError::last("prctl");
  return result;
}

unsigned long addressOf(void* memory) { return reinterpret_cast<unsigned long>(memory); }

}  // namespace

int parentDeathSignal() {
  int signo = 0;
  (void)call(PR_GET_PDEATHSIG, addressOf(&signo));
  return signo;
}

void setParentDeathSignal(int signo) {
  (void)call(PR_SET_PDEATHSIG, static_cast<unsigned long>(signo));
}

int dumpable() { return call(PR_GET_DUMPABLE, 0); }

void setDumpable(int value) { (void)call(PR_SET_DUMPABLE, static_cast<unsigned long>(value)); }

void denyTracing() { setDumpable(0); }

void allowTracing() { setDumpable(1); }

bool noNewPrivileges() { return call(PR_GET_NO_NEW_PRIVS, 0) == 1; }

void setNoNewPrivileges() { (void)call(PR_SET_NO_NEW_PRIVS, 1); }

std::string threadName() {
  char name[16] = {};  // TASK_COMM_LEN
  (void)call(PR_GET_NAME, addressOf(name));
  return name;
}

void setThreadName(const std::string& name) {
  std::string copy = name;
  (void)call(PR_SET_NAME, addressOf(copy.data()));
}

}  // namespace holdfast
