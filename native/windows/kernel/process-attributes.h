// What CreateProcessW is asked to do beside starting a program: the list of jobs, the list of
// handles.
#pragma once

#include <windows.h>

#include <cstddef>
#include <vector>

#include "windows/win-error.h"

namespace holdfast {

// They point to what they were given. Throws OsError.
class ProcessAttributes {
 public:
  explicit ProcessAttributes(DWORD count) {
    SIZE_T size = 0;
    (void)InitializeProcThreadAttributeList(nullptr, count, 0, &size);  // tells the size
    memory_.resize(size);
    if (InitializeProcThreadAttributeList(get(), count, 0, &size) == 0)
      throw lastError("InitializeProcThreadAttributeList");
  }
  ~ProcessAttributes() { DeleteProcThreadAttributeList(get()); }
  ProcessAttributes(const ProcessAttributes&) = delete;
  ProcessAttributes& operator=(const ProcessAttributes&) = delete;

  void add(DWORD_PTR attribute, std::vector<HANDLE>& handles) {
    if (UpdateProcThreadAttribute(get(), 0, attribute, handles.data(),
                                  handles.size() * sizeof(HANDLE), nullptr, nullptr) == 0)
      throw lastError("UpdateProcThreadAttribute");
  }

  LPPROC_THREAD_ATTRIBUTE_LIST get() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  std::vector<std::byte> memory_;
};

}  // namespace holdfast
