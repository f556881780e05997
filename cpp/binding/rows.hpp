// Entries on their way to JavaScript: rows of a key and some values, hundreds a crossing.
//
// All keys lie in a row, so that one TextDecoder call decodes them, and so do all values. For each
// row a list of ends says where they are cut: the key's end in UTF-16 units (if rows have keys),
// then for each value its end in bytes, times two, plus one if there is a value at all.
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
    char* const to = keys_.grow(k.size());
    key_end_ += k.size() < 8 ? copy_short(to, k) : copy_text(to, k);
    ends_.append(key_end_);
  }
  void value(std::optional<std::string_view> v) {
    if (v) {
      char* to = values_.grow(v->size());
      if (v->size() > 16)
        std::memcpy(to, v->data(), v->size());
      else
        for (const char c : *v) *to++ = c;
    }
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
  // Both copy a key and give its length in the units of a JavaScript string: one for each
  // character, two above U+FFFF.

  /// At least eight bytes, of which the last may be copied twice.
  static std::uint32_t copy_text(char* to, std::string_view key) noexcept {
    const char* from = key.data();
    const char* const last = from + key.size() - 8;
    std::uint64_t word, seen;
    std::memcpy(&seen, last, 8);
    std::memcpy(to + key.size() - 8, &seen, 8);
    for (; from < last; from += 8, to += 8) {
      std::memcpy(&word, from, 8);
      std::memcpy(to, &word, 8);
      seen |= word;
    }
    if ((seen & 0x8080808080808080u) == 0) return static_cast<std::uint32_t>(key.size());
    return utf16_length(key);
  }
  static std::uint32_t copy_short(char* to, std::string_view key) noexcept {
    for (const char c : key) *to++ = c;
    return utf16_length(key);
  }
  static std::uint32_t utf16_length(std::string_view key) noexcept {
    std::uint32_t n = 0;
    for (const char c : key) {
      const auto byte = static_cast<unsigned char>(c);
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
