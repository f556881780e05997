// Cursors: iteration over a map that can stop, go on, and begin at a position.
//
// Order: by the digits of the hash, first digit first; equal hashes by key. It depends on the keys
// alone, so equal maps iterate alike on every machine, and a position means the same in every map.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trie.hpp"

namespace hamt {

/// A point in the order of iteration: before the entry that has this hash and `before` entries of
/// the same hash before it. The default is before all entries.
struct cursor_position {
  std::uint64_t hash = 0;
  std::uint32_t before = 0;
};

/// Walks the subtree of a node that outlives it. A step is O(1) amortised, without recursion or
/// allocation; the path lies in a fixed array, one frame a level.
template <class V, class P>
class node_cursor {
  using node_type = node<V, P>;
  using trie_type = trie<V, P>;
  using digit = digits<P::bits>;

 public:
  node_cursor() noexcept = default;
  /// At the first entry.
  explicit node_cursor(const node_type* root) noexcept {
    if (root == nullptr) return;
    enter(root);
    next();
  }
  /// At the first entry that is not before a position, wherever that comes from. O(depth), and one
  /// hash.
  node_cursor(const node_type* root, const cursor_position& from) noexcept {
    if (root == nullptr) return;
    seek(root, from);
    next();
  }

  /// Whether there is an entry here; false at the end.
  explicit operator bool() const noexcept { return !path_.empty(); }
  std::string_view key() const noexcept { return at_.key(); }
  typename value_traits<V>::view value() const noexcept { return at_.value(); }
  /// Where this entry is: a cursor that begins there, in any map that holds the entry, is at it.
  /// One hash. Not at the end.
  cursor_position position() const noexcept {
    return {trie_type::hash(key()), run_.end == nullptr ? run_.begin - 1 : 0};
  }

  void next() noexcept {
    while (run_.left == 0)
      if (!next_run()) return;
    --run_.left;
    if (run_.end == nullptr) {
      at_ = path_.back().at->entry_at(run_.begin++);
      return;
    }
    const std::byte* const cell = run_.cells + run_.begin;
    const std::uint32_t size = *run_.end - run_.begin;
    run_.begin = *run_.end++;
    at_ = slot_view<V, P>::of_cell(cell, size);
  }

 private:
  struct frame {
    const node_type* at;
    std::uint32_t rest;  // slots not yet visited, those of the current run excluded
    std::uint8_t child;  // index of the next child
  };
  /// Entries of the last node of the path that follow one another without a child between them:
  /// their cells, or boxes of a collision node, for which `end` is null and `begin` an index.
  struct run {
    const std::uint16_t* end = nullptr;  // where the next cell ends
    const std::byte* cells = nullptr;
    std::uint32_t begin = 0;  // where it begins
    std::uint32_t left = 0;
  };

  static constexpr unsigned ahead = 4;

  void push(const node_type* n, std::uint32_t rest) noexcept { path_.push({n, rest, 0}); }
  void enter(const node_type* n) noexcept {
    const unsigned children = n->child_count();
    for (unsigned i = 0; i < ahead && i < children; ++i) n->child(i)->prefetch_cells();
    if (n->is_collision()) {
      push(n, 0);
      run_ = {nullptr, nullptr, 0, n->size()};
      return;
    }
    push(n, n->entry_map() | n->child_map());
    run_ = {n->cell_ends(), n->cells(), 0, 0};
    take_run(path_.back(), 0);
  }

  /// Makes the entries before the node's next child the run; `index` is the first one's.
  void take_run(frame& f, unsigned index) noexcept {
    const std::uint32_t children = f.rest & f.at->child_map();
    const std::uint32_t before =
        children == 0 ? ~std::uint32_t{0} : (children & (~children + 1)) - 1;
    run_.end = f.at->cell_ends() + index;
    run_.cells = f.at->cells();
    run_.begin = index == 0 ? 0 : run_.end[-1];
    run_.left = popcount(f.rest & before);
    f.rest &= ~before;
  }

  /// Goes on to where the next run begins, which may be empty; false at the end.
  bool next_run() noexcept {
    if (path_.empty()) return false;
    frame& f = path_.back();
    if (f.rest != 0) {  // its lowest slot holds a child
      f.rest &= f.rest - 1;
      // Siblings lie far apart: they are asked for a few ahead of their turn.
      if (f.child + ahead < f.at->child_count()) f.at->child(f.child + ahead)->prefetch_cells();
      enter(f.at->child(f.child++));
      return true;
    }
    path_.pop();
    if (path_.empty()) return false;
    frame& parent = path_.back();
    if (parent.rest != 0) resume(parent);
    return true;
  }
  /// Back in a node: the entries between two children.
  void resume(frame& f) noexcept {
    const std::uint32_t visited = (f.rest & (~f.rest + 1)) - 1;  // slots below
    take_run(f, popcount(f.at->entry_map() & visited));
  }

  void seek(const node_type* n, const cursor_position& from) noexcept {
    for (unsigned shift = 0;; shift += P::bits) {
      if (n->is_collision()) {
        const std::uint32_t skip = from.before < n->size() ? from.before : n->size();
        push(n, 0);
        run_ = {nullptr, nullptr, skip, n->size() - skip};
        return;
      }
      const unsigned slot = digit::at(from.hash, shift);
      const std::uint32_t bit = std::uint32_t{1} << slot;
      push(n, (n->entry_map() | n->child_map()) & ~(bit - 1));
      frame& f = path_.back();
      f.child = static_cast<std::uint8_t>(popcount(n->child_map() & (bit - 1)));
      if (n->child_map() & bit) {
        f.rest ^= bit;
        n = n->child(f.child++);
        continue;
      }
      unsigned index = popcount(n->entry_map() & (bit - 1));
      if (n->entry_map() & bit) {
        const std::uint64_t here = trie_type::hash(n->cell_at(index).key());
        const bool passed =
            here == from.hash ? from.before != 0 : digit::order(here) < digit::order(from.hash);
        if (passed) {
          f.rest ^= bit;
          ++index;
        }
      }
      take_run(f, index);
      return;
    }
  }

  path<frame, P> path_;
  run run_;
  slot_view<V, P> at_{};
};

}  // namespace hamt
