// Bulk construction: a map from many entries at once, sorted by hash, every node made once in its
// final size.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "map.hpp"
#include "order.hpp"

namespace hamt {

namespace detail {

template <class V, class P>
class builder {
  using node_type = node<V, P>;
  using item = slot_item<V, P>;
  using format = cell_format<V, P>;
  using digit = digits<P::bits>;
  using argument = typename value_traits<V>::argument;

 public:
  using entry = std::pair<std::string_view, argument>;

  explicit builder(std::span<const entry> entries) : entries_(entries) {}

  node_type* run() {
    sorted_ = in_order<V, P>(entries_);
    return sorted_.empty() ? nullptr : make(0, sorted_.size(), 0);
  }

 private:
  node_type* make(std::size_t begin, std::size_t end, unsigned shift) {
    if (shift >= digit::end_shift) return collide(begin, end);
    slot_row<V, P> items;
    // 6.2 KB with the shipped limit; a frame a level, so 87 KB where keys collide in all bits.
    std::byte cells[digit::width][format::max_size];
    while (begin < end) {
      const unsigned slot = digit_of_order<P::bits>(sorted_[begin].order, shift);
      std::size_t next = begin + 1;
      while (next < end && digit_of_order<P::bits>(sorted_[next].order, shift) == slot) ++next;
      items.push(slot, next - begin == 1 ? entry_item(sorted_[begin], cells[slot])
                                         : item::of_child(make(begin, next, shift + P::bits)));
      begin = next;
    }
    return node_type::make(items);
  }

  item entry_item(const ordered_entry& p, std::byte* cell) {
    const entry& e = entries_[p.index];
    return item::make(cell, e.first, e.second);
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
  std::vector<ordered_entry> sorted_;
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
