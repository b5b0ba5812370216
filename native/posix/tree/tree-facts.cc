#include "posix/tree/tree-facts.h"

namespace holdfast {

namespace {

// Each takes one kind of fact. The others are for somebody else.
struct Taker {
  TreeFacts& tree;

  bool operator()(const fact::Tree& f) const { return set(tree.treeId, f.id); }
  bool operator()(const fact::Mark& f) const { return set(tree.mark, f.mark); }
  bool operator()(const fact::Guard& f) const { return set(tree.guard, f.guard); }
  bool operator()(const fact::Held& f) const { return set(tree.mechanism, f.mechanism); }
  bool operator()(const fact::InCgroup& f) const { return set(tree.cgroup, f.path); }
  bool operator()(const fact::Recorded& f) const { return set(tree.record, f.path); }
  bool operator()(const fact::Started& f) const { return set(tree.root, f.root); }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }

 private:
  template <typename Value, typename Told>
  static bool set(Value& value, const Told& told) {
    value = told;
    return true;
  }
};

}  // namespace

bool TreeFacts::take(const Fact& fact) { return std::visit(Taker{*this}, fact); }

bool TreeFacts::take(std::string_view line) {
  const std::optional<Fact> fact = readFact(line);
  return fact && take(*fact);
}

}  // namespace holdfast
