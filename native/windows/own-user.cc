#include "windows/own-user.h"

#include "windows/unique-handle.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

std::vector<std::byte> ownTokenUser() {
  HANDLE opened = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &opened) == 0)
    throw lastError("OpenProcessToken");
  const UniqueHandle token(opened);
  DWORD size = 0;
  (void)GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);  // tells the size
  std::vector<std::byte> user(size);
  if (GetTokenInformation(token.get(), TokenUser, user.data(), size, &size) == 0)
    throw lastError("GetTokenInformation");
  return user;
}

}  // namespace

OnlyOwnUser::OnlyOwnUser() : user_(ownTokenUser()) {
  const PSID sid = reinterpret_cast<const TOKEN_USER*>(user_.data())->User.Sid;
  list_.resize(sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) + GetLengthSid(sid));
  auto* list = reinterpret_cast<ACL*>(list_.data());
  constexpr DWORD kInherited = OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE;
  if (InitializeAcl(list, static_cast<DWORD>(list_.size()), ACL_REVISION) == 0 ||
      AddAccessAllowedAceEx(list, ACL_REVISION, kInherited, GENERIC_ALL, sid) == 0 ||
      InitializeSecurityDescriptor(&descriptor_, SECURITY_DESCRIPTOR_REVISION) == 0 ||
      SetSecurityDescriptorDacl(&descriptor_, TRUE, list, FALSE) == 0)
    throw lastError("SetSecurityDescriptorDacl");
  attributes_ = {sizeof attributes_, &descriptor_, FALSE};
}

}  // namespace holdfast
