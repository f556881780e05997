// Whatever a node table's bytes are, a version of the right digest is loaded right, or refused. The
// input chooses versions and how to alter their table, and whether the head's checksum is made
// right again.
#include "blocks_input.hpp"

namespace {

using namespace blocks_fuzzing;
using namespace hamt::blocks;

void repair_checksum(std::string& file) {
  if (file.size() < table_preamble) return;
  std::size_t head = 0;
  for (unsigned i = 0; i < 4; ++i)
    head |= std::size_t{static_cast<std::uint8_t>(file[sizeof table_magic + 4 + i])} << (8 * i);
  if (head < sizeof(hamt::digest32) || head > file.size()) return;
  const std::size_t end = head - sizeof(hamt::digest32);
  const hamt::digest32 sum =
      hamt::keccak256_hasher{}.update(std::string_view(file).substr(0, end)).finish();
  file.replace(end, sum.size(), reinterpret_cast<const char*>(sum.data()), sum.size());
}

struct check {
  template <class P>
  void operator()(input in) const {
    std::vector<hamt::map<hamt::bytes, P>> versions{in.map<P>()};
    for (unsigned n = in.byte() % 8; n != 0; --n)
      versions.push_back(in.edited(versions[in.byte() % versions.size()]));
    std::string file = write_table<P>(versions, "meta");
    const table<P> right(file);
    for (std::size_t i = 0; i < versions.size(); ++i)
      require(right.load(i, 1u << 24) == versions[i], "every version comes back");

    std::string altered = file;
    const unsigned how = in.byte();
    if (how % 8 == 0)
      altered = in.rest();
    else
      in.alter(altered);
    if (how % 2 == 1) repair_checksum(altered);
    try {
      const table<P> t(altered);
      for (std::size_t i = 0; i < t.versions().size(); ++i) {
        try {
          const auto m = t.load(i, 1u << 24);
          require(digest_of(m) == t.versions()[i].digest, "what is loaded has the digest");
        } catch (const hamt::blocks::error& e) {
          require(e.offset() <= altered.size(), "an error lies within the file");
        }
      }
    } catch (const hamt::blocks::error& e) {
      require(e.offset() <= altered.size(), "an error lies within the file");
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  under_some_hash(input(data, size), check{});
  return 0;
}
