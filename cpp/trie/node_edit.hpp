// Changes of nodes: in place where the caller owns one, in a copy where it is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "node.hpp"

namespace hamt {

/// Counts what a copy shares with its original: everything but what `except` holds.
template <class V, class P>
void node<V, P>::retain_all(unsigned except) noexcept {
  const std::uint32_t bit = 1u << except;
  const unsigned children_n = child_count();
  node* const* c = children();
  const unsigned skip = child_map_ & bit ? popcount(child_map_ & (bit - 1)) : children_n;
  for (unsigned i = 0; i < skip; ++i) c[i]->retain();
  for (unsigned i = skip + 1; i < children_n; ++i) c[i]->retain();
  if (block_ & boxes_flag) {
    unsigned i = 0;
    for (std::uint32_t m = entry_map_; m != 0; m &= m - 1, ++i) {
      boxed* const b = cell_at(i).boxed;
      if (b != nullptr && lowest(m) != except) b->retain();
    }
  }
}

/// Fills this node from another's arrays, with one slot changed. `old` supplies the maps.
template <class V, class P>
void node<V, P>::lay_out(const node* old, const arrays& from, const change& c,
                         item& what) noexcept {
  const unsigned old_children = popcount(old->child_map_), old_entries = popcount(old->entry_map_);
  const std::size_t old_bytes = old_entries == 0 ? 0 : from.ends[old_entries - 1];
  const std::uint32_t keeps_boxes = old->block_ & boxes_flag;
  const std::uint32_t entry_map = (old->entry_map_ & ~c.bit) | (c.new_entry ? c.bit : 0);
  const std::uint32_t child_map = (old->child_map_ & ~c.bit) | (c.new_child ? c.bit : 0);
  entry_map_ = entry_map;
  child_map_ = child_map;
  block_ |= keeps_boxes;

  node** child = children();
  std::memcpy(child, from.children, c.child_index * sizeof(node*));
  const unsigned child_from = c.child_index + c.old_child, child_to = c.child_index + c.new_child;
  std::memcpy(child + child_to, from.children + child_from,
              (old_children - child_from) * sizeof(node*));
  if (c.new_child) child[c.child_index] = what.take_child();

  std::uint16_t* end = ends();
  std::byte* cell = cells();
  const std::size_t before = c.entry_index == 0 ? 0 : from.ends[c.entry_index - 1];
  std::memcpy(end, from.ends, c.entry_index * sizeof(std::uint16_t));
  std::memcpy(cell, from.cells, before);
  unsigned to = c.entry_index;
  if (c.new_entry) {
    if (what.writes_box()) block_ |= boxes_flag;
    what.write(cell + before);
    end[to++] = static_cast<std::uint16_t>(before + c.new_size);
  }
  const unsigned shift = c.new_size - c.old_size;
  for (unsigned i = c.entry_index + c.old_entry; i < old_entries; ++i)
    end[to++] = static_cast<std::uint16_t>(from.ends[i] + shift);
  std::memcpy(cell + before + c.new_size, from.cells + before + c.old_size,
              old_bytes - before - c.old_size);
}

/// Changes one entry in place; children stay where they are, and the block is large enough.
template <class V, class P>
void node<V, P>::splice(const change& c, unsigned entries, item& what) noexcept {
  std::uint16_t* const end = ends();
  std::byte* const from = cells();
  const unsigned index = c.entry_index;
  const std::size_t before = index == 0 ? 0 : end[index - 1];
  const std::size_t after = cell_bytes(entries) - before - c.old_size;
  entry_map_ = (entry_map_ & ~c.bit) | (c.new_entry ? c.bit : 0);
  std::byte* const to = cells();
  if (c.new_entry && !c.old_entry) {  // everything moves up: last part first
    std::memmove(to + before + c.new_size, from + before, after);
    std::memmove(to, from, before);
    for (unsigned i = entries; i > index; --i)
      end[i] = static_cast<std::uint16_t>(end[i - 1] + c.new_size);
    end[index] = static_cast<std::uint16_t>(before + c.new_size);
  } else if (c.new_entry) {
    std::memmove(to + before + c.new_size, from + before + c.old_size, after);
    for (unsigned i = index; i < entries; ++i)
      end[i] = static_cast<std::uint16_t>(end[i] + c.new_size - c.old_size);
  } else {  // everything moves down: first part first
    for (unsigned i = index; i + 1 < entries; ++i)
      end[i] = static_cast<std::uint16_t>(end[i + 1] - c.old_size);
    std::memmove(to, from, before);
    std::memmove(to + before, from + before + c.old_size, after);
  }
  if (!c.new_entry) return;
  if (what.writes_box()) block_ |= boxes_flag;
  what.write(to + before);
}

template <class V, class P>
node<V, P>* node<V, P>::put(node* n, bool owned, unsigned slot, item&& what) {
  const std::uint32_t bit = 1u << slot;
  const view old = n->at(slot);
  const unsigned entries = n->entry_count(), children = n->child_count();
  const change c{
      .bit = bit,
      .child_index = popcount(n->child_map_ & (bit - 1)),
      .entry_index = popcount(n->entry_map_ & (bit - 1)),
      .old_child = old.child != nullptr,
      .old_entry = old.is_entry(),
      .new_child = what.child() != nullptr,
      .new_entry = what.is_entry(),
      .old_size = old.cell_size,
      .new_size = what.is_entry() ? static_cast<std::uint32_t>(what.cell_size()) : 0,
  };
  const std::size_t need =
      bytes_for(children + c.new_child - c.old_child, entries + c.new_entry - c.old_entry,
                n->cell_bytes(entries) + c.new_size - c.old_size);
  const std::uint32_t size =
      n->size_ - (old.child ? old.child->size() : old.is_entry()) + what.weight();

  if (!owned) {
    node* r = allocate(need);
    r->lay_out(n, n->parts(), c, what);
    r->size_ = size;
    r->retain_all(slot);
    return r;
  }
  node* const r = need <= n->capacity() ? n : allocate(need + need / 8);
  // What the slot held is freed last: the new entry may still lie in it.
  const item dead = item::adopt(old);
  if (r == n && !c.old_child && !c.new_child) {
    n->splice(c, entries, what);
    n->drop_digest();
  } else if (r == n) {
    // The old arrays move aside, so that one routine lays out both cases. This is the largest
    // frame of an edit: 6.6 KB with the shipped limit, once a call, beside 256 KB of stack in
    // WebAssembly.
    alignas(node*) std::byte aside[32 * (sizeof(node*) + sizeof(std::uint16_t) + format::max_size)];
    std::memcpy(aside, behind(n), n->used(children, entries));
    n->lay_out(n, arrays::at(aside, children, entries), c, what);
    n->drop_digest();
  } else {
    r->lay_out(n, n->parts(), c, what);
    n->drop_digest();
    free_block(n);
  }
  r->size_ = size;
  return r;
}

template <class V, class P>
node<V, P>* node<V, P>::copy_with_child(const node* n, unsigned slot, item&& child,
                                        std::uint32_t size) {
  const std::size_t used = n->used(n->child_count(), n->entry_count());
  node* r = allocate(sizeof(node) + used);
  r->size_ = size;
  r->entry_map_ = n->entry_map_;
  r->child_map_ = n->child_map_;
  r->block_ |= n->block_ & boxes_flag;
  std::memcpy(behind(r), behind(n), used);
  r->children()[popcount(n->child_map_ & ((1u << slot) - 1))] = child.take_child();
  r->retain_all(slot);
  return r;
}

template <class V, class P>
node<V, P>* node<V, P>::exchange_child(unsigned slot, node* child, std::uint32_t size) noexcept {
  size_ = size;
  drop_digest();
  return std::exchange(children()[popcount(child_map_ & ((1u << slot) - 1))], child);
}

template <class V, class P>
node<V, P>* node<V, P>::put_box(node* n, bool owned, unsigned index, unsigned removed,
                                boxed* added) {
  const std::uint32_t size = n->size_ - removed + (added != nullptr);
  const unsigned to = index + (added != nullptr), from = index + removed;
  boxed** const old = n->mutable_boxes();
  node* r = n;
  if (!owned || sizeof(node) + std::size_t{size} * sizeof(boxed*) > n->capacity())
    r = make_collision(size, owned ? size / 8 : 0);
  boxed** const boxes = r->mutable_boxes();
  boxed* const dead = owned && removed ? old[index] : nullptr;
  std::memmove(boxes + to, old + from, (n->size_ - from) * sizeof(boxed*));
  if (r != n) std::memcpy(boxes, old, index * sizeof(boxed*));
  if (!owned) {
    for (unsigned i = 0; i < index; ++i) boxes[i]->retain();
    for (unsigned i = to; i < size; ++i) boxes[i]->retain();
  }
  if (added != nullptr) boxes[index] = added;
  if (dead != nullptr) dead->release();
  if (owned) n->drop_digest();
  if (owned && r != n) free_block(n);
  r->size_ = size;
  return r;
}

template <class V, class P>
bool node<V, P>::overwrite(node* n, const view& at, item& what) noexcept {
  if (at.boxed != nullptr || what.writes_box() || what.cell_size() != at.cell_size) return false;
  std::byte* const cells = n->cells();
  what.write(cells + (at.packed - cells));
  n->drop_digest();
  return true;
}

}  // namespace hamt
