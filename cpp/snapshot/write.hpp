// From maps to bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "snapshot/image.hpp"
#include "snapshot/rank.hpp"
#include "trie/diff.hpp"
#include "trie/map.hpp"

namespace hamt::snapshot {

namespace detail {

/// Decides, by contents alone, which version each is stored as a difference from, and collects
/// these differences.
template <class P>
class planner {
 public:
  using map_type = byte_map<P>;
  static constexpr std::uint32_t none = 0xffffffff;

  struct change {
    std::string_view key, value;
    bool present;
  };
  struct version {
    std::uint32_t base = none;  // an earlier version, or none: it stands on its ground
    std::uint32_t ground = 0;   // 0 the empty map, 1 + b the b-th base outside
    std::uint32_t root = 0;     // the first version above the ground
    std::int64_t growth = 0;
    std::vector<change> changes;
  };

  planner(std::span<const map_type> outside, std::span<const map_type> listed)
      : outside_(outside), copies_(outside.size() + 1, none) {
    listing.reserve(listed.size());
    for (const map_type& m : listed) add(m);
  }

  std::vector<version> versions;       // distinct, as first listed
  std::vector<std::uint32_t> listing;  // for each listed map, its version

 private:
  /// A place to stand on: a version, or a ground.
  struct stand {
    std::uint32_t version = none, ground = 0;
  };

  /// Candidates are the versions nearest in the list, the one before and its bases at distances 1,
  /// 2, 4 ... 256 and at the end, and likewise the maps outside: enough for histories, for branches
  /// that take turns and for edits of one base, at a bounded cost a version.
  void add(const map_type& m) {
    static constexpr std::size_t nearest = 8, farthest = 256;
    stand best;
    // Standing on the empty map costs one less; ties go to a relative.
    std::size_t fewest = m.size() + 1;
    const auto consider = [&](stand s, const map_type& candidate) {
      const std::size_t n = fewest == 0 ? 0 : differences(candidate, m, fewest);
      if (n >= fewest) return;
      fewest = n;
      best = s;
    };
    const auto version_at = [](std::size_t v) { return stand{static_cast<std::uint32_t>(v), 0}; };
    const std::size_t count = versions.size();
    for (std::size_t v = count; v > 0 && v > count - std::min(count, nearest); --v)
      consider(version_at(v - 1), *maps_[v - 1]);
    if (!listing.empty()) {
      const std::uint32_t before = listing.back();
      const auto consider_far = [&](std::uint32_t a) {  // the nearest were there already
        if (count - a > nearest) consider(version_at(a), *maps_[a]);
      };
      std::size_t stop = 0;
      std::uint32_t a = before;
      for (std::size_t steps = 0; a != none && steps <= farthest; ++steps) {
        if (steps == stop) {
          consider_far(a);
          stop = std::max<std::size_t>(1, 2 * stop);
        }
        a = versions[a].base;
      }
      consider_far(versions[before].root);
    }
    for (std::size_t i = 0; i < outside_.size(); i = i < nearest ? i + 1 : i * 2) {
      const std::size_t b = outside_.size() - 1 - i;
      consider({none, static_cast<std::uint32_t>(b + 1)}, outside_[b]);
    }
    if (fewest > m.size()) best = {}, fewest = m.size();
    if (fewest == 0) {
      if (best.version == none) best.version = copies_[best.ground];
      if (best.version != none) {
        listing.push_back(best.version);
        return;
      }
      copies_[best.ground] = static_cast<std::uint32_t>(count);
    }

    version v;
    v.base = best.version;
    v.ground = best.version != none ? versions[best.version].ground : best.ground;
    v.root = best.version != none ? versions[best.version].root : static_cast<std::uint32_t>(count);
    const map_type base = best.version != none ? *maps_[best.version]
                          : best.ground != 0   ? outside_[best.ground - 1]
                                               : map_type();
    v.growth = static_cast<std::int64_t>(m.size()) - static_cast<std::int64_t>(base.size());
    v.changes.reserve(fewest);
    for (diff_cursor<typename P::byte_value, P> d{base, m}; d; d.next()) {
      const auto after = d.after();
      v.changes.push_back(
          {d.key(), after ? bytes_of(*after) : std::string_view{}, after.has_value()});
    }
    listing.push_back(static_cast<std::uint32_t>(count));
    versions.push_back(std::move(v));
    maps_.push_back(&m);
  }

  /// In how many keys they differ; gives up at `limit`.
  static std::size_t differences(const map_type& a, const map_type& b, std::size_t limit) {
    const std::size_t sizes = a.size() < b.size() ? b.size() - a.size() : a.size() - b.size();
    if (sizes >= limit) return limit;
    std::size_t n = 0;
    for (diff_cursor<typename P::byte_value, P> d{a, b}; d && n < limit; d.next()) ++n;
    return n;
  }

  std::span<const map_type> outside_;
  std::vector<const map_type*> maps_;  // of each version
  std::vector<std::uint32_t> copies_;  // for each ground, the version that equals it
};

/// The walk of the tree of versions in which the file stores them: bases first, otherwise as
/// listed.
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

}  // namespace detail

/// Versions to write: a vector, an array, a part of one.
template <class P>
using maps = std::type_identity_t<std::span<const byte_map<P>>>;

/// The bytes of `versions`, given that the reader has `outside`. `digest_of(i)` gives the 32 bytes
/// that name `outside[i]`; only those that are needed are asked for, and the last. With no version
/// outside the result is a snapshot. The bytes follow from the contents, the order and `meta`
/// alone. Costs O(bytes of what the versions do not share, times its log).
template <class P = local_policy, class DigestOf>
std::string write_delta(maps<P> outside, maps<P> versions, std::string_view meta,
                        DigestOf&& digest_of) {
  using planner = detail::planner<P>;
  static constexpr std::uint32_t none = planner::none;
  const planner plan(outside, versions);
  const std::vector<std::uint32_t> order = detail::file_order(plan.versions);
  const auto count = static_cast<std::uint32_t>(order.size());
  std::vector<std::uint32_t> place(count);
  for (std::uint32_t i = 0; i < count; ++i) place[order[i]] = i;

  // Number all keys and values.
  std::vector<std::string_view> strings;
  for (const std::uint32_t v : order) {
    for (const auto& c : plan.versions[v].changes) strings.push_back(c.key);
  }
  const std::size_t total = strings.size();
  const ranking keys = rank_strings(strings);
  strings.clear();
  for (const std::uint32_t v : order) {
    for (const auto& c : plan.versions[v].changes) {
      if (c.present) strings.push_back(c.value);
    }
  }
  const ranking values = rank_strings(strings);

  // Changes by key; those of a key stay in the order of versions.
  std::vector<std::uint32_t> starts(keys.distinct.size() + 1);
  for (const std::uint32_t k : keys.ranks) ++starts[k + 1];
  for (std::size_t k = 1; k < starts.size(); ++k) starts[k] += starts[k - 1];
  struct entry {
    std::uint32_t version, code;
  };
  std::vector<entry> changes(total);
  {
    std::vector<std::uint32_t> next = starts;
    std::size_t at = 0, value = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      for (const auto& c : plan.versions[order[i]].changes) {
        changes[next[keys.ranks[at++]]++] = {i, c.present ? values.ranks[value++] + 1 : 0};
      }
    }
  }

  // What the file calls the versions outside: the last first, then as they are used.
  std::vector<std::uint32_t> named(outside.size(), none), bases;
  const auto name_base = [&](std::size_t b) {
    if (named[b] == none)
      named[b] = static_cast<std::uint32_t>(bases.size()),
      bases.push_back(static_cast<std::uint32_t>(b));
    return named[b];
  };
  if (!outside.empty()) name_base(outside.size() - 1);
  std::string tree, sizes;
  std::vector<std::uint32_t> path;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto& v = plan.versions[order[i]];
    std::uint32_t climb = 0;
    for (; !path.empty() && path.back() != v.base; ++climb) path.pop_back();
    if (v.base == none && v.ground != 0) climb += 1 + name_base(v.ground - 1);
    put_varint(tree, climb);
    put_varint(sizes, fold(v.growth));
    path.push_back(order[i]);
  }
  std::vector<std::uint32_t> listing;
  bool plain = true;
  for (std::size_t i = 0; i < plan.listing.size(); ++i) {
    listing.push_back(place[plan.listing[i]]);
    plain = plain && listing[i] == i;
  }

  std::vector<std::uint32_t> later_versions, codes, later_codes;
  for (std::size_t k = 0; k < keys.distinct.size(); ++k) {
    for (std::size_t i = starts[k]; i < starts[k + 1]; ++i) {
      if (changes[i].version == 0) {
        codes.push_back(changes[i].code);
      } else {
        later_versions.push_back(changes[i].version);
        later_codes.push_back(changes[i].code);
      }
    }
  }
  const std::size_t first = codes.size();
  codes.insert(codes.end(), later_codes.begin(), later_codes.end());

  std::string out(magic);
  for (const std::uint8_t id : {format_version, siphash_1_3, keccak_nodes})
    out.push_back(static_cast<char>(id));
  for (const std::size_t n :
       {meta.size(), bases.size(), std::size_t{count}, plain ? 0 : listing.size(),
        keys.distinct.size(), values.distinct.size(), first, later_versions.size()}) {
    if (n > 0xffffffff) throw std::length_error("more than a snapshot can count");
    put_varint(out, static_cast<std::uint32_t>(n));
  }
  out += meta;
  for (const std::uint32_t b : bases) {
    const auto digest = digest_of(std::size_t{b});
    out.append(reinterpret_cast<const char*>(digest.data()), digest_bytes_length);
  }
  out += tree;
  out += sizes;
  if (!plain) put_column(out, listing, width_of(count - 1));
  put_string_table(out, keys.distinct);
  put_string_table(out, values.distinct);
  bit_writer in_first(out);
  for (std::size_t k = 0; k < keys.distinct.size(); ++k)
    in_first.put(changes[starts[k]].version == 0);
  bit_writer runs(out);
  for (std::size_t k = 0; k < keys.distinct.size(); ++k) {
    for (std::size_t i = starts[k]; i < starts[k + 1]; ++i) {
      if (changes[i].version != 0) runs.put(true);
    }
    runs.put(false);
  }
  put_column(out, later_versions, width_of(count - 1));
  put_column(out, codes, width_of(static_cast<std::uint32_t>(values.distinct.size())));
  const std::uint64_t checksum = hash_key(out);
  out.append(reinterpret_cast<const char*>(&checksum), checksum_length);
  return out;
}

/// The bytes of `versions`: a snapshot. As `write_delta`.
template <class P = local_policy>
std::string write(maps<P> versions, std::string_view meta = {}) {
  return write_delta<P>({}, versions, meta,
                        [](std::size_t) { return std::array<char, digest_bytes_length>{}; });
}

}  // namespace hamt::snapshot
