// The sections of a snapshot file, parsed and checked, before any map is made. FORMAT.md describes
// every byte.
//
// Versions form a tree: each is stored as its difference from a base, which is an earlier version,
// or the empty map, or (in a delta) an external base: a version that the reader has already. They
// are numbered in depth-first order, so the versions in the subtree of v are the interval
// [v, end of v). A key's changes are sorted by version; at version i it has the last change at a
// v <= i with i < end of v.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "../trie/digest32.hpp"
#include "../trie/hash.hpp"
#include "bits.hpp"
#include "sort_distinct.hpp"
#include "string_table.hpp"

namespace hamt::snapshot {

inline constexpr std::string_view magic = "HAMT";
inline constexpr std::uint8_t format_version = 2;
inline constexpr std::uint8_t siphash_1_3 = 1;   // the key hash: trie/hash.hpp
inline constexpr std::uint8_t keccak_nodes = 1;  // the digest that names versions: digest/DIGEST.md
inline constexpr std::size_t checksum_length = 8;

struct version_record {
  std::uint32_t base;  // a version; at least the number of versions: an external base or none
  std::uint32_t end;   // versions [this, end) are this one's subtree
  std::uint32_t
      root;  // what the root of its tree is based on: 0 the empty map, 1 + an external base
  std::int64_t growth;  // size, less the size of the base
  std::int64_t size;    // size, less the size of what the root is based on
  std::size_t offset;   // where the file describes it
};

class sections {
 public:
  /// Checks everything but strings and changes. O(bytes). Keeps 40 bytes a version and 4 a listed
  /// version, of which the file holds two bytes and one; allocates 12 bytes a version and 72 an
  /// external base while it runs.
  [[gnu::cold]] explicit sections(std::string_view file);

  std::string_view meta() const noexcept { return meta_; }
  std::size_t base_count() const noexcept { return bases_.size() / digest_size; }
  /// The digest of an external base, and where it is in the file.
  std::string_view base(std::size_t b) const noexcept {
    return bases_.substr(b * digest_size, digest_size);
  }
  std::size_t base_offset(std::size_t b) const noexcept {
    return static_cast<std::size_t>(bases_.data() - file_.data()) + b * digest_size;
  }
  /// The versions in the order of the file, and for each listed version which of them it is.
  const std::vector<version_record>& versions() const noexcept { return versions_; }
  const std::vector<std::uint32_t>& listing() const noexcept { return listing_; }
  std::size_t listing_offset() const noexcept { return listing_at_; }
  /// Whether a version's base is not a version of the file.
  bool is_root(std::uint32_t v) const noexcept { return versions_[v].base >= versions_.size(); }
  std::uint32_t value_count() const noexcept { return value_count_; }
  std::size_t change_count() const noexcept { return change_codes_.size(); }
  std::size_t changes_offset() const noexcept { return change_codes_.offset_of(0); }
  const string_table& keys() const noexcept { return keys_; }
  const string_table& values() const noexcept { return values_; }

  /// Calls `sink(key, version, code, offset)` for every change, by key, then by version.
  /// O(changes). Refuses histories that are not in order; does not look at what changes say.
  template <class Sink>
  void each_change(Sink&& sink) const {
    std::size_t bit = 0, f = 0, t = 0;
    for (std::uint32_t k = 0; k < key_count_; ++k) {
      const bool begins = in_first_[k];
      if (begins) sink(k, 0u, change_codes_[f], change_codes_.offset_of(f)), ++f;
      if (!begins && !runs_[bit]) fail(rule::unused_key, in_first_.offset_of(k));
      for (std::uint32_t before = 0; runs_[bit]; ++bit, ++t) {
        const std::uint32_t v = change_versions_[t];
        if (v <= before || v >= versions_.size())
          fail(rule::version, change_versions_.offset_of(t));
        sink(k, v, change_codes_[first_ + t], change_codes_.offset_of(first_ + t));
        before = v;
      }
      ++bit;
    }
  }

  /// Checks every change: that it changes something, and that sizes, values and versions come out
  /// as stated. Returns how many changes each version has. O(changes). What a change to a version
  /// with an external base does is known only when that is.
  std::vector<std::uint32_t> check_changes() const {
    // The changes of one key whose intervals hold the current version, outermost first.
    struct open_change {
      std::uint32_t version, code;
    };
    std::vector<open_change> open;
    std::vector<std::uint32_t> counts(versions_.size());
    std::vector<std::int64_t> growth(versions_.size());
    std::vector<bool> used(value_count_);
    std::uint32_t key = 0;
    each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t offset) {
      if (c > value_count_) fail(rule::value, offset);
      if (k != key) open.clear(), key = k;
      while (!open.empty() && versions_[open.back().version].end <= v) open.pop_back();
      if (!open.empty() || versions_[v].root == 0) {
        const std::uint32_t before = open.empty() ? 0 : open.back().code;
        if (c == before) fail(rule::no_change, offset);
        growth[v] += (c != 0) - (before != 0);
      }
      open.push_back({v, c});
      if (c != 0) used[c - 1] = true;
      ++counts[v];
    });
    for (const bool u : used) {
      if (!u) fail(rule::unused_value, values_.offset());
    }
    check_versions(counts, growth);
    return counts;
  }

 private:
  void check_versions(const std::vector<std::uint32_t>& counts,
                      const std::vector<std::int64_t>& growth) const {
    std::vector<bool> copied(base_count() + 1);  // roots that some version is equal to
    for (std::uint32_t v = 0; v < versions_.size(); ++v) {
      const version_record& r = versions_[v];
      if (counts[v] == 0) {
        if (!is_root(v) || copied[r.root]) fail(rule::empty_version, r.offset);
        copied[r.root] = true;
      }
      if (r.root == 0 && growth[v] != r.growth) fail(rule::size, r.offset);
    }
  }

  void check_bases() const {
    std::vector<std::string_view> digests;
    for (std::size_t b = 0; b < base_count(); ++b) digests.push_back(base(b));
    if (sort_distinct(digests).strings.size() != digests.size()) fail(rule::base, base_offset(0));
  }

  [[gnu::cold]] void read_tree(reader& in, std::uint32_t count) {
    if (count > in.left() / 2) fail(rule::truncated, file_.size());  // two bytes a version at least
    versions_.resize(count);
    std::vector<std::uint32_t> path;  // the version before, its base, and so on
    std::uint32_t bases_seen = 1;     // the first may be named without being used
    for (std::uint32_t v = 0; v < count; ++v) {
      version_record& r = versions_[v];
      r.offset = in.offset();
      const std::uint32_t up = in.varint();
      const std::size_t depth = path.size();
      for (std::size_t i = std::min<std::size_t>(up, depth); i > 0; --i) {
        versions_[path.back()].end = v;
        path.pop_back();
      }
      if (up < depth) {
        r.base = path.back();
        r.root = versions_[r.base].root;
      } else {
        r.root = static_cast<std::uint32_t>(up - depth);
        if (r.root > base_count()) fail(rule::tree, r.offset);
        if (r.root > bases_seen + 1) fail(rule::base, r.offset);
        if (r.root == bases_seen + 1) ++bases_seen;
        r.base = count;
      }
      path.push_back(v);
    }
    for (const std::uint32_t v : path) versions_[v].end = count;
    if (base_count() > bases_seen) fail(rule::base, base_offset(bases_seen));
  }

  [[gnu::cold]] void read_sizes(reader& in) {
    for (version_record& r : versions_) {
      const std::size_t at = in.offset();
      const bool on_version = r.base < versions_.size();
      r.growth = in.zigzag();
      r.size = r.growth + (on_version ? versions_[r.base].size : 0);
      if (r.root != 0) continue;
      if (r.size < 0 || r.size > key_count_) fail(rule::size, at);
      if (on_version && versions_[r.base].size == 0) fail(rule::empty_base, r.offset);
    }
  }

  [[gnu::cold]] void read_listing(reader& in, std::uint32_t listed) {
    const auto count = static_cast<std::uint32_t>(versions_.size());
    listing_at_ = in.offset();
    listing_.reserve(listed == 0 ? count : listed <= in.left() ? listed : 0);
    if (listed == 0) {
      for (std::uint32_t v = 0; v < count; ++v) listing_.push_back(v);
      return;
    }
    const column named(in, listed, width_of(count - 1));
    std::vector<std::uint32_t> index(count, listed);  // where each version is listed first
    bool in_order = listed == count;
    for (std::uint32_t i = 0; i < listed; ++i) {
      const std::uint32_t v = named[i];
      if (v >= count) fail(rule::listing, named.offset_of(i));
      if (index[v] == listed) index[v] = i;
      in_order = in_order && v == i;
      listing_.push_back(v);
    }
    if (in_order) fail(rule::listing, listing_at_);
    // A base comes before its versions, and versions with one base come in the order of the list.
    std::vector<std::uint32_t> after(std::size_t{count} + 1);  // for each base: 1 + the last index
    for (std::uint32_t v = 0; v < count; ++v) {
      const std::uint32_t b = versions_[v].base;
      if (index[v] == listed || index[v] < after[b] || (b < count && index[v] <= index[b]))
        fail(rule::listing, listing_at_);
      after[b] = index[v] + 1;
    }
  }

  void read_header(reader& in, std::uint32_t& count, std::uint32_t& listed) {
    const std::uint32_t meta_length = in.varint();
    const std::uint32_t bases = in.varint();
    const std::size_t at = in.offset();
    count = in.varint();
    listed = in.varint();
    key_count_ = in.varint();
    value_count_ = in.varint();
    first_ = in.varint();
    later_ = in.varint();
    const std::uint64_t changes = std::uint64_t{first_} + later_;
    if (changes > 0xffffffff || first_ > key_count_ || key_count_ > changes ||
        value_count_ > changes || (count < 2 && later_ != 0) || (count == 0 && changes != 0) ||
        (listed != 0 && listed < count) || (count == 0 && listed != 0)) {
      fail(rule::count, at);
    }
    meta_ = in.take(meta_length);
    bases_ = in.take(std::uint64_t{bases} * digest_size);
  }

  std::string_view file_;  // without the checksum
  std::string_view meta_, bases_;
  std::vector<version_record> versions_;
  std::vector<std::uint32_t> listing_;
  std::size_t listing_at_ = 0;
  std::uint32_t key_count_ = 0, value_count_ = 0;
  std::uint32_t first_ = 0, later_ = 0;  // changes at version 0, and at all others
  string_table keys_, values_;
  bit_vector in_first_;     // for each key: whether version 0 changes it
  bit_vector runs_;         // for each key: a one for each later change, then a zero
  column change_versions_;  // of the later changes, by key, then by version
  column change_codes_;     // 0: absent, 1 + value. First those of version 0, then the later ones
};

/// Checks the identifiers and the checksum of a file. Gives the offset behind the identifiers.
[[gnu::cold]] inline std::size_t check_identity(std::string_view file) {
  reader in(file);
  const auto expect = [&](std::uint8_t wanted, rule otherwise) {
    const std::size_t at = in.offset();
    if (in.byte() != wanted) fail(otherwise, at);
  };
  for (const char c : magic) expect(static_cast<std::uint8_t>(c), rule::magic);
  expect(format_version, rule::unknown_format);
  expect(siphash_1_3, rule::unknown_hash);
  expect(keccak_nodes, rule::unknown_digest);
  if (in.left() < checksum_length) fail(rule::truncated, file.size());
  const std::size_t body = file.size() - checksum_length;
  std::uint64_t checksum;
  std::memcpy(&checksum, file.data() + body, checksum_length);
  if (checksum != hash_key(file.substr(0, body))) fail(rule::checksum, no_offset);
  return in.offset();
}

[[gnu::cold]] inline sections::sections(std::string_view file) {
  const std::size_t start = check_identity(file);
  file_ = file.substr(0, file.size() - checksum_length);
  reader in(file_, start);
  std::uint32_t count, listed;
  read_header(in, count, listed);
  check_bases();
  read_tree(in, count);
  read_sizes(in);
  read_listing(in, listed);
  keys_ = string_table(file_, in, key_count_);
  values_ = string_table(file_, in, value_count_);
  in_first_ = bit_vector(in, key_count_, first_);
  runs_ = bit_vector(in, std::uint64_t{key_count_} + later_, later_);
  change_versions_ = column(in, later_, width_of(count - 1));
  change_codes_ = column(in, std::uint64_t{first_} + later_, width_of(value_count_));
  if (in.left() != 0) fail(rule::trailing, in.offset());
}

}  // namespace hamt::snapshot
