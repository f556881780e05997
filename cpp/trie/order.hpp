// Sorts entries into the order of iteration without building a trie: by the digits of the hash, the
// first digit first; where hashes are equal, by key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "trie.hpp"

namespace hamt {

/// The key of sorting, and which entry of the list has it.
struct ordered_entry {
  std::uint64_t order;  ///< digits::order of its key's hash
  std::uint32_t index;  ///< which entry it is
};

/// The digit of an order at `shift`, as digits::at gives it for the hash.
template <unsigned B>
unsigned digit_of_order(std::uint64_t order, unsigned shift) noexcept {
  const unsigned width = shift + B <= 64 ? B : 64 - shift;
  const unsigned below = 64 - shift - width;
  return static_cast<unsigned>(order >> below) & ((1u << width) - 1);
}

namespace detail {

/// Sorts a bucket of many: a heap sort, which no choice of keys makes slow.
template <class Less>
[[gnu::cold, gnu::noinline]] void sort_large_bucket(ordered_entry* begin, ordered_entry* end,
                                                    const Less& less) {
  std::make_heap(begin, end, less);
  std::sort_heap(begin, end, less);
}

/// Sorts by order, key, index. Buckets hold a few entries unless keys were chosen to collide.
template <class Less>
void sort_bucket(ordered_entry* begin, ordered_entry* end, const Less& less) {
  if (end - begin > 32) return sort_large_bucket(begin, end, less);
  for (ordered_entry* p = begin; p < end; ++p) {
    const ordered_entry moved = *p;
    ordered_entry* hole = p;
    for (; hole != begin && less(moved, hole[-1]); --hole) *hole = hole[-1];
    *hole = moved;
  }
}

}  // namespace detail

/// The entries of a list in the order of iteration; of those with equal keys only the last one's.
/// O(n) expected: one counting pass by the top bits of the order leaves buckets of a few entries.
/// Allocates 24 bytes an entry, of which 16 are the result, and 4 a bucket, at most 256 KiB.
template <class V, class P>
std::vector<ordered_entry> in_order(
    std::span<const std::pair<std::string_view, typename value_traits<V>::argument>> entries) {
  const std::size_t n = entries.size();
  const auto key = [entries](std::size_t i) { return entries[i].first; };
  using digit = digits<P::bits>;
  unsigned top = 0;
  while (top < 16 && (std::size_t{2} << top) < n) ++top;
  const auto bucket = [top](std::uint64_t order) {
    return static_cast<std::size_t>(top == 0 ? 0 : order >> (64 - top));
  };
  std::vector<std::uint64_t> orders(n);
  std::vector<std::uint32_t> starts((std::size_t{1} << top) + 1);
  for (std::size_t i = 0; i < n; ++i) {
    orders[i] = digit::order(trie<V, P>::hash(key(i)));
    ++starts[bucket(orders[i]) + 1];
  }
  for (std::size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
  std::vector<ordered_entry> sorted(n);
  for (std::size_t i = 0; i < n; ++i)
    sorted[starts[bucket(orders[i])]++] = {orders[i], static_cast<std::uint32_t>(i)};
  // Each start has moved to its bucket's end.
  const auto less = [key](const ordered_entry& x, const ordered_entry& y) {
    if (x.order != y.order) return x.order < y.order;
    const int c = key(x.index).compare(key(y.index));
    return c != 0 ? c < 0 : x.index < y.index;
  };
  std::size_t begin = 0, out = 0;
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
    const std::size_t end = starts[b];
    detail::sort_bucket(sorted.data() + begin, sorted.data() + end, less);
    for (std::size_t i = begin; i < end; ++i) {
      const bool last = i + 1 == end || sorted[i].order != sorted[i + 1].order ||
                        key(sorted[i].index) != key(sorted[i + 1].index);
      if (last) sorted[out++] = sorted[i];
    }
    begin = end;
  }
  sorted.resize(out);
  return sorted;
}

}  // namespace hamt
