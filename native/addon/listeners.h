// Calling JavaScript from the event loop, where no call of JavaScript is under way.
#pragma once

#include <napi.h>

#include <functional>
#include <vector>

namespace holdfast {

// libuv takes no exception. One is thrown where JavaScript runs no more: in a Worker that is being
// stopped, and whose teardown follows.
void fromEventLoop(const std::function<void()>& work);

// A method of the object, if it has one. An error of it is an uncaught exception, as in an event
// emitter.
void callListener(const Napi::Object& object, napi_async_context context, const char* listener,
                  const std::vector<napi_value>& arguments);

}  // namespace holdfast
