// Unsigned integers of 256 bits, as much of them as sortition needs: order, decimal text, and 32
// big-endian bytes (the form in which contracts, seeds and scores are written).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hamt::sortition {

/// Four 64-bit words, the most significant first, so that comparing the arrays compares the
/// numbers. Trivially copyable; nothing here allocates except to_decimal.
struct uint256 {
  std::array<std::uint64_t, 4> words{};

  constexpr uint256() noexcept = default;
  constexpr uint256(std::uint64_t small) noexcept
      : words{0, 0, 0, small} {}  // NOLINT: a number is one
  constexpr explicit uint256(std::array<std::uint64_t, 4> most_significant_first) noexcept
      : words(most_significant_first) {}

  /// From at most 32 big-endian bytes.
  static constexpr uint256 from_bytes(const std::uint8_t* bytes, std::size_t size) noexcept {
    uint256 n;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t rank = size - 1 - i;  // of this byte, from the least significant
      n.words[3 - rank / 8] |= std::uint64_t{bytes[i]} << (8 * (rank % 8));
    }
    return n;
  }
  constexpr std::array<std::uint8_t, 32> to_bytes() const noexcept {
    std::array<std::uint8_t, 32> out{};
    for (std::size_t i = 0; i < 32; ++i)
      out[i] = static_cast<std::uint8_t>(words[i / 8] >> (56 - 8 * (i % 8)));
    return out;
  }

  friend constexpr bool operator==(const uint256&, const uint256&) noexcept = default;
  friend constexpr bool operator<(const uint256& a, const uint256& b) noexcept {
    for (std::size_t i = 0; i < 3; ++i)
      if (a.words[i] != b.words[i]) return a.words[i] < b.words[i];
    return a.words[3] < b.words[3];
  }

  constexpr bool is_zero() const noexcept { return *this == uint256{}; }
  constexpr bool fits_64() const noexcept { return (words[0] | words[1] | words[2]) == 0; }
  constexpr std::uint64_t low_64() const noexcept { return words[3]; }

  /// Number of bits without leading zeros: 0 for zero, 256 for 2^255 and above.
  constexpr unsigned bits() const noexcept {
    for (unsigned i = 0; i < 4; ++i)
      if (words[i] != 0) return 256 - 64 * i - static_cast<unsigned>(std::countl_zero(words[i]));
    return 0;
  }
  /// Wraps around at 2^256.
  constexpr uint256 plus(std::uint64_t small) const noexcept {
    uint256 out = *this;
    out.words[3] += small;
    bool carry = out.words[3] < small;
    for (unsigned i = 3; carry && i-- > 0;) carry = ++out.words[i] == 0;
    return out;
  }
};

/// For messages.
inline std::string to_decimal(uint256 n) {
  std::string digits;
  do {
    std::uint64_t rest = 0;
    for (std::uint64_t& word : n.words) {
      // Long division by ten, 32 bits at a time.
      const std::uint64_t high = (rest << 32) | (word >> 32);
      const std::uint64_t low = ((high % 10) << 32) | (word & 0xffff'ffff);
      word = ((high / 10) << 32) | (low / 10);
      rest = low % 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  } while (!n.is_zero());
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace hamt::sortition
