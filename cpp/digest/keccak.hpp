// Keccak-256 with the padding Ethereum uses (0x01; SHA3-256 uses 0x06).
//
// From the inside out: the permutation keccak-f[1600] of FIPS 202 section 3.3 (keccak.cpp), the
// 136-byte sponge around it, and three ways to feed the sponge: all at once, piece by piece, or one
// block prepared in place.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "../trie/digest32.hpp"

namespace hamt {

/// Bytes that one permutation absorbs ("rate").
inline constexpr std::size_t keccak_rate = 136;

namespace keccak_detail {

inline constexpr std::size_t rate_lanes = keccak_rate / 8;

[[gnu::always_inline]] inline std::uint64_t load64(const void* from) noexcept {
  std::uint64_t lane;
  std::memcpy(&lane, from, 8);
  return lane;
}

[[gnu::always_inline]] inline void store64(void* to, std::uint64_t lane) noexcept {
  std::memcpy(to, &lane, 8);
}

}  // namespace keccak_detail

/// The permutation keccak-f[1600], in place. Lane (x, y) is state[5y + x]. About 290 ns natively,
/// 330 ns in wasm.
void keccak_f1600(std::array<std::uint64_t, 25>& state) noexcept;

/// Incremental keccak-256 of a message of any length: update() as often as wanted, then finish()
/// once. One permutation per 136 bytes and one more to finish; never allocates.
class keccak256_hasher {
 public:
  keccak256_hasher& update(const void* data, std::size_t size) noexcept {
    const auto* from = static_cast<const std::uint8_t*>(data);
    while (size > 0) {
      if (filled_ % 8 == 0 && size >= 8) {
        state_[filled_ / 8] ^= keccak_detail::load64(from);
        filled_ += 8, from += 8, size -= 8;
      } else {
        absorb_byte(filled_, *from);
        ++filled_, ++from, --size;
      }
      if (filled_ == keccak_rate) {
        keccak_f1600(state_);
        filled_ = 0;
      }
    }
    return *this;
  }
  keccak256_hasher& update(std::string_view data) noexcept {
    return update(data.data(), data.size());
  }

  /// The digest of all that was given. The hasher is spent afterwards.
  digest32 finish() noexcept {
    absorb_byte(filled_, 0x01);
    absorb_byte(keccak_rate - 1, 0x80);
    keccak_f1600(state_);
    digest32 out;
    for (std::size_t i = 0; i < 4; ++i) keccak_detail::store64(out.data() + 8 * i, state_[i]);
    return out;
  }

 private:
  void absorb_byte(std::size_t at, std::uint8_t byte) noexcept {
    state_[at / 8] ^= std::uint64_t{byte} << (8 * (at % 8));
  }

  std::array<std::uint64_t, 25> state_{};
  std::size_t filled_ = 0;  // bytes absorbed since the last permutation, < keccak_rate
};

/// keccak-256 of `data`, any length: size / 136 + 1 permutations; never allocates.
inline digest32 keccak256(const void* data, std::size_t size) noexcept {
  return keccak256_hasher{}.update(data, size).finish();
}
inline digest32 keccak256(std::string_view data) noexcept {
  return keccak256(data.data(), data.size());
}

/// A message of fewer than 136 bytes that is put together in place, then hashed with one
/// permutation. For messages of one shape: fill it once, change a field with put(), hash again;
/// hashing leaves the message as it is.
class keccak_block {
 public:
  static constexpr std::size_t max_size = keccak_rate - 1;

  /// An all-zero message of `size` bytes. Requires size <= max_size.
  explicit keccak_block(std::size_t size) noexcept {
    bytes_[size] = 0x01;
    bytes_[keccak_rate - 1] |= 0x80;
  }

  /// Overwrites message bytes [at, at + size). The caller keeps within the message: no check, this
  /// is an inner loop.
  void put(std::size_t at, const void* data, std::size_t size) noexcept {
    std::memcpy(bytes_.data() + at, data, size);
  }
  void put(std::size_t at, std::uint8_t byte) noexcept { bytes_[at] = byte; }
  void put(std::size_t at, const digest32& digest) noexcept {
    std::memcpy(bytes_.data() + at, digest.data(), digest.size());
  }

  /// The digest as four 64-bit lanes: lane i holds bytes 8i..8i+7, least significant first.
  std::array<std::uint64_t, 4> hash_lanes() const noexcept {
    std::array<std::uint64_t, 25> state;
    for (std::size_t i = 0; i < keccak_detail::rate_lanes; ++i)
      state[i] = keccak_detail::load64(bytes_.data() + 8 * i);
    for (std::size_t i = keccak_detail::rate_lanes; i < 25; ++i) state[i] = 0;
    keccak_f1600(state);
    return {state[0], state[1], state[2], state[3]};
  }
  /// The digest of the message as it is: one permutation, no allocation.
  digest32 hash() const noexcept {
    const std::array<std::uint64_t, 4> lanes = hash_lanes();
    digest32 out;
    for (std::size_t i = 0; i < 4; ++i) keccak_detail::store64(out.data() + 8 * i, lanes[i]);
    return out;
  }

 private:
  alignas(8) std::array<std::uint8_t, keccak_rate> bytes_{};
};

}  // namespace hamt
