// Tables of distinct strings in ascending order, front-coded: each says how many bytes it shares
// with the one before.
//
//   form            byte: 0 strings as they are, 1 hexadecimal strings as the bytes they stand for
//   block lengths   a varint for each block of 32 strings
//   blocks          for each string: token, [shared - 15], [varint folded - 15], its own bytes
//
// The token's high half is min(shared, 15), its low half min(folded, 15), where `folded` is the
// zigzag of (this length - that length): strings of equal length take one byte before their own.
// The first string of a block is coded against the first string of the whole table, so that a
// reader needs that one and a single block, and can search the blocks in place.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "budget.hpp"
#include "hexadecimal.hpp"
#include "utf8.hpp"
#include "varint.hpp"

namespace hamt::snapshot {

inline constexpr std::uint32_t block_strings = 32;
/// Sharing is capped, so that no string costs less than 1/128 of its length: a small file must not
/// become a large map.
inline constexpr std::size_t most_shared = 127;

enum class table_form : std::uint8_t { plain, hexadecimal };

/// How many bytes strings share at the front, at most `most_shared`. O(that), eight at a time.
inline std::size_t shared_bytes(std::string_view a, std::string_view b) noexcept {
  const std::size_t most = std::min({a.size(), b.size(), most_shared});
  std::size_t n = 0;
  for (std::uint64_t x, y; n + 8 <= most; n += 8) {
    std::memcpy(&x, a.data() + n, 8);
    std::memcpy(&y, b.data() + n, 8);
    if (x != y) return n + static_cast<std::size_t>(std::countr_zero(x ^ y)) / 8;
  }
  while (n < most && a[n] == b[n]) ++n;
  return n;
}

namespace detail {

/// Appends `string`, coded against `model`.
inline void put_string(std::string& out, std::string_view model, std::string_view string) {
  if (string.size() > 0x3fffffff) throw std::length_error("a key or value above 1 GiB");
  const std::size_t shared = shared_bytes(model, string);
  const std::uint32_t folded =
      fold(static_cast<std::int64_t>(string.size()) - static_cast<std::int64_t>(model.size()));
  out.push_back(static_cast<char>(std::min<std::size_t>(shared, 15) << 4 | std::min(folded, 15u)));
  if (shared >= 15) out.push_back(static_cast<char>(shared - 15));
  if (folded >= 15) append_varint(out, folded - 15);
  out.append(string.substr(shared));
}

/// Brings the ends of strings into the cache, all at once: sorted strings lie scattered in memory,
/// and WebAssembly has no prefetch.
inline void load(std::span<const std::string_view> strings) noexcept {
  char all = 0;
  for (const std::string_view s : strings) {
    if (!s.empty()) all = static_cast<char>(all ^ s.front() ^ s.back());
  }
  [[maybe_unused]] volatile char used = all;
}

/// Appends a table in one form. False, with `out` as it was, for strings that the form cannot hold.
inline bool put_table(std::string& out, std::span<const std::string_view> strings,
                      table_form form) {
  std::string lengths, blocks, first, before, current;
  std::size_t block_start = 0;
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const bool heads_block = i % block_strings == 0;
    if (heads_block)
      load(strings.subspan(i, std::min<std::size_t>(block_strings, strings.size() - i)));
    if (heads_block && i != 0) {
      append_varint(lengths, static_cast<std::uint32_t>(blocks.size() - block_start));
      block_start = blocks.size();
    }
    if (form == table_form::hexadecimal) {
      if (!pack_hexadecimal(strings[i], current)) return false;
      put_string(blocks, heads_block ? first : before, current);
      if (i == 0) first = current;
      before.swap(current);
    } else {
      const std::string_view model = i == 0 ? std::string_view{} : strings[heads_block ? 0 : i - 1];
      put_string(blocks, model, strings[i]);
    }
  }
  if (!strings.empty())
    append_varint(lengths, static_cast<std::uint32_t>(blocks.size() - block_start));
  out.push_back(static_cast<char>(form));
  out += lengths;
  out += blocks;
  return true;
}

}  // namespace detail

/// Appends the table of `strings`, which ascend. O(bytes).
inline void put_string_table(std::string& out, std::span<const std::string_view> strings) {
  if (strings.empty() || !detail::put_table(out, strings, table_form::hexadecimal))
    detail::put_table(out, strings, table_form::plain);
}

/// Strings one after another in one block of memory.
class arena {
 public:
  std::string_view operator[](std::size_t i) const noexcept {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(start, ends_[i] - start);
  }
  /// The bytes of all strings, and where each ends.
  char* data() noexcept { return bytes_.data(); }
  const std::vector<std::size_t>& ends() const noexcept { return ends_; }
  void push_back(std::string_view s) {
    bytes_ += s;
    ends_.push_back(bytes_.size());
  }
  void push_back_hexadecimal(std::string_view packed) {
    append_hexadecimal(bytes_, packed);
    ends_.push_back(bytes_.size());
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// A table inside a file. Holds no strings; `decode` gives them.
class string_table {
 public:
  string_table() = default;
  /// Reads the form and the block lengths, and steps over the blocks. O(count / 32); allocates
  /// nothing.
  string_table(std::string_view file, reader& in, std::uint32_t count)
      : file_(file), count_(count), form_at_(in.offset()) {
    const std::uint8_t form = in.byte();
    if (form > 1 || (form == 1 && count == 0)) fail(rule::form, form_at_);
    form_ = static_cast<table_form>(form);
    lengths_at_ = in.offset();
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < count; i += block_strings) bytes += in.varint();
    blocks_at_ = in.offset();
    in.take(bytes);
  }

  /// Where the table begins in the file.
  std::size_t offset() const noexcept { return form_at_; }

  /// Checks every string. O(bytes). With `text`, strings must be UTF-8.
  void check(bool text) const { walk(text, nullptr, nullptr); }

  /// Checks every string, and gives them all. O(bytes) of the table and of the strings, which take
  /// from `room`.
  arena decode(bool text, budget& room) const {
    arena strings;
    walk(text, &strings, &room);
    return strings;
  }

 private:
  /// Where a string begins in the file, and what it says about itself.
  struct coded {
    std::size_t start, shared;
    std::string_view own;
  };

  /// Checks every string, and appends it to `strings` unless that is null.
  void walk(bool text, arena* strings, budget* room) const {
    std::string first, before;
    reader lengths(file_, lengths_at_);
    std::size_t at = blocks_at_, end = blocks_at_;
    bool all_hexadecimal = form_ == table_form::plain && count_ != 0;
    for (std::uint32_t i = 0; i < count_; ++i) {
      const bool heads_block = i % block_strings == 0;
      if (heads_block) {
        if (at != end) fail(rule::block, at);
        end = at + lengths.varint();
      }
      const coded c = next(at, end, i, heads_block ? first : before);
      if (heads_block && i != 0) {
        std::string string = first.substr(0, c.shared);
        string += c.own;
        if (string <= before) fail(rule::unsorted, c.start);
        before.swap(string);
      } else {
        before.resize(c.shared);
        before += c.own;
      }
      if (i == 0) first = before;
      if (text && form_ == table_form::plain) check_text(before, c);
      all_hexadecimal = all_hexadecimal && is_hexadecimal(before);
      if (strings != nullptr) append(*strings, before, *room, c.start);
    }
    if (at != end) fail(rule::block, at);
    if (all_hexadecimal) fail(rule::form, form_at_);
  }

  void append(arena& strings, std::string_view string, budget& room, std::size_t offset) const {
    const bool packed = form_ == table_form::hexadecimal;
    room.take((packed ? unpacked_size(string.size()) : string.size()) + sizeof(std::size_t),
              offset);
    if (packed)
      strings.push_back_hexadecimal(string);
    else
      strings.push_back(string);
  }

  /// Reads string `i`, which is coded against `model`, and checks all but its order across blocks.
  coded next(std::size_t& at, std::size_t end, std::uint32_t i, std::string_view model) const {
    const std::size_t start = at;
    const auto byte = [&] {
      if (at == end) fail(rule::block, at);
      return static_cast<std::uint8_t>(file_[at++]);
    };
    const std::uint8_t token = byte();
    std::size_t shared = token >> 4;
    if (shared == 15) shared += byte();
    std::uint64_t folded = token & 15;
    if (folded == 15) folded += read_varint(at, byte);
    const auto difference = static_cast<std::int64_t>(folded >> 1);
    const std::int64_t length =
        static_cast<std::int64_t>(model.size()) + (folded & 1 ? -difference - 1 : difference);
    if (shared > most_shared || shared > model.size() ||
        length < static_cast<std::int64_t>(shared) ||
        static_cast<std::uint64_t>(length) - shared > end - at) {
      fail(rule::string, start);
    }
    const std::string_view own = file_.substr(at, static_cast<std::size_t>(length) - shared);
    if (i != 0) {
      // Greater than its model, and sharing as much as it may: the first byte of its own decides
      // both.
      if (own.empty()) fail(rule::unsorted, start);
      const std::string_view rest = model.substr(shared);
      if (shared < most_shared && !rest.empty() && own[0] == rest[0]) fail(rule::prefix, start);
      if (own.compare(rest) <= 0) fail(rule::unsorted, start);
    }
    at += own.size();
    return {start, shared, own};
  }

  /// What is shared was checked with the string before, but for a character that is cut.
  static void check_text(std::string_view string, const coded& c) {
    if (!is_utf8(string.substr(last_character(string.substr(0, c.shared)))))
      fail(rule::utf8, c.start);
  }

  std::string_view file_;
  std::uint32_t count_ = 0;
  table_form form_ = table_form::plain;
  std::size_t form_at_ = 0, lengths_at_ = 0, blocks_at_ = 0;
};

}  // namespace hamt::snapshot
