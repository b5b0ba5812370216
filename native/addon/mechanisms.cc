#include "addon/mechanisms.h"

#include "addon/arguments.h"

namespace holdfast {

namespace {

Napi::Array namesOf(Napi::Env env, const std::vector<Mechanism>& mechanisms) {
  std::vector<std::string> names;
  for (Mechanism mechanism : mechanisms) names.emplace_back(nameOf(mechanism));
  return toArray(env, names);
}

}  // namespace

void defineMechanisms(Napi::Env env, Napi::Object exports, const MechanismOffer& offer) {
  const auto answer = [&offer](const Napi::CallbackInfo& info) {
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("all", namesOf(info.Env(), offer.all));
    object.Set("auto", namesOf(info.Env(), offer.automatic));
    object.Set("strict", namesOf(info.Env(), {offer.strict}));
    return object;
  };
  exports.Set("offeredMechanisms", Napi::Function::New(env, answer, "offeredMechanisms"));
}

}  // namespace holdfast
