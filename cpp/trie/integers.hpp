// Integers in bytes: little-endian words, and variable length (LEB128). Every format uses these.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hamt {

// The one decision about byte order: words are copied between memory and formats as they are, here,
// in hashes, in cells and across the boundary.
static_assert(std::endian::native == std::endian::little, "a little-endian machine is needed");

/// The number whose little-endian bytes these are, at most eight.
inline std::uint64_t little_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const char c : bytes) {
    value |= std::uint64_t{static_cast<std::uint8_t>(c)} << shift;
    shift += 8;
  }
  return value;
}
inline void append_integer(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// LEB128, unsigned, below 2^Bits and in as few bytes as its value needs. `next()` gives the bytes
/// one by one; `refuse()` throws, for anything else.
template <unsigned Bits, class Next, class Refuse>
std::uint64_t read_varint(Next&& next, Refuse&& refuse) {
  static_assert(Bits < 64);
  constexpr std::uint64_t limit = std::uint64_t{1} << Bits;
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < Bits; shift += 7) {
    const std::uint8_t b = next();
    value |= std::uint64_t{b & 0x7fu} << shift;
    if (b >= 0x80) continue;
    if ((b == 0 && shift != 0) || value >= limit) break;
    return value;
  }
  refuse();
  return 0;
}
inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80u);
  out += static_cast<char>(value);
}
inline std::size_t varint_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

}  // namespace hamt
