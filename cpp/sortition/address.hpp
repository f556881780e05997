// Addresses: 20 bytes, written as 0x and 40 hexadecimal digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace hamt::sortition {

using address = std::array<std::uint8_t, 20>;

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
