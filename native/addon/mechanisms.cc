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
  Napi::Object object = Napi::Object::New(env);
  object.Set("all", namesOf(env, offer.all));
  object.Set("auto", namesOf(env, offer.automatic));
  object.Set("strict", namesOf(env, {offer.strict}));
  exports.Set("mechanisms", object);
}

}  // namespace holdfast
