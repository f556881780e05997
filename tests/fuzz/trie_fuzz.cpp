// Bytes to operations over several live versions of a map, each with a model
// (tests/cpp/trie_history.hpp). The first byte chooses how keys are hashed and what values are.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "trie_history.hpp"
#include "trie_references.hpp"

namespace {

using namespace hamt_test;

/// Choices from bytes; when they are used up, the answer is 0.
struct byte_choices {
  const std::uint8_t* at;
  std::size_t left;
  unsigned operator()(unsigned n) {
    if (left == 0) return 0;
    --left;
    return *at++ % n;
  }
};

template <class P, class V>
void run(byte_choices choose) {
  history<P, V, byte_choices> h(choose,
                                {.keys = 48, .values = 12, .versions = 8, .rebuild_one_in = 4});
  try {
    while (choose.left != 0) h.step();
    h.finish();
    require(embedder::kept() == 0, "an id that nobody holds is alive, or was never reported dead");
    require(attached_memory::blocks == 0, "attached bytes outlive their id");
  } catch (const broken& e) {
    std::fprintf(stderr, "%s\n", e.what());
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const byte_choices choose{data + 1, size - 1};
  switch (data[0] % 7) {
    case 0:
      run<strict_policy<whole_hash>, hamt::bytes>(choose);
      break;
    case 1:
      run<strict_policy<two_bit_hash, 5, 8>, hamt::bytes>(choose);
      break;
    case 2:
      run<strict_policy<last_four_bits_hash>, hamt::bytes>(choose);
      break;
    case 3:
      run<strict_policy<sparse_hash, 3>, traced>(choose);
      break;
    case 4:
      run<strict_policy<whole_hash>, reference_value>(choose);
      break;
    case 5:
      run<strict_policy<last_four_bits_hash, 3>, reference_value>(choose);
      break;
    default:
      run<hamt::atomic_policy, hamt::bytes>(choose);
      break;
  }
  return 0;
}
