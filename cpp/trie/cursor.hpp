// Iteration: a place in a map that can stop and go on.
//
// Order: by the digits of the hash, first digit first; equal hashes by key. It depends on the keys
// alone, so equal maps iterate alike on every machine.
#pragma once

#include <cstdint>

#include "trie/trie.hpp"

namespace hamt {

/// Walks the subtree of a node that outlives it. A step is O(1) amortised, without recursion or
/// allocation; the path lies in a fixed array, one frame a level.
template <class V, class P>
class node_cursor {
  using node_type = node<V, P>;

 public:
  node_cursor() noexcept = default;
  explicit node_cursor(const node_type* root) noexcept {
    if (root == nullptr) return;
    enter(root);
    next();
  }

  /// Whether there is an entry here; false at the end.
  explicit operator bool() const noexcept { return depth_ != 0; }
  std::string_view key() const noexcept { return at_.key(); }
  typename value_traits<V>::view value() const noexcept { return at_.value(); }

  void next() noexcept {
    while (depth_ != 0) {
      frame& f = path_[depth_ - 1];
      if (f.rest == 0) {
        --depth_;
        continue;
      }
      if (f.at->is_collision()) {
        at_ = f.at->entry_at(f.at->size() - f.rest--);
        return;
      }
      const std::uint32_t bit = f.rest & (~f.rest + 1);
      f.rest ^= bit;
      if (f.at->entry_map() & bit) {
        at_ = f.at->cell_at(f.entry++);
        return;
      }
      // Siblings lie far apart: they are asked for a few ahead of their turn.
      if (f.child + ahead < f.at->child_count()) f.at->child(f.child + ahead)->prefetch_cells();
      enter(f.at->child(f.child++));
    }
  }

 private:
  struct frame {
    const node_type* at;
    std::uint32_t rest;  // slots not yet visited; in a collision node, how many boxes are left
    std::uint8_t entry, child;
  };

  static constexpr unsigned ahead = 4;

  void enter(const node_type* n) noexcept {
    const unsigned children = n->child_count();
    for (unsigned i = 0; i < ahead && i < children; ++i) n->child(i)->prefetch_cells();
    path_[depth_++] = {n, n->is_collision() ? n->size() : n->entry_map() | n->child_map(), 0, 0};
  }

  frame path_[trie<V, P>::max_depth];
  unsigned depth_ = 0;
  slot_view<V, P> at_;
};

}  // namespace hamt
