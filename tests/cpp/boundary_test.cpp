// The boundary: random programs against a model, and what random programs would rarely meet.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "boundary_program.hpp"

BOUNDARY_TESTING_HEAP

namespace {

using namespace boundary_testing;

struct random_choices {
  std::mt19937 engine;
  unsigned operator()(unsigned n) { return n == 0 ? 0 : static_cast<unsigned>(engine() % n); }
};

TEST(BoundaryProgram, AgreesWithAModel) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    program p(random_choices{std::mt19937(seed)});
    for (int i = 0; i < 400; ++i) p.step();
    p.finish();
  }
}

std::string edit_of(std::string_view key, std::string_view value) {
  const std::uint32_t sizes[] = {static_cast<std::uint32_t>(key.size()),
                                 static_cast<std::uint32_t>(value.size())};
  std::string bytes(reinterpret_cast<const char*>(sizes), sizeof sizes);
  bytes += key;
  bytes += value;
  bytes.resize((bytes.size() + 3) & ~std::size_t{3});
  return bytes;
}

/// A handle of an empty map.
handle fresh(caller& calls) {
  EXPECT_EQ(copy(calls.c(), 0), status::ok);
  return static_cast<handle>(calls.words().map.id);
}

// The input buffer ends where the batch does, so reading on is seen by AddressSanitizer.
TEST(BoundaryEdits, NothingIsReadBehindABatch) {
  caller calls;
  const std::string one = edit_of("key", "value");
  for (const std::string& bytes : {std::string(), one, one + edit_of("other", "")}) {
    const handle h = fresh(calls), g = fresh(calls);
    ASSERT_TRUE(calls.write(bytes));
    EXPECT_EQ(apply(calls.c(), h, bytes.size()), status::ok);
    EXPECT_EQ(build(calls.c(), g, bytes.size()), status::ok);
    EXPECT_EQ(compare(calls.c(), g, h), status::unchanged);
  }
}

TEST(BoundaryEdits, ABatchThatIsCutIsRefusedWhereverItIsCut) {
  const std::string first = edit_of("first", "1"), both = first + edit_of("second", "22");
  for (std::size_t size = 0; size < both.size(); ++size) {
    caller calls;
    const handle h = fresh(calls), g = fresh(calls);
    ASSERT_TRUE(calls.write(std::string_view(both).substr(0, size)));
    const bool whole = size == 0 || size == first.size();
    EXPECT_EQ(build(calls.c(), g, size), whole ? status::ok : status::bad_argument) << size;
    EXPECT_EQ(apply(calls.c(), h, size), whole ? status::ok : status::bad_argument) << size;
    EXPECT_EQ(calls.entries(h).size(), size < first.size() ? 0 : 1) << size;
  }
}

TEST(BoundaryEdits, SizesUpToTheLargestNumberAreRefused) {
  const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  for (const std::uint32_t key : {6U, 8U, 0x7fffffffU, most - 9, most - 3, most}) {
    for (const std::uint32_t value : {0U, 6U, 0x80000000U, most - 9, most - 1}) {
      caller calls;
      const handle h = fresh(calls);
      std::string bytes = edit_of("k", "v");
      const std::uint32_t sizes[] = {key, value};
      std::memcpy(bytes.data(), sizes, sizeof sizes);
      ASSERT_TRUE(calls.write(bytes));
      EXPECT_EQ(apply(calls.c(), h, bytes.size()), status::bad_argument) << key << ' ' << value;
      EXPECT_EQ(build(calls.c(), h, bytes.size()), status::bad_argument) << key << ' ' << value;
    }
  }
}

// Two keys of one hash lie in a collision node; a position may say that more of them were seen than
// there are, or belong to a map that has no such node.
TEST(BoundaryIteration, PositionsOfOtherMapsAreSafe) {
  caller calls;
  const handle two = fresh(calls), one = fresh(calls);
  const std::string pair = edit_of("885dc3476ed2434c", "1") + edit_of("3a0862190fed9205", "2");
  ASSERT_TRUE(calls.write(pair));
  ASSERT_EQ(apply(calls.c(), two, pair.size()), status::ok);
  ASSERT_EQ(apply(calls.c(), one, edit_of("885dc3476ed2434c", "1").size()), status::ok);
  ASSERT_EQ(batch(calls.c(), two, 1, 3, 0, 0, 0), status::partial);
  const position_result p = calls.words().position;
  const auto low = static_cast<std::uint32_t>(p.hash_low);
  const auto high = static_cast<std::uint32_t>(p.hash_high);
  EXPECT_EQ(p.index, 1U);
  const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  for (const std::uint32_t index : {1U, 2U, 3U, 1000U, most}) {
    EXPECT_EQ(batch(calls.c(), two, 9, 3, low, high, index), status::ok);
    EXPECT_EQ(calls.words().records.count, index == 1 ? 1U : 0U) << index;
    EXPECT_EQ(batch(calls.c(), one, 9, 3, low, high, index), status::ok);
    EXPECT_EQ(calls.words().records.count, 0U) << index;
    EXPECT_EQ(batch(calls.c(), 0, 9, 3, low, high, index), status::ok);
    EXPECT_EQ(batch(calls.c(), two, 9, 3, most, most, index), status::ok);
  }
}

TEST(BoundaryHandles, AreUsedAgainAndNeverTwice) {
  caller calls;
  std::vector<handle> all;
  for (int i = 0; i < 3000; ++i) all.push_back(fresh(calls));  // several chunks of the table
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.front(), 1U);
  for (const handle h : all) EXPECT_EQ(drop(calls.c(), h), status::ok);
  for (const handle h : all) EXPECT_EQ(drop(calls.c(), h), status::bad_argument);
  EXPECT_LE(fresh(calls), all.back());
}

TEST(BoundaryHandles, TheEmptyMapStaysEmpty) {
  caller calls;
  const std::string bytes = edit_of("k", "v");
  ASSERT_TRUE(calls.write(bytes));
  EXPECT_EQ(set(calls.c(), 0, 1, 1, 0), status::bad_argument);
  EXPECT_EQ(apply(calls.c(), 0, bytes.size()), status::bad_argument);
  EXPECT_EQ(build(calls.c(), 0, bytes.size()), status::bad_argument);
  EXPECT_EQ(drop(calls.c(), 0), status::ok);
  EXPECT_EQ(size(calls.c(), 0), status::ok);
  EXPECT_EQ(calls.words().map.size, 0U);
}

TEST(BoundaryMemory, AReserveThatFailsKeepsTheInput) {
  caller calls;
  ASSERT_TRUE(calls.write("input"));
  EXPECT_EQ(reserve(calls.c(), std::numeric_limits<std::size_t>::max() - 8), status::out_of_memory);
  EXPECT_EQ(std::string(calls.words().input.data, 5), "input");
  EXPECT_EQ(calls.words().input.size, 5U);
}

// A batch of any number of bytes in it stops when it is full, and goes on where it stopped.
TEST(BoundaryIteration, LargeValuesMakeShortBatches) {
  caller calls;
  const handle h = fresh(calls);
  contents expected;
  for (int i = 0; i < 20; ++i) {
    const std::string k = "large " + std::to_string(i), v(100'000, static_cast<char>('a' + i));
    ASSERT_TRUE(calls.write(k + v));
    ASSERT_EQ(set(calls.c(), h, k.size(), v.size(), 0), status::absent);
    expected[k] = v;
  }
  EXPECT_EQ(batch(calls.c(), h, 100, 3, 0, 0, 0), status::partial);
  EXPECT_EQ(calls.words().records.count, 2U);
  EXPECT_EQ(calls.entries(h, 100), expected);
}

// --- sortition: arguments are packed, so sizes are all that can be wrong
// ---------------------------

TEST(BoundarySortition, OnlyWholeRowsAndDrawsAreTaken) {
  caller calls;
  const handle h = fresh(calls);
  const std::string bytes(1000, '\1');
  ASSERT_TRUE(calls.write(bytes));
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    EXPECT_EQ(put_states(calls.c(), h, n), n % 81 == 0 ? status::ok : status::bad_argument) << n;
    const bool is_draw = n >= 72 && (n - 72) % 105 == 0;
    const status s = select(calls.c(), n, 1, 0);
    EXPECT_EQ(s == status::bad_argument, !is_draw) << n;
    EXPECT_TRUE(n <= 72 || !is_draw || s == status::out_of_range) << n;
  }
  for (const std::size_t n : {std::size_t{1053}, SIZE_MAX / 81 * 81, SIZE_MAX}) {
    EXPECT_EQ(put_states(calls.c(), h, n), status::bad_argument) << n;
    EXPECT_EQ(select(calls.c(), n, 1, 0), status::bad_argument) << n;
  }
}

}  // namespace
