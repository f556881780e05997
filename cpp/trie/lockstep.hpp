// Lockstep traversal of N tries that builds a result; merge, filter and the like are rules for it.
//
// Corresponding slots are visited together:
//
//     side 0   . A . [a] .    decide() is asked first, and may give the result without looking
//     side 1   . A'. [b] c    inside ("the same node on both sides", "absent on the left", ...);
//     result   . ?  . ?  ?    entry() is asked for a single key, present on at least one side
//
// A side that has one entry where another has a child takes part in the child as if it were a node
// with that one entry. The result is assembled bottom up in canonical form; a node that turns out
// to hold just what one side's node holds is that node, so untouched subtrees, and untouched maps,
// are shared.
//
// A rule `F` provides
//     std::optional<slot_item> decide(const views&)  nothing: look inside; not when all are empty
//     slot_item entry(const views&)                  each is empty or an entry, all of one key
// and may throw: nothing leaks, and no map has changed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "trie.hpp"

namespace hamt {

template <class V, class P, unsigned N>
class lockstep {
 public:
  using node_type = node<V, P>;
  using view = slot_view<V, P>;
  using item = slot_item<V, P>;
  using row = slot_row<V, P>;
  using views = std::array<view, N>;

  /// The root of the result, counted for the caller, or null. O(slots that `decide` leaves
  /// open).
  template <class F>
  static node_type* run(const std::array<node_type*, N>& roots, F&& rule) {
    sides s{};
    for (unsigned i = 0; i < N; ++i) s[i].at.child = roots[i];
    item result = descend(s, 0, rule);
    if (!result.is_entry()) return result.take_child();
    row one;
    const unsigned slot = digit::at(trie<V, P>::hash(result.key()), 0);
    one.push(slot, std::move(result));
    return node_type::make(one);
  }

 private:
  using digit = digits<P::bits>;

  using side = hashed_view<V, P>;
  using sides = std::array<side, N>;

  static views views_of(const sides& s) {
    views v;
    for (unsigned i = 0; i < N; ++i) v[i] = s[i].at;
    return v;
  }

  /// Whether no side has a child and all entries have one key.
  static bool one_key(const views& v) {
    const view* first = nullptr;
    for (const view& x : v) {
      if (x.child != nullptr) return false;
      if (!x.is_entry()) continue;
      if (first != nullptr && !first->same(x) && first->key() != x.key()) return false;
      if (first == nullptr) first = &x;
    }
    return true;
  }

  template <class F>
  static item descend(sides& s, unsigned shift, F& rule) {
    const views v = views_of(s);
    if (std::optional<item> decided = rule.decide(v)) return std::move(*decided);
    if (one_key(v)) return rule.entry(v);
    if (shift >= digit::end_shift) return collide(v, rule);

    std::uint32_t mask = 0;
    for (side& x : s) mask |= x.mask(shift);
    row items;
    for (std::uint32_t m = mask; m != 0; m &= m - 1) {
      const unsigned slot = lowest(m);
      sides below;
      for (unsigned i = 0; i < N; ++i) below[i] = s[i].sub(slot, shift);
      item result = descend(below, shift + P::bits, rule);
      if (!result.none()) items.push(slot, std::move(result));
    }
    return assemble(items, v);
  }

  /// The canonical subtree of what the slots hold.
  static item assemble(row& items, const views& v) {
    for (const view& x : v)
      if (x.child != nullptr && holds_all(items, x.child)) return item::keep(x);
    if (items.size() == 0) return {};
    if (items.size() == 1 && items[0].is_entry()) return std::move(items[0]);
    return item::of_child(node_type::make(items));
  }
  static bool holds_all(const row& items, const node_type* n) {
    if ((n->entry_map() | n->child_map()) != items.mask()) return false;
    unsigned i = 0;
    for (std::uint32_t m = items.mask(); m != 0; m &= m - 1, ++i)
      if (!items[i].holds(n->at(lowest(m)))) return false;
    return true;
  }

  /// Below the last digit: sides are collision nodes, or entries with the same hash. Merges them by
  /// key.
  template <class F>
  static item collide(const views& v, F& rule) {
    std::array<unsigned, N> next{};
    const auto head = [&](unsigned i) -> view {
      const view& x = v[i];
      if (x.child != nullptr)
        return next[i] < x.child->size() ? x.child->entry_at(next[i]) : view{};
      return next[i] == 0 ? x : view{};
    };
    std::vector<item> kept;
    for (;;) {
      views heads;
      const view* least = nullptr;
      for (unsigned i = 0; i < N; ++i) {
        heads[i] = head(i);
        if (heads[i].is_entry() && (least == nullptr || heads[i].key() < least->key()))
          least = &heads[i];
      }
      if (least == nullptr) break;
      const std::string_view key = least->key();
      for (unsigned i = 0; i < N; ++i) {
        if (!heads[i].is_entry()) continue;
        if (heads[i].key() == key)
          ++next[i];
        else
          heads[i] = {};
      }
      std::optional<item> decided = rule.decide(heads);
      item r = decided ? std::move(*decided) : rule.entry(heads);
      if (!r.none()) kept.push_back(std::move(r));
    }
    for (const view& x : v) {
      if (x.child == nullptr || x.child->size() != kept.size()) continue;
      bool all = true;
      for (unsigned i = 0; all && i < kept.size(); ++i) all = kept[i].holds(x.child->entry_at(i));
      if (all) return item::keep(x);
    }
    if (kept.empty()) return {};
    if (kept.size() == 1) return std::move(kept[0]);
    for (item& i : kept) i = item::of_box(i.take_box());
    node_type* n = node_type::make_collision(static_cast<std::uint32_t>(kept.size()));
    for (unsigned i = 0; i < kept.size(); ++i) n->mutable_boxes()[i] = kept[i].take_box();
    return item::of_child(n);
  }
};

}  // namespace hamt
