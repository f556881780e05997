// Maps into node tables, and into the blocks that a store lacks.
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../blocks/missing.hpp"
#include "../blocks/table_write.hpp"
#include "context.hpp"
#include "snapshot_maps.hpp"

namespace hamt::boundary {

namespace {

/// Leaves the digests that are asked about in the output.
status give_asked(context& c, const lacking_blocks& walk) {
  c.output.clear();
  for (const auto& p : walk.asked())
    c.output.append({reinterpret_cast<const char*>(p.digest.data()), p.digest.size()});
  return c.give_output();
}

/// Runs a call that moves a walk on.
template <class F>
status with_walk(context& c, std::uint32_t walk, F f) {
  const status s = run(c, [&] {
    std::unique_ptr<lacking_blocks>* const found = c.walks.find(walk);
    if (found == nullptr && c.walks.is_torn(walk)) return status::interrupted;
    if (found == nullptr || walk == 0) return status::bad_argument;
    c.walked = walk;
    return f(**found);
  });
  c.walked = 0;
  return s;
}

}  // namespace

status nodes_write(context& c, std::uint32_t count, std::size_t meta_size) {
  return run(c, [&] {
    std::vector<tree> maps;
    if (const status s = read_maps(c, 0, count, maps); s != status::ok) return s;
    const std::size_t meta = count * sizeof(handle);
    if (meta_size > c.input.capacity() - meta) return status::bad_argument;
    return c.give_file(blocks::write_table<policy>(maps, {c.input.data() + meta, meta_size}));
  });
}

status blocks_open(context& c, handle map, handle base) {
  return run(c, [&] {
    for (const handle h : {map, base})
      if (c.maps.find(h) == nullptr) return c.no_map(h);
    auto walk = std::make_unique<lacking_blocks>(*c.maps.find(map), *c.maps.find(base));
    give_asked(c, *walk);
    c.words.cursor.id = c.walks.add(std::move(walk));
    return status::ok;
  });
}

status blocks_answer(context& c, std::uint32_t walk, std::size_t size) {
  return with_walk(c, walk, [&](lacking_blocks& w) {
    if (!c.has_input(size) || size != w.asked().size()) return status::bad_argument;
    w.answer([&](std::size_t i) { return c.input.data()[i] != 0; });
    c.words.map.size = w.count();
    return give_asked(c, w);
  });
}

status blocks_take(context& c, std::uint32_t walk, std::size_t most) {
  return with_walk(c, walk, [&](lacking_blocks& w) {
    if (!w.asked().empty()) return status::bad_argument;
    c.output.clear();
    const bool more = w.take(most, [&](const digest32& digest, std::string_view block) {
      c.output.append({reinterpret_cast<const char*>(digest.data()), digest.size()});
      c.output.append(static_cast<std::uint32_t>(block.size()));
      c.output.append(block);
    });
    c.give_output();
    return more ? status::partial : status::ok;
  });
}

status blocks_close(context& c, std::uint32_t walk) {
  return run(c,
             [&] { return walk != 0 && c.walks.drop(walk) ? status::ok : status::bad_argument; });
}

}  // namespace hamt::boundary
