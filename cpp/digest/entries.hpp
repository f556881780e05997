// The digest of a list of entries, as a snapshot holds them, without building a map.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "digest/messages.hpp"
#include "trie/order.hpp"
#include "trie/policy.hpp"

namespace hamt {

namespace digest_detail {

using entry = std::pair<std::string_view, std::string_view>;

/// The digest of the node at `shift` that would hold these entries: two or more of
/// equal digits before it, or all of the map's. Recursion is as deep as the trie would be, a
/// kilobyte each.
template <class P>
digest32 digest_of_sorted(std::span<const entry> entries, std::span<const ordered_entry> sorted,
                          unsigned shift) noexcept {
  static_assert(P::bits == 5, "the digest is defined for 32 slots a node");
  const auto digest_at = [&](std::size_t i) {
    const entry& e = entries[sorted[i].index];
    return entry_digest(e.first, e.second);
  };
  if (shift >= digits<P::bits>::end_shift) {
    collision_tree tree;
    for (std::size_t i = 0; i < sorted.size(); ++i) tree.add(digest_at(i));
    return tree.finish();
  }
  std::array<digest32, 32> slots;
  std::uint32_t entry_map = 0, child_map = 0;
  for (std::size_t begin = 0, end; begin < sorted.size(); begin = end) {
    const auto slot_at = [&](std::size_t i) {
      return digit_of_order<P::bits>(sorted[i].order, shift);
    };
    const unsigned slot = slot_at(begin);
    for (end = begin + 1; end < sorted.size() && slot_at(end) == slot;) ++end;
    if (end - begin == 1) {
      entry_map |= 1u << slot;
      slots[slot] = digest_at(begin);
    } else {
      child_map |= 1u << slot;
      slots[slot] =
          digest_of_sorted<P>(entries, sorted.subspan(begin, end - begin), shift + P::bits);
    }
  }
  return node_digest(entry_map, child_map, slots);
}

}  // namespace digest_detail

/// The digest of the map with these entries, in any order; of equal keys the last counts. Makes no
/// map: two hashes an entry, and 24 bytes an entry for sorting. Throws std::bad_alloc.
template <class P = local_policy>
digest32 digest_of_entries(std::span<const digest_detail::entry> entries) {
  const std::vector<ordered_entry> sorted = in_order<bytes, P>(entries);
  if (sorted.empty()) return empty_map_digest();
  return map_digest(sorted.size(), digest_detail::digest_of_sorted<P>(entries, sorted, 0));
}

}  // namespace hamt
