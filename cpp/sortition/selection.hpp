// Selection: the best operators of a map.
//
//     eligible  = active, and floor(ticketBalance / ticketPrice) >= 1
//     best      = of each eligible operator, its ticket of lowest score
//     ranking   = by (score, ticket, address)
//     owner_cap = of each bond owner only its best operator; one of no known owner stands alone
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sortition/node_state.hpp"
#include "sortition/score.hpp"
#include "trie/map.hpp"

namespace hamt::sortition {

enum class policy : std::uint8_t { uncapped, owner_cap };

struct winner {
  address node;
  scored_ticket best;

  /// The ranking. Equal scores are a collision of keccak, yet an order must be total.
  friend bool operator<(const winner& a, const winner& b) noexcept {
    return std::tie(a.best.score, a.best.ticket, a.node) <
           std::tie(b.best.score, b.best.ticket, b.node);
  }
};

/// An eligible operator, before its tickets are scored.
struct candidate {
  address node;
  std::uint64_t tickets;  ///< at least 1
  std::optional<address> owner;
};

/// The eligible operators of `nodes`, in the map's order. A price of zero buys no tickets.
/// O(n), allocates the list. Throws node_state_error for a map that is no registry,
/// too_many_tickets when one operator or all together hold more than `limit`.
template <class P>
std::vector<candidate> eligible(const byte_map<P>& nodes, const uint256& ticket_price,
                                std::uint64_t limit = default_ticket_limit) {
  std::vector<candidate> out;
  std::uint64_t total = 0;
  for (cursor<typename P::byte_value, P> c{nodes}; c; c.next()) {
    const std::optional<address> node = parse_address(c.key());
    if (!node) throw node_state_error(c.key(), "the key is not an address");
    const node_state state = read_node_state(c.key(), bytes_of(c.value()));
    if (!state.active || ticket_price.is_zero()) continue;
    const uint256 tickets = divide(state.ticket_balance, ticket_price).quotient;
    if (tickets.is_zero()) continue;
    const std::uint64_t count = bounded_tickets(*node, tickets, limit);
    if (count > limit - total)
      throw too_many_tickets("with the " + to_decimal(count) + " tickets of operator " +
                             to_text(*node) + " there are more than the limit of " +
                             to_decimal(limit));
    total += count;
    out.push_back({*node, count, state.owner});
  }
  return out;
}

namespace selection_detail {

struct entry {
  winner w;
  bool owned;
  address owner;
};
using order = bool (*)(const entry&, const entry&);

inline bool by_rank(const entry& a, const entry& b) { return a.w < b.w; }
inline bool by_owner(const entry& a, const entry& b) {
  return std::tie(a.owned, a.owner, a.w) < std::tie(b.owned, b.owner, b.w);
}

/// Heap sort, with the order as an argument: one small function, where std::sort would be two large
/// ones. What counts here is hashing.
inline void sort(std::vector<entry>& entries, order before) {
  std::make_heap(entries.begin(), entries.end(), before);
  std::sort_heap(entries.begin(), entries.end(), before);
}

}  // namespace selection_detail

/// The `size` best of `candidates`, ranked; fewer when there are fewer. One hash a ticket, then a
/// sort.
inline std::vector<winner> rank(const std::vector<candidate>& candidates, const draw& of,
                                std::size_t size, policy by) {
  using selection_detail::entry;
  std::vector<entry> entries;
  entries.reserve(candidates.size());
  scorer s(of);
  for (const candidate& c : candidates) {
    s.set_operator(c.node);
    entries.push_back({{c.node, s.best(c.tickets)}, c.owner.has_value(), c.owner.value_or(c.node)});
  }
  if (by == policy::owner_cap) {
    selection_detail::sort(entries, selection_detail::by_owner);
    const auto same_owner = [](const entry& a, const entry& b) {
      return a.owned == b.owned && a.owner == b.owner;
    };
    entries.erase(std::unique(entries.begin(), entries.end(), same_owner), entries.end());
  }
  selection_detail::sort(entries, selection_detail::by_rank);
  std::vector<winner> out;
  out.reserve(std::min(size, entries.size()));
  for (const entry& e : entries) {
    if (out.size() == size) break;
    out.push_back(e.w);
  }
  return out;
}

/// The committee that a map of node states would send: eligible(), then rank().
template <class P>
std::vector<winner> select(const byte_map<P>& nodes, const draw& of, const uint256& ticket_price,
                           std::size_t size, policy by,
                           std::uint64_t limit = default_ticket_limit) {
  return rank(eligible(nodes, ticket_price, limit), of, size, by);
}

}  // namespace hamt::sortition
