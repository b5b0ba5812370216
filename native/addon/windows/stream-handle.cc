#include "addon/windows/stream-handle.h"

#include <uv.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/os-error.h"
#include "core/uv-errors.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

using Handles = std::vector<uv_handle_t*>;

void noteIfReferenced(uv_handle_t* handle, void* data) {
  if (uv_has_ref(handle) != 0) static_cast<Handles*>(data)->push_back(handle);
}

Handles referencedIn(uv_loop_t* loop) {
  Handles handles;
  uv_walk(loop, noteIfReferenced, &handles);
  std::sort(handles.begin(), handles.end());
  return handles;
}

uv_loop_t* loopOf(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok)
    throw OsError("napi_get_uv_event_loop", uv::kEINVAL);
  return loop;
}

bool call(const Napi::Object& wrap, const char* method) {
  return wrap.Get(method).As<Napi::Function>().Call(wrap, {}).ToBoolean();
}

// Node-API does not tell which handle a wrap has: it is the one that its ref() and unref() change.
uv_handle_t* handleBehind(const Napi::Object& wrap) {
  uv_loop_t* loop = loopOf(wrap.Env());
  const bool referenced = call(wrap, "hasRef");
  const Handles before = referencedIn(loop);
  (void)call(wrap, referenced ? "unref" : "ref");
  const Handles after = referencedIn(loop);
  (void)call(wrap, referenced ? "ref" : "unref");
  Handles changed;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(changed));
  return changed.size() == 1 ? changed.front() : nullptr;
}

}  // namespace

UniqueHandle handleOfStream(const Napi::Object& wrap) {
  const uv_handle_t* handle = handleBehind(wrap);
  const bool passes =
      handle != nullptr && (handle->type == UV_NAMED_PIPE || handle->type == UV_TTY);
  HANDLE original = nullptr;
  if (!passes || uv_fileno(handle, &original) != 0) throw OsError("uv_fileno", uv::kENOTSUP);
  HANDLE copy = nullptr;
  if (DuplicateHandle(GetCurrentProcess(), original, GetCurrentProcess(), &copy, 0, FALSE,
                      DUPLICATE_SAME_ACCESS) == 0)
    throw OsError("DuplicateHandle", uvNumberOf(GetLastError()));
  return UniqueHandle(copy);
}

}  // namespace holdfast
