// Digests and proofs. Proofs are verified in TypeScript.
#include <span>
#include <string_view>
#include <vector>

#include "../digest/prove.hpp"
#include "context.hpp"
#include "key_list.hpp"

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
    std::vector<std::string_view> keys;
    if (count == 0 || !read_keys(c, size, count, keys)) return status::bad_argument;
    return c.give(hamt::prove(*m, std::span<const std::string_view>(keys)));
  });
}

}  // namespace hamt::boundary
