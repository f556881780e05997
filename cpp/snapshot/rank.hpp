// Numbers for strings: the distinct ones in ascending order, and which of them each string is.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "trie/hash.hpp"

namespace hamt::snapshot {

struct ranking {
  std::vector<std::string_view> distinct;  // ascending by bytes
  std::vector<std::uint32_t> ranks;        // for each string given, its place in `distinct`
};

namespace detail {

/// The eight bytes of `s` from `from` on as a number that compares as they do; missing bytes are
/// zero.
inline std::uint64_t word_at(std::string_view s, std::size_t from) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i)
    word = word << 8 | (from + i < s.size() ? static_cast<std::uint8_t>(s[from + i]) : 0);
  return word;
}

}  // namespace detail

/// O(bytes + n log n) whatever the strings are: equal ones are found by hash, and only distinct
/// ones are sorted.
inline ranking rank_strings(const std::vector<std::string_view>& strings) {
  ranking result;
  std::vector<std::string_view>& distinct = result.distinct;
  std::vector<std::uint32_t>& ranks = result.ranks;
  ranks.reserve(strings.size());
  const std::size_t mask = std::bit_ceil(strings.size() * 2 + 1) - 1;
  std::vector<std::uint32_t> slots(mask + 1);  // 1 + place in `distinct`, by hash; 0 is free
  for (const std::string_view s : strings) {
    std::size_t at = hash_key(s) & mask;
    while (slots[at] != 0 && distinct[slots[at] - 1] != s) at = (at + 1) & mask;
    if (slots[at] == 0) {
      distinct.push_back(s);
      slots[at] = static_cast<std::uint32_t>(distinct.size());
    }
    ranks.push_back(slots[at] - 1);
  }
  if (distinct.empty()) return result;

  // Most comparisons are settled by the eight bytes after what all strings share; they are kept
  // beside the index.
  struct item {
    std::uint64_t word;
    std::uint32_t index;
  };
  std::size_t common = distinct[0].size();
  for (const std::string_view s : distinct) {
    std::size_t n = 0;
    while (n < common && n < s.size() && s[n] == distinct[0][n]) ++n;
    common = n;
  }
  std::vector<item> items;
  items.reserve(distinct.size());
  for (std::uint32_t i = 0; i < distinct.size(); ++i)
    items.push_back({detail::word_at(distinct[i], common), i});
  const auto less = [&](const item& a, const item& b) {
    return a.word != b.word ? a.word < b.word : distinct[a.index] < distinct[b.index];
  };
  // std::sort takes 2/3 of the time, and five times the code: 5 KB of the wasm module.
  std::make_heap(items.begin(), items.end(), less);
  std::sort_heap(items.begin(), items.end(), less);

  std::vector<std::string_view> sorted;
  sorted.reserve(items.size());
  std::vector<std::uint32_t> place(items.size());
  for (const item& i : items) {
    place[i.index] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(distinct[i.index]);
  }
  distinct = std::move(sorted);
  for (std::uint32_t& r : ranks) r = place[r];
  return result;
}

}  // namespace hamt::snapshot
