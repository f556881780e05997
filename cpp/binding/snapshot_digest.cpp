// The digest of a version in a snapshot.
#include <emscripten.h>

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
    const digest32 d = snapshot::with_entries(
        {file, size}, version, [](auto entries) { return digest_of_entries<>(entries); });
    out().assign({reinterpret_cast<const char*>(d.data()), d.size()});
    return 0;
  });
}

}  // extern "C"
