// CHAMP trie nodes: storage, reference counts, copying. Nothing here knows about hashes or levels.
// node_edit.hpp, node_compare.hpp and node_release.hpp define the members that they are named
// after.
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
// Invariants of ownership (check.hpp checks those of the form):
//   - a node's count is the number of pointers to it, from nodes and from maps;
//   - a node whose count is one, and whose parents' counts are one up to the root, belongs to
//     one map and may be changed in place; any other node never changes again;
//   - only what `put` and the functions below do to an owned node changes it, and they drop
//     its digest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <type_traits>

#include "bits.hpp"
#include "digest32.hpp"
#include "entry.hpp"
#include "policy.hpp"
#include "slot.hpp"
#include "storage.hpp"

namespace hamt {

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
    return behind(this) + cells_at(child_count(), popcount(entry_map_));
  }
  /// Whether a cell may be a box: false only when none is.
  bool may_hold_boxes() const noexcept { return (block_ & boxes_flag) != 0; }
  std::uint32_t count() const noexcept { return count_.value(); }

  node* child(unsigned i) const noexcept { return children()[i]; }
  /// Entry `i` in slot order, or in key order in a collision node.
  entry_view<V> entry(unsigned i) const noexcept {
    const view v = entry_at(i);
    return {v.key(), v.value()};
  }
  view entry_at(unsigned i) const noexcept {
    if (is_collision()) return view::of_box(boxes()[i]);
    return cell_at(i);
  }
  /// Entry `i` of a node that is known not to be a collision node.
  view cell_at(unsigned i) const noexcept {
    const std::uint16_t* e = ends();
    const unsigned begin = i == 0 ? 0 : e[i - 1];
    return view::of_cell(cells() + begin, e[i] - begin);
  }
  /// What `slot` holds. O(1).
  view at(unsigned slot) const noexcept {
    const std::uint32_t bit = 1u << slot, below = bit - 1;
    if (child_map_ & bit) return view::of_child(child(popcount(child_map_ & below)));
    if (entry_map_ & bit) return cell_at(popcount(entry_map_ & below));
    return {};
  }
  /// The boxes of a collision node, in key order.
  boxed* const* boxes() const noexcept { return objects_at<boxed*>(behind(this)); }

  /// Asks for the lines after the header, so that an entry there costs one trip to memory, not two.
  void prefetch_cells() const noexcept { prefetch_lines(this); }

  // --- comparing: node_compare.hpp ---------------------------------------------------------------

  /// The slots in which two nodes hold different objects: entries of different bytes, different
  /// child pointers. Asks for the differing children, all at once: they are as a rule far apart and
  /// cold.
  static std::uint32_t differing_slots(const node* a, const node* b) noexcept;
  /// Same maps, same entries, same children by pointer or by contents. O(differing part) between
  /// relatives; O(1) for nodes whose digests are both known.
  static bool equal(const node* a, const node* b);
  static bool equal_boxes(const boxed* a, const boxed* b);

  // --- the cached digest -----------------------------------------------------------------------

  /// The digest of this subtree if it was computed before, else null.
  const digest32* cached_digest() const noexcept { return digest_.get(); }
  /// Keeps a digest with the node. One allocation of 32 bytes; false when there was no memory for
  /// it. Const, because a digest is a function of the contents; safe between threads with atomic
  /// cells.
  bool cache_digest(const digest32& d) const noexcept {
    constexpr std::size_t capacity = P::memory::capacity(sizeof(digest32));
    void* memory;
    try {
      memory = P::memory::allocate(capacity);
    } catch (const std::bad_alloc&) {
      return false;
    }
    if (!digest_.publish(::new (memory) digest32(d))) P::memory::release(memory, capacity);
    return true;
  }

  // --- counts ----------------------------------------------------------------------------------

  bool unique() const noexcept { return count_.unique(); }
  void retain() const noexcept { count_.retain(); }

  /// Gives one count back; with the last, frees the node and all that only it held
  /// (node_release.hpp).
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
  boxed** mutable_boxes() noexcept { return objects_at<boxed*>(behind(this)); }
  /// Frees a collision node's block without its boxes.
  static void discard(node* n) noexcept { free_block(n); }

  // --- changing: node_edit.hpp -------------------------------------------------------------------

  /// The node with what `slot` holds replaced by `what`. An owned node (`owned`: this caller holds
  /// the only count) is changed in place when its block is large enough, and moved otherwise; a
  /// shared one stays as it is and a copy with a count of one is returned. At most one allocation;
  /// O(node). Takes `what` over. When it throws (std::bad_alloc), nothing has changed.
  static node* put(node* n, bool owned, unsigned slot, item&& what);

  /// A copy of a shared node with the child in `slot` replaced by `child`, whose count it takes
  /// over, and with `size`. One allocation; O(node), most of it counting the other children. When
  /// it throws, nothing has changed.
  static node* copy_with_child(const node* n, unsigned slot, item&& child, std::uint32_t size);

  /// Replaces the child in `slot` of an owned node and gives the old one, uncounted by this node,
  /// back.
  node* exchange_child(unsigned slot, node* child, std::uint32_t size) noexcept;

  /// A collision node with the box at `index` removed (`removed` 1) or not (0), and `added`, unless
  /// null, at that index. Ownership and failure as for `put`; takes `added` over.
  static node* put_box(node* n, bool owned, unsigned index, unsigned removed, boxed* added);

  /// Overwrites an owned node's packed cell by an equally long one; false when it is not that.
  static bool overwrite(node* n, const view& at, item& what) noexcept;

 private:
  static constexpr std::uint32_t collision_flag = 1, boxes_flag = 2, flags = 15;

  /// The arrays of a node, or of a copy of them.
  struct arrays {
    node* const* children;
    const std::uint16_t* ends;
    const std::byte* cells;
    static arrays at(const std::byte* p, unsigned children, unsigned entries) noexcept {
      return {objects_at<node*>(p), objects_at<std::uint16_t>(p + ends_at(children)),
              p + cells_at(children, entries)};
    }
  };
  /// What `put` changes in a slot.
  struct change {
    std::uint32_t bit;
    unsigned child_index, entry_index;
    bool old_child, old_entry, new_child, new_entry;
    std::uint32_t old_size, new_size;
  };

  explicit node(std::size_t capacity) noexcept
      : block_(static_cast<std::uint32_t>(capacity)), digest_() {}

  // Offsets behind the header; arrays of smaller alignment follow those of larger.
  static constexpr std::size_t ends_at(std::size_t children) noexcept {
    return children * sizeof(node*);
  }
  static constexpr std::size_t cells_at(std::size_t children, std::size_t entries) noexcept {
    return ends_at(children) + entries * sizeof(std::uint16_t);
  }
  static std::size_t bytes_for(unsigned children, unsigned entries, std::size_t cells) noexcept {
    return sizeof(node) + cells_at(children, entries) + cells;
  }
  static node* allocate(std::size_t bytes) {
    static_assert(sizeof(node) % alignof(node*) == 0 && alignof(node) >= alignof(node*));
    static_assert(std::is_trivially_destructible_v<node>, "a node's block is freed as it is");
    static_assert((P::memory::capacity(1) | P::memory::capacity(1025) | P::memory::capacity(8193)) %
                          (flags + 1) ==
                      0,
                  "the flags lie in the low bits of the capacity");
    const std::size_t capacity = P::memory::capacity(bytes);
    if (capacity > 0xfffffff0u) throw std::length_error("hamt: too many colliding keys");
    return ::new (begin_block(P::memory::allocate(capacity), capacity)) node(capacity);
  }
  static void free_block(node* n) noexcept { P::memory::release(n, n->capacity()); }

  node** children() noexcept { return objects_at<node*>(behind(this)); }
  node* const* children() const noexcept { return objects_at<node*>(behind(this)); }
  std::uint16_t* ends() noexcept {
    return objects_at<std::uint16_t>(behind(this) + ends_at(child_count()));
  }
  const std::uint16_t* ends() const noexcept {
    return objects_at<std::uint16_t>(behind(this) + ends_at(child_count()));
  }
  std::byte* cells() noexcept {
    return behind(this) + cells_at(child_count(), popcount(entry_map_));
  }
  std::size_t cell_bytes(unsigned entries) const noexcept {
    return entries == 0 ? 0 : ends()[entries - 1];
  }
  std::size_t used(unsigned children, unsigned entries) const noexcept {
    return cells_at(children, entries) + cell_bytes(entries);
  }
  arrays parts() const noexcept { return {children(), ends(), cells()}; }

  void lay_out(const node* old, const arrays& from, const change& c, item& what) noexcept;
  void splice(const change& c, unsigned entries, item& what) noexcept;
  void retain_all(unsigned except) noexcept;

  void drop_digest() noexcept {
    if (digest_.get() == nullptr) return;
    P::memory::release(digest_.take(), P::memory::capacity(sizeof(digest32)));
  }

  static bool same_cells(const node* a, const node* b) noexcept;
  static bool equal_entries(const node* a, const node* b, unsigned entries);

  static void destroy(node* n) noexcept;

  mutable typename P::count count_;
  std::uint32_t size_ = 0;
  std::uint32_t entry_map_ = 0;
  std::uint32_t child_map_ = 0;
  std::uint32_t block_;  // the block's size, a multiple of 16, and the flags
  union {
    mutable typename P::template cell<digest32> digest_;
    node* next_dead_;  // once the last count is gone and the digest dropped
  };
};

}  // namespace hamt

#include "node_compare.hpp"
#include "node_edit.hpp"
#include "node_release.hpp"
