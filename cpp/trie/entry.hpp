// Entries: a key with its value, packed into a node or in a box of its own.
//
// A node keeps its entries as a run of byte strings, here called cells. A cell is one of
//
//     packed   | key size, 2 bytes | key | value |        key and value together <= P::inline_limit
//     boxed    | 0xffff            | box* |               everything else
//
// Which of the two is decided by the entry's size and type alone, so equal entries have equal cells
// (or boxes of equal content). Packed entries cost a copied node no reference count and a lookup no
// cache miss beyond the node's own.
//
// A box:   | count | key size | value size | value | key |
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "policy.hpp"
#include "storage.hpp"
#include "value.hpp"

namespace hamt {

/// What a reader sees of an entry. Valid as long as the node or map that it was taken from.
template <class V>
struct entry_view {
  std::string_view key;
  typename value_traits<V>::view value;
};

/// What the heap guarantees, and so the strictest alignment of a value in a box.
inline constexpr std::size_t box_alignment = 2 * sizeof(void*);

/// An entry outside any node: counted, immutable, shared by all nodes that hold it.
template <class V, class P>
class box {
  using traits = boxed_traits<V>;
  static_assert(value_traits<V>::packable || alignof(V) <= box_alignment,
                "a value is aligned more strictly than the heap's blocks");

 public:
  using argument = typename value_traits<V>::argument;

  /// A new box with a count of one. One allocation; O(size). Throws std::bad_alloc,
  /// std::length_error for a key or value of 4 GiB or more, and what copying a V throws.
  static box* make(std::string_view key, argument value) {
    const std::size_t value_size = traits::size(value);
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max() - 64;
    if (key.size() > most || value_size > most || key.size() > SIZE_MAX / 2 - value_size - 64)
      throw std::length_error("hamt: a key or value of 4 GiB or more");
    const std::size_t capacity = P::memory::capacity(sizeof(box) + value_size + key.size());
    void* const memory = P::memory::allocate(capacity);
    box* const b = ::new (begin_block(memory, capacity))
        box(static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value_size));
    static_assert(sizeof(box) % box_alignment == 0 && std::is_trivially_destructible_v<box>);
    try {
      traits::write(behind(b), value);
    } catch (...) {
      P::memory::release(memory, capacity);
      throw;
    }
    if (!key.empty()) std::memcpy(behind(b) + value_size, key.data(), key.size());
    return b;
  }

  void retain() noexcept { count_.retain(); }
  /// Gives one count back and frees the box with the last.
  void release() noexcept {
    if (!count_.release()) return;
    const std::size_t size = capacity();
    traits::destroy(behind(this));
    P::memory::release(this, size);
  }

  std::string_view key() const noexcept { return text_at(behind(this) + value_size_, key_size_); }
  typename value_traits<V>::view value() const noexcept {
    return traits::read(behind(this), value_size_);
  }
  std::uint32_t count() const noexcept { return count_.value(); }
  /// The size of the box's block.
  std::size_t capacity() const noexcept {
    return P::memory::capacity(sizeof(box) + value_size_ + key_size_);
  }

 private:
  box(std::uint32_t key_size, std::uint32_t value_size) noexcept
      : key_size_(key_size), value_size_(value_size) {}

  alignas(box_alignment) typename P::count count_;
  std::uint32_t key_size_;
  std::uint32_t value_size_;
};

/// Reading and writing of cells. A cell is addressed by its first byte and its size.
template <class V, class P>
struct cell_format {
  using traits = value_traits<V>;
  using boxed = box<V, P>;
  using argument = typename traits::argument;

  static constexpr std::size_t prefix = 2;
  static constexpr std::uint16_t boxed_mark = 0xffff;
  static constexpr std::size_t boxed_size = prefix + sizeof(boxed*);
  static constexpr std::size_t max_size =
      prefix + (P::inline_limit > sizeof(boxed*) ? P::inline_limit : sizeof(boxed*));
  static_assert(32 * max_size < 0xffff, "a node's cells are addressed with 16 bits");

  /// Whether an entry is packed. Depends on the entry alone.
  static bool packs(std::string_view key, argument value) noexcept {
    if constexpr (traits::packable) {
      if constexpr (requires { traits::packs(value); })
        if (!traits::packs(value)) return false;
      return key.size() <= P::inline_limit && traits::size(value) <= P::inline_limit - key.size();
    } else {
      return false;
    }
  }
  static bool is_boxed(const std::byte* cell) noexcept { return mark(cell) == boxed_mark; }
  static std::uint16_t mark(const std::byte* cell) noexcept {
    std::uint16_t m;
    std::memcpy(&m, cell, sizeof m);
    return m;
  }
  static boxed* box_of(const std::byte* cell) noexcept {
    boxed* b;
    std::memcpy(&b, cell + prefix, sizeof b);
    return b;
  }
  static void write_box(std::byte* cell, boxed* b) noexcept {
    std::memcpy(cell, &boxed_mark, prefix);
    std::memcpy(cell + prefix, &b, sizeof b);
  }
  static std::size_t packed_size(std::string_view key, argument value) noexcept {
    return prefix + key.size() + traits::size(value);
  }
  /// Writes a packed cell; a packable value is copied with memcpy and cannot throw.
  static void write_packed(std::byte* cell, std::string_view key, argument value) noexcept {
    const auto size = static_cast<std::uint16_t>(key.size());
    std::memcpy(cell, &size, prefix);
    if (!key.empty()) std::memcpy(cell + prefix, key.data(), key.size());
    traits::write(cell + prefix + key.size(), value);
  }

  static std::string_view key(const std::byte* cell) noexcept {
    return text_at(cell + prefix, mark(cell));
  }
  static typename traits::view value(const std::byte* cell, std::size_t size) noexcept {
    const std::size_t key_size = mark(cell);
    return traits::read(cell + prefix + key_size, size - prefix - key_size);
  }
};

}  // namespace hamt
