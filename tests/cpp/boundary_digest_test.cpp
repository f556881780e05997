// Digests of versions in hostile snapshots: the work is counted in permutations, which the linker
// sends here (--wrap, see CMakeLists.txt).
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "boundary_caller.hpp"
#include "digest/digest.hpp"
#include "snapshot/write.hpp"

BOUNDARY_TESTING_HEAP

namespace {

std::size_t permutations = 0;

}  // namespace

// hamt::keccak_f1600, by the names that the linker gives it.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" void __real__ZN4hamt12keccak_f1600ERSt5arrayImLm25EE(std::array<std::uint64_t, 25>& a);
extern "C" void __wrap__ZN4hamt12keccak_f1600ERSt5arrayImLm25EE(std::array<std::uint64_t, 25>& a) {
  ++permutations;
  __real__ZN4hamt12keccak_f1600ERSt5arrayImLm25EE(a);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace boundary_testing;

/// `size` keys that have one of `distinct` values, each of `length` bytes, in turn.
hamt::map<> map_of(unsigned size, unsigned distinct, std::size_t length) {
  hamt::draft<> d;
  for (unsigned i = 0; i < size; ++i) {
    std::string value(length, 'v');
    value.replace(0, 4, std::to_string(1000 + i % distinct));
    d.set("key-" + std::to_string(i), value);
  }
  return d.freeze();
}

// Hashing each value for each entry takes time quadratic in the file.
TEST(BoundaryDigest, HashesALongValueOnceHoweverManyEntriesHaveIt) {
  for (const unsigned distinct : {1u, 3u, 40u}) {
    const unsigned size = 120;
    const std::size_t length = 60'000 / distinct;
    const hamt::map<> m = map_of(size, distinct, length), other = m.set("key-1", "short");
    const std::vector versions{m, other, m.set("key-2", std::string(65, 'x'))};
    const std::string file = hamt::snapshot::write(versions);
    ASSERT_LT(file.size(), 70'000u);
    caller calls;
    for (std::uint32_t i = 0; i < versions.size(); ++i) {
      ASSERT_TRUE(calls.write(file));
      permutations = 0;
      ASSERT_EQ(snapshot_digest(calls.c(), file.size(), i), status::ok);
      const std::size_t taken = permutations;
      const hamt::digest32 expected = hamt::digest_of(versions[i]);
      EXPECT_EQ(calls.output(), std::string(expected.begin(), expected.end()));
      EXPECT_GT(taken, std::size_t{size} + distinct);
      EXPECT_LT(taken, 2 * size + file.size() / hamt::keccak_rate + 2 * distinct + 10);
    }
  }
}

TEST(BoundaryDigest, TakesTwoPermutationsAnEntryOfAShortValue) {
  const hamt::map<> m = map_of(3000, 3000, 64);
  const std::string file = hamt::snapshot::write(std::vector{m});
  caller calls;
  ASSERT_TRUE(calls.write(file));
  permutations = 0;
  ASSERT_EQ(snapshot_digest(calls.c(), file.size(), 0), status::ok);
  EXPECT_LE(permutations, 2 * m.size() + m.size() / 50);
}

}  // namespace
