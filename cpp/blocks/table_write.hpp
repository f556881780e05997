// Maps into a node table: every distinct node of all versions once, as a row, in one file that can
// be read in pieces. BLOCKS.md specifies the bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "blocks/decode.hpp"
#include "blocks/encode.hpp"

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

struct digest_hash {
  std::size_t operator()(const digest32& d) const noexcept {
    std::size_t h;
    std::memcpy(&h, d.data(), sizeof h);
    return h;
  }
};

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
  /// A child with rows of its own, of one of the nodes of a position.
  struct pending_child {
    std::uint64_t order;  // of its position: what precedes in iteration comes first
    unsigned level;
    std::uint64_t prefix;
    std::uint32_t parent;  // which node of the position
    const node_type* at;
  };

  /// What append_body tells of one node.
  struct collected {
    std::vector<pending_child>* children;
    std::uint32_t parent;
    void child(const node_type* n, unsigned level, std::uint64_t prefix) {
      children->push_back({digits<5>::order(prefix), level, prefix, parent, n});
    }
    void text(std::string_view) noexcept {}
  };

  /// Where the children and texts that a row names lie, in the order in which it names them.
  struct placed {
    table_writer* writer;
    const std::unordered_map<const node_type*, address>* children;
    std::string* out;
    void child(const node_type* n, unsigned, std::uint64_t) {
      const address a = children->at(n);
      append_varint(*out, a.start);
      append_varint(*out, a.size);
    }
    void text(std::string_view bytes) {
      append_varint(*out, writer->place_text(bytes));
      append_varint(*out, bytes.size());
    }
  };

  /// Writes the rows of all nodes that stand at one position in some version, given in the order of
  /// the versions, after those of everything beneath; gives their addresses. Recursion is as deep
  /// as the trie.
  std::vector<address> write_position(const std::vector<const node_type*>& nodes, unsigned level,
                                      std::uint64_t prefix) {
    std::vector<const node_type*> distinct;
    std::vector<std::uint32_t> which;  // of `distinct`, for each node
    find_distinct(nodes, distinct, which);

    std::vector<pending_child> children;
    std::string scratch;
    for (std::uint32_t i = 0; i < distinct.size(); ++i) {
      collected refs{&children, i};
      scratch.clear();
      append_body(scratch, distinct[i], level, prefix, refs);
    }
    std::unordered_map<const node_type*, address> places;
    write_children(children, places);

    std::vector<address> rows;
    rows.reserve(distinct.size());
    const node_type* last = nullptr;
    std::size_t full_start = 0, full_end = 0;
    std::string row, patch;
    std::string& section = sections_[level];
    for (const node_type* n : distinct) {
      write_full_row(row, n, level, prefix, places);
      bool patched = false;
      if (last != nullptr && !n->is_collision()) {
        write_patch_row(patch, last, n, level, prefix, places);
        patched = 2 * patch.size() <= row.size() &&
                  section.size() + patch.size() - full_end <= longest_patches;
      }
      if (!patched) {
        full_start = section.size();
        full_end = full_start + row.size();
      }
      section += patched ? patch : row;
      rows.push_back({full_start, section.size() - full_start});
      last = n;
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
    std::unordered_map<digest32, std::uint32_t, digest_hash> seen;
    for (const node_type* n : nodes) {
      const auto [at, is_new] = seen.try_emplace(subtree_digest(n), distinct.size());
      if (is_new) distinct.push_back(n);
      which.push_back(at->second);
    }
  }

  /// Writes the rows beneath a position, one position after the other.
  void write_children(std::vector<pending_child>& children,
                      std::unordered_map<const node_type*, address>& places) {
    const auto before = [](const pending_child& a, const pending_child& b) {
      return a.order != b.order   ? a.order < b.order
             : a.level != b.level ? a.level < b.level
                                  : a.parent < b.parent;
    };
    std::sort(children.begin(), children.end(), before);
    std::vector<const node_type*> nodes;
    for (std::size_t begin = 0, end; begin < children.size(); begin = end) {
      const pending_child& first = children[begin];
      nodes.clear();
      for (end = begin; end < children.size() && children[end].level == first.level &&
                        children[end].prefix == first.prefix;
           ++end) {
        if (nodes.empty() || nodes.back() != children[end].at) nodes.push_back(children[end].at);
      }
      const std::vector<address> rows = write_position(nodes, first.level, first.prefix);
      for (std::size_t i = 0; i < nodes.size(); ++i) places.emplace(nodes[i], rows[i]);
    }
  }

  void write_full_row(std::string& row, const node_type* n, unsigned level, std::uint64_t prefix,
                      const std::unordered_map<const node_type*, address>& places) {
    row.assign(1, full_row);
    std::string refs;
    placed place{this, &places, &refs};
    append_body(row, n, level, prefix, place);
    row += refs;
  }

  /// What leads from `last` to `n`: the slots that are emptied, and the items that are put.
  void write_patch_row(std::string& row, const node_type* last, const node_type* n, unsigned level,
                       std::uint64_t prefix,
                       const std::unordered_map<const node_type*, address>& places) {
    const std::uint32_t was = last->entry_map() | last->child_map(),
                        is = n->entry_map() | n->child_map();
    std::uint32_t put = is & ~was;
    for (std::uint32_t rest = was & is; rest != 0; rest &= rest - 1)
      if (!same(last->at(lowest(rest)), n->at(lowest(rest)))) put |= rest & (~rest + 1);
    row.assign(1, patch_row);
    row += static_cast<char>(popcount(was & ~is));
    for (std::uint32_t rest = was & ~is; rest != 0; rest &= rest - 1)
      row += static_cast<char>(lowest(rest));
    row += static_cast<char>(popcount(put));
    std::string refs;
    placed place{this, &places, &refs};
    for (; put != 0; put &= put - 1) {
      const unsigned slot = lowest(put);
      const auto held = n->at(slot);
      if (held.child == nullptr)
        append_entry(row, slot, held.key(), bytes_of(held.value()),
                     [&](std::string_view text) { place.text(text); });
      else
        append_child(row, slot, held.child, level + 1, prefix | std::uint64_t{slot} << (5 * level),
                     place);
    }
    row += refs;
  }

  static bool same(const slot_view<typename P::byte_value, P>& a,
                   const slot_view<typename P::byte_value, P>& b) {
    if (a.same(b)) return true;
    if (a.is_entry() != b.is_entry()) return false;
    if (a.is_entry()) return a.key() == b.key() && bytes_of(a.value()) == bytes_of(b.value());
    return subtree_digest(a.child) == subtree_digest(b.child);
  }

  /// The start of a long key or value in its section.
  std::uint64_t place_text(std::string_view bytes) {
    std::string& section = sections_[text_section];
    const auto [at, is_new] = texts_.try_emplace(text_digest(bytes), section.size());
    if (is_new) section += bytes;
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
  std::unordered_map<digest32, std::uint64_t, digest_hash> texts_;
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
