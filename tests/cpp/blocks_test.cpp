// Blocks and node tables: round trips, pushes that stop anywhere, damaged bytes.
#include <gtest/gtest.h>

#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "blocks_testing.hpp"

namespace {

using namespace hamt::blocks;
using blocks_testing::key_of;
using blocks_testing::store;
using blocks_testing::value_of;
using hamt::bytes;
using hamt::digest32;
using hamt::digest_of;

template <class P>
class BlocksOfMaps : public testing::Test {
 public:
  using map_type = hamt::map<bytes, P>;

  static map_type random_map(std::mt19937& random, unsigned size, unsigned keys) {
    map_type m;
    for (unsigned i = 0; i < size; ++i) m = edited(std::move(m), random, keys);
    return m;
  }
  static map_type edited(map_type m, std::mt19937& random, unsigned keys) {
    const unsigned i = random() % keys;
    return random() % 4 == 0 ? std::move(m).erase(key_of(i))
                             : std::move(m).set(key_of(i), value_of(random() % 200));
  }
};
using policies =
    testing::Types<weak::real, weak::shared, weak::two_bits, weak::two_bits_at_the_last_level,
                   weak::one_bit_a_level, weak::constant>;
TYPED_TEST_SUITE(BlocksOfMaps, policies);

TYPED_TEST(BlocksOfMaps, ComeBackAndAreNamedByTheirDigests) {
  std::mt19937 random(1);
  for (const unsigned size : {0u, 1u, 2u, 5u, 40u, 400u}) {
    const auto m = this->random_map(random, size, 300);
    store s;
    s.push(m);
    EXPECT_EQ(s.template pull<TypeParam>(digest_of(m)), m);
    for (const auto& [digest, block] : s.blocks) EXPECT_LE(block.size(), 70'000u);
  }
}

TYPED_TEST(BlocksOfMaps, DoNotDependOnTheHistory) {
  std::mt19937 random(2);
  const auto m = this->random_map(random, 300, 300);
  typename TestFixture::map_type again;
  std::vector<std::pair<std::string, std::string>> entries;
  for (hamt::cursor<bytes, TypeParam> c(m); c; c.next())
    entries.emplace_back(std::string(c.key()), std::string(c.value()));
  std::shuffle(entries.begin(), entries.end(), random);
  for (const auto& [key, value] : entries) again = std::move(again).set(key, value);
  store a, b;
  a.push(m);
  b.push(again);
  EXPECT_EQ(a.blocks, b.blocks);
}

TYPED_TEST(BlocksOfMaps, APushThatStopsAnywhereLeavesOnlyWholeMaps) {
  std::mt19937 random(3);
  auto before = this->random_map(random, 120, 150);
  auto after = before;
  for (int i = 0; i < 5; ++i) after = this->edited(after, random, 150);
  store full;
  full.push(before);
  const std::size_t had = full.blocks.size();
  full.push(after);
  const std::size_t lacking = full.blocks.size() - had;
  for (std::size_t most = 0; most <= lacking + 2; ++most) {
    store s;
    s.push(before);
    s.push(after, before, most);
    EXPECT_EQ(s.template pull<TypeParam>(digest_of(before)), before);
    // Whatever is there is whole: a later push needs only ask from the root down.
    if (s.blocks.count(digest_of(after)) != 0) {
      EXPECT_EQ(s.template pull<TypeParam>(digest_of(after)), after);
    }
    s.push(after);
    EXPECT_EQ(s.template pull<TypeParam>(digest_of(after)), after);
    EXPECT_EQ(s.blocks, full.blocks);
  }
}

TYPED_TEST(BlocksOfMaps, APushPutsWhatIsLackingAndNothingElse) {
  std::mt19937 random(4);
  auto m = this->random_map(random, 200, 200);
  store s;
  s.push(m);
  for (int round = 0; round < 30; ++round) {
    const auto next = this->edited(m, random, 200);
    store fresh;
    fresh.push(next);
    std::size_t lacking = 0;
    for (const auto& [digest, block] : fresh.blocks) lacking += s.blocks.count(digest) == 0;
    // With a base some texts may be put that another node has already, and never fewer than lack.
    store with_base = s;
    EXPECT_GE(with_base.push(next, m), lacking);
    EXPECT_LE(with_base.push(next, m), 40u);
    EXPECT_EQ(s.push(next), lacking);
    EXPECT_EQ(with_base.blocks, s.blocks);
    EXPECT_EQ(s.push(next), 0u);
    m = next;
  }
}

TYPED_TEST(BlocksOfMaps, EveryFlippedBitOfABlockIsRefusedOrGivesAnotherName) {
  using hash = typename TypeParam::hash;
  std::mt19937 random(5);
  const auto m = this->random_map(random, 60, 90);
  store s;
  s.push(m);
  std::size_t flips = 0;
  for (const auto& [digest, block] : s.blocks) {
    for (std::size_t bit = 0; bit<8 * block.size(); bit += block.size()> 1024 ? 61 : 1) {
      std::string bad = block;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
      try {
        const digest32 name = bad[0] == map_tag    ? read_map_block<hash>(bad).digest
                              : bad[0] == text_tag ? read_text_block(bad).digest
                                                   : read_node_block<hash>(bad, 1, 0).digest;
        EXPECT_NE(name, digest);
      } catch (const hamt::blocks::error& e) {
        EXPECT_LE(e.offset(), bad.size());
      }
      ++flips;
    }
  }
  EXPECT_GT(flips, 1000u);
}

// --- node tables ---------------------------------------------------------------------------------

TYPED_TEST(BlocksOfMaps, TablesGiveEveryVersionBack) {
  std::mt19937 random(6);
  for (const unsigned size : {0u, 1u, 30u, 500u}) {
    std::vector<typename TestFixture::map_type> versions{this->random_map(random, size, 400)};
    for (int i = 0; i < 30; ++i)
      versions.push_back(this->edited(versions[random() % versions.size()], random, 400));
    versions.emplace_back();
    versions.push_back(versions[0]);
    const std::string file = write_table<TypeParam>(versions, "meta");
    const table<TypeParam> t(file);
    EXPECT_EQ(t.meta(), "meta");
    ASSERT_EQ(t.versions().size(), versions.size());
    for (std::size_t i = 0; i < versions.size(); ++i) {
      EXPECT_EQ(t.versions()[i].digest, digest_of(versions[i]));
      EXPECT_EQ(t.load(i, 1u << 30), versions[i]);
    }
  }
}

TYPED_TEST(BlocksOfMaps, TablesHoldEqualNodesOnceHoweverTheyWereMade) {
  std::mt19937 random(7);
  const auto m = this->random_map(random, 200, 300);
  const auto apart = hamt::blocks::table<TypeParam>(
                         write_table<TypeParam>(std::vector<typename TestFixture::map_type>{m}))
                         .load(0, 1u << 30);
  const std::vector<typename TestFixture::map_type> one{m}, two{m, apart}, same{m, m};
  EXPECT_EQ(write_table<TypeParam>(two), write_table<TypeParam>(same));
  EXPECT_LT(write_table<TypeParam>(two).size(), write_table<TypeParam>(one).size() + 50);
}

TYPED_TEST(BlocksOfMaps, EveryFlippedBitOfATableIsRefusedOrNotLookedAt) {
  std::mt19937 random(8);
  std::vector<typename TestFixture::map_type> versions{this->random_map(random, 20, 40)};
  for (int i = 0; i < 3; ++i) versions.push_back(this->edited(versions.back(), random, 40));
  const std::string file = write_table<TypeParam>(versions, "m");
  std::size_t refused = 0, loaded = 0;
  for (std::size_t bit = 0; bit < 8 * file.size(); bit += bit < 4000 ? 1 : 7) {
    std::string bad = file;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    try {
      const table<TypeParam> t(bad);
      EXPECT_EQ(t.meta(), "m");
      for (std::size_t i = 0; i < versions.size(); ++i) {
        try {
          EXPECT_EQ(t.load(i, 1u << 30), versions[i]);
          ++loaded;
        } catch (const hamt::blocks::error& e) {
          EXPECT_LE(e.offset(), bad.size());
          ++refused;
        }
      }
    } catch (const hamt::blocks::error& e) {
      EXPECT_LE(e.offset(), bad.size());
      refused += versions.size();
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(loaded, 0u);
}

TYPED_TEST(BlocksOfMaps, EveryTruncatedTableIsRefused) {
  std::mt19937 random(9);
  const std::vector<typename TestFixture::map_type> versions{this->random_map(random, 20, 40)};
  const std::string file = write_table<TypeParam>(versions);
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_THROW(table<TypeParam>(std::string_view(file).substr(0, size)), hamt::blocks::error);
  EXPECT_THROW(table<TypeParam>(file + "x"), hamt::blocks::error);
}

// Errors name a byte counted from the start of the table, whichever part of it was read.
TEST(BlocksOfManyVersions, ErrorsNameTheByteFromTheStartOfTheTable) {
  using map_type = hamt::map<bytes, hamt::local_policy>;
  map_type m;
  for (unsigned i = 0; i < 300; ++i) m = std::move(m).set(key_of(i), value_of(i));
  const std::vector<map_type> versions{m, map_type(m).set("another", "value")};
  const std::string file = write_table<hamt::local_policy>(versions, "some meta");
  const auto refused = [](const std::string& bad) {
    try {
      const table<hamt::local_policy> t(bad);
      for (std::size_t i = 0; i < t.versions().size(); ++i) t.load(i, 1u << 30);
    } catch (const hamt::blocks::error& e) {
      return std::pair(e.broken(), e.offset());
    }
    return std::pair(rule::version, std::size_t{0});
  };
  const auto head = static_cast<std::uint8_t>(file[12]) | static_cast<std::uint8_t>(file[13]) << 8;
  const auto flipped = [&](std::size_t at) {
    std::string bad = file;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    return refused(bad);
  };
  EXPECT_EQ(flipped(0), std::pair(rule::malformed, std::size_t{0}));
  for (const std::size_t at : {8u, 9u, 10u, 11u})
    EXPECT_EQ(flipped(at), std::pair(rule::version, at));
  EXPECT_EQ(flipped(20), std::pair(rule::checksum, std::size_t(head) - 32));
  for (std::size_t size = 0; size < file.size(); size += size < 100 ? 1 : 97)
    EXPECT_EQ(refused(file.substr(0, size)), std::pair(rule::truncated, size)) << size;
  EXPECT_EQ(refused(file + '!'), std::pair(rule::malformed, file.size()));
  // The row of the first root, which lies right behind the head.
  EXPECT_EQ(flipped(std::size_t(head)), std::pair(rule::malformed, std::size_t(head)));
}

TEST(BlocksOfManyVersions, MoreKeysOfOneHashThanABlockHoldsAreRefused) {
  using map_type = hamt::map<bytes, weak::constant>;
  map_type m;
  const auto key = [](unsigned i) { return std::string(1000, 'k') + std::to_string(1000 + i); };
  for (unsigned i = 0; i < 1000; ++i) m = std::move(m).set(key(i), "");
  store s;
  s.push(m);
  EXPECT_EQ(s.pull<weak::constant>(digest_of(m)), m);
  for (unsigned i = 1000; i < 1100; ++i) m = std::move(m).set(key(i), "");
  EXPECT_THROW(s.push(m), std::length_error);
  EXPECT_EQ(s.blocks.count(digest_of(m)), 0u);
  const std::vector<map_type> versions{m};
  EXPECT_THROW(write_table<weak::constant>(versions), std::length_error);
}

TEST(BlocksOfManyVersions, ATableGrowsByWhatChanged) {
  std::vector<hamt::map<>> versions(1);
  for (unsigned i = 0; i < 20'000; ++i)
    versions[0] = std::move(versions[0]).set("0x" + std::to_string(1'000'000'000u + i * 7), "v");
  const std::size_t one = write_table<hamt::local_policy>(versions).size();
  for (unsigned i = 0; i < 200; ++i)
    versions.push_back(versions.back().set("0x" + std::to_string(1'000'000'000u + i * 70), "w"));
  const std::size_t all = write_table<hamt::local_policy>(versions).size();
  EXPECT_LT(all - one, 200u * 400u);
}

TEST(BlocksOfManyVersions, LoadingIsBoundedWhereALongValueIsThatOfManyKeys) {
  hamt::map<> m;
  for (unsigned i = 0; i < 1000; ++i)
    m = std::move(m).set(std::to_string(i), std::string(20'000, 'v'));
  const std::vector<hamt::map<>> versions{m};
  const std::string file = write_table<hamt::local_policy>(versions);
  EXPECT_LT(file.size(), 200'000u);
  try {
    (void)table<>(file).load(0, 2'000'000);
    ADD_FAILURE() << "loaded 20 MB under a limit of 2";
  } catch (const hamt::blocks::error& e) {
    EXPECT_EQ(e.broken(), rule::too_large);
  }
}

}  // namespace
