// Well-formed UTF-8, as table 3-7 of the Unicode Standard (16.0) defines it: no overlong forms, no
// surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hamt::snapshot {

inline bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto* end = at + text.size();
  while (at != end) {
    std::uint64_t eight;
    if (end - at >= 8 && (std::memcpy(&eight, at, 8), (eight & 0x8080808080808080u) == 0)) {
      at += 8;  // most keys are ASCII
      continue;
    }
    const std::uint8_t lead = *at++;
    if (lead < 0x80) continue;
    // The range of the first continuation byte depends on the lead; those after it are
    // always 80..bf.
    const int more = lead >= 0xc2 && lead <= 0xdf   ? 1
                     : (lead & 0xf0) == 0xe0        ? 2
                     : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                    : 0;
    if (more == 0 || end - at < more) return false;
    const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (*at < low || *at > high) return false;
    for (int i = 1; i < more; ++i) {
      if ((at[i] & 0xc0) != 0x80) return false;
    }
    at += more;
  }
  return true;
}

/// Where the character begins that `text` is cut in or ends with: everything before it is whole
/// characters.
inline std::size_t last_character(std::string_view text) noexcept {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<std::uint8_t>(text[at - 1]) & 0xc0) == 0x80) --at;
  return at > 0 ? at - 1 : 0;
}

}  // namespace hamt::snapshot
