// Bytes to programs over the interface of the boundary, each step compared with a model
// (tests/cpp/boundary_program.hpp).
#include <cstddef>
#include <cstdint>

#include "boundary_program.hpp"

BOUNDARY_TESTING_HEAP

namespace {

/// Choices from bytes; when they are used up, the answer is 0.
struct byte_choices {
  const std::uint8_t* at;
  std::size_t left;
  bool done() const noexcept { return left == 0; }
  unsigned byte() noexcept {
    if (left == 0) return 0;
    --left;
    return *at++;
  }
  unsigned operator()(unsigned n) noexcept {
    if (n <= 1) return 0;
    return (n <= 256 ? byte() : byte() * 256 + byte()) % n;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_choices bytes{data, size};
  boundary_testing::program p([&](unsigned n) { return bytes(n); });
  while (!bytes.done()) p.step();
  p.finish();
  return 0;
}
