// A program that runs with more rights than whoever started it has to distrust everything that he
// gave it. This one does not claim to, so it refuses to run so. Each system folder defines this.
#pragma once

namespace holdfast {

// Whether the program came with rights that its caller has not: a set-user-ID or set-group-ID bit,
// file capabilities, a security module. Whom root has started has gained nothing.
bool isElevated();

}  // namespace holdfast
