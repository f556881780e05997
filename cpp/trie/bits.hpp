// Bits and bytes: the digits of a hash, the index of a slot in a sparse array, equality of strings.
//
// A node has up to 2^B slots. It stores only the occupied ones, in slot order; a bitmap says which
// those are, and the index of a slot in the packed array is the number of set bits below it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hamt {

/// Number of set bits. One instruction where the target has it, else a short sequence without a
/// table or a call.
inline unsigned popcount(std::uint32_t x) noexcept {
#if defined(__POPCNT__) || defined(__wasm__) || !defined(__x86_64__)
  return static_cast<unsigned>(std::popcount(x));
#else
  x = x - ((x >> 1) & 0x55555555u);
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  return (((x + (x >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24;
#endif
}

/// Index of the lowest set bit. `x` must not be 0.
inline unsigned lowest(std::uint32_t x) noexcept {
  return static_cast<unsigned>(std::countr_zero(x));
}

/// The cutting of a 64-bit hash into digits of `B` bits, low bits first.
///
///     B = 5:   63..60 | 59..55 | ... | 9..5 | 4..0
///     level        12       11             1      0
///
/// The last digit is shorter when B does not divide 64. Below the last level, at `end_shift`, no
/// digit is left: keys that get there have equal hashes.
template <unsigned B>
struct digits {
  static_assert(B >= 1 && B <= 5, "a bitmap has 32 bits");
  static constexpr unsigned width = 1u << B;            ///< slots of a node
  static constexpr unsigned levels = (64 + B - 1) / B;  ///< levels with a digit
  static constexpr unsigned end_shift = levels * B;     ///< shift of the collision level

  /// The digit at `shift`, which must be below `end_shift`.
  static unsigned at(std::uint64_t hash, unsigned shift) noexcept {
    return static_cast<unsigned>(hash >> shift) & (width - 1);
  }

  /// A number whose order is the order of iteration: the digits with the first one on top.
  static std::uint64_t order(std::uint64_t hash) noexcept {
    std::uint64_t out = 0;
    unsigned shift = 0;
    for (; shift + B <= 64; shift += B) out = (out << B) | at(hash, shift);
    if (shift < 64) out = (out << (64 - shift)) | (hash >> shift);
    return out;
  }
};

namespace detail {

/// 0 when the N bytes at `x` and at `y` are equal.
template <class Word>
std::uint64_t differing_bits(const char* x, const char* y) noexcept {
  Word u, v;
  std::memcpy(&u, x, sizeof u);
  std::memcpy(&v, y, sizeof v);
  return u ^ v;
}
inline std::uint64_t differing_bits16(const char* x, const char* y) noexcept {
  return differing_bits<std::uint64_t>(x, y) | differing_bits<std::uint64_t>(x + 8, y + 8);
}

}  // namespace detail

/// Whether two strings of bytes are equal. Inline, word by word: keys are short, and calling memcmp
/// costs as much as comparing one.
inline bool equal_bytes(std::string_view a, std::string_view b) noexcept {
  using namespace detail;
  const std::size_t n = a.size();
  if (n != b.size()) return false;
  const char *x = a.data(), *y = b.data();
  if (n >= 16) {
    // The last 16 bytes may overlap those before.
    for (std::size_t i = 0; i + 16 < n; i += 16)
      if (differing_bits16(x + i, y + i) != 0) return false;
    return differing_bits16(x + n - 16, y + n - 16) == 0;
  }
  if (n >= 8)
    return (differing_bits<std::uint64_t>(x, y) |
            differing_bits<std::uint64_t>(x + n - 8, y + n - 8)) == 0;
  if (n >= 4)
    return (differing_bits<std::uint32_t>(x, y) |
            differing_bits<std::uint32_t>(x + n - 4, y + n - 4)) == 0;
  for (std::size_t i = 0; i < n; ++i)
    if (x[i] != y[i]) return false;
  return true;
}

/// Asks for the four lines from `p` on.
inline void prefetch_lines(const void* p) noexcept {
  const char* const line = static_cast<const char*>(p);
  __builtin_prefetch(line);
  __builtin_prefetch(line + 64);
  __builtin_prefetch(line + 128);
  __builtin_prefetch(line + 192);
}

}  // namespace hamt
