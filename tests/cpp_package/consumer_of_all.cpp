// A program that uses every layer of the package, compiled parts included.
#include <hamt/digest/digest.hpp>
#include <hamt/digest/prove.hpp>
#include <hamt/digest/verify.hpp>
#include <hamt/snapshot/snapshot.hpp>
#include <hamt/sortition/selection.hpp>
#include <hamt/trie/build.hpp>

#include <array>

#include "blocks/format.hpp"
#include "digest/digest.hpp"
#include "snapshot/read.hpp"
#include "trie/map.hpp"
#include "trie/node.hpp"

// Both are there: the package's headers and the consumer's own of the same names.
[[maybe_unused]] constexpr own_trie_map own_map;
[[maybe_unused]] constexpr own_trie_node own_node;
[[maybe_unused]] constexpr own_digest_digest own_digest;
[[maybe_unused]] constexpr own_snapshot_read own_read;
[[maybe_unused]] constexpr own_blocks_format own_format;

int main() {
  const std::array versions{hamt::map<>{{"a", "1"}}, hamt::map<>{{"a", "1"}, {"b", "2"}}};
  const auto again = hamt::snapshot::read(hamt::snapshot::write(versions)).versions;
  const bool same = again[1] == versions[1] &&
                    hamt::digest_of(again[1]) == hamt::digest_of(versions[1]) &&
                    !hamt::prove(again[1], "a").empty();
  return same ? 0 : 1;
}
