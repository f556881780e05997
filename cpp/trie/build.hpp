// Building a map from many entries at once: sorted by hash, every node is made once, in its final
// size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "trie/map.hpp"

namespace hamt {

namespace detail {

template <class V, class P>
class builder {
  using trie_type = trie<V, P>;
  using node_type = node<V, P>;
  using item = slot_item<V, P>;
  using format = cell_format<V, P>;
  using digit = digits<P::bits>;
  using argument = typename value_traits<V>::argument;

 public:
  using entry = std::pair<std::string_view, argument>;

  explicit builder(std::span<const entry> entries) : entries_(entries) {}

  node_type* run() {
    sort();
    return sorted_.empty() ? nullptr : make(0, sorted_.size(), 0);
  }

 private:
  struct place {
    std::uint64_t order;  // digits::order of the hash
    std::uint32_t index;
  };

  std::string_view key(const place& p) const { return entries_[p.index].first; }

  /// Sorts by iteration order, and leaves of equal keys the last. O(n) expected: one counting pass
  /// by the top bits of the order leaves buckets of a few places.
  void sort() {
    const std::size_t n = entries_.size();
    unsigned top = 0;
    while (top < 16 && (std::size_t{2} << top) < n) ++top;
    const auto bucket = [top](std::uint64_t order) {
      return static_cast<std::size_t>(top == 0 ? 0 : order >> (64 - top));
    };
    std::vector<std::uint64_t> orders(n);
    std::vector<std::uint32_t> starts((std::size_t{1} << top) + 1);
    for (std::size_t i = 0; i < n; ++i) {
      orders[i] = digit::order(trie_type::hash(entries_[i].first));
      ++starts[bucket(orders[i]) + 1];
    }
    for (std::size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
    sorted_.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      sorted_[starts[bucket(orders[i])]++] = {orders[i], static_cast<std::uint32_t>(i)};
    // Each start has moved to its bucket's end.
    std::size_t begin = 0, out = 0;
    for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
      const std::size_t end = starts[b];
      sort_bucket(sorted_.data() + begin, sorted_.data() + end);
      for (std::size_t i = begin; i < end; ++i) {
        const bool last = i + 1 == end || sorted_[i].order != sorted_[i + 1].order ||
                          key(sorted_[i]) != key(sorted_[i + 1]);
        if (last) sorted_[out++] = sorted_[i];
      }
      begin = end;
    }
    sorted_.resize(out);
  }

  /// Sorts by order, key, index. Buckets hold a few places unless somebody made hashes collide; so
  /// this is insertion for few and a heap for many, both small in code, and never worse than O(n
  /// log n).
  void sort_bucket(place* begin, place* end) const {
    const auto less = [this](const place& x, const place& y) {
      if (x.order != y.order) return x.order < y.order;
      const int c = key(x).compare(key(y));
      return c != 0 ? c < 0 : x.index < y.index;
    };
    if (end - begin > 32) {
      std::make_heap(begin, end, less);
      std::sort_heap(begin, end, less);
      return;
    }
    for (place* p = begin; p < end; ++p) {
      const place moved = *p;
      place* hole = p;
      for (; hole != begin && less(moved, hole[-1]); --hole) *hole = hole[-1];
      *hole = moved;
    }
  }

  /// The digit of an order at `shift`.
  static unsigned digit_at(std::uint64_t order, unsigned shift) {
    const unsigned width = shift + P::bits <= 64 ? P::bits : 64 - shift;
    const unsigned below = 64 - shift - width;
    return static_cast<unsigned>(order >> below) & ((1u << width) - 1);
  }

  node_type* make(std::size_t begin, std::size_t end, unsigned shift) {
    if (shift >= digit::end_shift) return collide(begin, end);
    slot_row<V, P> items;
    std::byte cells[digit::width][format::max_size];
    while (begin < end) {
      const unsigned slot = digit_at(sorted_[begin].order, shift);
      std::size_t next = begin + 1;
      while (next < end && digit_at(sorted_[next].order, shift) == slot) ++next;
      items.push(slot, next - begin == 1 ? entry_item(sorted_[begin], cells[slot])
                                         : item::of_child(make(begin, next, shift + P::bits)));
      begin = next;
    }
    return node_type::make(items);
  }

  item entry_item(const place& p, std::byte* cell) {
    const entry& e = entries_[p.index];
    if constexpr (value_traits<V>::packable) {
      const std::size_t size = value_traits<V>::size(e.second);
      if (format::packs(e.first.size(), size)) {
        format::write_packed(cell, e.first, e.second);
        return item::of_packed(cell, format::packed_size(e.first, size));
      }
    }
    return item::of_box(box<V, P>::make(e.first, e.second));
  }

  node_type* collide(std::size_t begin, std::size_t end) {
    std::vector<item> boxes;
    boxes.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const entry& e = entries_[sorted_[i].index];
      boxes.push_back(item::of_box(box<V, P>::make(e.first, e.second)));
    }
    node_type* n = node_type::make_collision(static_cast<std::uint32_t>(boxes.size()));
    for (std::size_t i = 0; i < boxes.size(); ++i) n->mutable_boxes()[i] = boxes[i].take_box();
    return n;
  }

  std::span<const entry> entries_;
  std::vector<place> sorted_;
};

}  // namespace detail

/// The map of `entries` (pairs of a key and a value argument), in any order; of equal keys the last
/// counts. O(n) expected, O(n log n) at worst; allocates each node once, and 24 bytes an entry
/// while it runs.
template <class V = bytes, class P = local_policy>
[[nodiscard]] map<V, P> build(
    std::span<const std::pair<std::string_view, typename value_traits<V>::argument>> entries) {
  return map<V, P>::adopt(detail::builder<V, P>(entries).run());
}

}  // namespace hamt
