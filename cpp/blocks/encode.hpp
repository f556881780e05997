// Trie nodes into blocks. The bytes of a block follow from the contents of its node alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "blocks/format.hpp"
#include "digest/digest.hpp"

namespace hamt::blocks {

/// A node of a map whose values are, or have, bytes.
template <class P>
using byte_node = node<typename P::byte_value, P>;

/// Bytes of an entry in a body.
inline std::size_t entry_size(std::string_view key, std::string_view value) noexcept {
  const auto text = [](std::size_t size) { return varint_size(size) + size; };
  const std::size_t key_size = key.size() > longest_text ? sizeof(digest32)
                               : is_hex(key)             ? text((key.size() - 2) / 2)
                                                         : text(key.size());
  return 1 + key_size + (value.size() > longest_text ? sizeof(digest32) : text(value.size()));
}

/// Bytes of a node's body, or `most` + 1 when there are more. Looks at what fits in `most` bytes
/// only. Recursion is as deep as the trie.
template <class P>
std::size_t body_size(const byte_node<P>* n, std::size_t most) {
  std::size_t size = n->is_collision() ? varint_size(n->size()) : 1;
  for (unsigned i = 0; i < n->entry_count() && size <= most; ++i) {
    const auto e = n->entry(i);
    size += entry_size(e.key, bytes_of(e.value));
  }
  for (unsigned i = 0; i < n->child_count() && size <= most; ++i) {
    const std::size_t inlined = body_size(n->child(i), longest_inlined);
    size += 1 + (inlined <= longest_inlined ? inlined : sizeof(digest32));
  }
  return size <= most ? size : most + 1;
}
/// Whether a node that is not a root lies in its parent's block.
template <class P>
bool is_inlined(const byte_node<P>* n) {
  return body_size(n, longest_inlined) <= longest_inlined;
}

/// An entry as an item of a body. `text` is called with a long key, then with a long value.
template <class F>
void append_entry(std::string& out, unsigned slot, std::string_view key, std::string_view value,
                  F&& text) {
  const bool long_value = value.size() > longest_text;
  const unsigned k = (key.size() > longest_text ? long_key
                      : is_hex(key)             ? hex_key
                                                : raw_key) +
                     (long_value ? 1u : 0u);
  out += static_cast<char>(k << 5 | slot);
  if (has_long_key(k)) {
    append_digest(out, text_digest(key));
    text(key);
  } else if ((k & 6u) == hex_key) {
    append_varint(out, (key.size() - 2) / 2);
    append_packed_hex(out, key);
  } else {
    append_varint(out, key.size());
    out += key;
  }
  if (long_value) {
    append_digest(out, text_digest(value));
    text(value);
  } else {
    append_varint(out, value.size());
    out += value;
  }
}

/// A child as an item of a body. For those that have a block of their own, `refs.child` is called
/// with the node, its level and its prefix: the digits on the way to it, low bits first.
template <class P, class R>
void append_child(std::string& out, unsigned slot, const byte_node<P>* child, unsigned level,
                  std::uint64_t prefix, R& refs);

/// A node's body at `level` below `prefix`. `refs.child` and `refs.text` are called for all that
/// has a block of its own, in the order in which it is named. Appends at most 70 KB, or
/// `largest_body` for a collision node. Recursion is as deep as the trie. Throws std::bad_alloc,
/// and std::length_error when a collision node is too large.
template <class P, class R>
void append_body(std::string& out, const byte_node<P>* n, unsigned level, std::uint64_t prefix,
                 R& refs) {
  const auto text = [&](std::string_view bytes) { refs.text(bytes); };
  if (n->is_collision()) {
    if (body_size(n, largest_body) > largest_body)
      throw std::length_error("hamt: too many keys with equal hashes for one block");
    append_varint(out, n->size());
    for (unsigned i = 0; i < n->size(); ++i) {
      const auto e = n->entry(i);
      append_entry(out, 0, e.key, bytes_of(e.value), text);
    }
    return;
  }
  const std::uint32_t occupied = n->entry_map() | n->child_map();
  out += static_cast<char>(popcount(occupied));
  for (std::uint32_t rest = occupied; rest != 0; rest &= rest - 1) {
    const unsigned slot = lowest(rest);
    const auto held = n->at(slot);
    if (held.child == nullptr)
      append_entry(out, slot, held.key(), bytes_of(held.value()), text);
    else
      append_child(out, slot, held.child, level + 1, prefix | std::uint64_t{slot} << (5 * level),
                   refs);
  }
}

template <class P, class R>
void append_child(std::string& out, unsigned slot, const byte_node<P>* child, unsigned level,
                  std::uint64_t prefix, R& refs) {
  const bool inlined = is_inlined(child);
  out += static_cast<char>((inlined ? child_inlined : child_by_digest) << 5 | slot);
  if (inlined) {
    append_body(out, child, level, prefix, refs);
  } else {
    append_digest(out, subtree_digest(child));
    refs.child(child, level, prefix);
  }
}

/// For bodies whose references are not asked for.
struct no_refs {
  template <class N>
  void child(const N*, unsigned, std::uint64_t) noexcept {}
  void text(std::string_view) noexcept {}
};

/// The block of a node below the root; its name is subtree_digest(n).
template <class P>
std::string node_block(const byte_node<P>* n) {
  std::string block(1, n->is_collision() ? collision_tag : node_tag);
  no_refs refs;
  append_body(block, n, 0, 0, refs);
  return block;
}

/// The block of a map, which holds its root node; its name is digest_of(m).
template <class P>
std::string map_block(const byte_map<P>& m) {
  std::string block = {map_tag, static_cast<char>(format_version),
                       static_cast<char>(digest_version), static_cast<char>(digest_hash_id)};
  append_integer(block, m.size(), 8);
  no_refs refs;
  if (!m.empty()) append_body(block, m.root(), 0, 0, refs);
  return block;
}

/// The block of a long key or value; its name is text_digest(bytes).
inline std::string text_block(std::string_view bytes) {
  std::string block;
  block.reserve(1 + bytes.size());
  block += text_tag;
  block += bytes;
  return block;
}

}  // namespace hamt::blocks
