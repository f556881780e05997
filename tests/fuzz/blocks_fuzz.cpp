// Whatever bytes come under a name, they are the block of that name, or they are refused. The input
// chooses a map, one of its blocks, and either a block's bytes or how to alter the right ones.
#include "blocks_input.hpp"

namespace {

using namespace blocks_fuzzing;
using namespace hamt::blocks;

template <class Hash>
hamt::digest32 name_of(const std::string& block, unsigned level) {
  if (!block.empty() && block[0] == text_tag) return read_text_block(block).digest;
  if (!block.empty() && block[0] == map_tag) return read_map_block<Hash>(block).digest;
  // A store's reader knows the prefix; here all keys share their first digits or none does.
  return read_node_block<Hash>(block, level, level == 0 ? 0 : Hash{}("0")).digest;
}

struct check {
  template <class P>
  void operator()(input in) const {
    using hash = typename P::hash;
    const auto m = in.map<P>();
    blocks_testing::store s;
    s.push(m);
    require(s.template pull<P>(digest_of(m)) == m, "a map comes back");
    auto chosen = s.blocks.begin();
    std::advance(chosen, in.byte() % s.blocks.size());
    const unsigned level = in.byte() % level_count;
    std::string block = chosen->second;
    if (in.byte() % 2 == 0)
      block = in.rest();
    else
      in.alter(block);
    try {
      if (name_of<hash>(block, level) == chosen->first)
        require(block == chosen->second, "a name has one block");
    } catch (const hamt::blocks::error& e) {
      require(e.offset() <= block.size(), "an error lies within the block");
    }
    s.blocks[chosen->first] = block;
    try {
      require(s.template pull<P>(digest_of(m)) == m, "a store's map is right or refused");
    } catch (const hamt::blocks::error&) {
    } catch (const std::logic_error&) {
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  under_some_hash(input(data, size), check{});
  return 0;
}
