// Digests and proofs across the boundary. Answers lie in the output buffer. Proofs are verified in
// TypeScript.
#include <emscripten.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "binding/handles.hpp"
#include "digest/prove.hpp"

using namespace hamt;
using namespace hamt::binding;

extern "C" {

/// The 32 bytes of the digest. Cannot fail but for the output.
EMSCRIPTEN_KEEPALIVE int hamt_digest(handle h) {
  return guarded([&] {
    const digest32 d = digest_of(at(h));
    out().assign({reinterpret_cast<const char*>(d.data()), d.size()});
    return 0;
  });
}

/// A proof about `count` keys, at least one, whose UTF-8 lies in a row; `sizes` are their lengths.
EMSCRIPTEN_KEEPALIVE int hamt_prove(handle h, const char* text, const std::uint32_t* sizes,
                                    std::size_t count) {
  return guarded([&] {
    std::vector<std::string_view> keys(count);
    for (std::size_t i = 0; i < count; ++i) {
      keys[i] = {text, sizes[i]};
      text += sizes[i];
    }
    out().assign(prove(at(h), std::span<const std::string_view>(keys)));
    return 0;
  });
}

}  // extern "C"
