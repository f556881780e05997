// Inclusion and exclusion proofs: the paths of the trie to some keys, and sibling digests.
// DIGEST.md, "Proofs".
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../trie/integers.hpp"
#include "digest.hpp"

namespace hamt {

namespace digest_detail {

/// Writes one proof, front to back.
template <class P>
class prover {
  using node_type = node<typename P::byte_value, P>;
  /// Keys that are asked about, sorted by their bytes, without repeats.
  using questions = std::vector<std::string_view>;

 public:
  std::string prove(const byte_map<P>& m, questions keys) {
    // A heap sort: the keys are few, and std::sort is several times its size in wasm.
    std::make_heap(keys.begin(), keys.end());
    std::sort_heap(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    byte(1);
    varint(m.size());
    if (!m.empty()) write_node(m.root(), 0, keys);
    return std::move(proof_);
  }

 private:
  void write_node(const node_type* n, unsigned level, const questions& keys) {
    if (n->is_collision()) return write_collision(n, keys);
    const std::uint32_t occupied = n->entry_map() | n->child_map();
    asked_slots row;
    row.at = n;
    row.level = level;
    for (const std::string_view key : keys) {
      const unsigned slot = slot_of(key, level);
      if ((occupied >> slot & 1) != 0) {
        row.asked |= std::uint32_t{1} << slot;
        row.keys.push_back(key);
      }
    }
    u32(n->entry_map());
    u32(n->child_map());
    if (std::has_single_bit(occupied)) return write_range(row, lowest(occupied), 1);
    const unsigned width = top_half_width(occupied);
    const unsigned from = lowest(occupied) & ~(2 * width - 1);
    write_range(row, from, width);
    write_range(row, from + width, width);
  }

  /// A node's slots while they are being written.
  struct asked_slots {
    const node_type* at;
    unsigned level;
    std::uint32_t asked = 0;  // occupied slots into which keys fall
    questions keys;           // those keys
  };

  void write_range(const asked_slots& row, unsigned from, unsigned width) {
    const std::uint32_t all = bits_of(from, width);
    if (((row.at->entry_map() | row.at->child_map()) & all) == 0) return;
    if ((row.asked & all) == 0) return digest(range_digest(row.at, from, width));
    if (width == 1) return write_slot(row, from);
    write_range(row, from, width / 2);
    write_range(row, from + width / 2, width / 2);
  }

  void write_slot(const asked_slots& row, unsigned slot) {
    questions here;
    for (const std::string_view key : row.keys)
      if (slot_of(key, row.level) == slot) here.push_back(key);
    const auto held = row.at->at(slot);
    if (held.child != nullptr) return write_node(held.child, row.level + 1, here);
    const auto asked = std::find(here.begin(), here.end(), held.key());
    if (asked != here.end()) {
      varint(static_cast<std::uint64_t>(asked - here.begin()) + 1);
      blob(bytes_of(held.value()));
    } else {
      varint(0);
      proof_ += brief(held.key()).view();
      proof_ += brief(bytes_of(held.value())).view();
    }
  }

  void write_collision(const node_type* n, const questions& keys) {
    u32(n->size());
    std::vector<std::uint32_t> shown;  // indices of entries, rising
    const auto show = [&](std::uint32_t i) {
      if (i < n->size() && (shown.empty() || shown.back() < i)) shown.push_back(i);
    };
    for (const std::string_view key : keys) {
      const std::uint32_t rank = rank_of(n, key);
      const bool present = rank < n->size() && n->entry(rank).key == key;
      varint(std::uint64_t{2} * rank + present);
      if (!present && rank > 0) show(rank - 1);
      show(rank);
    }
    const std::uint32_t half = std::bit_floor(n->size() - 1);
    write_ranks(n, keys, shown, 0, half);
    write_ranks(n, keys, shown, half, n->size() - half);
  }

  void write_ranks(const node_type* n, const questions& keys, std::span<const std::uint32_t> shown,
                   std::uint32_t from, std::uint32_t size) {
    const auto next = std::lower_bound(shown.begin(), shown.end(), from);
    if (next == shown.end() || *next - from >= size) return digest(ranks_digest(n, from, size));
    if (size > 1) {
      const std::uint32_t half = std::bit_floor(size - 1);
      write_ranks(n, keys, shown, from, half);
      write_ranks(n, keys, shown, from + half, size - half);
      return;
    }
    const auto entry = n->entry(from);
    if (std::binary_search(keys.begin(), keys.end(), entry.key)) return blob(bytes_of(entry.value));
    blob(entry.key);
    proof_ += brief(bytes_of(entry.value)).view();
  }

  /// The digest of the occupied ones among `width` slots. Requires one.
  static digest32 range_digest(const node_type* n, unsigned from, unsigned width) {
    if (width == 1) {
      const auto held = n->at(from);
      return held.child != nullptr ? subtree_digest(held.child)
                                   : entry_digest(held.key(), bytes_of(held.value()));
    }
    const std::uint32_t occupied = n->entry_map() | n->child_map();
    const unsigned half = width / 2;
    if ((occupied & bits_of(from, half)) == 0) return range_digest(n, from + half, half);
    if ((occupied & bits_of(from + half, half)) == 0) return range_digest(n, from, half);
    return pair_digest(range_digest(n, from, half), range_digest(n, from + half, half));
  }

  static digest32 ranks_digest(const node_type* n, std::uint32_t from, std::uint32_t size) {
    if (size == 1) {
      const auto entry = n->entry(from);
      return entry_digest(entry.key, bytes_of(entry.value));
    }
    const std::uint32_t half = std::bit_floor(size - 1);
    return pair_digest(ranks_digest(n, from, half), ranks_digest(n, from + half, size - half));
  }

  /// How many entries of a collision node are smaller than `key`.
  static std::uint32_t rank_of(const node_type* n, std::string_view key) noexcept {
    std::uint32_t low = 0, high = n->size();
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (n->entry(middle).key < key)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  static unsigned slot_of(std::string_view key, unsigned level) noexcept {
    return static_cast<unsigned>(typename P::hash{}(key) >> (5 * level) & 31);
  }
  static std::uint32_t bits_of(unsigned from, unsigned width) noexcept {
    return (width == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << width) - 1) << from;
  }

  void byte(std::uint8_t b) { proof_ += static_cast<char>(b); }
  void u32(std::uint32_t value) { append_integer(proof_, value, 4); }
  void varint(std::uint64_t value) { append_varint(proof_, value); }
  void blob(std::string_view bytes) {
    varint(bytes.size());
    proof_ += bytes;
  }
  void digest(const digest32& d) {
    proof_.append(reinterpret_cast<const char*>(d.data()), d.size());
  }

  std::string proof_;
};

}  // namespace digest_detail

/// A proof about `keys` (in any order, repeats allowed, at least one: else std::invalid_argument):
/// for each, its value or that it is absent, to be verified against digest_of(m). Computes the
/// digest where it is not known yet, then about 25 to 100 hashes a key; allocates the proof and may
/// throw std::bad_alloc. Size: see DIGEST.md; 600 bytes for one key of 100,000.
template <class P>
std::string prove(const byte_map<P>& m, std::span<const std::string_view> keys) {
  if (keys.empty()) throw std::invalid_argument("hamt: a proof needs at least one key");
  return digest_detail::prover<P>().prove(m, {keys.begin(), keys.end()});
}
template <class P>
std::string prove(const byte_map<P>& m, std::string_view key) {
  return prove(m, std::span(&key, 1));
}

}  // namespace hamt
