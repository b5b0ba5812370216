// The names that a tree goes by: its id, its mark, its label.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

// Tree ids name files and cgroups, so they are hostile until checked: [0-9a-z]{16,32}.
bool isTreeId(std::string_view text);
// A mark is a path of tree ids joined with dots, outermost first.
bool isMark(std::string_view text);
// [A-Za-z0-9._-]{1,64}
bool isLabel(std::string_view text);

// Its files in the directory of records, and its cgroup.
std::string recordNameOf(std::string_view treeId);     // <id>.tree
std::string temporaryNameOf(std::string_view treeId);  // .<id>.new
std::string socketNameOf(std::string_view treeId);     // <id>.sock
std::string cgroupNameOf(std::string_view treeId);     // holdfast-<id>
// Whether a file with this name claims to be a record, of whatever tree.
bool endsAsRecord(std::string_view name);
// The tree that such a name belongs to; empty for any other name.
std::string_view treeOfRecord(std::string_view name);
std::string_view treeOfTemporary(std::string_view name);
std::string_view treeOfSocket(std::string_view name);
std::string_view treeOfCgroup(std::string_view name);

}  // namespace holdfast
