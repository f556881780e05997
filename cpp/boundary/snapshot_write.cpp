// Maps into snapshots.
#include "../snapshot/write.hpp"

#include <span>
#include <vector>

#include "../digest/digest.hpp"
#include "context.hpp"
#include "snapshot_maps.hpp"

namespace hamt::boundary {

status snapshot_write(context& c, std::uint32_t bases, std::uint32_t count, std::size_t meta_size) {
  return run(c, [&] {
    std::vector<tree> maps;
    const std::size_t all = std::size_t{bases} + count;
    if (all < count) return status::bad_argument;
    if (const status s = read_maps(c, 0, all, maps); s != status::ok) return s;
    const std::size_t meta = all * sizeof(handle);
    if (meta_size > c.input.capacity() - meta) return status::bad_argument;
    const std::span list(maps);
    return c.give_file(snapshot::write_delta<policy>(
        list.first(bases), list.subspan(bases), {c.input.data() + meta, meta_size},
        [&](std::size_t i) { return digest_of(maps[i]); }));
  });
}

}  // namespace hamt::boundary
