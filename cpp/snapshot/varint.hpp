// Reader of a file's bytes, front to back, and variable-length integers of 32 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../trie/integers.hpp"
#include "error.hpp"

namespace hamt::snapshot {

/// A varint of at most 2^32 - 1. `next` gives the bytes, the first at `start`.
template <class Next>
std::uint32_t read_varint(std::size_t start, Next&& next) {
  return static_cast<std::uint32_t>(
      hamt::read_varint<32>(next, [start] { fail(rule::varint, start); }));
}

/// Reads a file front to back and never past its end. Nothing here allocates.
class reader {
 public:
  explicit reader(std::string_view bytes, std::size_t at = 0) noexcept : bytes_(bytes), at_(at) {}

  std::size_t offset() const noexcept { return at_; }
  std::size_t left() const noexcept { return bytes_.size() - at_; }

  std::uint8_t byte() {
    if (at_ == bytes_.size()) fail(rule::truncated, at_);
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }

  std::uint32_t varint() {
    return read_varint(at_, [this] { return byte(); });
  }

  /// A signed integer folded into an unsigned one: 0, -1, 1, -2, 2 ... are 0, 1, 2, 3, 4 ...
  std::int64_t zigzag() {
    const std::uint32_t u = varint();
    return (u & 1) ? -std::int64_t{u >> 1} - 1 : std::int64_t{u >> 1};
  }

  std::string_view take(std::uint64_t length) {
    if (length > left()) fail(rule::truncated, bytes_.size());
    const auto part = bytes_.substr(at_, static_cast<std::size_t>(length));
    at_ += part.size();
    return part;
  }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

inline std::uint32_t fold(std::int64_t value) noexcept {
  return static_cast<std::uint32_t>(value < 0 ? -2 * value - 1 : 2 * value);
}

}  // namespace hamt::snapshot
