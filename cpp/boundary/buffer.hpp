// Bytes that grow, without clearing what they make room for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace hamt::boundary {

class buffer {
 public:
  buffer() noexcept = default;
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer() { std::free(data_); }

  char* data() noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {data_, size_}; }
  void clear() noexcept { size_ = 0; }

  /// Room for `n` bytes in all; what was there stays. Throws std::bad_alloc, and then nothing has
  /// changed.
  void reserve(std::size_t n) {
    if (n > capacity_) grow_to(n);
  }
  /// Makes the contents `n` bytes longer, and gives the address of these.
  [[gnu::always_inline]] char* grow(std::size_t n) {
    if (n > capacity_ - size_) {
      if (n > SIZE_MAX - size_) throw std::bad_alloc();
      grow_to(size_ + n);
    }
    char* const p = data_ + size_;
    size_ += n;
    return p;
  }
  void append(std::string_view bytes) {
    char* const p = grow(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
  }
  void append(std::uint32_t word) { std::memcpy(grow(sizeof word), &word, sizeof word); }
  void assign(std::string_view bytes) {
    clear();
    append(bytes);
  }
  /// Gives capacity above `n` bytes back to the heap, and the contents with it.
  void shrink(std::size_t n) noexcept {
    size_ = 0;
    if (capacity_ <= n) return;
    char* const old = data_;
    data_ = nullptr;
    capacity_ = 0;
    std::free(old);
  }

 private:
  [[gnu::noinline]] void grow_to(std::size_t n) {
    std::size_t room = std::max(n, capacity_ + capacity_ / 2);
    void* p = std::realloc(data_, room);
    if (p == nullptr) p = std::realloc(data_, room = n);
    if (p == nullptr) throw std::bad_alloc();
    data_ = static_cast<char*>(p);
    capacity_ = room;
  }

  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace hamt::boundary
