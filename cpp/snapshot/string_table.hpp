// Distinct strings in ascending order, front-coded: each says how many bytes it shares with the one
// before.
//
//   block lengths   a varint for each block of 32 strings
//   blocks          for each string: token, [shared - 15], [varint fold - 15], its own bytes
//
// The token's high half is min(shared, 15), its low half min(fold, 15), where fold is the zigzag of
// (this length - that length): strings of equal length, such as addresses, pay one byte. The first
// string of a block is coded against the first string of the whole table, so that a reader needs
// that one and a single block, and can search the blocks in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/utf8.hpp"
#include "snapshot/wire.hpp"

namespace hamt::snapshot {

inline constexpr std::uint32_t block_strings = 32;
/// Sharing is capped, so that no string costs less than 1/128 of its length: a small file must not
/// become a large map.
inline constexpr std::size_t most_shared = 127;

inline std::size_t shared_bytes(std::string_view a, std::string_view b) noexcept {
  const std::size_t most = std::min({a.size(), b.size(), most_shared});
  std::size_t n = 0;
  while (n < most && a[n] == b[n]) ++n;
  return n;
}

/// Appends the table of `strings`, which ascend. O(bytes).
inline void put_string_table(std::string& out, const std::vector<std::string_view>& strings) {
  std::string blocks;
  std::size_t block_start = 0;
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const std::string_view string = strings[i];
    if (string.size() > 0x3fffffff) throw std::length_error("a key or value above 1 GiB");
    const bool heads_block = i % block_strings == 0;
    if (heads_block && i != 0) {
      put_varint(out, static_cast<std::uint32_t>(blocks.size() - block_start));
      block_start = blocks.size();
    }
    const std::string_view model = i == 0 ? std::string_view{} : strings[heads_block ? 0 : i - 1];
    const std::size_t shared = shared_bytes(model, string);
    const std::uint32_t folded =
        fold(static_cast<std::int64_t>(string.size()) - static_cast<std::int64_t>(model.size()));
    blocks.push_back(
        static_cast<char>(std::min<std::size_t>(shared, 15) << 4 | std::min(folded, 15u)));
    if (shared >= 15) blocks.push_back(static_cast<char>(shared - 15));
    if (folded >= 15) put_varint(blocks, folded - 15);
    blocks.append(string.substr(shared));
  }
  if (!strings.empty()) put_varint(out, static_cast<std::uint32_t>(blocks.size() - block_start));
  out += blocks;
}

/// Strings one after another in one block of memory.
class arena {
 public:
  std::string_view operator[](std::size_t i) const noexcept {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(start, ends_[i] - start);
  }
  void push_back(std::string_view s) {
    bytes_ += s;
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
  /// Reads the block lengths and steps over the blocks. O(count / 32); allocates nothing.
  string_table(std::string_view file, reader& in, std::uint32_t count)
      : file_(file), count_(count), lengths_at_(in.offset()) {
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < count; i += block_strings) bytes += in.varint();
    blocks_at_ = in.offset();
    in.take(bytes);
  }

  /// Checks every string, and appends them to `strings` unless it is null. O(bytes) of the table
  /// and of what is appended. With `text`, strings must be UTF-8.
  void decode(bool text, arena* strings) const {
    std::string first, before, string;
    reader lengths(file_, lengths_at_);
    std::size_t at = blocks_at_, end = blocks_at_;
    for (std::uint32_t i = 0; i < count_; ++i) {
      const bool heads_block = i % block_strings == 0;
      if (heads_block) {
        if (at != end) fail(rule::block, at);
        end = at + lengths.varint();
      }
      const std::size_t start = at;
      const auto next = [&] {
        if (at == end) fail(rule::block, at);
        return static_cast<std::uint8_t>(file_[at++]);
      };
      const std::uint8_t token = next();
      std::size_t shared = token >> 4;
      if (shared == 15) shared += next();
      std::uint64_t folded = token & 15;
      if (folded == 15) folded += read_varint(at, next);
      const bool odd = folded & 1;
      const std::string_view model = heads_block ? first : before;
      const std::int64_t length = static_cast<std::int64_t>(model.size()) +
                                  (odd ? -static_cast<std::int64_t>(folded >> 1) - 1
                                       : static_cast<std::int64_t>(folded >> 1));
      if (shared > most_shared || shared > model.size() ||
          length < static_cast<std::int64_t>(shared) || length - shared > end - at) {
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
      if (heads_block) {
        string.assign(first, 0, shared);
        string += own;
        if (i == 0) first = string;
        if (i != 0 && string <= before) fail(rule::unsorted, start);
        before.swap(string);
      } else {
        before.resize(shared);
        before += own;
      }
      if (text && !is_utf8(std::string_view(before).substr(
                      last_character(std::string_view(before).substr(0, shared))))) {
        fail(rule::utf8, start);
      }
      at += own.size();
      if (strings != nullptr) strings->push_back(before);
    }
    if (at != end) fail(rule::block, at);
  }

 private:
  std::string_view file_;
  std::uint32_t count_ = 0;
  std::size_t lengths_at_ = 0;
  std::size_t blocks_at_ = 0;
};

}  // namespace hamt::snapshot
