// CHAMP trie nodes: storage, reference counts, copying. Nothing here knows about hashes or levels.
//
// A node is one block:
//
//     | count | size | entry_map | child_map | block | digest |  children   |   ends    |   cells |
//     |------------------ header -----------------------------|  pointers   |  16 bits  |   bytes |
//
//   size       entries in this node and beneath it
//   entry_map  the slots that hold an entry        } disjoint; packed arrays in slot order
//   child_map  the slots that hold a child         }
//   ends[i]    where cell i ends, counted from the start of the cells
//
// A collision node holds entries whose hashes are equal in all bits, as boxes sorted by key:
//
//     | header: both maps 0, `collision` flag |  box*  box*  ...  |
//
// Invariants (checked by check.hpp):
//   - a node's count is the number of pointers to it, from nodes and from outside;
//   - a node whose count is one, and whose parents' counts are one up to the root, belongs to
//     one map and may be changed in place; any other node never changes again;
//   - only what `put` and the functions below do to an owned node changes it, and they drop
//     its digest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "trie/bits.hpp"
#include "trie/entry.hpp"
#include "trie/policy.hpp"

namespace hamt {

using digest_bytes = std::array<std::uint8_t, 32>;

template <class V, class P>
class node;

/// What a slot holds, without owning it: nothing, a child, or an entry, which is boxed or packed.
template <class V, class P>
struct slot_view {
  const node<V, P>* child = nullptr;
  const box<V, P>* boxed = nullptr;
  const std::byte* packed = nullptr;
  std::uint32_t cell_size = 0;  // of an entry: what its cell takes in the node

  bool is_entry() const noexcept { return boxed != nullptr || packed != nullptr; }
  bool none() const noexcept { return child == nullptr && !is_entry(); }
  std::string_view key() const noexcept {
    return boxed != nullptr ? boxed->key() : cell_format<V, P>::key(packed);
  }
  typename value_traits<V>::view value() const noexcept {
    return boxed != nullptr ? boxed->value() : cell_format<V, P>::value(packed, cell_size);
  }
  /// The same object in memory; two of them always have equal contents.
  bool same(const slot_view& o) const noexcept {
    return child == o.child && boxed == o.boxed && packed == o.packed;
  }
};

/// What a slot is to hold, owned until a node takes it over: nothing, an entry (a packed cell that
/// lies elsewhere and stays there meanwhile, or a box with a count), or a child with a count.
template <class V, class P>
class slot_item {
 public:
  using format = cell_format<V, P>;
  using boxed = box<V, P>;
  using node_type = node<V, P>;

  slot_item() noexcept = default;
  slot_item(slot_item&& o) noexcept
      : child_(std::exchange(o.child_, nullptr)),
        box_(std::exchange(o.box_, nullptr)),
        cell_(std::exchange(o.cell_, nullptr)),
        cell_size_(o.cell_size_) {}
  slot_item& operator=(slot_item&& o) noexcept {
    std::swap(child_, o.child_);
    std::swap(box_, o.box_);
    std::swap(cell_, o.cell_);
    std::swap(cell_size_, o.cell_size_);
    return *this;
  }
  ~slot_item() {
    if (box_ != nullptr) box_->release();
    if (child_ != nullptr) node_type::release(child_);
  }

  static slot_item of_child(node_type* n) noexcept {
    slot_item i;
    i.child_ = n;
    return i;
  }
  /// A new entry: packed into `cell`, which has room for `format::max_size` bytes, or in a box.
  /// Allocates if the entry is not to be packed; may throw what box::make throws.
  static slot_item make(std::byte* cell, std::string_view key,
                        typename value_traits<V>::argument value) {
    if constexpr (value_traits<V>::packable) {
      if (format::packs(key, value)) {
        format::write_packed(cell, key, value);
        return of_packed(cell, format::packed_size(key, value));
      }
    }
    return of_box(boxed::make(key, value));
  }
  /// An entry in a box, whose count passes to the item. A small one is packed when a node takes it.
  static slot_item of_box(boxed* b) noexcept {
    slot_item i;
    i.box_ = b;
    return i;
  }
  static slot_item of_packed(const std::byte* cell, std::size_t size) noexcept {
    slot_item i;
    i.cell_ = cell;
    i.cell_size_ = static_cast<std::uint32_t>(size);
    return i;
  }
  /// A second owner of what a slot holds.
  static slot_item keep(const slot_view<V, P>& v) noexcept {
    slot_item i = adopt(v);
    if (i.child_ != nullptr) i.child_->retain();
    if (i.box_ != nullptr) i.box_->retain();
    return i;
  }
  /// Takes over the count with which a slot holds it.
  static slot_item adopt(const slot_view<V, P>& v) noexcept {
    if (v.child != nullptr) return of_child(const_cast<node_type*>(v.child));
    if (v.boxed != nullptr) return of_box(const_cast<boxed*>(v.boxed));
    return of_packed(v.packed, v.cell_size);
  }

  bool none() const noexcept { return child_ == nullptr && !is_entry(); }
  bool is_entry() const noexcept { return box_ != nullptr || cell_ != nullptr; }
  node_type* child() const noexcept { return child_; }
  std::string_view key() const noexcept { return box_ ? box_->key() : format::key(cell_); }
  std::uint32_t weight() const noexcept {
    return child_ != nullptr ? child_->size() : is_entry() ? 1 : 0;
  }
  /// Gives the child's count to the caller.
  node_type* take_child() noexcept { return std::exchange(child_, nullptr); }

  /// Bytes of the cell that `write` will write.
  std::size_t cell_size() const noexcept {
    if (box_ == nullptr) return cell_size_;
    return packs() ? format::packed_size(box_->key(), box_->value()) : format::boxed_size;
  }
  bool writes_box() const noexcept { return box_ != nullptr && !packs(); }
  /// Writes the entry's cell and passes its count on with it.
  void write(std::byte* to) noexcept {
    if (box_ == nullptr) {
      std::memcpy(to, cell_, cell_size_);
    } else if (!packs()) {
      format::write_box(to, std::exchange(box_, nullptr));
    } else if constexpr (value_traits<V>::packable) {
      format::write_packed(to, box_->key(), box_->value());
    }
  }
  /// The entry as a box, counted for the caller. Allocates when it was packed.
  boxed* take_box() {
    if (box_ != nullptr) return std::exchange(box_, nullptr);
    return boxed::make(format::key(cell_), format::value(cell_, cell_size_));
  }

  /// Whether a slot already holds just this: the same child or box, or a packed cell of equal
  /// bytes.
  bool holds(const slot_view<V, P>& v) const noexcept {
    if (child_ != v.child || box_ != v.boxed) return false;
    return cell_ == v.packed ||
           (cell_ != nullptr && v.packed != nullptr && cell_size_ == v.cell_size &&
            std::memcmp(cell_, v.packed, cell_size_) == 0);
  }

 private:
  bool packs() const noexcept { return format::packs(box_->key(), box_->value()); }

  node_type* child_ = nullptr;
  boxed* box_ = nullptr;
  const std::byte* cell_ = nullptr;
  std::uint32_t cell_size_ = 0;
};

/// What a node that is to be made will hold: up to one item a slot, in slot order.
template <class V, class P>
class slot_row {
 public:
  using item = slot_item<V, P>;

  slot_row() noexcept {}
  ~slot_row() {
    for (unsigned i = 0; i < size_; ++i) std::destroy_at(&items_[i]);
  }
  slot_row(const slot_row&) = delete;
  slot_row& operator=(const slot_row&) = delete;

  /// `slot` must be above all slots before it.
  void push(unsigned slot, item&& i) noexcept {
    std::construct_at(&items_[size_++], std::move(i));
    mask_ |= 1u << slot;
  }
  std::uint32_t mask() const noexcept { return mask_; }
  unsigned size() const noexcept { return size_; }
  item& operator[](unsigned i) noexcept { return items_[i]; }
  const item& operator[](unsigned i) const noexcept { return items_[i]; }

 private:
  union {
    item items_[digits<P::bits>::width];  // the first `size_` are alive
  };
  std::uint32_t mask_ = 0;
  unsigned size_ = 0;
};

template <class V, class P>
class node {
 public:
  using format = cell_format<V, P>;
  using boxed = box<V, P>;
  using view = slot_view<V, P>;
  using item = slot_item<V, P>;
  using row = slot_row<V, P>;

  // --- reading ---------------------------------------------------------------------------------

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t entry_map() const noexcept { return entry_map_; }
  std::uint32_t child_map() const noexcept { return child_map_; }
  unsigned entry_count() const noexcept { return is_collision() ? size_ : popcount(entry_map_); }
  unsigned child_count() const noexcept { return popcount(child_map_); }
  bool is_collision() const noexcept { return (block_ & collision_flag) != 0; }
  std::size_t capacity() const noexcept { return block_ & ~flags; }
  /// How much of the block is in use, header included.
  std::size_t used_bytes() const noexcept {
    if (is_collision()) return sizeof(node) + std::size_t{size_} * sizeof(boxed*);
    return sizeof(node) + used(child_count(), entry_count());
  }
  /// Where cell `i` ends, counted from the start of the cells. Not for collision nodes.
  std::size_t cell_end(unsigned i) const noexcept { return ends()[i]; }
  /// All ends, and the first cell. Not for collision nodes.
  const std::uint16_t* cell_ends() const noexcept { return ends(); }
  const std::byte* cells() const noexcept {
    return reinterpret_cast<const std::byte*>(ends() + popcount(entry_map_));
  }
  /// Whether a cell may be a box: false only when none is.
  bool may_hold_boxes() const noexcept { return (block_ & boxes_flag) != 0; }
  std::uint32_t count() const noexcept { return count_.value(); }

  const node* child(unsigned i) const noexcept { return children()[i]; }
  /// Entry `i` in slot order, or in key order in a collision node.
  entry_view<V> entry(unsigned i) const noexcept {
    const view v = entry_at(i);
    return {v.key(), v.value()};
  }
  view entry_at(unsigned i) const noexcept {
    if (is_collision()) return {nullptr, boxes()[i], nullptr, 0};
    return cell_at(i);
  }
  /// Entry `i` of a node that is known not to be a collision node.
  view cell_at(unsigned i) const noexcept {
    const std::uint16_t* e = ends();
    const unsigned begin = i == 0 ? 0 : e[i - 1];
    const std::byte* c = cells() + begin;
    const auto size = static_cast<std::uint32_t>(e[i] - begin);
    if (format::is_boxed(c)) return {nullptr, format::box_of(c), nullptr, size};
    return {nullptr, nullptr, c, size};
  }
  /// What `slot` holds. O(1).
  view at(unsigned slot) const noexcept {
    const std::uint32_t bit = 1u << slot, below = bit - 1;
    if (child_map_ & bit) return {child(popcount(child_map_ & below)), nullptr, nullptr, 0};
    if (entry_map_ & bit) return cell_at(popcount(entry_map_ & below));
    return {};
  }
  boxed* const* boxes() const noexcept {
    return reinterpret_cast<boxed* const*>(reinterpret_cast<const std::byte*>(this) + sizeof(node));
  }

  /// The slots in which two nodes hold different objects: entries of different bytes, different
  /// child pointers. Asks for the differing children, all at once: they are as a rule far apart and
  /// cold.
  static std::uint32_t differing_slots(const node* a, const node* b) noexcept {
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

  /// Asks for the lines after the header, so that an entry there costs one trip to memory, not two.
  void prefetch_cells() const noexcept {
    const char* p = reinterpret_cast<const char*>(this);
    prefetch(p);
    prefetch(p + 64);
    prefetch(p + 128);
    prefetch(p + 192);
  }

  // --- the cached digest -----------------------------------------------------------------------

  /// The digest of this subtree if it was computed before, else null.
  const digest_bytes* cached_digest() const noexcept { return digest_.get(); }
  /// Keeps a digest with the node. One allocation of 32 bytes; false when there was no memory for
  /// it. Const, because a digest is a function of the contents; safe between threads with atomic
  /// cells.
  bool cache_digest(const digest_bytes& d) const noexcept {
    constexpr std::size_t capacity = P::memory::capacity(sizeof(digest_bytes));
    void* memory;
    try {
      memory = P::memory::allocate(capacity);
    } catch (const std::bad_alloc&) {
      return false;
    }
    if (!digest_.publish(::new (memory) digest_bytes(d))) P::memory::release(memory, capacity);
    return true;
  }

  // --- counts ----------------------------------------------------------------------------------

  bool unique() const noexcept { return count_.unique(); }
  void retain() const noexcept { count_.retain(); }

  /// Gives one count back; with the last, frees the node and all that only it held. Iterative: dead
  /// nodes wait in a list that is threaded through their own storage.
  static void release(node* n) noexcept {
    if (n->count_.release()) destroy(n);
  }

  // --- making ----------------------------------------------------------------------------------

  /// A node that holds a row. Takes the items over. One allocation; O(node). When it throws, the
  /// row is as before.
  static node* make(row& items) {
    std::uint32_t entry_map = 0, child_map = 0, size = 0;
    std::size_t bytes = 0;
    unsigned i = 0;
    for (std::uint32_t m = items.mask(); m != 0; m &= m - 1, ++i) {
      const std::uint32_t bit = m & (~m + 1);
      size += items[i].weight();
      if (items[i].is_entry()) {
        entry_map |= bit;
        bytes += items[i].cell_size();
      } else {
        child_map |= bit;
      }
    }
    node* n = allocate(bytes_for(popcount(child_map), popcount(entry_map), bytes));
    n->size_ = size;
    n->entry_map_ = entry_map;
    n->child_map_ = child_map;
    node** child = n->children();
    std::uint16_t* end = n->ends();
    std::byte* const cells = n->cells();
    std::size_t at = 0;
    for (i = 0; i < items.size(); ++i) {
      item& x = items[i];
      if (!x.is_entry()) {
        *child++ = x.take_child();
        continue;
      }
      if (x.writes_box()) n->block_ |= boxes_flag;
      const std::size_t cell_size = x.cell_size();
      x.write(cells + at);
      at += cell_size;
      *end++ = static_cast<std::uint16_t>(at);
    }
    return n;
  }

  /// A collision node for `size` boxes, which the caller fills in (sorted by key, each with a count
  /// of the node's own) before anything else happens.
  static node* make_collision(std::uint32_t size, std::uint32_t room = 0) {
    node* n = allocate(sizeof(node) + (std::size_t{size} + room) * sizeof(boxed*));
    n->block_ |= collision_flag;
    n->size_ = size;
    return n;
  }
  boxed** mutable_boxes() noexcept {
    return reinterpret_cast<boxed**>(reinterpret_cast<std::byte*>(this) + sizeof(node));
  }
  /// Frees a collision node's block without its boxes.
  static void discard(node* n) noexcept { free_block(n); }

  // --- changing --------------------------------------------------------------------------------

  /// The node with what `slot` holds replaced by `what`. An owned node (`owned`: this caller holds
  /// the only count) is changed in place when its block is large enough, and moved otherwise; a
  /// shared one stays as it is and a copy with a count of one is returned. At most one allocation;
  /// O(node). Takes `what` over. When it throws (std::bad_alloc), nothing has changed.
  static node* put(node* n, bool owned, unsigned slot, item&& what) {
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
      // The old image moves aside, so that one routine lays out both cases. This is the largest
      // frame of an edit: 6.6 KB with the shipped limit, once a call, beside 256 KB of stack in
      // WebAssembly.
      alignas(node*)
          std::byte aside[32 * (sizeof(node*) + sizeof(std::uint16_t) + format::max_size)];
      std::memcpy(aside, n->children(), n->used(children, entries));
      n->lay_out(n, image::at(aside, children, entries), c, what);
      n->drop_digest();
    } else {
      r->lay_out(n, n->parts(), c, what);
      n->drop_digest();
      free_block(n);
    }
    r->size_ = size;
    return r;
  }

  /// A copy of a shared node with the child in `slot` replaced by `child`, whose count it takes
  /// over, and with `size`. One allocation; O(node), most of it counting the other children. When
  /// it throws, nothing has changed.
  static node* copy_with_child(const node* n, unsigned slot, item&& child, std::uint32_t size) {
    const std::size_t used = n->used(n->child_count(), n->entry_count());
    node* r = allocate(sizeof(node) + used);
    r->size_ = size;
    r->entry_map_ = n->entry_map_;
    r->child_map_ = n->child_map_;
    r->block_ |= n->block_ & boxes_flag;
    std::memcpy(r->children(), n->children(), used);
    r->children()[popcount(n->child_map_ & ((1u << slot) - 1))] = child.take_child();
    r->retain_all(slot);
    return r;
  }

  /// Replaces the child in `slot` of an owned node and gives the old one, uncounted by this node,
  /// back.
  node* exchange_child(unsigned slot, node* child, std::uint32_t size) noexcept {
    size_ = size;
    drop_digest();
    return std::exchange(children()[popcount(child_map_ & ((1u << slot) - 1))], child);
  }

  /// A collision node with the box at `index` removed (`removed` 1) or not (0), and `added`, unless
  /// null, in its place. Ownership and failure as for `put`; takes `added` over.
  static node* put_box(node* n, bool owned, unsigned index, unsigned removed, boxed* added) {
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

  /// Overwrites an owned node's packed cell by an equally long one; false when it is not that.
  static bool overwrite(node* n, const view& at, item& what) noexcept {
    if (at.boxed != nullptr || what.writes_box() || what.cell_size() != at.cell_size) return false;
    what.write(const_cast<std::byte*>(at.packed));
    n->drop_digest();
    return true;
  }

  /// Same maps, same entries, same children by pointer or by contents. O(differing part) between
  /// relatives; O(1) for nodes whose digests are both known.
  static bool equal(const node* a, const node* b) {
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

  static bool equal_boxes(const boxed* a, const boxed* b) {
    return a == b || (a->key() == b->key() && value_traits<V>::equal(a->value(), b->value()));
  }

 private:
  static constexpr std::uint32_t collision_flag = 1, boxes_flag = 2, flags = 15;

  struct image {
    node* const* children;
    const std::uint16_t* ends;
    const std::byte* cells;
    static image at(const std::byte* p, unsigned children, unsigned entries) noexcept {
      auto* c = reinterpret_cast<node* const*>(p);
      auto* e = reinterpret_cast<const std::uint16_t*>(c + children);
      return {c, e, reinterpret_cast<const std::byte*>(e + entries)};
    }
  };
  struct change {
    std::uint32_t bit;
    unsigned child_index, entry_index;
    bool old_child, old_entry, new_child, new_entry;
    std::uint32_t old_size, new_size;
  };

  explicit node(std::size_t capacity) noexcept : block_(static_cast<std::uint32_t>(capacity)) {}

  static std::size_t bytes_for(unsigned children, unsigned entries, std::size_t cells) noexcept {
    return sizeof(node) + children * sizeof(node*) + entries * sizeof(std::uint16_t) + cells;
  }
  static node* allocate(std::size_t bytes) {
    const std::size_t capacity = P::memory::capacity(bytes);
    if (capacity > 0xfffffff0u) throw std::length_error("hamt: too many colliding keys");
    return ::new (P::memory::allocate(capacity)) node(capacity);
  }
  static void free_block(node* n) noexcept { P::memory::release(n, n->capacity()); }

  node** children() noexcept { return reinterpret_cast<node**>(this + 1); }
  node* const* children() const noexcept { return reinterpret_cast<node* const*>(this + 1); }
  std::uint16_t* ends() noexcept {
    return reinterpret_cast<std::uint16_t*>(children() + child_count());
  }
  const std::uint16_t* ends() const noexcept {
    return reinterpret_cast<const std::uint16_t*>(children() + child_count());
  }
  std::byte* cells() noexcept {
    return reinterpret_cast<std::byte*>(ends() + popcount(entry_map_));
  }
  std::size_t cell_bytes(unsigned entries) const noexcept {
    return entries == 0 ? 0 : ends()[entries - 1];
  }
  std::size_t used(unsigned children, unsigned entries) const noexcept {
    return children * sizeof(node*) + entries * sizeof(std::uint16_t) + cell_bytes(entries);
  }
  image parts() const noexcept { return {children(), ends(), cells()}; }

  /// Fills this node from another's image, with one slot changed. `old` supplies the maps.
  void lay_out(const node* old, const image& from, const change& c, item& what) noexcept {
    const unsigned old_children = popcount(old->child_map_),
                   old_entries = popcount(old->entry_map_);
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
  void splice(const change& c, unsigned entries, item& what) noexcept {
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

  /// Counts what a copy shares with its original: everything but what `except` holds.
  void retain_all(unsigned except) noexcept {
    const std::uint32_t bit = 1u << except;
    const unsigned children_n = child_count();
    node* const* c = children();
    const unsigned skip = child_map_ & bit ? popcount(child_map_ & (bit - 1)) : children_n;
    for (unsigned i = 0; i < skip; ++i) c[i]->retain();
    for (unsigned i = skip + 1; i < children_n; ++i) c[i]->retain();
    if (block_ & boxes_flag) {
      unsigned i = 0;
      for (std::uint32_t m = entry_map_; m != 0; m &= m - 1, ++i) {
        const boxed* b = cell_at(i).boxed;
        if (b != nullptr && lowest(m) != except) const_cast<boxed*>(b)->retain();
      }
    }
  }

  void drop_digest() noexcept {
    if (digest_.get() == nullptr) return;
    P::memory::release(digest_.take(), P::memory::capacity(sizeof(digest_bytes)));
  }

  /// The cells of all entries.
  std::string_view cell_text(unsigned entries) const noexcept {
    return {reinterpret_cast<const char*>(cells()), cell_bytes(entries)};
  }
  /// Whether the entries of two nodes with the same entry map are the same bytes, boxes by address.
  static bool same_cells(const node* a, const node* b) noexcept {
    const unsigned entries = popcount(a->entry_map_);
    return entries == 0 ||
           (std::memcmp(a->ends(), b->ends(), entries * sizeof(std::uint16_t)) == 0 &&
            equal_bytes(a->cell_text(entries), b->cell_text(entries)));
  }
  static bool equal_entries(const node* a, const node* b, unsigned entries) {
    if (same_cells(a, b)) return true;
    if (value_traits<V>::bytewise && !((a->block_ | b->block_) & boxes_flag)) return false;
    for (unsigned i = 0; i < entries; ++i) {
      const view x = a->cell_at(i), y = b->cell_at(i);
      if (!x.same(y) && (x.key() != y.key() || !value_traits<V>::equal(x.value(), y.value())))
        return false;
    }
    return true;
  }

  /// Frees a node whose count has reached zero.
  static void destroy(node* n) noexcept {
    node* waiting = nullptr;
    for (;;) {
      n->drop_digest();
      if (n->is_collision()) {
        for (unsigned i = 0; i < n->size_; ++i) n->boxes()[i]->release();
      } else {
        if (n->block_ & boxes_flag) {
          const unsigned entries = n->entry_count();
          for (unsigned i = 0; i < entries; ++i) item::adopt(n->cell_at(i));
        }
        node* const* c = n->children();
        const unsigned children_n = n->child_count();
        for (unsigned i = 0; i < children_n; ++i) {
          if (!c[i]->count_.release()) continue;
          c[i]->link(waiting);
          waiting = c[i];
        }
      }
      free_block(n);
      if (waiting == nullptr) return;
      n = waiting;
      waiting = n->linked();
    }
  }
  // Dead nodes wait in a list that is threaded through their digest cells, emptied first; their
  // maps and contents are still needed.
  void link(node* next) noexcept {
    drop_digest();
    digest_.publish(reinterpret_cast<digest_bytes*>(next));
  }
  node* linked() noexcept { return reinterpret_cast<node*>(digest_.take()); }

  mutable typename P::count count_;
  std::uint32_t size_ = 0;
  std::uint32_t entry_map_ = 0;
  std::uint32_t child_map_ = 0;
  std::uint32_t block_;  // the block's size, a multiple of 16, and the flags
  mutable typename P::template cell<digest_bytes> digest_;
};

}  // namespace hamt
