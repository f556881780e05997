// The hash of a key: SipHash-1-3 with the key (0, 0) over the key's bytes followed by one byte
// 0xff.
//
// The algorithm is by Aumasson and Bernstein ("SipHash: a fast short-input PRF", 2012), with one
// round a block and three at the end. It is fixed, the same on every platform, and part of the
// format: the shape of a map, its digest and its snapshots depend on it. The byte 0xff ends the
// key, so that no key's hashed bytes are a prefix of another's (0xff does not occur in UTF-8).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "integers.hpp"

namespace hamt {

namespace detail {

struct sip_state {
  std::uint64_t v0 = 0x736f6d6570736575u, v1 = 0x646f72616e646f6du, v2 = 0x6c7967656e657261u,
                v3 = 0x7465646279746573u;

  void round() noexcept {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t block) noexcept {
    v3 ^= block;
    round();
    v0 ^= block;
  }
};

}  // namespace detail

/// SipHash-1-3 of `key` and a byte 0xff. O(length); does not allocate.
inline std::uint64_t hash_key(std::string_view key) noexcept {
  detail::sip_state s;
  const char* p = key.data();
  std::size_t left = key.size();
  std::uint64_t block;
  for (; left >= 8; p += 8, left -= 8) {
    std::memcpy(&block, p, 8);
    s.absorb(block);
  }
  block = 0;
  if (left != 0 && key.size() >= 8) {
    // The last eight bytes, moved down: cheaper than a copy of varying length.
    std::memcpy(&block, p + left - 8, 8);
    block >>= 8 * (8 - left);
  } else if (left != 0) {
    std::memcpy(&block, p, left);
  }
  block |= std::uint64_t{0xff} << (8 * left);
  if (left == 7) {
    s.absorb(block);
    block = 0;
  }
  s.absorb(block | std::uint64_t{(key.size() + 1) & 0xff} << 56);
  s.v2 ^= 0xff;
  s.round();
  s.round();
  s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace hamt
