// What the tests and fuzzers of blocks share: maps with long and hexadecimal texts, and a store.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "blocks/decode.hpp"
#include "blocks/encode.hpp"
#include "blocks/missing.hpp"
#include "blocks/table_read.hpp"
#include "blocks/table_write.hpp"
#include "weak_hashes.hpp"

namespace blocks_testing {

/// A key of one of the kinds that blocks tell apart.
inline std::string key_of(unsigned i) {
  std::string digits = std::to_string(i);
  if (i % 11 == 3) return std::string(1100, 'k') + digits;
  if (i % 11 == 4) return std::string(1024 - digits.size(), 'k') + digits;
  if (i % 3 == 0) return digits;
  if (digits.size() % 2 != 0) digits = "0" + digits;
  return (i % 3 == 1 ? "0x" : "0X") + digits;
}
inline std::string value_of(unsigned i) {
  return std::string(i % 13 == 5   ? 1025 + i % 3
                     : i % 13 == 6 ? 1024
                                   : i % 40,
                     'v') +
         (i % 5 == 0 ? std::to_string(i) : "");
}

/// Blocks by name, each read and checked when it is asked for.
class store {
 public:
  std::map<hamt::digest32, std::string> blocks;

  /// Pushes what is lacking, given that `base` is known to be there; at most `most` blocks.
  template <class P>
  std::size_t push(const hamt::map<hamt::bytes, P>& m, const hamt::map<hamt::bytes, P>& base = {},
                   std::size_t most = SIZE_MAX) {
    hamt::blocks::missing_blocks<P> walk(m, base);
    std::vector<bool> lacks;
    while (!walk.asked().empty()) {
      lacks.clear();
      for (const auto& p : walk.asked()) lacks.push_back(blocks.count(p.digest) == 0);
      walk.answer([&](std::size_t i) { return bool(lacks[i]); });
    }
    std::size_t count = 0;
    const auto put = [&](const hamt::digest32& digest, std::string_view block) {
      if (count < most) blocks[digest] = std::string(block), ++count;
    };
    while (walk.take(200, put)) {
    }
    return count;
  }

  /// The entries of a map, read block by block.
  template <class P>
  hamt::map<hamt::bytes, P> pull(const hamt::digest32& digest) const {
    using namespace hamt::blocks;
    const decoded_block root = read_map_block<typename P::hash>(blocks.at(digest));
    if (root.digest != digest) throw std::logic_error("a map's block has another digest");
    hamt::map<hamt::bytes, P> m;
    add(m, root.node, 0);
    if (m.size() != root.size) throw std::logic_error("a map of another size");
    return m;
  }

 private:
  template <class P>
  void add(hamt::map<hamt::bytes, P>& m, const hamt::blocks::decoded_node& n,
           std::uint64_t prefix) const {
    using namespace hamt::blocks;
    for (const item& i : n.items) {
      const std::uint64_t below =
          n.level == collision_level ? prefix : prefix | std::uint64_t{i.slot} << (5 * n.level);
      if (i.kind == child_inlined) {
        add(m, *i.child, below);
      } else if (i.kind == child_by_digest) {
        const auto b =
            read_node_block<typename P::hash>(blocks.at(i.key_digest), n.level + 1, below);
        if (b.digest != i.key_digest) throw std::logic_error("a block has another digest");
        add(m, b.node, below);
      } else {
        const std::string key = has_long_key(i.kind) ? text(i.key_digest) : i.key;
        m = std::move(m).set(key,
                             has_long_value(i.kind) ? text(i.value_digest) : std::string(i.value));
      }
    }
  }
  std::string text(const hamt::digest32& digest) const {
    const auto b = hamt::blocks::read_text_block(blocks.at(digest));
    if (b.digest != digest) throw std::logic_error("a text has another digest");
    return std::string(b.text);
  }
};

}  // namespace blocks_testing
