// Record batches: keys with some values each, hundreds a crossing, as JavaScript reads them.
//
// All keys lie in a row, so that one TextDecoder call decodes them, and so do all values. For each
// record a list of 32-bit ends says where they are cut: the key's end in UTF-16 units (if records
// have keys), then for each value its end in bytes, times four, plus what it is: 0 nothing, 1
// bytes, 2 the id of an object in four bytes, 3 an object's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "buffer.hpp"
#include "interface.hpp"
#include "references.hpp"

namespace hamt::boundary {

class record_batch {
 public:
  void clear() noexcept {
    keys_.clear();
    values_.clear();
    ends_.clear();
    key_end_ = 0;
    count_ = 0;
  }
  /// Begins a record; its key and values follow.
  void next() noexcept { ++count_; }
  void key(std::string_view k) {
    if (k.size() > most_bytes || keys_.size() > most_bytes - k.size())
      throw std::length_error("hamt: keys of 1 GiB");
    char* const to = keys_.grow(k.size());
    key_end_ += k.size() < 8 ? copy_short(to, k) : copy_text(to, k);
    ends_.append(key_end_);
  }
  void value(const std::optional<value_view>& v) {
    std::uint32_t kind = 0;
    if (v && v->is_reference()) {
      kind = 2;
      values_.append(v->id());
    } else if (v) {
      const std::string_view bytes = *v->encoded();
      kind = v->is_resolvable() ? 3 : 1;
      if (bytes.size() > most_bytes || values_.size() > most_bytes - bytes.size())
        throw std::length_error("hamt: values of 1 GiB");
      char* to = values_.grow(bytes.size());
      if (bytes.size() > 16)
        std::memcpy(to, bytes.data(), bytes.size());
      else
        for (const char c : bytes) *to++ = c;
    }
    ends_.append(static_cast<std::uint32_t>(4 * values_.size() + kind));
  }
  /// How many bytes `value` takes.
  static std::size_t size_of(const std::optional<value_view>& v) noexcept {
    return !v ? 0 : v->is_reference() ? sizeof(reference_id) : v->encoded()->size();
  }
  std::size_t count() const noexcept { return count_; }
  /// Bytes of all keys and values.
  std::size_t bytes() const noexcept { return keys_.size() + values_.size(); }

  /// Where everything lies.
  records_result result() noexcept {
    return {keys_.data(), keys_.size(), values_.data(), values_.size(), ends_.data(), count_};
  }
  /// Gives back what a large batch has taken.
  void shrink(std::size_t n) noexcept {
    keys_.shrink(n);
    values_.shrink(n);
    ends_.shrink(n);
  }

  /// A batch is full when it has this many bytes; a single record may have more.
  static constexpr std::size_t full = std::size_t{256} * 1024;
  /// Whether there is room for a record of `size` bytes beside the others.
  bool has_room(std::size_t size) const noexcept {
    return count_ == 0 || (size <= full && bytes() <= full - size);
  }

 private:
  static constexpr std::size_t most_bytes = (std::size_t{1} << 30) - 1;

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
  std::size_t count_ = 0;
};

}  // namespace hamt::boundary
