#include "addon/listeners.h"

namespace holdfast {

void fromEventLoop(const std::function<void()>& work) {
  try {
    work();
  } catch (const Napi::Error&) {
    return;
  }
}

void callListener(const Napi::Object& object, napi_async_context context, const char* listener,
                  const std::vector<napi_value>& arguments) {
  const Napi::Env env = object.Env();
  const Napi::Value function = object.Get(listener);
  if (!function.IsFunction()) return;
  napi_value result = nullptr;
  const napi_status status = napi_make_callback(env, context, object, function, arguments.size(),
                                                arguments.data(), &result);
  napi_value thrown = nullptr;
  if (status != napi_pending_exception ||
      napi_get_and_clear_last_exception(env, &thrown) != napi_ok)
    return;
  (void)napi_fatal_exception(env, thrown);  // a stopped Worker takes none
}

}  // namespace holdfast
