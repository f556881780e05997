// A program that uses every layer of the package, compiled parts included.
#include <hamt/digest/digest.hpp>
#include <hamt/digest/prove.hpp>
#include <hamt/digest/verify.hpp>
#include <hamt/snapshot/snapshot.hpp>
#include <hamt/sortition/selection.hpp>
#include <hamt/trie/build.hpp>

#include <array>

int main() {
  const std::array versions{hamt::map<>{{"a", "1"}}, hamt::map<>{{"a", "1"}, {"b", "2"}}};
  const auto again = hamt::snapshot::read(hamt::snapshot::write(versions)).versions;
  const bool same = again[1] == versions[1] &&
                    hamt::digest_of(again[1]) == hamt::digest_of(versions[1]) &&
                    !hamt::prove(again[1], "a").empty();
  return same ? 0 : 1;
}
