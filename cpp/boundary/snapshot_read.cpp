// Snapshots into maps.
#include "snapshot/read.hpp"

#include <cstring>
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
    // Of the last maps: most often the last is wanted, and none else.
    std::vector<digest32> digests;
    const auto find = [&](std::string_view digest) -> const tree* {
      if (is_delta == 0) snapshot::fail(snapshot::rule::needs_base, 0);
      for (std::size_t i = 0; i < maps.size(); ++i) {
        const tree& m = maps[maps.size() - 1 - i];
        if (i == digests.size()) digests.push_back(digest_of(m));
        if (std::memcmp(digests[i].data(), digest.data(), digest.size()) == 0) return &m;
      }
      return nullptr;
    };
    return hand_over(c, snapshot::read_delta(file, find, limit).versions);
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
    return c.give(snapshot::image({c.input.data(), file_size}).meta);
  });
}

}  // namespace hamt::boundary
