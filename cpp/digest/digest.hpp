// The digest of a map: 32 bytes that are equal exactly when the contents are equal. DIGEST.md says
// what is hashed.
#pragma once

#include <array>
#include <cstdint>

#include "../trie/map.hpp"
#include "messages.hpp"

namespace hamt {

/// The digest of a node and all beneath it, from its cache or computed and then cached in it and in
/// every node beneath. About two hashes for each entry that no cached node covers; each cached node
/// takes 32 bytes more. When there is no memory for a cache the result is the same and the next
/// call computes it again. Recursion is as deep as the trie: 14 nodes at most.
template <class P>
digest32 subtree_digest(const node<typename P::byte_value, P>* n) noexcept(
    bytes_always_known<typename P::byte_value>) {
  static_assert(P::bits == 5, "the digest is defined for 32 slots a node");
  if (const digest32* cached = n->cached_digest()) return *cached;
  digest32 digest;
  if (n->is_collision()) {
    collision_tree tree;
    for (std::uint32_t i = 0; i < n->size(); ++i) {
      const auto entry = n->entry(i);
      tree.add(entry_digest(entry.key, bytes_of(entry.value)));
    }
    digest = tree.finish();
  } else {
    std::array<digest32, 32> slots;
    unsigned i = 0;
    for (std::uint32_t rest = n->entry_map(); rest != 0; rest &= rest - 1) {
      const auto entry = n->entry(i++);
      slots[lowest(rest)] = entry_digest(entry.key, bytes_of(entry.value));
    }
    i = 0;
    for (std::uint32_t rest = n->child_map(); rest != 0; rest &= rest - 1)
      slots[lowest(rest)] = subtree_digest(n->child(i++));
    digest = node_digest(n->entry_map(), n->child_map(), slots);
  }
  n->cache_digest(digest);
  return digest;
}

/// The digest of a map's contents. O(entries) the first time, O(1) again, and O(changes) for a
/// version that shares the rest with one whose digest is known (a changed path costs about 100
/// hashes).
template <class P>
digest32 digest_of(const byte_map<P>& m) noexcept(bytes_always_known<typename P::byte_value>) {
  return m.empty() ? empty_map_digest() : map_digest(m.size(), subtree_digest(m.root()));
}

/// Whether the digest of `m` is there already, so that digest_of() costs one hash.
template <class P>
bool digest_is_known(const byte_map<P>& m) noexcept {
  return m.empty() || m.root()->cached_digest() != nullptr;
}

}  // namespace hamt
