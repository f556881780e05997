// Values: how a value of type V lies in memory, and how it is handed out.
//
//     V                    argument           view                         where it lies
//     bytes                std::string_view   std::string_view             in the node or boxed
//     trivially copyable   const V&           V                            in the node or boxed
//     and comparable
//     else, copyable       const V&           reference_wrapper<const V>   boxed
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "trie/bits.hpp"

namespace hamt {

/// Value tag: values are arbitrary strings of bytes.
struct bytes {};

/// Objects that cannot be moved with memcpy. They live in a counted box and are never copied again.
template <class V>
struct value_traits {
  using argument = const V&;
  using view = std::reference_wrapper<const V>;
  static constexpr bool packable = false;
  static constexpr bool bytewise = false;
  static std::size_t size(const V&) noexcept { return sizeof(V); }
  static void write(void* to, const V& v) { ::new (to) V(v); }
  static view read(const void* from, std::size_t) noexcept {
    return std::cref(*std::launder(static_cast<const V*>(from)));
  }
  static void destroy(void* p) noexcept { std::destroy_at(std::launder(static_cast<V*>(p))); }
  static bool equal(const V& a, const V& b) {
    if constexpr (std::equality_comparable<V>)
      return a == b;
    else
      return std::addressof(a) == std::addressof(b);
  }
};

/// Whether equal values can be told by == or by their bytes alone. Of other types (a struct with
/// padding and without ==) a value is equal to itself only, so it must have an identity: a box.
template <class V>
inline constexpr bool comparable =
    std::equality_comparable<V> || std::has_unique_object_representations_v<V>;

template <class V>
requires(std::is_trivially_copyable_v<V>&& comparable<V>) struct value_traits<V> {
  using argument = const V&;
  using view = V;
  static constexpr bool packable = true;
  static constexpr bool bytewise = false;
  static std::size_t size(const V&) noexcept { return sizeof(V); }
  static void write(void* to, const V& v) noexcept { std::memcpy(to, &v, sizeof(V)); }
  static V read(const void* from, std::size_t) noexcept {
    std::array<std::byte, sizeof(V)> raw;
    std::memcpy(raw.data(), from, sizeof(V));
    return __builtin_bit_cast(V, raw);  // std::bit_cast is not in every library yet
  }
  static void destroy(void*) noexcept {}
  /// Equal bits are equal even where == denies it: a NaN that is set again changes nothing.
  static bool equal(const V& a, const V& b) {
    if constexpr (std::equality_comparable<V>)
      if (a == b) return true;
    return std::memcmp(&a, &b, sizeof(V)) == 0;
  }
};

/// The bytes of a value that is a string of bytes.
inline std::string_view bytes_of(std::string_view v) noexcept { return v; }

template <>
struct value_traits<bytes> {
  using argument = std::string_view;
  using view = std::string_view;
  static constexpr bool packable = true;
  static constexpr bool bytewise = true;  ///< values of different bytes are different
  static std::size_t size(std::string_view v) noexcept { return v.size(); }
  static void write(void* to, std::string_view v) noexcept {
    if (!v.empty()) std::memcpy(to, v.data(), v.size());
  }
  static view read(const void* from, std::size_t size) noexcept {
    return {static_cast<const char*>(from), size};
  }
  static void destroy(void*) noexcept {}
  static bool equal(std::string_view a, std::string_view b) noexcept { return equal_bytes(a, b); }
};

/// How a value lies in a box: as in a cell, unless its type has another form there.
template <class V>
struct boxed_traits : value_traits<V> {};

/// Whether `bytes_of` never throws for the values of maps of V.
template <class V>
inline constexpr bool bytes_always_known =
    noexcept(bytes_of(std::declval<typename value_traits<V>::view>()));

}  // namespace hamt
