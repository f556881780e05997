// A heap for a host that can throw any call away: every state that it leaves behind is consistent.
//
// Hosts cut WebAssembly off where a function or a turn of a loop begins. So what changes the heap
// has neither calls nor loops: it is Two-Level Segregated Fit (Masmano et al., ECRTS 2004), in
// which each step is O(1). What was under way when the call was thrown away is not begun, or
// done.
//
// The memory is a row of chunks, and a chunk without payload ends it:
//
//     chunk    foot of the chunk before, if that is free | head | payload ...
//     head     the chunk's size, a multiple of `step`, and two flags
//     free     its payload begins with the next and the previous chunk of its list
//
// Two free chunks never lie side by side. Chunks of about one size are in a list: 16 lists for
// each power of two, and bitmaps of those that are not empty. Addresses are 32 bits; 0 is none.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace hamt::boundary {

/// `Memory`: `char* at(address)`, `address begin()`, `std::uint64_t size()`, and
/// `std::uint64_t grow(std::uint64_t size)`, which makes it that large if it can and gives the new
/// size. None of them calls a function. Without a constructor that runs, so that static objects can
/// allocate.
template <class Memory>
class heap {
 public:
  using address = std::uint32_t;
  /// Every payload is aligned to this.
  static constexpr address step = alignof(std::max_align_t) > 8 ? 16 : 8;

  constexpr heap() = default;
  constexpr explicit heap(Memory memory) : memory_(memory) {}

  /// The payload of a chunk for `size` bytes, or 0 when there is no memory. O(1).
  address allocate(std::size_t size) noexcept {
    if (size > most) return 0;
    const address wanted = chunk_for(size);
    barrier();
    const address c = obtain(wanted);
    if (c == 0) return 0;
    take(c, wanted);
    barrier();
    return c + payload;
  }

  /// As `allocate`, aligned to a power of two. O(1).
  address allocate(std::size_t size, std::size_t alignment) noexcept {
    if (alignment <= step) return allocate(size);
    if (size > most || alignment > most) return 0;
    const address wanted = chunk_for(size), by = static_cast<address>(alignment);
    if (wanted > most - by) return 0;
    barrier();
    const address c = obtain(wanted + by + smallest);
    if (c == 0) return 0;
    const address first = c + payload;
    address p = (first + by - 1) & ~(by - 1);
    if (p != first && p - first < smallest) p += by;
    const address gap = p - first, total = size_of(c), d = c + gap;
    if (gap != 0) {
      put_free(c, gap);
      head(d) = (total - gap) | after_free;
    }
    take(d, wanted);
    barrier();
    return p;
  }

  /// Gives a payload back. O(1).
  void release(address p) noexcept {
    barrier();
    address c = p - payload, size = size_of(c);
    const address after = c + size;
    if ((head(after) & is_free) != 0) {
      unlink(after);
      size += size_of(after);
    }
    if ((head(c) & after_free) != 0) {
      const address before = foot(c);
      c -= before;
      unlink(c);
      size += before;
    }
    put_free(c, size);
    head(c + size) |= after_free;
    barrier();
  }

  /// Makes a payload as large as it is to be, where it is: false when there is no room. O(1).
  bool resize(address p, std::size_t size) noexcept {
    if (size > most) return false;
    const address wanted = chunk_for(size), c = p - payload;
    barrier();
    address have = size_of(c);
    const address after = c + have;
    if ((head(after) & is_free) != 0 && have + size_of(after) >= wanted) {
      unlink(after);
      have += size_of(after);
      head(c) = have | (head(c) & after_free);
    } else if (have < wanted) {
      return false;
    } else if (have - wanted < smallest) {
      return true;
    } else {
      head(after) |= after_free;
    }
    take(c, wanted);
    barrier();
    return true;
  }

  /// How many bytes a payload has. O(1).
  std::size_t room_of(address p) noexcept { return size_of(p - payload) - sizeof(address); }

 private:
  template <class M>
  friend struct heap_check;

  static constexpr address payload = 8, smallest = 16;
  static constexpr address is_free = 1, after_free = 2, flags = 7;
  /// What can be asked for: far from where sums overflow.
  static constexpr std::size_t most = 0xf0000000;
  static constexpr unsigned log_lists = 4, lists = 1U << log_lists;
  /// Up to this size a list is for one size.
  static constexpr unsigned log_exact = std::countr_zero(lists * step);
  static constexpr unsigned rows = 32 - log_exact + 1;

  address& word(address a) noexcept { return *reinterpret_cast<address*>(memory_.at(a)); }
  address& head(address c) noexcept { return word(c + 4); }
  address& foot(address c) noexcept { return word(c); }
  address& next(address c) noexcept { return word(c + 8); }
  address& previous(address c) noexcept { return word(c + 12); }
  address size_of(address c) noexcept { return head(c) & ~flags; }

  /// Keeps the compiler from moving steps into a loop around the call.
  static void barrier() noexcept { asm volatile("" ::: "memory"); }

  static address chunk_for(std::size_t size) noexcept {
    const address rounded = (static_cast<address>(size) + 4 + step - 1) & ~(step - 1);
    return std::max(rounded, smallest);
  }

  struct list_index {
    unsigned row, list;
  };
  static list_index list_of(address size) noexcept {
    if (size < lists * step) return {0, size / step};
    const unsigned log = 31 - static_cast<unsigned>(std::countl_zero(size));
    return {log - log_exact + 1, (size >> (log - log_lists)) & (lists - 1)};
  }
  address& first(list_index at) noexcept { return firsts_[at.row * lists + at.list]; }

  [[gnu::always_inline]] void link(address c, address size) noexcept {
    const list_index at = list_of(size);
    const address second = first(at);
    next(c) = second;
    previous(c) = 0;
    if (second != 0) previous(second) = c;
    first(at) = c;
    filled_[at.row] |= 1U << at.list;
    rows_ |= 1U << at.row;
  }
  [[gnu::always_inline]] void unlink(address c) noexcept {
    const address after = next(c), before = previous(c);
    if (after != 0) previous(after) = before;
    if (before != 0) {
      next(before) = after;
      return;
    }
    const list_index at = list_of(size_of(c));
    first(at) = after;
    if (after != 0) return;
    filled_[at.row] &= ~(1U << at.list);
    if (filled_[at.row] == 0) rows_ &= ~(1U << at.row);
  }

  /// A free chunk of at least `size`, or 0.
  [[gnu::always_inline]] address find(address size) noexcept {
    const address near = first(list_of(size));
    if (near != 0 && size_of(near) >= size) return near;
    // Any chunk of the first list of which every chunk is large enough.
    address least = size;
    if (size >= lists * step) least += (std::bit_floor(size) >> log_lists) - 1;
    if (least < size) return 0;
    list_index at = list_of(least);
    unsigned found = filled_[at.row] & (~0U << at.list);
    if (found == 0) {
      const unsigned above = rows_ & (~0U << (at.row + 1));
      if (above == 0) return 0;
      at.row = static_cast<unsigned>(std::countr_zero(above));
      found = filled_[at.row];
    }
    at.list = static_cast<unsigned>(std::countr_zero(found));
    return first(at);
  }

  /// A chunk of at least `size` that is free and in no list, or 0.
  [[gnu::always_inline]] address obtain(address size) noexcept {
    const address c = find(size);
    if (c == 0) return extend(size);
    unlink(c);
    return c;
  }

  /// Uses `size` bytes of a chunk that is free and in no list; the rest is a free chunk again.
  [[gnu::always_inline]] void take(address c, address size) noexcept {
    const address total = size_of(c), mark = head(c) & after_free;
    if (total - size < smallest) {
      head(c) = total | mark;
      head(c + total) &= ~after_free;
      return;
    }
    head(c) = size | mark;
    put_free(c + size, total - size);
  }

  /// Writes a free chunk, but for the flag of the next one.
  [[gnu::always_inline]] void put_free(address c, address size) noexcept {
    head(c) = size | is_free;
    foot(c + size) = size;
    link(c, size);
  }

  /// The last chunk, grown to at least `size`: free and in no list; or 0.
  [[gnu::always_inline]] address extend(address size) noexcept {
    const address end = end_ != 0 ? end_ : first_chunk();
    const address idle = end_ != 0 && (head(end) & after_free) != 0 ? foot(end) : 0;
    const address c = end - idle;
    const std::uint64_t need = std::uint64_t{c} + size + payload;
    std::uint64_t all = memory_.size();
    if (all < need) all = memory_.grow(need);
    if (all < need) return 0;
    if (idle != 0) unlink(c);
    const address total = (static_cast<address>(all) - payload - c) & ~(step - 1);
    head(c) = total | is_free;
    end_ = c + total;
    foot(end_) = total;
    head(end_) = after_free;
    return c;
  }
  address first_chunk() noexcept {
    return ((memory_.begin() + payload + step - 1) & ~(step - 1)) + step - payload;
  }

  [[no_unique_address]] Memory memory_{};
  address end_ = 0;
  std::uint32_t rows_ = 0;
  std::uint32_t filled_[rows] = {};
  address firsts_[rows * lists] = {};
};

}  // namespace hamt::boundary
