// Format of blocks and node tables: limits, tags, integers, hexadecimal keys, errors.
// BLOCKS.md specifies the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "../digest/messages.hpp"
#include "../snapshot/hexadecimal.hpp"
#include "../trie/bits.hpp"
#include "../trie/integers.hpp"
#include "../trie/policy.hpp"

namespace hamt::blocks {

/// Version of the formats of blocks and of node tables.
inline constexpr std::uint8_t format_version = 1;
/// A key or value of more bytes is a block of its own.
inline constexpr std::size_t longest_text = 1024;
/// A node whose body has more bytes is a block of its own; others lie in their parent's block.
inline constexpr std::size_t longest_inlined = 256;
/// No body has more bytes. Only hundreds of keys with equal hashes could need them.
inline constexpr std::size_t largest_body = std::size_t{1} << 20;
/// Levels 0 to 12 have nodes with slots, level 13 has collision nodes.
inline constexpr unsigned collision_level = digits<local_policy::bits>::levels;
inline constexpr unsigned level_count = collision_level + 1;

/// The first byte of a block.
enum tag : char { map_tag = 'M', node_tag = 'N', collision_tag = 'C', text_tag = 'L' };

/// The upper three bits of an item's first byte. Of an entry, bit 0 says that the value is long.
enum kind : std::uint8_t {
  raw_key = 0,
  hex_key = 2,
  long_key = 4,
  child_by_digest = 6,
  child_inlined = 7,
};
inline bool is_entry(unsigned k) noexcept { return k < child_by_digest; }
inline bool has_long_key(unsigned k) noexcept { return (k & 6u) == long_key; }
inline bool has_long_value(unsigned k) noexcept { return is_entry(k) && (k & 1u) != 0; }

/// Why bytes are refused.
enum class rule { truncated, malformed, mismatch, too_large, version, checksum };

inline const char* code_of(rule r) noexcept {
  constexpr const char* codes[] = {"truncated", "malformed", "mismatch",
                                   "too-large", "version",   "checksum"};
  return codes[static_cast<unsigned>(r)];
}

/// Bytes that are no block or no node table. The message is a string literal.
class error final : public std::exception {
 public:
  error(rule r, const char* message, std::size_t offset) noexcept
      : rule_(r), message_(message), offset_(offset) {}
  rule broken() const noexcept { return rule_; }
  /// Counted from the start of the block, or of the table.
  std::size_t offset() const noexcept { return offset_; }
  const char* what() const noexcept override { return message_; }

 private:
  rule rule_;
  const char* message_;
  std::size_t offset_;
};

// --- writing -------------------------------------------------------------------------------------

inline void append_digest(std::string& out, const digest32& d) {
  out.append(reinterpret_cast<const char*>(d.data()), d.size());
}

/// Whether a short key is hexadecimal: `0x` and an even number of lower-case digits, at least two.
inline bool is_hex(std::string_view key) noexcept {
  return key.size() > 2 && snapshot::is_hexadecimal(key);
}

/// The name of a long key's or value's block: what DIGEST.md's `brief` has for it.
inline digest32 text_digest(std::string_view bytes) noexcept {
  return keccak256_hasher{}.update("L", 1).update(bytes).finish();
}

// --- reading -------------------------------------------------------------------------------------

/// Reads bytes front to back and never past their end. `base` is added to the offsets of errors.
class cursor {
 public:
  explicit cursor(std::string_view bytes, std::size_t base = 0) noexcept
      : bytes_(bytes), base_(base) {}

  std::size_t at() const noexcept { return at_; }
  std::size_t left() const noexcept { return bytes_.size() - at_; }
  [[noreturn]] void refuse(const char* message, std::size_t at, rule r = rule::malformed) const {
    throw error(r, message, base_ + at);
  }
  void expect_end(const char* message) const {
    if (left() != 0) refuse(message, at_);
  }

  std::string_view take(std::uint64_t size) {
    if (size > left()) refuse("the bytes end too early", bytes_.size(), rule::truncated);
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += part.size();
    return part;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint64_t integer(unsigned bytes) { return little_endian(take(bytes)); }
  /// Below 2^53, in as few bytes as its value needs.
  std::uint64_t varint() {
    const std::size_t start = at_;
    return read_varint<53>(
        [this] { return byte(); },
        [&] { refuse("a number too large or not in its shortest form", start); });
  }
  digest32 digest() {
    digest32 d;
    std::memcpy(d.data(), take(d.size()).data(), d.size());
    return d;
  }

 private:
  std::string_view bytes_;
  std::size_t base_;
  std::size_t at_ = 0;
};

}  // namespace hamt::blocks
