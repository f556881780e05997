// The permutation keccak-f[1600] of FIPS 202, section 3.3. A file of its own, so that it is
// optimised for speed however its callers are built, and is there once.
#include "keccak.hpp"

namespace hamt {

namespace {

constexpr std::array<std::uint64_t, 24> round_constants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// chi over one row of five lanes: out[x] = b[x] ^ (~b[x+1] & b[x+2]).
[[gnu::always_inline]] inline void chi(std::uint64_t* out, std::uint64_t b0, std::uint64_t b1,
                                       std::uint64_t b2, std::uint64_t b3,
                                       std::uint64_t b4) noexcept {
  out[0] = b0 ^ (~b1 & b2);
  out[1] = b1 ^ (~b2 & b3);
  out[2] = b2 ^ (~b3 & b4);
  out[3] = b3 ^ (~b4 & b0);
  out[4] = b4 ^ (~b0 & b1);
}

/// One round from `a` to `e`: lane (x, y) is index 5y + x. Every index is a constant, so that the
/// compiler keeps both states in registers and stack slots of its choosing. Each call of chi names
/// the row that pi brings together.
[[gnu::always_inline]] inline void round(const std::uint64_t* a, std::uint64_t* e,
                                         std::uint64_t rc) noexcept {
  const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const std::uint64_t d0 = c4 ^ std::rotl(c1, 1);
  const std::uint64_t d1 = c0 ^ std::rotl(c2, 1);
  const std::uint64_t d2 = c1 ^ std::rotl(c3, 1);
  const std::uint64_t d3 = c2 ^ std::rotl(c4, 1);
  const std::uint64_t d4 = c3 ^ std::rotl(c0, 1);
  chi(e, a[0] ^ d0, std::rotl(a[6] ^ d1, 44), std::rotl(a[12] ^ d2, 43), std::rotl(a[18] ^ d3, 21),
      std::rotl(a[24] ^ d4, 14));
  e[0] ^= rc;
  chi(e + 5, std::rotl(a[3] ^ d3, 28), std::rotl(a[9] ^ d4, 20), std::rotl(a[10] ^ d0, 3),
      std::rotl(a[16] ^ d1, 45), std::rotl(a[22] ^ d2, 61));
  chi(e + 10, std::rotl(a[1] ^ d1, 1), std::rotl(a[7] ^ d2, 6), std::rotl(a[13] ^ d3, 25),
      std::rotl(a[19] ^ d4, 8), std::rotl(a[20] ^ d0, 18));
  chi(e + 15, std::rotl(a[4] ^ d4, 27), std::rotl(a[5] ^ d0, 36), std::rotl(a[11] ^ d1, 10),
      std::rotl(a[17] ^ d2, 15), std::rotl(a[23] ^ d3, 56));
  chi(e + 20, std::rotl(a[2] ^ d2, 62), std::rotl(a[8] ^ d3, 55), std::rotl(a[14] ^ d4, 39),
      std::rotl(a[15] ^ d0, 41), std::rotl(a[21] ^ d1, 2));
}

#if defined(__wasm__)
constexpr bool one_round_a_turn = true;
#else
constexpr bool one_round_a_turn = false;
#endif

}  // namespace

// Two rounds a turn save copying the state back. V8 does better with the shorter body all the same
// (325 ns against 355 in Node 20), while gcc 12 does far worse (580 against 285).
void keccak_f1600(std::array<std::uint64_t, 25>& state) noexcept {
  std::uint64_t a[25];
  std::uint64_t e[25];
  for (unsigned i = 0; i < 25; ++i) a[i] = state[i];
  if constexpr (one_round_a_turn) {
    for (const std::uint64_t rc : round_constants) {
      round(a, e, rc);
      for (unsigned i = 0; i < 25; ++i) a[i] = e[i];
    }
  } else {
    for (std::size_t i = 0; i < round_constants.size(); i += 2) {
      round(a, e, round_constants[i]);
      round(e, a, round_constants[i + 1]);
    }
  }
  for (unsigned i = 0; i < 25; ++i) state[i] = a[i];
}

}  // namespace hamt
