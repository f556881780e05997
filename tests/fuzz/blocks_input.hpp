// Inputs of the fuzzers of blocks and node tables: small maps, and alterations of bytes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "blocks_testing.hpp"

namespace blocks_fuzzing {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

class input {
 public:
  input(const std::uint8_t* data, std::size_t size) noexcept
      : rest_(reinterpret_cast<const char*>(data), size) {}
  std::uint8_t byte() noexcept {
    if (rest_.empty()) return 0;
    const auto b = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return b;
  }
  bool done() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }

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
  /// Alters bytes as the rest of the input says.
  void alter(std::string& bytes) {
    while (!done()) {
      const std::size_t at = (byte() * std::size_t{256} + byte()) % (bytes.size() + 1);
      const unsigned edit = byte();
      const auto with = static_cast<char>(byte());
      if (edit % 4 == 0)
        bytes.insert(at, 1, with);
      else if (at == bytes.size())
        continue;
      else if (edit % 4 == 1)
        bytes.erase(at, edit / 4);
      else
        bytes[at] = edit % 4 == 2 ? with : static_cast<char>(bytes[at] ^ with);
    }
  }

 private:
  std::string_view rest_;
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
