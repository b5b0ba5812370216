#include "windows/mechanisms.h"

namespace holdfast {

const MechanismOffer& offeredMechanisms() {
  static const MechanismOffer offer{{Mechanism::job}, {Mechanism::job}, Mechanism::job};
  return offer;
}

}  // namespace holdfast
