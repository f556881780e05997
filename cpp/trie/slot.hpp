// Slots of a CHAMP node: what one holds, what one is to hold, and a row of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "bits.hpp"
#include "entry.hpp"
#include "policy.hpp"
#include "storage.hpp"

namespace hamt {

template <class V, class P>
class node;

/// What a slot holds, without owning it: nothing, a child, or an entry, which is boxed or packed.
/// Children and boxes are counted: the holder of a view may count them, and changes only what it
/// owns.
template <class V, class P>
struct slot_view {
  node<V, P>* child;
  box<V, P>* boxed;
  const std::byte* packed;
  std::uint32_t cell_size;  ///< of an entry: what its cell takes in the node

  static slot_view of_child(node<V, P>* n) noexcept { return {n, nullptr, nullptr, 0}; }
  static slot_view of_box(box<V, P>* b, std::uint32_t cell_size = 0) noexcept {
    return {nullptr, b, nullptr, cell_size};
  }
  static slot_view of_packed(const std::byte* cell, std::uint32_t size) noexcept {
    return {nullptr, nullptr, cell, size};
  }
  /// The entry whose cell this is.
  static slot_view of_cell(const std::byte* cell, std::uint32_t size) noexcept {
    using format = cell_format<V, P>;
    return format::is_boxed(cell) ? of_box(format::box_of(cell), size) : of_packed(cell, size);
  }

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
    if (v.child != nullptr) return of_child(v.child);
    if (v.boxed != nullptr) return of_box(v.boxed);
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

  slot_row() noexcept = default;
  slot_row(const slot_row&) = delete;
  slot_row& operator=(const slot_row&) = delete;
  ~slot_row() = default;

  /// `slot` must be above all slots before it.
  void push(unsigned slot, item&& i) noexcept {
    items_.push(std::move(i));
    mask_ |= 1u << slot;
  }
  std::uint32_t mask() const noexcept { return mask_; }
  unsigned size() const noexcept { return items_.size(); }
  item& operator[](unsigned i) noexcept { return items_[i]; }
  const item& operator[](unsigned i) const noexcept { return items_[i]; }

 private:
  static_vector<item, digits<P::bits>::width> items_;
  std::uint32_t mask_ = 0;
};

}  // namespace hamt
