// The digest of a version in a snapshot.
#include <emscripten.h>

#include <span>

#include "binding/files.hpp"
#include "digest/entries.hpp"
#include "snapshot/read.hpp"

using namespace hamt;
using namespace hamt::binding;

extern "C" {

/// The digest of a version of a snapshot, without making the version: 32 bytes.
EMSCRIPTEN_KEEPALIVE int hamt_snapshot_digest(const char* file, std::size_t size,
                                              std::size_t version) {
  return answer([&] {
    const snapshot::version_entries found = snapshot::read_entries({file, size}, version);
    const digest32 d = digest_of_entries(std::span(found.entries));
    out().assign({reinterpret_cast<const char*>(d.data()), d.size()});
    return 0;
  });
}

}  // extern "C"
