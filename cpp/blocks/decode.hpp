// Bodies of blocks into nodes, with every rule of BLOCKS.md checked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../trie/hash.hpp"
#include "address.hpp"
#include "format.hpp"

namespace hamt::blocks {

struct decoded_node;

/// What a slot of a node holds, or an entry of a collision node. Values are views of the bytes that
/// were read.
struct item {
  std::uint8_t slot = 0, kind = 0;
  std::uint32_t size = 0;                 // bytes in the body
  std::string key;                        // unless it is long
  std::string_view value;                 // unless it is long
  digest32 key_digest{}, value_digest{};  // of what is long; `key_digest` of a child by digest
  address key_at, value_at;               // in a node table; `key_at` of a child by digest
  std::shared_ptr<decoded_node> child;    // inlined
};

struct decoded_node {
  unsigned level = 0;
  std::vector<item> items;  // by slot; of a collision node by key, as far as keys are there
  /// Bytes of the body.
  std::size_t body_size() const noexcept {
    std::size_t size = level == collision_level ? varint_size(items.size()) : 1;
    for (const item& i : items) size += i.size;
    return size;
  }
};

/// What a long key must obey that its node could not check.
template <class Hash>
bool is_below(std::string_view key, unsigned level, std::uint64_t prefix) noexcept {
  const unsigned bits = 5 * level < 64 ? 5 * level : 64;
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  return ((Hash{}(key) ^ prefix) & mask) == 0;
}

namespace detail {

inline std::string_view read_text(cursor& in) {
  const std::size_t start = in.at();
  const std::uint64_t size = in.varint();
  if (size > longest_text) in.refuse("a key or value too long for a body", start);
  return in.take(size);
}

template <class Hash>
item read_item(cursor& in, unsigned level, std::uint64_t prefix);

}  // namespace detail

/// Checks that a node's items go together: their order, and that there are enough of them.
inline void check_items(const decoded_node& n, bool is_root, const cursor& in, std::size_t start) {
  if (n.level == collision_level) {
    if (n.items.size() < 2) in.refuse("a collision node with fewer than two entries", start);
    const item* last = nullptr;
    for (const item& i : n.items) {
      if (has_long_key(i.kind)) continue;
      if (last != nullptr && last->key >= i.key) in.refuse("colliding keys out of order", start);
      last = &i;
    }
    return;
  }
  if (n.items.empty()) in.refuse("a node without items", start);
  if (!is_root && n.items.size() == 1 && is_entry(n.items[0].kind))
    in.refuse("a node of one entry below the root", start);
}

/// Reads a node's body. `prefix` holds the digits on the way to it: every key must be below it.
/// Time and memory are linear in the body; recursion is at most 14 deep. Throws `error`, and
/// std::bad_alloc.
template <class Hash>
decoded_node read_body(cursor& in, unsigned level, std::uint64_t prefix, bool is_root = false) {
  const std::size_t start = in.at();
  decoded_node n;
  n.level = level;
  if (level == collision_level) {
    const std::uint64_t count = in.varint();
    if (count > in.left() / 3) in.refuse("a collision node that cannot fit", start);
    n.items.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i)
      n.items.push_back(detail::read_item<Hash>(in, level, prefix));
  } else {
    const unsigned count = in.byte();
    if (count > 32) in.refuse("a node with more than 32 items", start);
    n.items.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
      const std::size_t at = in.at();
      n.items.push_back(detail::read_item<Hash>(in, level, prefix));
      if (i > 0 && n.items[i].slot <= n.items[i - 1].slot) in.refuse("slots out of order", at);
    }
  }
  check_items(n, is_root, in, start);
  return n;
}

template <class Hash>
item detail::read_item(cursor& in, unsigned level, std::uint64_t prefix) {
  const std::size_t start = in.at();
  const std::uint8_t head = in.byte();
  item i;
  i.slot = head & 31;
  i.kind = head >> 5;
  const bool collides = level == collision_level;
  if (collides && i.slot != 0) in.refuse("a slot in a collision node", start);
  if (level == collision_level - 1 && i.slot > 15)
    in.refuse("a slot that the last level does not have", start);
  const std::uint64_t below = collides ? prefix : prefix | std::uint64_t{i.slot} << (5 * level);
  if (!is_entry(i.kind)) {
    if (collides) in.refuse("a child of a collision node", start);
    if (i.kind == child_by_digest) {
      i.key_digest = in.digest();
    } else {
      const std::size_t body = in.at();
      i.child = std::make_shared<decoded_node>(read_body<Hash>(in, level + 1, below));
      if (in.at() - body > longest_inlined) in.refuse("a node too large to be inlined", body);
    }
  } else {
    if (has_long_key(i.kind)) {
      i.key_digest = in.digest();
    } else if ((i.kind & 6u) == hex_key) {
      const std::string_view packed = read_text(in);
      if (packed.empty() || 2 + 2 * packed.size() > longest_text)
        in.refuse("a hexadecimal key of a length that none has", start);
      snapshot::append_hexadecimal(i.key, packed);
    } else {
      i.key = read_text(in);
      if (is_hex(i.key)) in.refuse("a hexadecimal key that is not packed", start);
    }
    if (!has_long_key(i.kind) && !is_below<Hash>(i.key, collides ? level : level + 1, below))
      in.refuse("a key in another slot than its hash's", start);
    if (has_long_value(i.kind))
      i.value_digest = in.digest();
    else
      i.value = read_text(in);
  }
  i.size = static_cast<std::uint32_t>(in.at() - start);
  return i;
}

// --- digests -------------------------------------------------------------------------------------

/// What the digest of an entry has for a text: its brief.
inline std::string brief_of(bool is_long, const digest32& digest, std::string_view bytes) {
  if (!is_long) return std::string(brief(bytes).view());
  std::string b(1, static_cast<char>(brief::hashed_mark));
  append_digest(b, digest);
  return b;
}
inline digest32 digest_of(const item& i) {
  return entry_digest_of_briefs(brief_of(has_long_key(i.kind), i.key_digest, i.key),
                                brief_of(has_long_value(i.kind), i.value_digest, i.value));
}

/// The digest of a node: what its block must be named. Recursion is at most 14 deep.
inline digest32 digest_of(const decoded_node& n) {
  if (n.level == collision_level) {
    collision_tree tree;
    for (const item& i : n.items) tree.add(digest_of(i));
    return tree.finish();
  }
  std::array<digest32, 32> slots;
  std::uint32_t entry_map = 0, child_map = 0;
  for (const item& i : n.items) {
    (is_entry(i.kind) ? entry_map : child_map) |= std::uint32_t{1} << i.slot;
    slots[i.slot] = is_entry(i.kind)            ? digest_of(i)
                    : i.kind == child_by_digest ? i.key_digest
                                                : digest_of(*i.child);
  }
  return node_digest(entry_map, child_map, slots);
}

// --- blocks --------------------------------------------------------------------------------------

/// A block that was read: a node (of a map: its root, none if it is empty) or a text.
struct decoded_block {
  digest32 digest;         // its name
  std::uint64_t size = 0;  // of a map
  decoded_node node;       // without items for an empty map
  std::string_view text;
};

/// Reads the block of a map.
template <class Hash>
decoded_block read_map_block(std::string_view bytes) {
  cursor in(bytes);
  if (in.byte() != map_tag) in.refuse("not the block of a map", 0);
  if (in.byte() != format_version || in.byte() != digest_version || in.byte() != digest_hash_id)
    in.refuse("a version that is not known", in.at() - 1, rule::version);
  decoded_block b;
  b.size = in.integer(8);
  if (b.size >> 53 != 0) in.refuse("a size too large", 4);
  if (b.size == 0) {
    b.digest = empty_map_digest();
  } else {
    b.node = read_body<Hash>(in, 0, 0, true);
    b.digest = map_digest(b.size, digest_of(b.node));
  }
  in.expect_end("bytes after the block");
  return b;
}

/// Reads the block of a node below the root.
template <class Hash>
decoded_block read_node_block(std::string_view bytes, unsigned level, std::uint64_t prefix) {
  cursor in(bytes);
  if (in.byte() != (level == collision_level ? collision_tag : node_tag))
    in.refuse("not the block of a node on this level", 0);
  if (in.left() <= longest_inlined) in.refuse("a node that belongs in its parent's block", 0);
  if (in.left() > largest_body) in.refuse("a block too large", 0, rule::too_large);
  decoded_block b;
  b.node = read_body<Hash>(in, level, prefix);
  in.expect_end("bytes after the block");
  b.digest = digest_of(b.node);
  return b;
}

/// Reads the block of a long key or value.
inline decoded_block read_text_block(std::string_view bytes) {
  cursor in(bytes);
  if (in.byte() != text_tag) in.refuse("not the block of a key or value", 0);
  decoded_block b;
  b.text = in.take(in.left());
  if (b.text.size() <= longest_text) in.refuse("a key or value that belongs in a node's block", 0);
  b.digest = text_digest(b.text);
  return b;
}

}  // namespace hamt::blocks
