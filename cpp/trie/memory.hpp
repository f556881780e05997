// Memory policies: blocks for nodes from free lists, one for each size class, above the heap.
//
//     block size      1..1024        1025..8192       more
//     class step           16               128       from the heap, rounded up to 16
//
// A freed block goes to the list of its class and is the first to be taken again, still warm. A
// list is bounded, and `trim` empties them all; beyond that a block goes back to the heap, so
// memory that was once used for small nodes can serve large ones. Lists belong to a thread: no
// operation takes a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace hamt {

/// What is alive: blocks (nodes, large entries, cached digests) and their bytes, free lists
/// excluded.
struct memory_usage {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
};

namespace detail {

/// The free lists of one thread. They are emptied when the thread ends; a block that is freed after
/// that (by a destructor of a static object) goes straight to the heap.
class free_lists {
 public:
  static constexpr std::size_t small_step = 16, small_end = 1024, large_step = 128,
                               large_end = 8192;
  static constexpr std::size_t small_classes = small_end / small_step;
  static constexpr std::size_t classes = small_classes + (large_end - small_end) / large_step;
  static constexpr std::size_t bytes_kept_per_class = std::size_t{64} * 1024;

  static constexpr std::size_t round_up(std::size_t bytes) noexcept {
    const std::size_t step = bytes <= small_end || bytes > large_end ? small_step : large_step;
    return (bytes + step - 1) / step * step;
  }

  void* take(std::size_t bytes) {
    if (bytes <= large_end) {
      list& l = lists_[index(bytes)];
      if (block* b = l.head) {
        l.head = b->next;
        --l.length;
        return b;
      }
    }
    void* p = std::malloc(bytes);
    if (p == nullptr) throw std::bad_alloc();
    return p;
  }

  void give(void* p, std::size_t bytes) noexcept {
    if (bytes <= large_end && !closed_) {
      list& l = lists_[index(bytes)];
      if (l.length * bytes < bytes_kept_per_class) {
        l.head = ::new (p) block{l.head};
        ++l.length;
        return;
      }
    }
    std::free(p);
  }

  void trim() noexcept {
    for (list& l : lists_) {
      while (block* b = l.head) {
        l.head = b->next;
        std::free(b);
      }
      l.length = 0;
    }
  }

  /// Forgets what is in the lists, which are not read: see pooled_memory::abandon.
  void abandon() noexcept {
    for (list& l : lists_) l = {};
  }

  /// Bytes that wait in the lists.
  std::size_t idle_bytes() const noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < classes; ++i) sum += lists_[i].length * size_of_class(i);
    return sum;
  }

  /// The calling thread's lists.
  static free_lists& mine() noexcept;

 private:
  struct block {
    block* next;
  };
  struct list {
    block* head = nullptr;
    std::size_t length = 0;
  };
  struct closer;

  static constexpr std::size_t index(std::size_t bytes) noexcept {
    return bytes <= small_end ? bytes / small_step - 1
                              : small_classes + (bytes - small_end) / large_step - 1;
  }
  static constexpr std::size_t size_of_class(std::size_t i) noexcept {
    return i < small_classes ? (i + 1) * small_step
                             : small_end + (i - small_classes + 1) * large_step;
  }

  list lists_[classes];
  bool closed_ = false;
};

/// Trivially destructible, so that blocks can still be freed after `closer`, at the end of the
/// thread, has emptied and closed the lists.
inline thread_local constinit free_lists lists_of_thread;

struct free_lists::closer {
  ~closer() {
    lists_of_thread.trim();
    lists_of_thread.closed_ = true;
  }
};

inline free_lists& free_lists::mine() noexcept {
  static thread_local closer at_the_end;
  return lists_of_thread;
}

/// Counters of one thread's own maps, and counters that threads share.
struct local_counter {
  static void add(std::int64_t blocks, std::int64_t bytes) noexcept {
    usage.blocks += blocks;
    usage.bytes += bytes;
  }
  static memory_usage read() noexcept { return usage; }
  static inline thread_local memory_usage usage;
};
struct shared_counter {
  static void add(std::int64_t blocks, std::int64_t bytes) noexcept {
    blocks_.fetch_add(blocks, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  static memory_usage read() noexcept {
    return {blocks_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed)};
  }
  static inline std::atomic<std::int64_t> blocks_{0}, bytes_{0};
};

}  // namespace detail

/// The memory policy. `capacity(n)` is what a request for `n` bytes really gets; `allocate` and
/// `release` take such a capacity. Blocks are aligned to 16 bytes (8 in WebAssembly).
template <class Counter>
struct pooled_memory {
  static constexpr std::size_t capacity(std::size_t bytes) noexcept {
    return detail::free_lists::round_up(bytes);
  }
  /// O(1). Throws std::bad_alloc, and then nothing has changed.
  static void* allocate(std::size_t capacity) {
    void* p = detail::free_lists::mine().take(capacity);
    Counter::add(1, static_cast<std::int64_t>(capacity));
    return p;
  }
  static void release(void* p, std::size_t capacity) noexcept {
    Counter::add(-1, -static_cast<std::int64_t>(capacity));
    detail::free_lists::mine().give(p, capacity);
  }
  static memory_usage usage() noexcept { return Counter::read(); }
  /// Bytes in this thread's free lists, and giving them back to the heap.
  static std::size_t idle_bytes() noexcept { return detail::free_lists::mine().idle_bytes(); }
  static void trim() noexcept { detail::free_lists::mine().trim(); }
  /// Empties this thread's free lists without reading them and without giving their blocks back,
  /// which leak. For an embedder whose host can interrupt this code between any two instructions
  /// (a JavaScript stack overflow in WebAssembly): a list may then be torn. `usage` stays right for
  /// every block that a map still reaches; blocks of the interrupted operation stay counted.
  static void abandon() noexcept { detail::free_lists::mine().abandon(); }
};

using local_memory = pooled_memory<detail::local_counter>;
using atomic_memory = pooled_memory<detail::shared_counter>;

}  // namespace hamt
