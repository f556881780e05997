// Maps into a node table: every distinct node of all versions once, as a row, in one file that can
// be read in pieces. BLOCKS.md specifies the bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "address.hpp"
#include "encode.hpp"

namespace hamt::blocks {

inline constexpr char table_magic[] = {'H', 'A', 'M', 'T', 'N', 'O', 'D', 'E'};
inline constexpr std::size_t table_preamble = sizeof table_magic + 4 + 4;
/// Sections 0 to 13 hold the rows of the nodes of a level, section 14 long keys and values.
inline constexpr unsigned section_count = level_count + 1;
inline constexpr unsigned text_section = level_count;
enum row_type : char { full_row = 0, patch_row = 1 };
/// The patches that follow a full row have at most so many bytes in all.
inline constexpr std::size_t longest_patches = 4096;

namespace detail {

template <class P>
class table_writer {
  using node_type = byte_node<P>;

 public:
  std::string write(std::span<const byte_map<P>> versions, std::string_view meta) {
    std::vector<const node_type*> roots;
    for (const auto& m : versions)
      if (!m.empty()) roots.push_back(m.root());
    const std::vector<address> at = write_position(roots, 0, 0);
    return assemble(versions, at, meta);
  }

 private:
  /// A child or a text that a row names.
  struct reference {
    const node_type* child;  // null: a text
    std::string_view text;
    unsigned level;
    std::uint64_t prefix;
    digest32 name;
  };

  /// The items of a row, which do not depend on where children lie, and what they name.
  struct draft_row {
    std::string items;
    std::vector<reference> names;
    void child(const node_type* n, unsigned level, std::uint64_t prefix) {
      names.push_back({n, {}, level, prefix, subtree_digest(n)});
    }
    void text(std::string_view bytes, const digest32& name) {
      names.push_back({nullptr, bytes, 0, 0, name});
    }
    std::size_t count() const noexcept { return names.size(); }
    void cut(std::size_t count) { names.erase(names.begin() + std::ptrdiff_t(count), names.end()); }
  };

  /// Writes the rows of all nodes at one position in some version, given in the order of
  /// the versions, after those of everything beneath; gives their addresses. Recursion is as deep
  /// as the trie.
  std::vector<address> write_position(const std::vector<const node_type*>& nodes, unsigned level,
                                      std::uint64_t prefix) {
    std::vector<const node_type*> distinct;
    std::vector<std::uint32_t> which;  // of `distinct`, for each node
    find_distinct(nodes, distinct, which);

    // The first is a full row, the others patches as long as that is worth it; the children of
    // slots that are equal in the node before are known already.
    std::vector<draft_row> drafts(distinct.size());
    for (std::size_t i = 0; i < distinct.size(); ++i) {
      if (i == 0 || distinct[i]->is_collision())
        full_items(drafts[i], distinct[i], level, prefix);
      else
        patch_items(drafts[i], distinct[i - 1], distinct[i], level, prefix);
    }
    addresses child_addresses;
    write_children(drafts, child_addresses);

    std::vector<address> rows;
    rows.reserve(distinct.size());
    std::string& section = sections_[level];
    std::size_t full_start = 0, full_end = 0;
    for (std::size_t i = 0; i < distinct.size(); ++i) {
      draft_row& row = drafts[i];
      const std::size_t start = section.size();
      append_row(section, row, child_addresses);
      const std::size_t size = section.size() - start;
      if (row.items[0] == patch_row &&
          (2 * size > full_end - full_start || section.size() - full_end > longest_patches)) {
        section.resize(start);
        full_items(row, distinct[i], level, prefix);
        append_row(section, row, child_addresses);
      }
      if (row.items[0] == full_row) {
        full_start = start;
        full_end = section.size();
      }
      rows.push_back({full_start, section.size() - full_start});
      row = {};
    }
    std::vector<address> all;
    all.reserve(nodes.size());
    for (const std::uint32_t i : which) all.push_back(rows[i]);
    return all;
  }

  /// Distinct by contents, in order of appearance.
  static void find_distinct(const std::vector<const node_type*>& nodes,
                            std::vector<const node_type*>& distinct,
                            std::vector<std::uint32_t>& which) {
    if (nodes.size() == 1) {
      distinct = nodes;
      which = {0};
      return;
    }
    addresses seen;
    for (const node_type* n : nodes) {
      const auto [at, is_new] = seen.try_emplace(subtree_digest(n), address{distinct.size(), 0});
      if (is_new) distinct.push_back(n);
      which.push_back(static_cast<std::uint32_t>(at->second.start));
    }
  }

  /// Writes the rows of the children that rows of one position name, one position of theirs after
  /// the other.
  void write_children(const std::vector<draft_row>& drafts, addresses& child_addresses) {
    struct child {
      std::uint64_t order;  // of its position: what precedes in iteration comes first
      std::uint32_t parent;
      const reference* what;
    };
    std::vector<child> children;
    for (std::uint32_t i = 0; i < drafts.size(); ++i)
      for (const reference& r : drafts[i].names)
        if (r.child != nullptr) children.push_back({digits<5>::order(r.prefix), i, &r});
    const auto before = [](const child& x, const child& y) {
      return x.order != y.order               ? x.order < y.order
             : x.what->level != y.what->level ? x.what->level < y.what->level
                                              : x.parent < y.parent;
    };
    // A heap sort is a fraction of the size of std::sort in wasm.
    std::make_heap(children.begin(), children.end(), before);
    std::sort_heap(children.begin(), children.end(), before);
    std::vector<const node_type*> nodes;
    for (std::size_t begin = 0, end; begin < children.size(); begin = end) {
      const reference& first = *children[begin].what;
      nodes.clear();
      for (end = begin; end < children.size() && children[end].what->level == first.level &&
                        children[end].what->prefix == first.prefix;
           ++end)
        nodes.push_back(children[end].what->child);
      const std::vector<address> rows = write_position(nodes, first.level, first.prefix);
      for (std::size_t i = 0; i < nodes.size(); ++i)
        child_addresses.try_emplace(subtree_digest(nodes[i]), rows[i]);
    }
  }

  static void full_items(draft_row& row, const node_type* n, unsigned level, std::uint64_t prefix) {
    row.items.assign(1, full_row);
    row.names.clear();
    append_body(row.items, n, level, prefix, row);
  }

  /// What leads from `last` to `n`: the slots that are emptied, and the items that are put.
  static void patch_items(draft_row& row, const node_type* last, const node_type* n, unsigned level,
                          std::uint64_t prefix) {
    const std::uint32_t was = last->entry_map() | last->child_map(),
                        is = n->entry_map() | n->child_map();
    std::uint32_t put = is & ~was;
    for (std::uint32_t rest = was & is; rest != 0; rest &= rest - 1)
      if (!same(last->at(lowest(rest)), n->at(lowest(rest)))) put |= rest & (~rest + 1);
    row.items.assign(1, patch_row);
    row.items += static_cast<char>(popcount(was & ~is));
    for (std::uint32_t rest = was & ~is; rest != 0; rest &= rest - 1)
      row.items += static_cast<char>(lowest(rest));
    row.items += static_cast<char>(popcount(put));
    for (; put != 0; put &= put - 1) {
      const unsigned slot = lowest(put);
      const auto held = n->at(slot);
      if (held.child == nullptr)
        append_entry(row.items, slot, held.key(), bytes_of(held.value()),
                     [&](std::string_view text, const digest32& name) { row.text(text, name); });
      else
        append_child(row.items, slot, held.child, level + 1,
                     prefix | std::uint64_t{slot} << (5 * level), row);
    }
  }

  /// A row's items and where what they name lies.
  void append_row(std::string& out, const draft_row& row, const addresses& child_addresses) {
    out += row.items;
    for (const reference& r : row.names) {
      const address a = r.child != nullptr ? child_addresses.at(r.name) : text_address(r);
      append_varint(out, a.start);
      append_varint(out, a.size);
    }
  }

  static bool same(const slot_view<typename P::byte_value, P>& a,
                   const slot_view<typename P::byte_value, P>& b) {
    if (a.same(b)) return true;
    if (a.is_entry() != b.is_entry()) return false;
    if (a.is_entry()) return a.key() == b.key() && bytes_of(a.value()) == bytes_of(b.value());
    return subtree_digest(a.child) == subtree_digest(b.child);
  }

  /// Where a long key or value lies.
  address text_address(const reference& r) {
    std::string& section = sections_[text_section];
    const auto [at, is_new] = texts_.try_emplace(r.name, address{section.size(), r.text.size()});
    if (is_new) section += r.text;
    return at->second;
  }

  std::string assemble(std::span<const byte_map<P>> versions, const std::vector<address>& roots,
                       std::string_view meta) {
    std::string file(table_magic, sizeof table_magic);
    file += static_cast<char>(format_version);
    file += static_cast<char>(digest_version);
    file += static_cast<char>(digest_hash_id);
    file += '\0';
    append_integer(file, 0, 4);  // the head's size, below
    append_varint(file, meta.size());
    file += meta;
    std::size_t total = 0;
    for (const std::string& section : sections_) {
      append_varint(file, section.size());
      total += section.size();
    }
    append_varint(file, versions.size());
    auto root = roots.begin();
    for (const auto& m : versions) {
      append_digest(file, digest_of(m));
      append_varint(file, m.size());
      if (m.empty()) continue;
      append_varint(file, root->start);
      append_varint(file, root->size);
      ++root;
    }
    const std::size_t head = file.size() + sizeof(digest32);
    if (head > UINT32_MAX) throw std::length_error("hamt: the head of a node table of 4 GiB");
    for (unsigned i = 0; i < 4; ++i)
      file[sizeof table_magic + 4 + i] = static_cast<char>(head >> (8 * i));
    append_digest(file, keccak256_hasher{}.update(file).finish());
    file.reserve(file.size() + total);
    for (std::string& section : sections_) {
      file += section;
      std::string().swap(section);
    }
    return file;
  }

  std::array<std::string, section_count> sections_;
  addresses texts_;
};

}  // namespace detail

/// The node table of versions, with `meta` beside them. Computes the digests that are not known
/// yet; then O(what the versions do not share). Allocates about twice the result. The bytes follow
/// from the versions' contents, their order and `meta` alone.
template <class P>
std::string write_table(std::span<const byte_map<P>> versions, std::string_view meta = {}) {
  return detail::table_writer<P>().write(versions, meta);
}

}  // namespace hamt::blocks
