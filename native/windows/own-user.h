// This user alone: who may open what is made with these attributes.
#pragma once

#include <windows.h>

#include <cstddef>
#include <vector>

namespace holdfast {

class OnlyOwnUser {
 public:
  // Throws OsError.
  OnlyOwnUser();
  OnlyOwnUser(const OnlyOwnUser&) = delete;
  OnlyOwnUser& operator=(const OnlyOwnUser&) = delete;

  SECURITY_ATTRIBUTES* attributes() { return &attributes_; }

 private:
  std::vector<std::byte> user_;  // TOKEN_USER
  std::vector<std::byte> list_;  // ACL
  SECURITY_DESCRIPTOR descriptor_{};
  SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace holdfast
