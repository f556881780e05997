// Columns of integers of fixed width, and bit vectors.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "varint.hpp"

namespace hamt::snapshot {

/// Bytes that a column needs for numbers up to `max`: never none, so that a count is bounded by the
/// file's length.
inline unsigned width_of(std::uint32_t max) noexcept {
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : max < 0x1000000 ? 3 : 4;
}

/// Numbers of equal width, stored as planes: all lowest bytes, then all second bytes, and so on.
/// General compressors like planes better than numbers side by side (gzip by 10 % on the
/// benchmark's file), and reading in place costs the same.
class column {
 public:
  column() = default;
  column(reader& in, std::uint64_t count, unsigned width)
      : offset_(in.offset()),
        count_(static_cast<std::size_t>(count)),
        width_(width),
        planes_(in.take(count * width).data()) {}

  std::size_t size() const noexcept { return count_; }
  std::size_t offset_of(std::size_t i) const noexcept { return offset_ + i; }
  std::uint32_t operator[](std::size_t i) const noexcept {
    std::uint32_t value = 0;
    for (unsigned p = 0; p < width_; ++p) {
      value |= std::uint32_t{static_cast<std::uint8_t>(planes_[p * count_ + i])} << (8 * p);
    }
    return value;
  }

 private:
  std::size_t offset_ = 0;
  std::size_t count_ = 0;
  unsigned width_ = 1;
  const char* planes_ = nullptr;
};

template <class Numbers>
void put_column(std::string& out, const Numbers& numbers, unsigned width) {
  std::size_t at = out.size();
  out.resize(at + numbers.size() * width);
  for (unsigned p = 0; p < width; ++p) {
    for (const std::uint32_t n : numbers) out[at++] = static_cast<char>(n >> (8 * p));
  }
}

/// Bits, lowest bit of the first byte first; the last byte is padded with zeros.
class bit_vector {
 public:
  bit_vector() = default;
  /// Refuses another number of ones than `ones`, and padding that is not zero.
  bit_vector(reader& in, std::uint64_t count, std::uint64_t ones) : offset_(in.offset()) {
    bits_ = in.take((count + 7) / 8);
    std::uint64_t seen = 0;
    for (const char c : bits_)
      seen += static_cast<unsigned>(std::popcount(static_cast<std::uint8_t>(c)));
    const bool padded =
        count % 8 == 0 || static_cast<std::uint8_t>(bits_.back()) >> (count % 8) == 0;
    if (seen != ones || !padded) fail(rule::bits, offset_);
  }

  bool operator[](std::size_t i) const noexcept {
    return (static_cast<std::uint8_t>(bits_[i / 8]) >> (i % 8)) & 1;
  }
  std::size_t offset_of(std::size_t i) const noexcept { return offset_ + i / 8; }

 private:
  std::size_t offset_ = 0;
  std::string_view bits_;
};

class bit_writer {
 public:
  explicit bit_writer(std::string& out) noexcept : out_(out) {}
  void put(bool bit) {
    if (used_ % 8 == 0) out_.push_back(0);
    if (bit) out_.back() = static_cast<char>(out_.back() | (1 << (used_ % 8)));
    ++used_;
  }

 private:
  std::string& out_;
  std::size_t used_ = 0;
};

}  // namespace hamt::snapshot
