// Scores of tickets: a keccak-256 digest as a number. The lowest are drawn.
//
//     score = keccak256(address ‖ ticket ‖ e3Id ‖ seed), read as a big-endian number; lower wins
//     bytes   0        20       52     84    116
//
// One block of keccak. All that changes between two tickets of an operator are eight bytes of it,
// so the block is kept as it is and only they are written.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "../digest/keccak.hpp"
#include "address.hpp"
#include "uint256.hpp"

namespace hamt::sortition {

/// The draw: the same for all its operators.
struct draw {
  uint256 e3_id;
  uint256 seed;
};

/// A ticket of some operator, and what it scored.
struct scored_ticket {
  uint256 score;
  uint256 ticket;
};

/// Scores tickets of one operator at a time. Nothing here allocates.
class scorer {
 public:
  explicit scorer(const draw& of) noexcept : block_(116) {
    block_.put(52, of.e3_id.to_bytes().data(), 32);
    block_.put(84, of.seed.to_bytes().data(), 32);
  }

  void set_operator(const address& a) noexcept { block_.put(0, a.data(), a.size()); }

  /// The score of any ticket: one keccak permutation.
  uint256 score(const uint256& ticket) noexcept {
    block_.put(20, ticket.to_bytes().data(), 32);
    return number(block_.hash_lanes());
  }

  /// The lowest score among the `count` tickets from `first` on, and the smallest ticket that has
  /// it: one permutation each. Requires count >= 1, and that only the low 64 bits of a ticket
  /// differ from those of `first`. O(count): bound it first.
  scored_ticket best(const uint256& first, std::uint64_t count) noexcept {
    uint256 lowest = score(first);
    std::uint64_t offset = 0;
    for (std::uint64_t i = 1; i < count; ++i) {
      const std::uint64_t in_order = __builtin_bswap64(first.low_64() + i);
      block_.put(44, &in_order, 8);
      const std::array<std::uint64_t, 4> lanes = block_.hash_lanes();
      // The first 64 bits decide all but one comparison in 2^64.
      if (__builtin_bswap64(lanes[0]) > lowest.words[0]) continue;
      const uint256 s = number(lanes);
      if (s < lowest) {
        lowest = s;
        offset = i;
      }
    }
    return {lowest, first.plus(offset)};
  }

 private:
  /// keccak's lanes are little-endian; a score is big-endian.
  static uint256 number(const std::array<std::uint64_t, 4>& lanes) noexcept {
    return uint256{{__builtin_bswap64(lanes[0]), __builtin_bswap64(lanes[1]),
                    __builtin_bswap64(lanes[2]), __builtin_bswap64(lanes[3])}};
  }

  keccak_block block_;
};

}  // namespace hamt::sortition
