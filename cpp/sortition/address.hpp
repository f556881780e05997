// Addresses: 20 bytes, written as 0x and 40 hexadecimal digits in any letter case.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hamt::sortition {

using address = std::array<std::uint8_t, 20>;

/// The address that `text` writes, or nothing. The case of letters is not looked at (EIP-55 puts a
/// checksum there; a key of a registry is lower case and has none).
inline std::optional<address> parse_address(std::string_view text) noexcept {
  if (text.size() != 42 || text[0] != '0' || text[1] != 'x') return std::nullopt;
  address out;
  for (std::size_t i = 0; i < 40; ++i) {
    const char c = text[2 + i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<unsigned>(c - 'A') + 10;
    else
      return std::nullopt;
    out[i / 2] = static_cast<std::uint8_t>(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
  }
  return out;
}

/// Appends the text in lower case.
inline void append_text(const address& a, std::string& to) {
  constexpr char digits[] = "0123456789abcdef";
  to.append("0x");
  for (const std::uint8_t byte : a) {
    to.push_back(digits[byte >> 4]);
    to.push_back(digits[byte & 15]);
  }
}
inline std::string to_text(const address& a) {
  std::string out;
  append_text(a, out);
  return out;
}

}  // namespace hamt::sortition
