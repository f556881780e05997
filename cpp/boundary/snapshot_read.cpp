// Snapshots into maps.
#include "../snapshot/read.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../digest/digest.hpp"
#include "context.hpp"
#include "snapshot_maps.hpp"

namespace hamt::boundary {

namespace {

/// Leaves maps for `snapshot_take`.
status hand_over(context& c, std::vector<tree> maps) {
  c.words.map.size = maps.size();
  auto all = std::make_unique<std::vector<tree>>(std::move(maps));
  std::swap(c.loaded, all);
  return status::ok;
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

status snapshot_take(context& c, std::uint32_t i) {
  return run(c, [&] {
    if (c.loaded == nullptr || i >= c.loaded->size()) return status::bad_argument;
    tree& m = (*c.loaded)[i];
    c.words.map = {0, 0};
    if (!m.empty()) c.give_map(m);
    m = tree();
    return status::ok;
  });
}

status snapshot_drop(context& c) {
  return run(c, [&] {
    const auto all = std::move(c.loaded);
    return status::ok;
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
