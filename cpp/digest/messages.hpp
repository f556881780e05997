// What is hashed: the messages of DIGEST.md, each as a function from its fields to its digest. No
// trie here, so that whoever has the parts of a map in another form (a snapshot read in place, a
// proof) computes the same digests.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "keccak.hpp"

namespace hamt {

inline constexpr std::uint8_t digest_version = 1;
/// SipHash-1-3 with key (0, 0).
inline constexpr std::uint8_t digest_hash_id = 1;

/// Stands for a byte string in at most 65 bytes: the bytes themselves after their length, or 0xff
/// and their digest.
class brief {
 public:
  static constexpr std::size_t longest_inline = 64;
  static constexpr std::uint8_t hashed_mark = 0xff;
  static constexpr std::size_t hashed_size = 1 + sizeof(digest32);

  /// One hash for each 136 bytes if `bytes` is longer than 64, else a copy. Does not allocate.
  [[gnu::noinline]] explicit brief(std::string_view bytes) noexcept {
    if (bytes.size() <= longest_inline) {
      bytes_[0] = static_cast<char>(bytes.size());
      if (!bytes.empty()) std::memcpy(bytes_ + 1, bytes.data(), bytes.size());
      size_ = static_cast<std::uint8_t>(1 + bytes.size());
      return;
    }
    bytes_[0] = static_cast<char>(hashed_mark);
    const digest32 digest = keccak256_hasher{}.update("L", 1).update(bytes).finish();
    std::memcpy(bytes_ + 1, digest.data(), digest.size());
    size_ = hashed_size;
  }
  std::string_view view() const noexcept { return {bytes_, size_}; }

 private:
  char bytes_[1 + longest_inline];
  std::uint8_t size_;
};

namespace digest_detail {

/// Puts fields one after the other into a block of known size.
class message {
 public:
  message(char tag, std::size_t size_after_tag) noexcept : block_(1 + size_after_tag) {
    block_.put(0, static_cast<std::uint8_t>(tag));
  }
  message& bytes(const void* from, std::size_t size) noexcept {
    block_.put(at_, from, size);
    at_ += size;
    return *this;
  }
  message& bytes(std::string_view from) noexcept { return bytes(from.data(), from.size()); }
  message& digest(const digest32& d) noexcept { return bytes(d.data(), d.size()); }
  message& byte(std::uint8_t b) noexcept { return bytes(&b, 1); }
  message& u32(std::uint32_t value) noexcept { return bytes(&value, sizeof value); }
  message& u64(std::uint64_t value) noexcept {
    return u32(static_cast<std::uint32_t>(value)).u32(static_cast<std::uint32_t>(value >> 32));
  }
  digest32 hash() const noexcept { return block_.hash(); }

 private:
  keccak_block block_;
  std::size_t at_ = 1;
};

}  // namespace digest_detail

/// An entry given by its brief fields. One hash.
[[gnu::noinline]] inline digest32 entry_digest_of_briefs(std::string_view key,
                                                         std::string_view value) noexcept {
  return digest_detail::message('E', key.size() + value.size()).bytes(key).bytes(value).hash();
}
/// An entry. One hash when key and value have at most 64 bytes each.
[[gnu::noinline]] inline digest32 entry_digest(std::string_view key,
                                               std::string_view value) noexcept {
  return entry_digest_of_briefs(brief(key).view(), brief(value).view());
}

/// Two parts of a tree inside a node. One hash.
[[gnu::noinline]] inline digest32 pair_digest(const digest32& left,
                                              const digest32& right) noexcept {
  return digest_detail::message('P', 64).digest(left).digest(right).hash();
}

/// A node in which one slot is occupied, and one whose widest range with both halves occupied has
/// halves with these digests.
[[gnu::noinline]] inline digest32 node_digest(std::uint32_t entry_map, std::uint32_t child_map,
                                              const digest32& only) noexcept {
  return digest_detail::message('N', 40).u32(entry_map).u32(child_map).digest(only).hash();
}
[[gnu::noinline]] inline digest32 node_digest(std::uint32_t entry_map, std::uint32_t child_map,
                                              const digest32& left,
                                              const digest32& right) noexcept {
  return digest_detail::message('N', 72)
      .u32(entry_map)
      .u32(child_map)
      .digest(left)
      .digest(right)
      .hash();
}

[[gnu::noinline]] inline digest32 collision_digest(std::uint32_t count, const digest32& left,
                                                   const digest32& right) noexcept {
  return digest_detail::message('C', 68).u32(count).digest(left).digest(right).hash();
}

/// A whole map whose root node has digest `root`.
[[gnu::noinline]] inline digest32 map_digest(std::uint64_t size, const digest32& root) noexcept {
  return digest_detail::message('M', 42)
      .byte(digest_version)
      .byte(digest_hash_id)
      .u64(size)
      .digest(root)
      .hash();
}
inline digest32 empty_map_digest() noexcept {
  return map_digest(0, digest_detail::message('0', 0).hash());
}

/// Of a node with more than one occupied slot: the width of the halves of its top pair, a power of
/// two. The left half begins at the lowest occupied slot rounded down to a multiple of twice the
/// width.
inline unsigned top_half_width(std::uint32_t occupied) noexcept {
  const auto lowest = static_cast<unsigned>(std::countr_zero(occupied));
  const auto highest = 31u - static_cast<unsigned>(std::countl_zero(occupied));
  return std::bit_floor(lowest ^ highest);
}

/// A node whose slot s holds what has digest `slots[s]`, for each s in one of the maps (disjoint,
/// not both 0). k slots cost k - 1 hashes (one slot: one). The array is used up.
inline digest32 node_digest(std::uint32_t entry_map, std::uint32_t child_map,
                            std::array<digest32, 32>& slots) noexcept {
  // `present`: ranges of the current width that are not empty, each by its first slot, where its
  // digest is
  std::uint32_t present = entry_map | child_map;
  const auto first = static_cast<unsigned>(std::countr_zero(present));
  if (std::has_single_bit(present)) return node_digest(entry_map, child_map, slots[first]);
  const unsigned top = top_half_width(present);
  for (unsigned width = 1; width < top; width *= 2) {
    std::uint32_t wider = 0;
    for (std::uint32_t rest = present; rest != 0;) {
      const auto at = static_cast<unsigned>(std::countr_zero(rest));
      const unsigned left = at & ~width, right = at | width;
      if (at == left && (present >> right & 1) != 0)
        slots[left] = pair_digest(slots[left], slots[right]);
      else if (at == right)
        slots[left] = slots[right];
      rest &= ~(std::uint32_t{1} << left | std::uint32_t{1} << right);
      wider |= std::uint32_t{1} << left;
    }
    present = wider;
  }
  const unsigned left = first & ~(2 * top - 1);
  return node_digest(entry_map, child_map, slots[left], slots[left + top]);
}

/// The tree over the entries of a collision node, fed with their digests in order of their keys.
/// Keeps one digest for each bit of the count; does not allocate.
class collision_tree {
 public:
  void add(const digest32& entry) noexcept {
    // What waits are complete trees of falling sizes, and the last entry alone: the cut is after
    // the largest power of two that is *smaller* than the count, so trees of equal size are joined
    // only once another entry follows.
    if (count_ > 0) {
      for (std::uint32_t full = count_ - 1; (full & 1) != 0; full >>= 1) join_last_two();
    }
    waiting_[depth_++] = entry;
    ++count_;
  }
  /// The digest of the node. Requires two or more entries. The tree is used up.
  digest32 finish() noexcept {
    while (depth_ > 2) join_last_two();
    return collision_digest(count_, waiting_[0], waiting_[1]);
  }

 private:
  void join_last_two() noexcept {
    --depth_;
    waiting_[depth_ - 1] = pair_digest(waiting_[depth_ - 1], waiting_[depth_]);
  }

  std::array<digest32, 34> waiting_;
  unsigned depth_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace hamt
