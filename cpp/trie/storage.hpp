// Objects in raw bytes: arrays that lie behind a header in one block, and vectors of fixed
// capacity. Every reinterpret_cast of the trie is here.
//
// A block is an array of bytes that the memory policy gave out. C++20 ([intro.object]) lets an
// array of bytes bring objects of implicit-lifetime types (pointers, integers, arrays of anything)
// into being where they are used, so `begin_block` begins such an array, also in a block that was
// used before, and what is put into it afterwards needs no construction of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hamt {

/// Begins the life of a block of `size` bytes, aligned for any header. Costs nothing.
inline std::byte* begin_block(void* memory, std::size_t size) noexcept {
  return ::new (memory) std::byte[size];
}

/// The first of the objects of type T that lie at `p`.
template <class T>
T* objects_at(std::byte* p) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "nothing constructs or destroys these objects");
  return reinterpret_cast<T*>(p);
}
template <class T>
const T* objects_at(const std::byte* p) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "nothing constructs or destroys these objects");
  return reinterpret_cast<const T*>(p);
}

/// Bytes as characters.
inline std::string_view text_at(const std::byte* p, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(p), size};
}

/// The bytes of a block behind its header.
template <class Header>
std::byte* behind(Header* h) noexcept {
  return reinterpret_cast<std::byte*>(h) + sizeof(Header);
}
template <class Header>
const std::byte* behind(const Header* h) noexcept {
  return reinterpret_cast<const std::byte*>(h) + sizeof(Header);
}

/// A vector in place, of at most `Capacity` objects, which the caller observes. Never allocates.
template <class T, std::size_t Capacity>
class static_vector {
 public:
  static_vector() noexcept {}
  static_vector(const static_vector&) = delete;
  static_vector& operator=(const static_vector&) = delete;
  ~static_vector() {
    for (unsigned i = 0; i < size_; ++i) std::destroy_at(&data()[i]);
  }

  unsigned size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data()[i]; }

  void push(T&& object) noexcept { std::construct_at(data() + size_++, std::move(object)); }

 private:
  // The array lives in the bytes (arrays have implicit lifetime), its elements as pushed.
  T* data() noexcept { return reinterpret_cast<T*>(bytes_); }
  const T* data() const noexcept { return reinterpret_cast<const T*>(bytes_); }

  alignas(T) std::byte bytes_[Capacity * sizeof(T)];
  unsigned size_ = 0;
};

}  // namespace hamt
