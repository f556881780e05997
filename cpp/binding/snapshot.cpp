// Snapshots across the boundary. Files and lists of handles come in as bytes; bytes and lists of
// handles go out through the output buffer.
#include <emscripten.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "binding/handles.hpp"
#include "digest/digest.hpp"
#include "snapshot/snapshot.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace {

namespace files = hamt::snapshot;

[[gnu::noinline]] int report(const files::error& e) {
  const files::rule_text& broken = files::text(e.broken());
  std::string message = broken.meaning;
  message += " (";
  message += broken.name;
  message += ", at byte ";
  message += std::to_string(e.offset());
  message += ')';
  return fail(error_kind::snapshot, broken.name, message, static_cast<double>(e.offset()));
}

/// guarded(), and the errors of snapshots as typed ones.
template <class F>
int answer(F f) noexcept {
  return guarded([&] {
    try {
      return f();
    } catch (const files::error& e) {
      return report(e);
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
int hand_over(std::vector<tree> maps) {
  out().clear();
  out().reserve(maps.size() * sizeof(handle));
  try {
    for (tree& m : maps) out().append(m.empty() ? handle{0} : add(std::move(m)));
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

/// The file of `count` maps, with `meta`. Their handles follow those of `outside` maps, which the
/// reader has already: then the file is a delta, else a snapshot.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_write(const handle* handles, std::size_t outside,
                                             std::size_t count, const char* meta,
                                             std::size_t meta_size) {
  return answer([&] {
    const std::vector<tree> maps = maps_of(handles, outside + count);
    const std::span all(maps);
    out().assign(files::write_delta(all.first(outside), all.subspan(outside), {meta, meta_size},
                                    [&](std::size_t i) { return digest_of(maps[i]); }));
    return 0;
  });
}

/// Handles of the versions of a snapshot, for which `outside` is null, or of a delta, given maps
/// among which are those that it names. The maps may take `room` bytes.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_read(const char* file, std::size_t size,
                                            const handle* outside, std::size_t count,
                                            std::size_t room) {
  return answer([&] {
    const std::vector<tree> maps = maps_of(outside, count);
    // Of the last maps: most often the last is wanted, and none else.
    std::vector<digest32> digests;
    const auto find = [&](std::string_view digest) -> const tree* {
      if (outside == nullptr) files::fail(files::rule::needs_base, 0);
      for (std::size_t i = 0; i < maps.size(); ++i) {
        const tree& m = maps[maps.size() - 1 - i];
        if (i == digests.size()) digests.push_back(digest_of(m));
        if (std::memcmp(digests[i].data(), digest.data(), digest.size()) == 0) return &m;
      }
      return nullptr;
    };
    return hand_over(files::read_delta({file, size}, find, room).versions);
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
