// Cursors: positions, and beginning at one, in the map that a position comes from and in any other.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

template <class Policy>
class Cursors : public testing::Test {
 protected:
  using P = Policy;
  using map_type = hamt::map<std::uint64_t, P>;
  using cursor_type = hamt::cursor<std::uint64_t, P>;

  /// `n` random keys out of 400.
  static map_type random_map(std::mt19937& random, unsigned n) {
    map_type m;
    for (unsigned i = 0; i < n; ++i)
      m = std::move(m).set("key " + std::to_string(random() % 400), i);
    return m;
  }
  static std::vector<std::string> rest(cursor_type c) {
    std::vector<std::string> keys;
    for (; c; c.next()) keys.emplace_back(c.key());
    return keys;
  }
  /// What must follow a position, by definition.
  static std::vector<std::string> expected(const map_type& m, const hamt::cursor_position& from) {
    using digit = hamt::digits<P::bits>;
    std::vector<std::string> keys;
    std::uint32_t same = 0;
    for (const std::string& k : rest(cursor_type(m))) {
      const std::uint64_t hash = typename P::hash{}(k);
      if (digit::order(hash) < digit::order(from.hash)) continue;
      if (hash == from.hash && same++ < from.before) continue;
      keys.push_back(k);
    }
    return keys;
  }
};

using policies = testing::Types<strict_policy<whole_hash>, strict_policy<two_bit_hash>,
                                strict_policy<constant_hash>, strict_policy<last_four_bits_hash, 3>,
                                strict_policy<top_bits_hash, 4>, strict_policy<sparse_hash, 1>,
                                strict_policy<last_bit_hash>>;
TYPED_TEST_SUITE(Cursors, policies);

TYPED_TEST(Cursors, BeginAgainAtEveryPosition) {
  using cursor_type = typename TestFixture::cursor_type;
  std::mt19937 random(1);
  for (const unsigned n : {0u, 1u, 2u, 5u, 40u, 300u}) {
    const auto m = TestFixture::random_map(random, n);
    std::size_t steps = 0;
    for (cursor_type c(m); c; c.next(), ++steps) {
      const cursor_type again(m, c.position());
      ASSERT_TRUE(again);
      EXPECT_EQ(again.key(), c.key());
      EXPECT_EQ(again.value(), c.value());
      EXPECT_EQ(TestFixture::rest(again), TestFixture::rest(c));
    }
    EXPECT_EQ(steps, m.size());
  }
}

TYPED_TEST(Cursors, BeginAtPositionsOfOtherMapsAndOfNone) {
  using cursor_type = typename TestFixture::cursor_type;
  std::mt19937 random(2);
  const auto m = TestFixture::random_map(random, 120), other = TestFixture::random_map(random, 120);
  std::vector<hamt::cursor_position> positions{{}, {~std::uint64_t{0}, 0}, {~std::uint64_t{0}, 7}};
  for (cursor_type c(other); c; c.next()) positions.push_back(c.position());
  for (unsigned i = 0; i < 60; ++i) {
    const std::uint64_t hash = (std::uint64_t{random()} << 32) | random();
    positions.push_back({hash, static_cast<std::uint32_t>(random() % 3)});
    hamt::cursor_position near = positions[3 + random() % other.size()];
    near.before += static_cast<std::uint32_t>(random() % 4);
    positions.push_back(near);
    positions.push_back({near.hash ^ std::uint64_t{1} << random() % 64, near.before});
    positions.push_back({near.hash, UINT32_MAX});
  }
  for (const hamt::cursor_position& from : positions) {
    EXPECT_EQ(TestFixture::rest(cursor_type(m, from)), TestFixture::expected(m, from));
    EXPECT_FALSE(cursor_type({}, from));
  }
}

/// Moves `first` away, and the other away again: whoever has the entries has all of them.
template <class Cursor>
void expect_moved(Cursor first, const Cursor& empty, std::size_t entries) {
  Cursor second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
  Cursor third = empty;
  third = std::move(second);
  EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move)
  Cursor& same = third;
  third = std::move(same);
  std::size_t found = 0;
  for (; third; third.next()) ++found;
  EXPECT_EQ(found, entries);
}

TEST(Cursor, IsAtItsEndWhenItWasMovedFrom) {
  hamt::map<int> m;
  for (int i = 0; i < 500; ++i) m = m.set("key " + std::to_string(i), i);
  expect_moved(hamt::cursor<int>(m), hamt::cursor<int>({}), 500);
  expect_moved(hamt::diff_cursor<int>({}, m), hamt::diff_cursor<int>({}, {}), 500);
}

TEST(EqualBytes, ComparesEveryByteOfEveryLength) {
  for (std::size_t n = 0; n < 70; ++n) {
    const std::string a(n, 'a');
    std::string b = a;
    EXPECT_TRUE(hamt::equal_bytes(a, b));
    EXPECT_FALSE(hamt::equal_bytes(a, b + "a"));
    for (char& c : b) {
      c ^= 0x40;
      EXPECT_FALSE(hamt::equal_bytes(a, b)) << n;
      c ^= 0x40;
    }
  }
}

}  // namespace
