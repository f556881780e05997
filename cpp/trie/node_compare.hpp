// Comparison of nodes: what differs between two, and whether all beneath them is equal.
#pragma once

#include <cstdint>
#include <cstring>

#include "node.hpp"

namespace hamt {

/// Whether the entries of two nodes with the same entry map are the same bytes, boxes by address.
template <class V, class P>
bool node<V, P>::same_cells(const node* a, const node* b) noexcept {
  const unsigned entries = popcount(a->entry_map_);
  return entries == 0 || (std::memcmp(a->ends(), b->ends(), entries * sizeof(std::uint16_t)) == 0 &&
                          equal_bytes(text_at(a->cells(), a->cell_bytes(entries)),
                                      text_at(b->cells(), b->cell_bytes(entries))));
}

template <class V, class P>
bool node<V, P>::equal_entries(const node* a, const node* b, unsigned entries) {
  if (same_cells(a, b)) return true;
  if (value_traits<V>::bytewise && !((a->block_ | b->block_) & boxes_flag)) return false;
  for (unsigned i = 0; i < entries; ++i) {
    const view x = a->cell_at(i), y = b->cell_at(i);
    if (!x.same(y) && (x.key() != y.key() || !value_traits<V>::equal(x.value(), y.value())))
      return false;
  }
  return true;
}

template <class V, class P>
std::uint32_t node<V, P>::differing_slots(const node* a, const node* b) noexcept {
  const std::uint32_t all = a->entry_map_ | a->child_map_ | b->entry_map_ | b->child_map_;
  if (a->entry_map_ != b->entry_map_ || a->child_map_ != b->child_map_) return all;
  std::uint32_t differ = 0;
  unsigned i = 0;
  for (std::uint32_t m = a->child_map_; m != 0; m &= m - 1, ++i) {
    const node *x = a->child(i), *y = b->child(i);
    if (x == y) continue;
    x->prefetch_cells();
    y->prefetch_cells();
    differ |= 1u << lowest(m);
  }
  return same_cells(a, b) ? differ : differ | a->entry_map_;
}

template <class V, class P>
bool node<V, P>::equal_boxes(const boxed* a, const boxed* b) {
  return a == b || (a->key() == b->key() && value_traits<V>::equal(a->value(), b->value()));
}

template <class V, class P>
bool node<V, P>::equal(const node* a, const node* b) {
  if (a == b) return true;
  if (const auto* x = a->cached_digest(), *y = b->cached_digest(); x != nullptr && y != nullptr)
    return *x == *y;
  if (a->size_ != b->size_ || a->entry_map_ != b->entry_map_ || a->child_map_ != b->child_map_ ||
      a->is_collision() != b->is_collision())
    return false;
  const unsigned entries = a->entry_count();
  if (a->is_collision()) {
    for (unsigned i = 0; i < entries; ++i)
      if (!equal_boxes(a->boxes()[i], b->boxes()[i])) return false;
    return true;
  }
  if (!equal_entries(a, b, entries)) return false;
  // Differing children are as a rule far apart and cold. They are asked for a few ahead, so that
  // an answer that an early one gives does not wait for all.
  constexpr unsigned ahead = 4;
  node* const* const x = a->children();
  node* const* const y = b->children();
  const unsigned children = a->child_count();
  const auto ask = [&](unsigned i) {
    if (i < children && x[i] != y[i]) x[i]->prefetch_cells(), y[i]->prefetch_cells();
  };
  for (unsigned i = 0; i < ahead; ++i) ask(i);
  for (unsigned i = 0; i < children; ++i) {
    ask(i + ahead);
    if (x[i] != y[i] && !equal(x[i], y[i])) return false;
  }
  return true;
}

}  // namespace hamt
