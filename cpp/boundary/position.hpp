// Resumable iteration; a position is (hash, index among equal hashes).
//
// A position is the hash of the last entry that was handed out and, where several entries share
// that hash, how many of them were. The shape of a map is a function of its contents, so a position
// means the same in every copy of a map, however it was made; the caller keeps three numbers and no
// iterator has to be freed. In a map of other contents it means: behind this hash.
#pragma once

#include <cstdint>
#include <string_view>

#include "trie/map.hpp"

namespace hamt::boundary {

struct position {
  std::uint64_t hash = 0;
  std::uint32_t same = 0;  ///< entries of just this hash that were handed out; 0: at the beginning
};

/// Walks the entries after `from` in the map's order and moves `from` along, as long as `visit(key,
/// value)` says true. An entry for which it says false is not handed out yet. False when the end
/// was reached. O(depth) to begin, then O(1) an entry; does not allocate.
template <class V, class P, class F>
bool walk_on(const map<V, P>& m, position& from, F&& visit) {
  using node_type = node<V, P>;
  using trie_type = trie<V, P>;
  using digit = typename trie_type::digit;
  struct frame {
    const node_type* at;
    std::uint32_t rest;  // slots not yet visited; in a collision node, how many entries are left
  } path[trie_type::max_depth];
  unsigned depth = 0;
  const auto enter = [&](const node_type* n) {
    path[depth++] = {n, n->is_collision() ? n->size() : n->entry_map() | n->child_map()};
  };
  const auto has_child = [](const node_type* n, unsigned slot) {
    return (n->child_map() >> slot & 1) != 0;
  };
  const auto child = [](const node_type* n, unsigned slot) {
    return n->child(popcount(n->child_map() & ((1u << slot) - 1)));
  };

  if (m.root() == nullptr) return false;
  enter(m.root());
  if (from.same != 0) {
    unsigned shift = 0;
    for (;; shift += P::bits) {
      frame& f = path[depth - 1];
      if (f.at->is_collision()) {
        f.rest -= from.same < f.rest ? from.same : f.rest;
        break;
      }
      const unsigned slot = digit::at(from.hash, shift);
      f.rest &= slot == 31 ? 0 : ~std::uint32_t{0} << (slot + 1);
      if (!has_child(f.at, slot)) break;
      enter(child(f.at, slot));
    }
  }

  std::string_view last;
  std::uint32_t same = from.same;
  bool more = false;
  while (depth != 0) {
    frame& f = path[depth - 1];
    if (f.rest == 0) {
      --depth;
      continue;
    }
    if (f.at->is_collision()) {
      const unsigned i = f.at->size() - f.rest;
      const auto e = f.at->entry(i);
      if (!visit(e.key, e.value)) {
        more = true;
        break;
      }
      last = e.key;
      same = i + 1;
      --f.rest;
      continue;
    }
    const unsigned slot = lowest(f.rest);
    if (has_child(f.at, slot)) {
      f.rest &= f.rest - 1;
      enter(child(f.at, slot));
      continue;
    }
    const auto e = f.at->entry(popcount(f.at->entry_map() & ((1u << slot) - 1)));
    if (!visit(e.key, e.value)) {
      more = true;
      break;
    }
    last = e.key;
    same = 1;
    f.rest &= f.rest - 1;
  }
  if (last.data() != nullptr) from = {trie_type::hash(last), same};
  return more;
}

}  // namespace hamt::boundary
