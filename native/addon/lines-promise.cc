#include "addon/lines-promise.h"

#include <memory>
#include <optional>
#include <utility>

#include "addon/arguments.h"
#include "addon/errors.h"

namespace holdfast {

namespace {

using Lines = std::vector<std::string>;

// Frees itself once the promise is settled.
class LinesWorker : public Napi::AsyncWorker {
 public:
  LinesWorker(Napi::Env env, std::function<Lines()> work)
      : Napi::AsyncWorker(env), deferred_(env), work_(std::move(work)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {
    try {
      lines_ = work_();
    } catch (const OsError& error) {
      failure_ = error;
    }
  }

  void OnOK() override {
    if (failure_) return deferred_.Reject(nodeError(Env(), *failure_).Value());
    deferred_.Resolve(toArray(Env(), lines_));
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  std::function<Lines()> work_;
  Lines lines_;
  std::optional<OsError> failure_;
};

}  // namespace

Napi::Value promiseOfLines(Napi::Env env, std::function<Lines()> work) {
  auto worker = std::make_unique<LinesWorker>(env, std::move(work));
  const Napi::Promise promise = worker->promise();
  worker.release()->Queue();
  return promise;
}

}  // namespace holdfast
