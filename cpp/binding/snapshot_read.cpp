// Snapshots into maps. Files and lists of handles come in as bytes; lists of handles go out through
// the output buffer.
#include "snapshot/read.hpp"

#include <emscripten.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "binding/files.hpp"
#include "digest/digest.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace files = hamt::snapshot;

namespace {

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

int binding::report(const files::error& e) {
  const files::rule_text& broken = files::text(e.broken());
  std::string message = broken.meaning;
  message += " (";
  message += broken.name;
  message += ", at byte ";
  message += std::to_string(e.offset());
  message += ')';
  return fail(error_kind::snapshot, broken.name, message, static_cast<double>(e.offset()));
}

extern "C" {

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
