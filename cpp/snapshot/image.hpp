// A snapshot as it lies in a file, taken apart and checked, but not yet made into maps. FORMAT.md
// describes every byte.
//
// Versions form a tree: each is stored as its difference from a base, which is an earlier version,
// or the empty map, or (in a delta) a version outside the file. They are numbered so that the
// versions that stand on one another directly or indirectly are neighbours (a walk of the tree,
// bases first): those on version v are the interval [v, end of v). A key's history is the list of
// its changes; at version i it has the last change at a v <= i with i < end of v.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "snapshot/rank.hpp"
#include "snapshot/string_table.hpp"
#include "snapshot/wire.hpp"
#include "trie/hash.hpp"

namespace hamt::snapshot {

inline constexpr std::string_view magic = "HAMT";
inline constexpr std::uint8_t format_version = 1;
inline constexpr std::uint8_t siphash_1_3 = 1;   // the key hash: trie/hash.hpp
inline constexpr std::uint8_t keccak_nodes = 1;  // the digest that names versions: digest/DIGEST.md
inline constexpr std::size_t digest_bytes_length = 32;
inline constexpr std::size_t checksum_length = 8;

struct version_record {
  std::uint32_t base;    // a version; from the number of versions on: none, it is grounded
  std::uint32_t end;     // versions [this, end) stand on this one
  std::uint32_t ground;  // what the tree stands on: 0 the empty map, 1 + b the b-th base outside
  std::int64_t growth;   // size, less the size of the base
  std::int64_t size;     // size, less the size of the ground
  std::size_t offset;    // where the file describes it
};

class image {
 public:
  /// Checks everything but strings and changes. O(versions) and the checksum; allocates 40 bytes a
  /// version, none of which the file does not pay for.
  [[gnu::cold]] explicit image(std::string_view file);

  std::string_view meta;
  std::string_view bases;                // 32 bytes for each version outside
  std::vector<version_record> versions;  // in the file's order
  std::vector<std::uint32_t> listing;    // of each version that was written: which of these it is
  std::uint32_t keys = 0, values = 0;    // how many
  std::uint32_t first = 0, later = 0;    // changes at version 0, and at all others
  string_table key_table, value_table;
  bit_vector in_first;     // for each key: whether version 0 changes it
  bit_vector runs;         // for each key: a one for each later change, then a zero
  column change_versions;  // of the later changes, by key, then by version
  column change_codes;     // 0: absent, 1 + value. First those of version 0, then the later ones

  std::size_t base_count() const noexcept { return bases.size() / digest_bytes_length; }
  std::size_t base_offset(std::size_t b) const noexcept {
    return static_cast<std::size_t>(bases.data() - file_.data()) + b * digest_bytes_length;
  }
  bool grounded(std::uint32_t v) const noexcept { return versions[v].base >= versions.size(); }

  /// Calls `sink(key, version, code, offset)` for every change, by key, then by version.
  /// O(changes). Refuses histories that are not in order; does not look at what changes say.
  template <class Sink>
  void each_change(Sink&& sink) const {
    std::size_t bit = 0, f = 0, t = 0;
    for (std::uint32_t k = 0; k < keys; ++k) {
      const bool begins = in_first[k];
      if (begins) sink(k, 0u, change_codes[f], change_codes.offset_of(f)), ++f;
      if (!begins && !runs[bit]) fail(rule::unused_key, in_first.offset_of(k));
      for (std::uint32_t before = 0; runs[bit]; ++bit, ++t) {
        const std::uint32_t v = change_versions[t];
        if (v <= before || v >= versions.size()) fail(rule::version, change_versions.offset_of(t));
        sink(k, v, change_codes[first + t], change_codes.offset_of(first + t));
        before = v;
      }
      ++bit;
    }
  }

  /// Checks every change: that it changes something, and that sizes, values and versions come out
  /// as stated. Returns how many changes each version has. O(changes). What a change to a version
  /// outside does is known only when that is.
  std::vector<std::uint32_t> check_changes() const {
    struct standing {
      std::uint32_t version, code;
    };
    std::vector<standing>
        history;  // the changes of one key whose intervals hold the current version
    std::vector<std::uint32_t> counts(versions.size());
    std::vector<std::int64_t> growth(versions.size());
    std::vector<bool> used(values);
    std::uint32_t key = 0;
    each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t offset) {
      if (c > values) fail(rule::value, offset);
      if (k != key) history.clear(), key = k;
      while (!history.empty() && versions[history.back().version].end <= v) history.pop_back();
      if (!history.empty() || versions[v].ground == 0) {
        const std::uint32_t before = history.empty() ? 0 : history.back().code;
        if (c == before) fail(rule::no_change, offset);
        growth[v] += (c != 0) - (before != 0);
      }
      history.push_back({v, c});
      if (c != 0) used[c - 1] = true;
      ++counts[v];
    });
    for (const bool u : used) {
      if (!u) fail(rule::unused_value, values_at_);
    }
    std::vector<bool> plain(base_count() + 1);  // grounds that a version is equal to
    for (std::uint32_t v = 0; v < versions.size(); ++v) {
      const version_record& r = versions[v];
      if (counts[v] == 0) {
        if (!grounded(v) || plain[r.ground]) fail(rule::empty_version, r.offset);
        plain[r.ground] = true;
      }
      if (r.ground == 0 && growth[v] != r.growth) fail(rule::size, r.offset);
    }
    return counts;
  }

 private:
  void check_bases() const {
    std::vector<std::string_view> digests;
    for (std::size_t b = 0; b < base_count(); ++b)
      digests.push_back(bases.substr(b * digest_bytes_length, digest_bytes_length));
    if (rank_strings(digests).distinct.size() != digests.size()) fail(rule::base, base_offset(0));
  }

  [[gnu::cold]] void read_tree(reader& in, std::uint32_t count) {
    if (count > in.left() / 2) fail(rule::truncated, file_.size());  // two bytes a version at least
    versions.resize(count);
    std::vector<std::uint32_t> path;  // the version before, its base, and so on
    std::uint32_t bases_seen = 1;     // the first may be named without being used
    for (std::uint32_t v = 0; v < count; ++v) {
      version_record& r = versions[v];
      r.offset = in.offset();
      const std::uint32_t climb = in.varint();
      const std::size_t depth = path.size();
      for (std::size_t i = std::min<std::size_t>(climb, depth); i > 0; --i) {
        versions[path.back()].end = v;
        path.pop_back();
      }
      if (climb < depth) {
        r.base = path.back();
        r.ground = versions[r.base].ground;
      } else {
        r.ground = static_cast<std::uint32_t>(climb - depth);
        if (r.ground > base_count()) fail(rule::tree, r.offset);
        if (r.ground > bases_seen + 1) fail(rule::base, r.offset);
        if (r.ground == bases_seen + 1) ++bases_seen;
        r.base = count + r.ground;
      }
      path.push_back(v);
    }
    for (const std::uint32_t v : path) versions[v].end = count;
    if (base_count() > bases_seen) fail(rule::base, base_offset(bases_seen));
    for (version_record& r : versions) {
      const std::size_t at = in.offset();
      r.growth = in.zigzag();
      r.size = r.growth + (r.base < count ? versions[r.base].size : 0);
      if (r.ground == 0 && (r.size < 0 || r.size > keys)) fail(rule::size, at);
    }
  }

  void read_listing(reader& in, std::uint32_t listed) {
    const auto count = static_cast<std::uint32_t>(versions.size());
    listing.reserve(listed == 0 ? count : listed <= in.left() ? listed : 0);
    const std::size_t start = in.offset();
    if (listed == 0) {
      for (std::uint32_t v = 0; v < count; ++v) listing.push_back(v);
      return;
    }
    const column named(in, listed, width_of(count - 1));
    std::vector<std::uint32_t> place(count, listed);  // where each version is listed first
    bool plain = listed == count;
    for (std::uint32_t i = 0; i < listed; ++i) {
      const std::uint32_t v = named[i];
      if (v >= count) fail(rule::listing, named.offset_of(i));
      if (place[v] == listed) place[v] = i;
      plain = plain && v == i;
      listing.push_back(v);
    }
    if (plain) fail(rule::listing, start);
    // Bases before what stands on them, and what stands on the same base in the order of the list.
    std::vector<std::uint32_t> sibling(std::size_t{count} +
                                       1);  // 1 + place of the last version on each base
    for (std::uint32_t v = 0; v < count; ++v) {
      const std::uint32_t b = versions[v].base < count ? versions[v].base : count;
      if (place[v] == listed || place[v] < sibling[b] || (b < count && place[v] <= place[b]))
        fail(rule::listing, start);
      sibling[b] = place[v] + 1;
    }
  }

  std::string_view file_;
  std::size_t values_at_ = 0;
};

[[gnu::cold]] inline image::image(std::string_view file) {
  reader start(file);
  const auto known = [&](std::uint8_t wanted, rule otherwise) {
    const std::size_t at = start.offset();
    if (start.byte() != wanted) fail(otherwise, at);
  };
  for (const char c : magic) known(static_cast<std::uint8_t>(c), rule::magic);
  known(format_version, rule::unknown_format);
  known(siphash_1_3, rule::unknown_hash);
  known(keccak_nodes, rule::unknown_digest);
  if (start.left() < checksum_length) fail(rule::truncated, file.size());
  file_ = file.substr(0, file.size() - checksum_length);
  std::uint64_t checksum;
  std::memcpy(&checksum, file.data() + file_.size(), checksum_length);
  if (checksum != hash_key(file_)) fail(rule::checksum, file_.size());

  reader in(file_, start.offset());
  const std::uint32_t meta_length = in.varint();
  const std::uint32_t outside = in.varint();
  const std::size_t counts_at = in.offset();
  const std::uint32_t count = in.varint();
  const std::uint32_t listed = in.varint();
  keys = in.varint();
  values = in.varint();
  first = in.varint();
  later = in.varint();
  const std::uint64_t changes = std::uint64_t{first} + later;
  if (changes > 0xffffffff || first > keys || keys > changes || values > changes ||
      (count < 2 && later != 0) || (count == 0 && changes != 0) ||
      (listed != 0 && listed < count) || (count == 0 && listed != 0)) {
    fail(rule::count, counts_at);
  }
  meta = in.take(meta_length);
  bases = in.take(std::uint64_t{outside} * digest_bytes_length);
  check_bases();
  read_tree(in, count);
  read_listing(in, listed);
  key_table = string_table(file_, in, keys);
  values_at_ = in.offset();
  value_table = string_table(file_, in, values);
  in_first = bit_vector(in, keys, first);
  runs = bit_vector(in, std::uint64_t{keys} + later, later);
  change_versions = column(in, later, width_of(count - 1));
  change_codes = column(in, changes, width_of(values));
  if (in.left() != 0) fail(rule::trailing, in.offset());
}

}  // namespace hamt::snapshot
