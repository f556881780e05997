// Unsigned integers of 256 bits, as much of them as sortition needs: order, division, and the way
// in and out as 32 big-endian bytes (the form in which contracts, seeds and scores are written).
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
      const std::size_t place = size - 1 - i;  // of this byte, from the least significant
      n.words[3 - place / 8] |= std::uint64_t{bytes[i]} << (8 * (place % 8));
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
  constexpr uint256 shifted_left(unsigned by) const noexcept {
    uint256 out;
    for (unsigned i = 0; i < 4; ++i) {
      const unsigned from = i + by / 64;
      if (from < 4) out.words[i] = words[from] << (by % 64);
      if (by % 64 != 0 && from + 1 < 4) out.words[i] |= words[from + 1] >> (64 - by % 64);
    }
    return out;
  }
  constexpr uint256 minus(const uint256& o) const noexcept {
    uint256 out;
    std::uint64_t borrow = 0;
    for (unsigned i = 4; i-- > 0;) {
      const std::uint64_t without = words[i] - o.words[i];
      out.words[i] = without - borrow;
      borrow = (words[i] < o.words[i]) || (without < borrow) ? 1 : 0;
    }
    return out;
  }
};

struct quotient_and_rest {
  uint256 quotient;
  uint256 rest;
};

/// Floor division; `divisor` must not be zero. One instruction for numbers below 2^64, which token
/// amounts mostly are; otherwise a subtraction for each bit of the quotient.
constexpr quotient_and_rest divide(const uint256& number, const uint256& divisor) noexcept {
  if (number.fits_64() && divisor.fits_64())
    return {number.low_64() / divisor.low_64(), number.low_64() % divisor.low_64()};
  quotient_and_rest out{{}, number};
  if (number < divisor) return out;
  for (unsigned shift = number.bits() - divisor.bits() + 1; shift-- > 0;) {
    const uint256 part = divisor.shifted_left(shift);
    if (out.rest < part) continue;
    out.rest = out.rest.minus(part);
    out.quotient.words[3 - shift / 64] |= std::uint64_t{1} << (shift % 64);
  }
  return out;
}

/// For messages.
inline std::string to_decimal(uint256 n) {
  std::string digits;
  do {
    const auto [quotient, rest] = divide(n, 10);
    digits.push_back(static_cast<char>('0' + rest.low_64()));
    n = quotient;
  } while (!n.is_zero());
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace hamt::sortition
