// memcmp, with which every lookup ends: a key is compared with the one that was found.
//
// The C library of Emscripten compares byte by byte. This takes eight bytes at a time, wherever
// they lie, as WebAssembly can: a call of `hamt_has` with a 42-character key takes 33 ns in place
// of 54. (memcpy and memmove are instructions of WebAssembly: -mbulk-memory.)
#include <cstddef>
#include <cstdint>

namespace {

std::uint64_t load(const unsigned char* p) noexcept {
  std::uint64_t word;
  __builtin_memcpy_inline(&word, p, sizeof word);
  return word;
}

}  // namespace

extern "C" __attribute__((noinline)) int memcmp(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (; n >= 8; x += 8, y += 8, n -= 8) {
    const std::uint64_t u = load(x), v = load(y);
    if (u == v) continue;
    // The lowest byte that differs decides.
    const int shift = __builtin_ctzll(u ^ v) & ~7;
    return static_cast<int>(u >> shift & 255) - static_cast<int>(v >> shift & 255);
  }
  for (; n != 0; ++x, ++y, --n) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}
