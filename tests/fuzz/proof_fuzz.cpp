// There is exactly one proof for a map and a set of keys, so whatever bytes come: they are that
// proof, or they are refused. The input chooses a small map under one of several hashes, the keys,
// and either the proof's bytes or how to alter the right ones.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "digest/prove.hpp"
#include "digest/verify.hpp"
#include "fuzz_input.hpp"
#include "weak_hashes.hpp"

namespace {

using fuzzing::input;
using fuzzing::require;

std::string name(unsigned i) {
  return i % 16 == 15 ? std::string(60 + i / 16, 'k') : "key-" + std::to_string(i);
}

template <class P>
void check(input in) {
  hamt::map<hamt::bytes, P> m;
  const unsigned entries = in.byte() % 48;
  for (unsigned i = 0; i < entries; ++i)
    m = std::move(m).set(name(i), std::string(in.byte() % 80, 'v'));
  std::vector<std::string> keys;
  for (unsigned n = 1 + in.byte() % 4; n != 0; --n) keys.push_back(name(in.byte() % 64));
  const std::vector<std::string_view> asked(keys.begin(), keys.end());
  const hamt::digest32 digest = digest_of(m);
  const std::string right = prove(m, asked);

  std::string proof;
  if (in.byte() % 2 == 0) {
    proof = in.rest();
  } else {
    proof = right;
    in.alter(proof);
  }
  try {
    const auto answers = hamt::verify_proof<typename P::hash>(digest, asked, proof);
    require(proof == right, "only the one proof is accepted");
    for (std::size_t i = 0; i < keys.size(); ++i)
      require(answers[i] == m.find(keys[i]), "an accepted proof says the truth");
  } catch (const hamt::proof_error& e) {
    require(proof != right, "the right proof is accepted");
    require(e.offset() <= proof.size(), "an error lies within the proof");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in(data, size);
  switch (in.byte() % 5) {
    case 0:
      check<weak::real>(in);
      break;
    case 1:
      check<weak::two_bits>(in);
      break;
    case 2:
      check<weak::two_bits_at_the_last_level>(in);
      break;
    case 3:
      check<weak::one_bit_a_level>(in);
      break;
    default:
      check<weak::constant>(in);
      break;
  }
  return 0;
}
