// Strings of hexadecimal digits as bytes: addresses and hashes, in half the space and the same
// order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hamt::snapshot {

namespace detail {

/// The value of a lower-case hexadecimal digit; 16 for any other character.
inline constexpr auto digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& v : values) v = 16;
  for (std::uint8_t d = 0; d < 16; ++d)
    values[static_cast<std::uint8_t>("0123456789abcdef"[d])] = d;
  return values;
}();

}  // namespace detail

/// Whether `s` is `0x` and an even number of other characters.
inline bool begins_hexadecimal(std::string_view s) noexcept {
  return s.size() >= 2 && s.size() % 2 == 0 && s[0] == '0' && s[1] == 'x';
}

/// Whether `s` is `0x` and an even number of lower-case hexadecimal digits. O(size).
inline bool is_hexadecimal(std::string_view s) noexcept {
  if (!begins_hexadecimal(s)) return false;
  std::uint8_t seen = 0;
  for (const char c : s.substr(2)) seen |= detail::digit_values[static_cast<std::uint8_t>(c)];
  return seen < 16;
}

/// Writes the bytes that hexadecimal digits stand for: s.size() / 2 - 1 of them. False, and what
/// was written is of no use, if `s` is no hexadecimal string; nothing is written if it cannot be
/// one by its size and its first two characters. O(size).
inline bool pack_hexadecimal(std::string_view s, char* to) noexcept {
  if (!begins_hexadecimal(s)) return false;
  const auto* from = reinterpret_cast<const std::uint8_t*>(s.data()) + 2;
  const auto* const end = from + (s.size() - 2);
  std::uint8_t seen = 0;
  for (; from != end; from += 2) {
    const std::uint8_t high = detail::digit_values[from[0]];
    const std::uint8_t low = detail::digit_values[from[1]];
    seen |= high | low;
    *to++ = static_cast<char>(high << 4 | low);
  }
  return seen < 16;
}

/// Replaces `out` by these bytes. False, and `out` is of no use, if `s` is no hexadecimal string.
inline bool pack_hexadecimal(std::string_view s, std::string& out) {
  out.resize(begins_hexadecimal(s) ? s.size() / 2 - 1 : 0);
  return pack_hexadecimal(s, out.data());
}

/// How long the string is that stands for so many bytes.
constexpr std::size_t unpacked_size(std::size_t bytes) noexcept { return 2 + 2 * bytes; }

/// Appends the string that stands for these bytes.
inline void append_hexadecimal(std::string& out, std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  const std::size_t start = out.size();
  out.resize(start + unpacked_size(bytes.size()));
  char* to = out.data() + start;
  *to++ = '0';
  *to++ = 'x';
  for (const char c : bytes) {
    *to++ = digits[static_cast<std::uint8_t>(c) >> 4];
    *to++ = digits[static_cast<std::uint8_t>(c) & 15];
  }
}

}  // namespace hamt::snapshot
