// Values: how a value of type V lies in memory, and how it is handed out.
//
//     V                    argument           view                         where it lies
//     bytes                std::string_view   std::string_view             in the node or boxed
//     trivially copyable,  const V&           V                            in the node or boxed
//     comparable, and of
//     at most 256 bytes
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
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "bits.hpp"

namespace hamt {

/// Value tag: values are arbitrary strings of bytes.
struct bytes {};

/// Whether values of V can be compared with ==. To be specialised for a template of one's own whose
/// == is declared for all types and compiles for some; for those of the standard library (of
/// containers, std::pair, std::tuple, std::variant and std::optional) it is asked of the parts.
template <class V>
inline constexpr bool has_equality = std::equality_comparable<V>;
template <class A, class B>
inline constexpr bool has_equality<std::pair<A, B>> = has_equality<A>&& has_equality<B>;
template <class... T>
inline constexpr bool has_equality<std::tuple<T...>> = (has_equality<T> && ...);
template <class... T>
inline constexpr bool has_equality<std::variant<T...>> = (has_equality<T> && ...);
template <class T, std::size_t N>
inline constexpr bool has_equality<std::array<T, N>> = has_equality<T>;
template <template <class...> class C, class... T>
requires requires { typename C<T...>::value_type; }
inline constexpr bool has_equality<C<T...>> =
    std::equality_comparable<C<T...>> && has_equality<typename C<T...>::value_type>;

/// Whether equal values can be told by == or by their bytes alone. Of other types (a struct with
/// padding and without ==) a value is equal to itself only, so it must have an identity: a box.
template <class V>
inline constexpr bool comparable = has_equality<V> || std::has_unique_object_representations_v<V>;

/// Of a trivially copyable type. Equal bits are equal even where == denies it: a NaN that is set
/// again changes nothing.
template <class V>
bool equal_or_same_bits(const V& a, const V& b) {
  if constexpr (has_equality<V>)
    if (a == b) return true;
  return std::memcmp(std::addressof(a), std::addressof(b), sizeof(V)) == 0;
}

/// The largest value whose view is a copy: a larger one would not do on a stack.
inline constexpr std::size_t largest_copied = 256;

/// Objects that are large or cannot be moved with memcpy. They live in a counted box and are never
/// copied again.
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
    if constexpr (std::is_trivially_copyable_v<V> && comparable<V>)
      return equal_or_same_bits(a, b);
    else if constexpr (has_equality<V>)
      return a == b;
    else
      return std::addressof(a) == std::addressof(b);
  }
};

template <class V>
// What is aligned more strictly than a box is copied, whatever its size.
requires(std::is_trivially_copyable_v<V>&& comparable<V> &&
         (sizeof(V) <= largest_copied || alignof(V) > 2 * sizeof(void*))) struct value_traits<V> {
  using argument = const V&;
  using view = V;
  static constexpr bool packable = true;
  static constexpr bool bytewise = false;
  static std::size_t size(const V&) noexcept { return sizeof(V); }
  static void write(void* to, const V& v) noexcept {
    std::memcpy(to, std::addressof(v), sizeof(V));
  }
  static V read(const void* from, std::size_t) noexcept {
    std::array<std::byte, sizeof(V)> raw;
    std::memcpy(raw.data(), from, sizeof(V));
    return __builtin_bit_cast(V, raw);  // std::bit_cast is not in every library yet
  }
  static void destroy(void*) noexcept {}
  static bool equal(const V& a, const V& b) { return equal_or_same_bits(a, b); }
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
