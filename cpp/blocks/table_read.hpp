// Node tables into maps, with every rule of BLOCKS.md checked and every row compared with its
// digest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../trie/map.hpp"
#include "decode.hpp"
#include "table_write.hpp"

namespace hamt::blocks {

/// A node table, opened. It looks at `file` as long as it lives.
template <class P = local_policy>
class table {
  using hash = typename P::hash;

 public:
  struct version {
    digest32 digest;
    std::uint64_t size;
    address root;
  };

  /// Reads and checks the head. O(versions).
  explicit table(std::string_view file) : file_(file) {
    cursor in(file);
    if (in.take(sizeof table_magic) != std::string_view(table_magic, sizeof table_magic))
      in.refuse("not a node table", 0);
    for (const std::uint8_t known :
         {format_version, digest_version, digest_hash_id, std::uint8_t{0}})
      if (in.byte() != known) in.refuse("a version that is not known", in.at() - 1, rule::version);
    const std::uint64_t head = in.integer(4);
    if (head > file.size()) in.refuse("the head ends too early", file.size(), rule::truncated);
    if (head < in.at() + sizeof(digest32)) in.refuse("a head too short", in.at() - 4);
    head_ = static_cast<std::size_t>(head);
    const std::size_t end = head_ - sizeof(digest32);
    const digest32 sum = keccak256_hasher{}.update(file.substr(0, end)).finish();
    if (std::memcmp(sum.data(), file.data() + end, sum.size()) != 0)
      in.refuse("the head's checksum is wrong", end, rule::checksum);
    read_head(cursor(file.substr(table_preamble, end - table_preamble), table_preamble));
  }

  std::string_view meta() const noexcept { return meta_; }
  const std::vector<version>& versions() const noexcept { return versions_; }

  /// Loads a version. O(its entries); `limit` bounds the bytes of keys and values, for a long value
  /// is stored once and may be that of many keys. Throws `error`, and std::bad_alloc.
  byte_map<P> load(std::size_t i, std::size_t limit) const {
    const version& v = versions_[i];
    byte_map<P> m;
    room_ = limit;
    if (v.size != 0) {
      const decoded_node root = row(v.root, 0, 0, true);
      if (map_digest(v.size, digest_of(root)) != v.digest) refuse(0, v.root, rule::mismatch);
      add(m, root, 0, 0);
    } else if (v.digest != empty_map_digest()) {
      throw error(rule::mismatch, "not the digest of an empty map", 0);
    }
    if (m.size() != v.size) throw error(rule::mismatch, "a version of another size", 0);
    return m;
  }

 private:
  void read_head(cursor in) {
    meta_ = in.take(in.varint());
    std::uint64_t at = head_;
    for (section& s : sections_) {
      s.start = at;
      s.size = in.varint();
      at += s.size;
      if (at > file_.size())
        in.refuse("the file ends too early", file_.size() - table_preamble, rule::truncated);
    }
    if (at != file_.size())
      in.refuse("bytes after the file", static_cast<std::size_t>(at) - table_preamble);
    const std::uint64_t count = in.varint();
    if (count > in.left() / 33) in.refuse("versions that cannot fit", in.at());
    versions_.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
      version v;
      v.digest = in.digest();
      v.size = in.varint();
      if (v.size != 0) v.root = read_address(in);
      versions_.push_back(v);
    }
    in.expect_end("bytes after the versions");
  }

  static address read_address(cursor& in) {
    address a;
    a.start = in.varint();
    a.size = in.varint();
    return a;
  }

  [[noreturn]] void refuse(unsigned s, const address& a, rule r) const {
    throw error(
        r, "not what its parent names",
        static_cast<std::size_t>(sections_[s].start + std::min(a.start, sections_[s].size)));
  }

  std::string_view piece(unsigned s, const address& a) const {
    const section& in = sections_[s];
    if (a.start > in.size || a.size > in.size - a.start) refuse(s, a, rule::truncated);
    return file_.substr(static_cast<std::size_t>(in.start + a.start),
                        static_cast<std::size_t>(a.size));
  }

  /// The node of a full row, with the patches that follow it applied.
  decoded_node row(const address& a, unsigned level, std::uint64_t prefix, bool is_root) const {
    const std::string_view bytes = piece(level, a);
    if (a.size > 2 * largest_body) refuse(level, a, rule::too_large);
    cursor in(bytes, static_cast<std::size_t>(sections_[level].start + a.start));
    decoded_node n = full(in, level, prefix, is_root);
    if (in.left() > longest_patches) in.refuse("too many patches", in.at());
    if (in.left() == 0) return n;
    while (in.left() != 0) apply(in, n, level, prefix);
    check_items(n, is_root, in, 0);
    return n;
  }

  decoded_node full(cursor& in, unsigned level, std::uint64_t prefix, bool is_root) const {
    if (in.byte() != full_row) in.refuse("not a row", in.at() - 1);
    decoded_node n = read_body<hash>(in, level, prefix, is_root);
    for (item& i : n.items) read_addresses(in, i);
    return n;
  }

  void apply(cursor& in, decoded_node& n, unsigned level, std::uint64_t prefix) const {
    const std::size_t head = in.at();
    if (level == collision_level || in.byte() != patch_row) in.refuse("not a patch", head);
    const unsigned emptied = in.byte();
    auto at = n.items.begin();
    for (unsigned i = 0; i < emptied; ++i) {
      const std::size_t start = in.at();
      const unsigned slot = in.byte();
      while (at != n.items.end() && at->slot < slot) ++at;
      if (at == n.items.end() || at->slot != slot)
        in.refuse("a slot that cannot be emptied", start);
      at = n.items.erase(at);
    }
    std::vector<item> put;
    const unsigned count = in.byte();
    if (count > 32 || emptied + count == 0) in.refuse("a patch that cannot be", in.at() - 1);
    for (unsigned i = 0; i < count; ++i) {
      const std::size_t start = in.at();
      put.push_back(detail::read_item<hash>(in, level, prefix));
      if (i > 0 && put[i].slot <= put[i - 1].slot) in.refuse("slots out of order", start);
    }
    for (item& i : put) read_addresses(in, i);
    std::vector<item> merged;
    auto next = put.begin();
    for (item& i : n.items) {
      for (; next != put.end() && next->slot < i.slot; ++next) merged.push_back(std::move(*next));
      if (next != put.end() && next->slot == i.slot)
        merged.push_back(std::move(*next++));
      else
        merged.push_back(std::move(i));
    }
    for (; next != put.end(); ++next) merged.push_back(std::move(*next));
    n.items = std::move(merged);
  }

  static void read_addresses(cursor& in, item& i) {
    const auto text = [&in] {
      address a;
      a.start = in.varint();
      a.size = in.varint();
      if (a.size <= longest_text) in.refuse("a text that belongs in its node", in.at() - 1);
      return a;
    };
    if (i.kind == child_by_digest) {
      i.key_at = read_address(in);
    } else if (i.kind == child_inlined) {
      for (item& inner : i.child->items) read_addresses(in, inner);
    } else {
      if (has_long_key(i.kind)) i.key_at = text();
      if (has_long_value(i.kind)) i.value_at = text();
    }
  }

  std::string_view text(const address& a, const digest32& digest) const {
    const std::string_view bytes = piece(text_section, a);
    if (text_digest(bytes) != digest) refuse(text_section, a, rule::mismatch);
    return bytes;
  }

  void add(byte_map<P>& m, const decoded_node& n, unsigned level, std::uint64_t prefix) const {
    for (const item& i : n.items) {
      const std::uint64_t below =
          level == collision_level ? prefix : prefix | std::uint64_t{i.slot} << (5 * level);
      if (i.kind == child_inlined) {
        add(m, *i.child, level + 1, below);
      } else if (i.kind == child_by_digest) {
        const decoded_node child = row(i.key_at, level + 1, below, false);
        if (child.body_size() <= longest_inlined || digest_of(child) != i.key_digest)
          refuse(level + 1, i.key_at, rule::mismatch);
        add(m, child, level + 1, below);
      } else {
        const std::string_view key =
            has_long_key(i.kind) ? text(i.key_at, i.key_digest) : std::string_view(i.key);
        const std::string_view value =
            has_long_value(i.kind) ? text(i.value_at, i.value_digest) : i.value;
        if (!is_below<hash>(key, level == collision_level ? level : level + 1, below))
          throw error(rule::malformed, "a key in another slot than its hash's", 0);
        if (key.size() + value.size() > room_)
          throw error(rule::too_large, "a version of more bytes than the limit", 0);
        room_ -= key.size() + value.size();
        m = std::move(m).set(key, value);
      }
    }
  }

  struct section {
    std::uint64_t start = 0, size = 0;
  };

  std::string_view file_, meta_;
  std::size_t head_ = 0;
  section sections_[section_count];
  std::vector<version> versions_;
  mutable std::size_t room_ = 0;
};

}  // namespace hamt::blocks
