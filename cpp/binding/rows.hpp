// Entries on their way to JavaScript: rows of a key and some values, hundreds a crossing.
//
// All keys lie in a row, so that one TextDecoder call decodes them, and so do all values. For each row a list of ends
// says where they are cut: the key's end in UTF-16 units (if rows have keys), then for each value its end in bytes, times
// two, plus one if there is a value at all.
#pragma once

#include <optional>
#include <string_view>

#include "binding/handles.hpp"

namespace hamt::binding {

class rows {
 public:
  void clear() noexcept {
    keys_.clear();
    values_.clear();
    ends_.clear();
    key_end_ = 0;
  }
  void key(std::string_view k) {
    keys_.append(k);
    key_end_ += utf16_length(k);
    ends_.append(key_end_);
  }
  void value(std::optional<std::string_view> v) {
    if (v) values_.append(*v);
    if (values_.size() >= std::uint32_t{1} << 31) throw std::length_error("hamt: values of 2 GiB");
    ends_.append(static_cast<std::uint32_t>(2 * values_.size() + v.has_value()));
  }
  /// Bytes of all keys and values.
  std::size_t bytes() const noexcept { return keys_.size() + values_.size(); }

  /// Says where everything lies. Words 0 and 1: keys; 2 and 3: values; 4: the ends.
  void point() noexcept {
    point_at(keys_.view());
    io[2] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(values_.data()));
    io[3] = static_cast<std::uint32_t>(values_.size());
    io[4] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(ends_.data()));
  }
  /// Gives back what a large batch has taken.
  void shrink(std::size_t n) noexcept {
    keys_.shrink(n);
    values_.shrink(n);
    ends_.shrink(n);
  }

  /// A batch is full when it has this many bytes; a single entry may have more.
  static constexpr std::size_t full = 256 * 1024;
  /// Whether there is room for an entry of `size` bytes beside `count` others.
  bool has_room(std::size_t count, std::size_t size) const noexcept {
    return count == 0 || bytes() + size <= full;
  }

 private:
  /// Length of a key in the units of a JavaScript string: one for each character, two above U+FFFF.
  static std::uint32_t utf16_length(std::string_view key) noexcept {
    const char* p = key.data();
    std::size_t left = key.size();
    for (std::uint64_t word; left >= sizeof word; p += sizeof word, left -= sizeof word) {
      std::memcpy(&word, p, sizeof word);
      if ((word & 0x8080808080808080u) != 0) break;
    }
    auto n = static_cast<std::uint32_t>(key.size() - left);
    for (; left != 0; ++p, --left) {
      const auto byte = static_cast<unsigned char>(*p);
      n += (byte & 0xc0) != 0x80;
      n += byte >= 0xf0;
    }
    return n;
  }

  buffer keys_, values_, ends_;
  std::uint32_t key_end_ = 0;
};

/// The rows of the last batch, whatever it was a batch of.
rows& batch() noexcept;

}  // namespace hamt::binding
