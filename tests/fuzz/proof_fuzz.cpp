// There is exactly one proof for a map and a set of keys, so whatever bytes come: they are that
// proof, or they are refused. The input chooses a small map under one of several hashes, the keys,
// and either the proof's bytes or how to alter the right ones.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "digest/prove.hpp"
#include "digest/verify.hpp"
#include "weak_hashes.hpp"

namespace {

void require(bool holds, const char* what) {
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

 private:
  std::string_view rest_;
};

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
    while (!in.done()) {
      const std::size_t at = (in.byte() * std::size_t{256} + in.byte()) % (proof.size() + 1);
      const unsigned edit = in.byte();
      const auto with = static_cast<char>(in.byte());
      if (edit % 4 == 0) {
        proof.insert(at, 1, with);
      } else if (at == proof.size()) {
        continue;
      } else if (edit % 4 == 1) {
        proof.erase(at, edit / 4);
      } else {
        proof[at] = edit % 4 == 2 ? with : static_cast<char>(proof[at] ^ with);
      }
    }
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
