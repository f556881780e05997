// Snapshot writer: from maps to bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../trie/map.hpp"
#include "plan.hpp"
#include "sections.hpp"
#include "sort_distinct.hpp"

namespace hamt::snapshot {

namespace detail {

/// The depth-first order of the tree of versions: bases first, otherwise as listed.
template <class Version>
std::vector<std::uint32_t> file_order(const std::vector<Version>& versions) {
  const auto count = static_cast<std::uint32_t>(versions.size());
  static constexpr std::uint32_t none = 0xffffffff;
  // Children as linked lists; slot `count` is the root of all trees. Filled from the end, so that
  // lists ascend.
  std::vector<std::uint32_t> child(std::size_t{count} + 1, none), sibling(count, none), order;
  for (std::uint32_t v = count; v-- > 0;) {
    std::uint32_t& head = child[versions[v].base == none ? count : versions[v].base];
    sibling[v] = head;
    head = v;
  }
  order.reserve(count);
  std::vector<std::uint32_t> waiting{child[count]};
  while (!waiting.empty()) {
    const std::uint32_t v = waiting.back();
    waiting.pop_back();
    if (v == none) continue;
    order.push_back(v);
    waiting.push_back(sibling[v]);
    waiting.push_back(child[v]);
  }
  return order;
}

/// The changes of all versions, by key: those of a key in the order of the file's versions.
struct change_lists {
  struct change {
    std::uint32_t version, code;  // code: 0 absent, 1 + the number of the value
  };
  std::vector<std::string_view> keys, values;  // distinct, ascending
  std::vector<std::uint32_t> starts;           // where each key's changes begin, and the end
  std::vector<change> changes;
};

template <class Version>
change_lists arrange(const std::vector<Version>& versions,
                     const std::vector<std::uint32_t>& order) {
  std::vector<std::string_view> strings;
  std::size_t total = 0;
  for (const Version& v : versions) total += v.changes.size();
  strings.reserve(total);
  for (const std::uint32_t v : order) {
    for (const auto& c : versions[v].changes) strings.push_back(c.key);
  }
  distinct_strings keys = sort_distinct(strings);
  strings.clear();
  for (const std::uint32_t v : order) {
    for (const auto& c : versions[v].changes) {
      if (c.present) strings.push_back(c.value);
    }
  }
  distinct_strings values = sort_distinct(strings);

  change_lists result;
  result.starts.resize(keys.strings.size() + 1);
  for (const std::uint32_t k : keys.numbers) ++result.starts[k + 1];
  for (std::size_t k = 1; k < result.starts.size(); ++k) result.starts[k] += result.starts[k - 1];
  result.changes.resize(total);
  std::vector<std::uint32_t> next = result.starts;
  std::size_t at = 0, value = 0;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    for (const auto& c : versions[order[i]].changes) {
      result.changes[next[keys.numbers[at++]]++] = {i, c.present ? values.numbers[value++] + 1 : 0};
    }
  }
  result.keys = std::move(keys.strings);
  result.values = std::move(values.strings);
  return result;
}

/// The sections that say how the versions of the file form a tree.
struct tree_sections {
  std::string tree, growth;
  std::vector<std::uint32_t> bases;  // external bases: the last first, then in the order of use
};

template <class Version>
tree_sections put_tree(const std::vector<Version>& versions,
                       const std::vector<std::uint32_t>& order, std::size_t external) {
  static constexpr std::uint32_t none = 0xffffffff;
  tree_sections result;
  std::vector<std::uint32_t> numbers(external, none);
  const auto number_of = [&](std::size_t b) {
    if (numbers[b] == none) {
      numbers[b] = static_cast<std::uint32_t>(result.bases.size());
      result.bases.push_back(static_cast<std::uint32_t>(b));
    }
    return numbers[b];
  };
  if (external != 0) number_of(external - 1);
  std::vector<std::uint32_t> path;
  for (const std::uint32_t i : order) {
    const Version& v = versions[i];
    std::uint32_t up = 0;
    for (; !path.empty() && path.back() != v.base; ++up) path.pop_back();
    if (v.base == none && v.root_base != 0) up += 1 + number_of(v.root_base - 1);
    append_varint(result.tree, up);
    append_varint(result.growth, fold(v.growth));
    path.push_back(i);
  }
  return result;
}

/// The number in the file of each listed version; nothing if these are 0, 1, 2 and so on.
inline std::vector<std::uint32_t> listing_of(const std::vector<std::uint32_t>& listed,
                                             const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> number(order.size()), listing;
  for (std::uint32_t i = 0; i < order.size(); ++i) number[order[i]] = i;
  bool in_order = listed.size() == order.size();
  listing.reserve(listed.size());
  for (const std::uint32_t v : listed) {
    in_order = in_order && number[v] == listing.size();
    listing.push_back(number[v]);
  }
  if (in_order) listing.clear();
  return listing;
}

/// Appends the sections from `first` to the change codes.
inline void put_changes(std::string& out, const change_lists& lists, std::uint32_t last_version) {
  bit_writer in_first(out);
  const std::size_t keys = lists.keys.size();
  for (std::size_t k = 0; k < keys; ++k) in_first.put(lists.changes[lists.starts[k]].version == 0);
  std::vector<std::uint32_t> versions, codes, later_codes;
  bit_writer runs(out);
  for (std::size_t k = 0; k < keys; ++k) {
    for (std::size_t i = lists.starts[k]; i < lists.starts[k + 1]; ++i) {
      const auto [version, code] = lists.changes[i];
      if (version == 0) {
        codes.push_back(code);
      } else {
        versions.push_back(version);
        later_codes.push_back(code);
        runs.put(true);
      }
    }
    runs.put(false);
  }
  codes.insert(codes.end(), later_codes.begin(), later_codes.end());
  put_column(out, versions, width_of(last_version));
  put_column(out, codes, width_of(static_cast<std::uint32_t>(lists.values.size())));
}

inline void put_count(std::string& out, std::size_t n) {
  if (n > 0xffffffff) throw std::length_error("more than a snapshot can count");
  append_varint(out, static_cast<std::uint32_t>(n));
}

}  // namespace detail

/// Versions to write: a vector, an array, a part of one.
template <class P>
using maps = std::type_identity_t<std::span<const byte_map<P>>>;

/// The bytes of `versions`, for a reader that has `external`. `digest_of(i)` gives the 32 bytes
/// that name `external[i]`; only those that are needed are asked for, and the last. With no
/// external base the result is a snapshot. The bytes follow from the contents, the order and `meta`
/// alone. O(bytes of what the versions do not share). Throws std::length_error for a key or value
/// above 1 GiB, std::bad_alloc.
template <class P = local_policy, class DigestOf>
std::string write_delta(maps<P> external, maps<P> versions, std::string_view meta,
                        DigestOf&& digest_of) {
  const detail::planner<P> plan(external, versions);
  const std::vector<std::uint32_t> order = detail::file_order(plan.versions);
  const detail::change_lists lists = detail::arrange(plan.versions, order);
  const detail::tree_sections tree = detail::put_tree(plan.versions, order, external.size());
  const std::vector<std::uint32_t> listing = detail::listing_of(plan.listing, order);
  const auto last = static_cast<std::uint32_t>(order.size() - 1);
  std::size_t first = 0;
  for (std::size_t k = 0; k < lists.keys.size(); ++k)
    first += lists.changes[lists.starts[k]].version == 0;

  std::string out(magic);
  for (const std::uint8_t id : {format_version, siphash_1_3, keccak_nodes})
    out.push_back(static_cast<char>(id));
  for (const std::size_t n :
       {meta.size(), tree.bases.size(), order.size(), listing.size(), lists.keys.size(),
        lists.values.size(), first, lists.changes.size() - first}) {
    detail::put_count(out, n);
  }
  out += meta;
  for (const std::uint32_t b : tree.bases) {
    const auto digest = digest_of(std::size_t{b});
    out.append(reinterpret_cast<const char*>(digest.data()), digest_size);
  }
  out += tree.tree;
  out += tree.growth;
  if (!listing.empty()) put_column(out, listing, width_of(last));
  put_string_table(out, lists.keys);
  put_string_table(out, lists.values);
  detail::put_changes(out, lists, last);
  const std::uint64_t checksum = hash_key(out);
  out.append(reinterpret_cast<const char*>(&checksum), checksum_length);
  return out;
}

/// The bytes of `versions`: a snapshot. As `write_delta`.
template <class P = local_policy>
std::string write(maps<P> versions, std::string_view meta = {}) {
  return write_delta<P>({}, versions, meta,
                        [](std::size_t) { return std::array<char, digest_size>{}; });
}

}  // namespace hamt::snapshot
