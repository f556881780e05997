// Lists of keys in the input: their lengths as words, then their UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "context.hpp"

namespace hamt::boundary {

/// Reads `count` keys from the first `size` bytes of the input, which must hold just these; false
/// when they do not. The keys are valid as long as the input. O(count).
inline bool read_keys(context& c, std::size_t size, std::uint32_t count,
                      std::vector<std::string_view>& keys) {
  if (!c.has_input(size) || count > size / sizeof(std::uint32_t)) return false;
  const std::string_view input(c.input.data(), size);
  std::string_view text = input.substr(count * sizeof(std::uint32_t));
  keys.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t length;
    std::memcpy(&length, input.data() + i * sizeof length, sizeof length);
    if (length > text.size()) return false;
    keys[i] = text.substr(0, length);
    text.remove_prefix(length);
  }
  return text.empty();
}

}  // namespace hamt::boundary
