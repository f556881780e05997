// Objects by reference: which ids died, which lack bytes, attaching these.
#include "references.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "context.hpp"

namespace hamt::boundary {

namespace {
constexpr std::size_t most_drained = 1024;
}

status drain(context& c) {
  return run(c, [&] {
    c.output.clear();
    c.output.reserve(most_drained * sizeof(reference_id));
    std::array<reference_id, most_drained> ids;
    const std::size_t n = c.objects.drain(ids);
    c.output.append({reinterpret_cast<const char*>(ids.data()), n * sizeof(reference_id)});
    c.give_output();
    return c.objects.dead() == 0 ? status::ok : status::partial;
  });
}

status touch(context& c, std::uint32_t id) {
  return run(c, [&] {
    held_references held;
    return held.hold(id) ? status::ok : status::bad_argument;
  });
}

status unencoded(context& c, handle map, handle shared, std::uint32_t only_undigested) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    const tree* const other = c.maps.find(shared);
    if (other == nullptr) return c.no_map(shared);
    c.output.clear();
    each_unencoded(
        *m, only_undigested != 0, [&](reference_id id) { c.output.append(id); }, *other);
    return c.give_output();
  });
}

status attach(context& c, std::size_t size) {
  return run(c, [&] {
    if (!c.has_input(size)) return status::bad_argument;
    std::string_view rest(c.input.data(), size);
    while (!rest.empty()) {
      std::uint32_t head[2];
      if (rest.size() < sizeof head) return status::bad_argument;
      std::memcpy(head, rest.data(), sizeof head);
      rest.remove_prefix(sizeof head);
      const std::size_t padding = -head[1] & 3;
      if (head[1] > rest.size() || padding > rest.size() - head[1]) return status::bad_argument;
      if (c.objects.is_live(head[0])) c.objects.attach(head[0], rest.substr(0, head[1]));
      rest.remove_prefix(head[1] + padding);
    }
    return status::ok;
  });
}

}  // namespace hamt::boundary
