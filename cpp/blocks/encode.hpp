// Trie nodes into blocks. The bytes of a block follow from the contents of its node alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../digest/digest.hpp"
#include "format.hpp"

namespace hamt::blocks {

/// A node of a map whose values are, or have, bytes.
template <class P>
using byte_node = node<typename P::byte_value, P>;

/// A key as an item has it: packed if it is hexadecimal, its name if it is long. `text` is called
/// with a long one and its name. Gives the kind of the item.
template <class F>
unsigned append_key(std::string& out, std::string_view key, F&& text) {
  if (key.size() > longest_text) {
    const digest32 name = text_digest(key);
    append_digest(out, name);
    text(key, name);
    return long_key;
  }
  if (key.size() > 2 && snapshot::begins_hexadecimal(key)) {
    const std::size_t start = out.size(), packed = key.size() / 2 - 1;
    append_varint(out, packed);
    out.resize(out.size() + packed);
    if (snapshot::pack_hexadecimal(key, out.data() + out.size() - packed)) return hex_key;
    out.resize(start);
  }
  append_varint(out, key.size());
  out += key;
  return raw_key;
}

/// An entry as an item of a body. `text` is called with a long key, then with a long value, and
/// their names.
template <class F>
void append_entry(std::string& out, unsigned slot, std::string_view key, std::string_view value,
                  F&& text) {
  const std::size_t head = out.size();
  out += '\0';
  unsigned k = append_key(out, key, text);
  if (value.size() > longest_text) {
    const digest32 name = text_digest(value);
    append_digest(out, name);
    text(value, name);
    k |= 1;
  } else {
    append_varint(out, value.size());
    out += value;
  }
  out[head] = static_cast<char>(k << 5 | slot);
}

/// A child as an item of a body. For those that have a block of their own, `refs.child` is called
/// with the node, its level and its prefix: the digits on the way to it, low bits first.
template <class P, class R>
void append_child(std::string& out, unsigned slot, const byte_node<P>* child, unsigned level,
                  std::uint64_t prefix, R& refs);

/// A node's body at `level` below `prefix`, unless it has more than `most` bytes: then the result
/// is false, and what was appended is of no use. Looks at little more than fits. `refs.child` and
/// `refs.text` are called for all that has a block of its own, in the order in which it is named;
/// `refs.count()` is how many there are so far, and `refs.cut(count)` forgets those after.
/// Recursion is as deep as the trie. Throws std::bad_alloc.
template <class P, class R>
bool append_body(std::string& out, const byte_node<P>* n, unsigned level, std::uint64_t prefix,
                 R& refs, std::size_t most) {
  const std::size_t start = out.size();
  const auto text = [&](std::string_view bytes, const digest32& name) { refs.text(bytes, name); };
  const auto fits = [&] { return out.size() - start <= most; };
  if (n->is_collision()) {
    append_varint(out, n->size());
    for (unsigned i = 0; i < n->size() && fits(); ++i) {
      const auto e = n->entry(i);
      append_entry(out, 0, e.key, bytes_of(e.value), text);
    }
    return fits();
  }
  const std::uint32_t occupied = n->entry_map() | n->child_map();
  out += static_cast<char>(popcount(occupied));
  for (std::uint32_t rest = occupied; rest != 0 && fits(); rest &= rest - 1) {
    const unsigned slot = lowest(rest);
    const auto held = n->at(slot);
    if (held.child == nullptr)
      append_entry(out, slot, held.key(), bytes_of(held.value()), text);
    else
      append_child(out, slot, held.child, level + 1, prefix | std::uint64_t{slot} << (5 * level),
                   refs);
  }
  return fits();
}

/// A node's body, whatever its size: at most 70 KB, or `largest_body` for a collision node. Throws
/// std::bad_alloc, and std::length_error when a collision node is too large.
template <class P, class R>
void append_body(std::string& out, const byte_node<P>* n, unsigned level, std::uint64_t prefix,
                 R& refs) {
  if (!append_body(out, n, level, prefix, refs, largest_body))
    throw std::length_error("hamt: too many keys with equal hashes for one block");
}

template <class P, class R>
void append_child(std::string& out, unsigned slot, const byte_node<P>* child, unsigned level,
                  std::uint64_t prefix, R& refs) {
  const std::size_t start = out.size(), count = refs.count();
  out += static_cast<char>(child_inlined << 5 | slot);
  if (append_body(out, child, level, prefix, refs, longest_inlined)) return;
  out.resize(start);
  refs.cut(count);
  out += static_cast<char>(child_by_digest << 5 | slot);
  append_digest(out, subtree_digest(child));
  refs.child(child, level, prefix);
}

/// For bodies whose references are not asked for.
struct no_refs {
  template <class N>
  void child(const N*, unsigned, std::uint64_t) noexcept {}
  void text(std::string_view, const digest32&) noexcept {}
  std::size_t count() const noexcept { return 0; }
  void cut(std::size_t) noexcept {}
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
  block.push_back(text_tag);
  block += bytes;
  return block;
}

}  // namespace hamt::blocks
