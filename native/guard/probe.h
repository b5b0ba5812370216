// `holdfast-guard probe`: what holds here, each line a probe made now, as JSON.
#pragma once

namespace holdfast {

int runProbe();

}  // namespace holdfast
