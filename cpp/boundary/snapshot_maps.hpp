// Lists of handles in the input.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "context.hpp"

namespace hamt::boundary {

/// Reads `count` handles at `from` bytes into the input, and the maps behind them.
inline status read_maps(context& c, std::size_t from, std::size_t count, std::vector<tree>& maps) {
  if (!c.has_input(from) || count > (c.input.capacity() - from) / sizeof(handle))
    return status::bad_argument;
  maps.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    handle h;
    std::memcpy(&h, c.input.data() + from + i * sizeof h, sizeof h);
    const tree* const m = c.maps.find(h);
    if (m == nullptr) return c.no_map(h);
    maps.push_back(*m);
  }
  return status::ok;
}

}  // namespace hamt::boundary
