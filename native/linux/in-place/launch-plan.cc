#include "linux/in-place/launch-plan.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <stdexcept>

#include "core/os-error.h"
#include "posix/records/record-directory.h"

namespace holdfast {

namespace {

Launch decode(std::string_view request) {
  try {
    return decodeLaunch(request);
  } catch (const std::invalid_argument& problem) {
    throw OsError(problem.what(), EINVAL);
  }
}

// Plans of which a child may still read: it has to become the guard's program first.
class Unfinished {
 public:
  void add(std::unique_ptr<Plan> plan) {
    const std::lock_guard<std::mutex> lock(mutex_);
    plans_.remove_if([](const auto& earlier) { return earlier->over(); });
    plans_.push_back(std::move(plan));
  }

 private:
  std::mutex mutex_;
  std::list<std::unique_ptr<Plan>> plans_;
};

}  // namespace

Plan::Plan(const GuardStart& start, int end)
    : program(start.guardPath),
      home(start.home),
      homeVariable(holdfast::homeVariable(start.home)),
      passed(start.descriptors),
      guardEnd(end),
      deadlineMs(start.deadlineMs),
      launch(decode(start.request)) {
  const auto& asked = launch.terms.mechanisms;
  const bool namespaces =
      std::find(asked.begin(), asked.end(), Mechanism::pidNamespace) != asked.end();
  if (namespaces) naming = makeInitSocket();
}

// Never destroyed: children may read to the end of the process.
void keepUntilOver(std::unique_ptr<Plan> plan) {
  static Unfinished& plans = *std::make_unique<Unfinished>().release();
  plans.add(std::move(plan));
}

}  // namespace holdfast
