// Selection: the best operators of a list.
//
//     takes part = whoever the list names; under owner_cap only with a bond owner
//     best       = of each operator, its listed ticket of lowest score, the smallest on a tie
//     ranking    = by (score, ticket, address); under owner_cap by (score, address), and of the
//                  operators of one owner only the first
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "errors.hpp"
#include "score.hpp"

namespace hamt::sortition {

enum class policy : std::uint8_t { uncapped, owner_cap };

/// An operator, and the tickets first, first + 1, ... with which it takes part: all that it holds,
/// or the one that it submitted.
struct candidate {
  address node;
  std::optional<address> owner;  ///< who bonds the operator, where known
  uint256 first;
  uint256 count;  ///< at least 1
};

struct winner {
  std::size_t index;  ///< in the list
  scored_ticket best;
};

namespace selection_detail {

struct entry {
  winner w;
  const candidate* of;
};
using order = bool (*)(const entry&, const entry&);

inline bool by_ticket(const entry& a, const entry& b) {
  return std::tie(a.w.best.score, a.w.best.ticket, a.of->node) <
         std::tie(b.w.best.score, b.w.best.ticket, b.of->node);
}
inline bool by_score(const entry& a, const entry& b) {
  return std::tie(a.w.best.score, a.of->node) < std::tie(b.w.best.score, b.of->node);
}
inline bool by_owner(const entry& a, const entry& b) {
  if (a.of->owner != b.of->owner) return a.of->owner < b.of->owner;
  return by_score(a, b);
}

/// Heap sort, with the order as an argument: one small function, where std::sort would be several
/// large ones. What costs time here is hashing.
inline void sort(std::vector<entry>& entries, order before) {
  std::make_heap(entries.begin(), entries.end(), before);
  std::sort_heap(entries.begin(), entries.end(), before);
}

/// Ranks scored entries; the best `size` stay.
inline void rank(std::vector<entry>& entries, std::size_t size, policy by) {
  if (by == policy::owner_cap) {
    sort(entries, by_owner);
    const auto same_owner = [](const entry& a, const entry& b) {
      return a.of->owner == b.of->owner;
    };
    entries.erase(std::unique(entries.begin(), entries.end(), same_owner), entries.end());
  }
  sort(entries, by == policy::owner_cap ? by_score : by_ticket);
  if (entries.size() > size)
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(size), entries.end());
}

}  // namespace selection_detail

/// Throws too_many_tickets, naming the operator, when one or all together have more than `limit`
/// tickets, or tickets that differ in more than 64 bits. O(n).
inline void require_tickets(std::span<const candidate> candidates, std::uint64_t limit) {
  std::uint64_t total = 0;
  for (const candidate& c : candidates) {
    if (!c.count.fits_64() || c.count.low_64() > limit ||
        c.first.low_64() + (c.count.low_64() - 1) < c.first.low_64())
      throw too_many_tickets("operator " + to_text(c.node) + " holds " + to_decimal(c.count) +
                             " tickets, more than the limit of " + to_decimal(limit));
    if (c.count.low_64() > limit - total)
      throw too_many_tickets("with the " + to_decimal(c.count) + " tickets of operator " +
                             to_text(c.node) + " there are more than the limit of " +
                             to_decimal(limit));
    total += c.count.low_64();
  }
}

/// The `size` best of `candidates`, ranked; fewer when there are fewer. One hash a ticket, then a
/// sort. Throws too_many_tickets, before the first hash, for more than `limit` tickets.
inline std::vector<winner> select(std::span<const candidate> candidates, const draw& of,
                                  std::size_t size, policy by, std::uint64_t limit) {
  require_tickets(candidates, limit);
  std::vector<selection_detail::entry> entries;
  entries.reserve(candidates.size());
  scorer s(of);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const candidate& c = candidates[i];
    if (by == policy::owner_cap && !c.owner) continue;
    s.set_operator(c.node);
    entries.push_back({{i, s.best(c.first, c.count.low_64())}, &c});
  }
  selection_detail::rank(entries, size, by);
  std::vector<winner> out;
  out.reserve(entries.size());
  for (const selection_detail::entry& e : entries) out.push_back(e.w);
  return out;
}

}  // namespace hamt::sortition
