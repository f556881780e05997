// The digest of a list of entries, and of a version of a snapshot, without building a map.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../snapshot/read.hpp"
#include "../trie/order.hpp"
#include "../trie/policy.hpp"
#include "messages.hpp"

namespace hamt {

namespace digest_detail {

using key_and_value = std::pair<std::string_view, std::string_view>;

/// Writes the brief of a string of more than 64 bytes over its beginning. One hash for each 136
/// bytes of these.
inline void shorten(char* string, std::size_t size) noexcept {
  if (size <= brief::longest_inline) return;
  std::memcpy(string, brief({string, size}).view().data(), brief::hashed_size);
}

/// The digest of an entry whose value was shortened.
[[gnu::noinline]] inline digest32 listed_digest(const key_and_value& e) noexcept {
  const auto [key, value] = e;
  if (value.size() <= brief::longest_inline) return entry_digest(key, value);
  return entry_digest_of_briefs(brief(key).view(), {value.data(), brief::hashed_size});
}

/// The digest of the node at `shift` that would hold these entries: two or more of
/// equal digits before it, or all of the map's. Recursion is as deep as the trie would be, a
/// kilobyte each.
template <class P>
digest32 digest_of_sorted(std::span<const key_and_value> entries,
                          std::span<const ordered_entry> sorted, unsigned shift) noexcept {
  static_assert(P::bits == 5, "the digest is defined for 32 slots a node");
  const auto digest_at = [&](std::size_t i) { return listed_digest(entries[sorted[i].index]); };
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

/// The digest of the map with these entries, in any order; of equal keys the last counts. Their
/// values are shortened (`digest_detail::shorten`): one that many entries have is hashed once.
/// Makes no map: two hashes an entry, and 24 bytes an entry for sorting. Throws std::bad_alloc.
template <class P = local_policy>
digest32 digest_of_entries(std::span<const digest_detail::key_and_value> entries) {
  const std::vector<ordered_entry> sorted = in_order<bytes, P>(entries);
  if (sorted.empty()) return empty_map_digest();
  return map_digest(sorted.size(), digest_detail::digest_of_sorted<P>(entries, sorted, 0));
}

/// The digest of version `listed` of a snapshot, without making a map. Linear in the file's length:
/// a long value is hashed once, however many entries have it. Throws what `with_entries` throws.
template <class P = local_policy>
digest32 digest_of_version(std::string_view file, std::size_t listed) {
  return snapshot::with_entries(file, listed, [](auto entries, snapshot::arena& values) {
    std::size_t at = 0;
    for (const std::size_t end : values.ends()) {
      digest_detail::shorten(values.data() + at, end - at);
      at = end;
    }
    return digest_of_entries<P>(entries);
  });
}

}  // namespace hamt
