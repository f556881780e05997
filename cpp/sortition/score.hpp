// Scores: who is drawn.
//
//     score = keccak256(address ‖ ticket ‖ e3Id ‖ seed), read as a big-endian number; lower wins
//     bytes   0        20       52     84    116
//
// One block of keccak. All that changes between two tickets of an operator are eight bytes of it,
// so the block is kept as it is and only they are written.
#pragma once

#include <cstdint>
#include <string>

#include "digest/keccak.hpp"
#include "sortition/address.hpp"
#include "sortition/errors.hpp"
#include "sortition/uint256.hpp"

namespace hamt::sortition {

/// The draw: the same for all its operators.
struct draw {
  uint256 e3_id;
  uint256 seed;
};

/// A ticket of some operator and what it scored. Tickets that are drawn fit 64 bits, see
/// `ticket_limit`.
struct scored_ticket {
  uint256 score;
  std::uint64_t ticket = 0;
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

  /// The lowest score among tickets 1..=tickets, and the smallest ticket that has it: one
  /// permutation each. Requires tickets >= 1. Takes as long as it takes: bound `tickets` first.
  scored_ticket best(std::uint64_t tickets) noexcept {
    scored_ticket best{score(1), 1};
    for (std::uint64_t t = 2; t <= tickets && t != 0; ++t) {
      const std::uint64_t in_order = __builtin_bswap64(t);
      block_.put(44, &in_order, 8);
      const std::array<std::uint64_t, 4> lanes = block_.hash_lanes();
      // The first 64 bits settle all but one comparison in 2^64.
      if (__builtin_bswap64(lanes[0]) > best.score.words[0]) continue;
      const uint256 s = number(lanes);
      if (s < best.score) best = {s, t};
    }
    return best;
  }

 private:
  static_assert(std::endian::native == std::endian::little, "tickets are written byte-swapped");

  /// keccak's lanes are little-endian; a score is big-endian.
  static uint256 number(const std::array<std::uint64_t, 4>& lanes) noexcept {
    return uint256{{__builtin_bswap64(lanes[0]), __builtin_bswap64(lanes[1]),
                    __builtin_bswap64(lanes[2]), __builtin_bswap64(lanes[3])}};
  }

  keccak_block block_;
};

/// Hashes that one call computes unless told otherwise: 2^28, a minute or two.
inline constexpr std::uint64_t default_ticket_limit = std::uint64_t{1} << 28;

/// `tickets` as a 64-bit number, or too_many_tickets naming the operator and both numbers.
inline std::uint64_t bounded_tickets(const address& node, const uint256& tickets,
                                     std::uint64_t limit) {
  if (!tickets.fits_64() || tickets.low_64() > limit)
    throw too_many_tickets("operator " + to_text(node) + " holds " + to_decimal(tickets) +
                           " tickets, more than the limit of " + to_decimal(limit));
  return tickets.low_64();
}

/// The best of an operator's tickets 1..=tickets, at least one. Throws too_many_tickets above
/// `limit`.
inline scored_ticket best_ticket(const address& node, const uint256& tickets, const draw& of,
                                 std::uint64_t limit = default_ticket_limit) {
  const std::uint64_t count = bounded_tickets(node, tickets, limit);
  scorer s(of);
  s.set_operator(node);
  return s.best(count);
}

}  // namespace hamt::sortition
