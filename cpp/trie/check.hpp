// The invariants of a map, each stated in words and checked; for tests and fuzz targets.
//
// A map without a violation is canonical: any history that led to the same entries led to the same
// nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "map.hpp"

namespace hamt {

namespace detail {

template <class V, class P>
class checker {
  using node_type = node<V, P>;
  using view = slot_view<V, P>;
  using format = cell_format<V, P>;
  using digit = digits<P::bits>;

 public:
  /// The first violation at or below the root, or nothing.
  static std::string root(const node_type* n) {
    if (n == nullptr) return {};
    if (n->size() == 0) return "the map is empty but has a root";
    return below(n, 0, 0);
  }

 private:
  /// `path` holds the digits that led here, in the low `shift` bits.
  static std::string below(const node_type* n, unsigned shift, std::uint64_t path) {
    std::string bad = shape(n, shift);
    if (bad.empty()) bad = n->is_collision() ? collision(n, path) : slots(n, shift, path);
    return bad;
  }

  static std::string shape(const node_type* n, unsigned shift) {
    if (n->count() == 0) return at(shift) + "a reachable node has a count of zero";
    if (shift != 0 && n->size() < 2) return at(shift) + "fewer than two entries below the root";
    if (n->is_collision() != (shift >= digit::end_shift))
      return at(shift) + (n->is_collision() ? "a collision node above the last digit"
                                            : "a node with slots below the last digit");
    if ((n->entry_map() & n->child_map()) != 0)
      return at(shift) + "a slot holds both an entry and a child";
    if constexpr (digit::width < 32)
      if (((n->entry_map() | n->child_map()) >> digit::width) != 0)
        return at(shift) + "a slot beyond the node's width";
    if (n->capacity() != P::memory::capacity(n->capacity()))
      return at(shift) + "the block's size is not one that the memory gives out";
    return {};
  }

  static std::string collision(const node_type* n, std::uint64_t path) {
    const unsigned shift = digit::end_shift;
    if (n->entry_map() != 0 || n->child_map() != 0)
      return at(shift) + "a collision node with slots";
    if (n->used_bytes() > n->capacity()) return at(shift) + "a collision node beyond its block";
    for (unsigned i = 0; i < n->size(); ++i) {
      const auto* b = n->boxes()[i];
      if (b->count() == 0) return at(shift) + "a reachable box has a count of zero";
      if (trie<V, P>::hash(b->key()) != path)
        return at(shift) + "a colliding key whose hash is not its node's path";
      if (i != 0 && !(n->boxes()[i - 1]->key() < b->key()))
        return at(shift) + "colliding keys not strictly ascending";
    }
    return {};
  }

  static std::string slots(const node_type* n, unsigned shift, std::uint64_t path) {
    std::size_t end = 0;
    bool boxes = false;
    for (unsigned i = 0; i < n->entry_count(); ++i) {
      const std::size_t begin = end;
      end = n->cell_end(i);
      if (end <= begin) return at(shift) + "the ends of the cells do not ascend";
    }
    if (n->used_bytes() > n->capacity()) return at(shift) + "cells beyond the end of the block";

    std::uint64_t sum = 0;
    for (unsigned slot = 0; slot < digit::width; ++slot) {
      const std::uint64_t here = path | std::uint64_t{slot} << shift;
      const view v = n->at(slot);
      if (v.is_entry()) {
        boxes |= v.boxed != nullptr;
        if (std::string bad = entry_in(v, slot, shift, path); !bad.empty()) return bad;
        ++sum;
      } else if (v.child != nullptr) {
        if (here >> shift != slot) return at(shift) + "a digit that no hash can have";
        if (std::string bad = below(v.child, shift + P::bits, here); !bad.empty()) return bad;
        sum += v.child->size();
      }
    }
    if (boxes && !n->may_hold_boxes()) return at(shift) + "a box in a node not marked to hold any";
    if (sum != n->size()) return at(shift) + "the size is not the sum of what is beneath";
    return {};
  }

  static std::string entry_in(const view& v, unsigned slot, unsigned shift, std::uint64_t path) {
    const std::uint64_t hash = trie<V, P>::hash(v.key());
    const std::uint64_t above = (std::uint64_t{1} << shift) - 1;
    if ((hash & above) != path) return at(shift) + "an entry off the path of its hash";
    if (digit::at(hash, shift) != slot)
      return at(shift) + "an entry in another slot than its hash's";
    if (v.boxed != nullptr) {
      if (v.boxed->count() == 0) return at(shift) + "a reachable box has a count of zero";
      if (v.cell_size != format::boxed_size) return at(shift) + "a boxed cell of a wrong size";
      if (format::packs(v.key(), v.value()))
        return at(shift) + "an entry in a box that is small enough to be packed";
    } else {
      if (v.cell_size < format::prefix + v.key().size())
        return at(shift) + "a packed cell that ends within its key";
      if (!format::packs(v.key(), v.value()))
        return at(shift) + "a packed entry that belongs in a box";
    }
    return {};
  }

  static std::string at(unsigned shift) {
    return "level " + std::to_string(shift / P::bits) + ": ";
  }
};

}  // namespace detail

/// The first invariant that the map violates, in words; empty when all hold. O(n): visits every
/// entry and hashes every key. Reads nothing but the map, and trusts it to be at least readable.
template <class V, class P>
[[nodiscard]] std::string violated(const map<V, P>& m) {
  return detail::checker<V, P>::root(m.root());
}

}  // namespace hamt
