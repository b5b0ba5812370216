// Whether this kernel, or a filter before it, refuses a call: asked by making it, without an
// effect.
#pragma once

namespace holdfast {

// Each 0 or an errno.
int errorOfClone3();
int errorOfCloseRange();

}  // namespace holdfast
