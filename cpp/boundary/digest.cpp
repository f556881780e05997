// Digests and proofs. Proofs are verified in TypeScript.
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "boundary/context.hpp"
#include "digest/prove.hpp"

namespace hamt::boundary {

status digest(context& c, handle map) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    const digest32 d = digest_of(*m);
    return c.give({reinterpret_cast<const char*>(d.data()), d.size()});
  });
}

status prove(context& c, handle map, std::size_t size, std::uint32_t count) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    if (!c.has_input(size) || count == 0 || count > size / sizeof(std::uint32_t))
      return status::bad_argument;
    const char* const lengths = c.input.data();
    std::string_view text(lengths + count * sizeof(std::uint32_t),
                          size - count * sizeof(std::uint32_t));
    std::vector<std::string_view> keys(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t length;
      std::memcpy(&length, lengths + i * sizeof length, sizeof length);
      if (length > text.size()) return status::bad_argument;
      keys[i] = text.substr(0, length);
      text.remove_prefix(length);
    }
    if (!text.empty()) return status::bad_argument;
    return c.give(hamt::prove(*m, std::span<const std::string_view>(keys)));
  });
}

}  // namespace hamt::boundary
