// Snapshots across the boundary. Files and lists of handles come in as bytes; bytes and lists of handles go out
// through the output buffer.
#include <emscripten.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "binding/handles.hpp"
#include "snapshot/snapshot.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace {

namespace files = hamt::snapshot;

/// guarded(), and the errors of snapshots as typed ones.
template <class F>
int answer(F f) noexcept {
  return guarded([&] {
    try {
      return f();
    } catch (const files::error& e) {
      const files::rule_text& broken = files::text(e.broken());
      return fail(error_kind::snapshot, broken.name,
                  std::string(broken.meaning) + " (" + broken.name + ", at byte " + std::to_string(e.offset()) + ")",
                  static_cast<double>(e.offset()));
    }
  });
}

std::vector<tree> maps_of(const handle* handles, std::size_t count) {
  std::vector<tree> maps;
  maps.reserve(count);
  for (std::size_t i = 0; i < count; ++i) maps.push_back(at(handles[i]));
  return maps;
}

/// Leaves a handle for each map in the output buffer; all or none.
int hand_over(std::vector<tree>& maps) {
  out().clear();
  out().reserve(maps.size() * sizeof(handle));
  try {
    for (tree& m : maps) out().append(add(std::move(m)));
  } catch (...) {
    for (std::size_t i = 0; i < out().size(); i += sizeof(handle)) {
      handle h;
      std::memcpy(&h, out().data() + i, sizeof h);
      drop(h);
    }
    throw;
  }
  return static_cast<int>(maps.size());
}

}  // namespace

extern "C" {

/// The snapshot of `count` maps, with `meta`.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_write(const handle* handles, std::size_t count, const char* meta, std::size_t meta_size) {
  return answer([&] {
    out().assign(files::write(maps_of(handles, count), {meta, meta_size}));
    return 0;
  });
}

/// Handles of a snapshot's versions.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_read(const char* file, std::size_t size) {
  return answer([&] {
    auto loaded = files::read({file, size});
    return hand_over(loaded.versions);
  });
}

/// Whether a snapshot obeys every rule.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_validate(const char* file, std::size_t size) {
  return answer([&] {
    files::validate({file, size});
    return 0;
  });
}

/// The meta of a snapshot or a delta.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_meta(const char* file, std::size_t size) {
  return answer([&] {
    out().assign(files::image({file, size}).meta);
    return 0;
  });
}

}  // extern "C"
