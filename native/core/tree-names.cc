#include "core/tree-names.h"

namespace holdfast {

namespace {

template <typename Accept>
bool allOf(std::string_view text, Accept accept) {
  for (char c : text)
    if (!accept(c)) return false;
  return true;
}

bool isLowerAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

bool isLabelChar(char c) {
  return isLowerAlnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

constexpr std::string_view kRecord = ".tree";
constexpr std::string_view kTemporary = ".new";
constexpr std::string_view kSocket = ".sock";

std::string joined(std::string_view before, std::string_view treeId, std::string_view after) {
  return std::string(before).append(treeId).append(after);
}

// The tree id between two texts.
std::string_view treeBetween(std::string_view before, std::string_view name,
                             std::string_view after) {
  if (name.size() < before.size() + after.size()) return {};
  if (name.substr(0, before.size()) != before) return {};
  if (name.substr(name.size() - after.size()) != after) return {};
  const std::string_view id =
      name.substr(before.size(), name.size() - before.size() - after.size());
  return isTreeId(id) ? id : std::string_view{};
}

}  // namespace

bool isTreeId(std::string_view text) {
  return text.size() >= 16 && text.size() <= 32 && allOf(text, isLowerAlnum);
}

bool isMark(std::string_view text) {
  if (text.size() > 1024) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!isTreeId(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool isLabel(std::string_view text) {
  return !text.empty() && text.size() <= 64 && allOf(text, isLabelChar);
}

std::string recordNameOf(std::string_view treeId) { return joined("", treeId, kRecord); }
std::string temporaryNameOf(std::string_view treeId) { return joined(".", treeId, kTemporary); }
std::string socketNameOf(std::string_view treeId) { return joined("", treeId, kSocket); }
std::string cgroupNameOf(std::string_view treeId) { return joined("holdfast-", treeId, ""); }

bool endsAsRecord(std::string_view name) {
  return name.size() > kRecord.size() && name.substr(name.size() - kRecord.size()) == kRecord;
}

std::string_view treeOfRecord(std::string_view name) { return treeBetween("", name, kRecord); }
std::string_view treeOfTemporary(std::string_view name) {
  return treeBetween(".", name, kTemporary);
}
std::string_view treeOfSocket(std::string_view name) { return treeBetween("", name, kSocket); }

std::string_view treeOfCgroup(std::string_view name) { return treeBetween("holdfast-", name, {}); }

}  // namespace holdfast
