// Inputs of the fuzzers of blocks and node tables: small maps.
#pragma once

#include <utility>

#include "blocks_testing.hpp"
#include "fuzz_input.hpp"

namespace blocks_fuzzing {

using fuzzing::require;

class input : public fuzzing::input {
 public:
  using fuzzing::input::input;

  template <class P>
  hamt::map<hamt::bytes, P> map() {
    hamt::map<hamt::bytes, P> m;
    const unsigned entries = byte() % 64;
    for (unsigned i = 0; i < entries; ++i) m = edited(std::move(m));
    return m;
  }
  template <class P>
  hamt::map<hamt::bytes, P> edited(hamt::map<hamt::bytes, P> m) {
    const unsigned key = byte(), value = byte();
    return value == 255
               ? std::move(m).erase(blocks_testing::key_of(key))
               : std::move(m).set(blocks_testing::key_of(key), blocks_testing::value_of(value));
  }
};

/// Calls `f.operator()<P>(input)` under a hash that the input chooses.
template <class F>
void under_some_hash(input in, F&& f) {
  switch (in.byte() % 4) {
    case 0:
      return f.template operator()<weak::real>(in);
    case 1:
      return f.template operator()<weak::two_bits_at_the_last_level>(in);
    case 2:
      return f.template operator()<weak::one_bit_a_level>(in);
    default:
      return f.template operator()<weak::constant>(in);
  }
}

}  // namespace blocks_fuzzing
