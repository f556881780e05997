// Maps into snapshots. Lists of handles come in as bytes; the file goes out through the output
// buffer.
#include "snapshot/write.hpp"

#include <emscripten.h>

#include <span>
#include <vector>

#include "binding/files.hpp"
#include "digest/digest.hpp"

using namespace hamt;
using namespace hamt::binding;

extern "C" {

/// The file of `count` maps, with `meta`. Their handles follow those of `outside` maps, which the
/// reader has already: then the file is a delta, else a snapshot.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_write(const handle* handles, std::size_t outside,
                                             std::size_t count, const char* meta,
                                             std::size_t meta_size) {
  return answer([&] {
    const std::vector<tree> maps = maps_of(handles, outside + count);
    const std::span all(maps);
    out().assign(snapshot::write_delta(all.first(outside), all.subspan(outside), {meta, meta_size},
                                       [&](std::size_t i) { return digest_of(maps[i]); }));
    return 0;
  });
}

}  // extern "C"
