// Snapshots into maps.
#include "snapshot/read.hpp"

#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "boundary/context.hpp"
#include "boundary/snapshot_maps.hpp"
#include "digest/digest.hpp"

namespace hamt::boundary {

namespace {

/// Leaves a handle for each map in the output; all or none.
status hand_over(context& c, std::vector<tree> maps) {
  c.output.clear();
  c.output.reserve(maps.size() * sizeof(handle));
  try {
    for (tree& m : maps) c.output.append(m.empty() ? handle{0} : c.maps.add(std::move(m)));
  } catch (...) {
    for (std::size_t i = 0; i < c.output.size(); i += sizeof(handle)) {
      handle h;
      std::memcpy(&h, c.output.data() + i, sizeof h);
      if (h != 0) c.maps.drop(h);
    }
    throw;
  }
  return c.give_output();
}

}  // namespace

status snapshot_read(context& c, std::size_t file_size, std::uint32_t is_delta, std::uint32_t bases,
                     std::size_t limit) {
  return run(c, [&] {
    if (!c.has_input(file_size)) return status::bad_argument;
    const std::string_view file(c.input.data(), file_size);
    std::vector<tree> maps;
    if (is_delta != 0) {
      const std::size_t padding = -file_size & 3;
      if (padding > SIZE_MAX - file_size) return status::bad_argument;
      const status s = read_maps(c, file_size + padding, bases, maps);
      if (s != status::ok) return s;
    }
    if (is_delta == 0) return hand_over(c, snapshot::read<policy>(file, limit).versions);
    snapshot::base_finder find(std::span<const tree>(maps),
                               [](const tree& m) { return digest_of(m); });
    return hand_over(c, snapshot::read_delta<policy>(file, find, limit).versions);
  });
}

status snapshot_validate(context& c, std::size_t file_size) {
  return run(c, [&] {
    if (!c.has_input(file_size)) return status::bad_argument;
    snapshot::validate({c.input.data(), file_size});
    return status::ok;
  });
}

status snapshot_meta(context& c, std::size_t file_size) {
  return run(c, [&] {
    if (!c.has_input(file_size)) return status::bad_argument;
    return c.give(snapshot::sections({c.input.data(), file_size}).meta());
  });
}

}  // namespace hamt::boundary
