// Intrusive reference counts. One policy is a plain integer, the other is safe between threads;
// both begin at one. A count has 32 bits: every holder is a pointer in memory, so a count that
// wraps needs 32 GiB of pointers to one object (in WebAssembly more than there is).
#pragma once

#include <atomic>
#include <cstdint>

namespace hamt {

/// A count for one thread: the WebAssembly build, and native programs that keep a map in one
/// thread.
class local_count {
 public:
  bool unique() const noexcept { return n_ == 1; }
  void retain() noexcept { ++n_; }
  /// Gives one count back; true when it was the last.
  bool release() noexcept { return --n_ == 0; }
  std::uint32_t value() const noexcept { return n_; }

 private:
  std::uint32_t n_ = 1;
};

/// A count shared by threads. `unique` acquires, so that whoever then changes the object in place
/// sees everything that former owners wrote.
class atomic_count {
 public:
  bool unique() const noexcept { return n_.load(std::memory_order_acquire) == 1; }
  void retain() noexcept { n_.fetch_add(1, std::memory_order_relaxed); }
  bool release() noexcept { return n_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  std::uint32_t value() const noexcept { return n_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> n_{1};
};

/// A pointer that is written once and read by whoever shares the object: the cache of a digest.
template <class T>
class local_cell {
 public:
  T* get() const noexcept { return p_; }
  /// Sets the pointer if there was none; false (and no change) when there was.
  bool publish(T* p) noexcept {
    if (p_ != nullptr) return false;
    p_ = p;
    return true;
  }
  T* take() noexcept {
    T* p = p_;
    p_ = nullptr;
    return p;
  }

 private:
  T* p_ = nullptr;
};

template <class T>
class atomic_cell {
 public:
  T* get() const noexcept { return p_.load(std::memory_order_acquire); }
  bool publish(T* p) noexcept {
    T* none = nullptr;
    return p_.compare_exchange_strong(none, p, std::memory_order_acq_rel);
  }
  T* take() noexcept { return p_.exchange(nullptr, std::memory_order_acq_rel); }

 private:
  std::atomic<T*> p_{nullptr};
};

}  // namespace hamt
