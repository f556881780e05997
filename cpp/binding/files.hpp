// What reading and writing snapshots share at the boundary: errors with a type, lists of handles.
#pragma once

#include <cstddef>
#include <vector>

#include "binding/handles.hpp"
#include "snapshot/error.hpp"

namespace hamt::binding {

/// Tells JavaScript which rule a file breaks, and where.
int report(const snapshot::error& e);

/// guarded(), and the errors of snapshots as typed ones.
template <class F>
int answer(F f) noexcept {
  return guarded([&] {
    try {
      return f();
    } catch (const snapshot::error& e) {
      return report(e);
    }
  });
}

inline std::vector<tree> maps_of(const handle* handles, std::size_t count) {
  std::vector<tree> maps;
  maps.reserve(count);
  for (std::size_t i = 0; i < count; ++i) maps.push_back(at(handles[i]));
  return maps;
}

}  // namespace hamt::binding
