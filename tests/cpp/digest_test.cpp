// Digests of maps: against the reference vectors, caching, and entries without a map.
#include "digest/digest.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "digest/entries.hpp"
#include "digest_vectors.hpp"
#include "trie/diff.hpp"
#include "trie/merge.hpp"
#include "weak_hashes.hpp"

namespace {

using hamt::bytes;
using hamt::digest32;
using hamt::digest_of;

template <class P>
class Digest : public testing::Test {};

using policies =
    testing::Types<weak::real, weak::shared, weak::two_bits, weak::two_bits_at_the_last_level,
                   weak::one_bit_a_level, weak::constant>;
TYPED_TEST_SUITE(Digest, policies);

template <class P>
using map_of = hamt::map<bytes, P>;
using model = std::map<std::string, std::string>;

template <class P>
map_of<P> built(const model& contents) {
  map_of<P> m;
  for (const auto& [key, value] : contents) m = std::move(m).set(key, value);
  return m;
}

std::string word(std::mt19937_64& random, unsigned keys) {
  return "k" + std::to_string(random() % keys);
}

TYPED_TEST(Digest, AgreesWithTheReference) {
  int seen = 0;
  for (const auto& v : vectors::read()) {
    if (v.hash != TypeParam::name) continue;
    map_of<TypeParam> m;
    for (const auto& [key, value] : v.entries) m = m.set(key, value);
    EXPECT_EQ(vectors::view(digest_of(m)), v.digest) << v.entries.size() << " entries";
    ++seen;
  }
  EXPECT_GE(seen, 10);
}

// Along a random history the digest is compared, after every step, with that of an equal map built
// apart; what is cached must never survive a change.
TYPED_TEST(Digest, FollowsTheContentsAlongAHistory) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    const unsigned keys = seed % 2 ? 12 : 300;
    map_of<TypeParam> m;
    model contents;
    std::map<digest32, model> known{{digest_of(m), contents}};
    for (int step = 0; step < 120; ++step) {
      const std::string key = word(random, keys);
      const bool in_place = random() % 2 == 0, ask_before = random() % 2 == 0;
      if (ask_before) (void)digest_of(m);
      if (random() % 3 == 0) {
        contents.erase(key);
        m = in_place ? std::move(m).erase(key) : m.erase(key);
      } else {
        const std::string value(random() % 3 == 0 ? random() % 300 : random() % 4, 'v');
        contents[key] = value;
        m = in_place ? std::move(m).set(key, value) : m.set(key, value);
      }
      const digest32 d = digest_of(m);
      ASSERT_EQ(d, digest_of(built<TypeParam>(contents)));
      ASSERT_EQ(d, digest_of(m)) << "from the cache";
      // equal digests, equal contents: no two different maps of the run share one
      const auto [known_as, fresh] = known.emplace(d, contents);
      ASSERT_TRUE(fresh || known_as->second == contents);
    }
  }
}

// Without a map: from its entries, in any order, equal keys among them.
TYPED_TEST(Digest, OfEntriesIsThatOfTheMap) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::pair<std::string, std::string>> given(random() % 200);
    model contents;
    for (auto& [key, value] : given) {
      key = word(random, 150);
      value = std::string(random() % 100, 'v') + std::to_string(random());
      contents[key] = value;
      hamt::digest_detail::shorten(value.data(), value.size());
    }
    const std::vector<std::pair<std::string_view, std::string_view>> entries(given.begin(),
                                                                             given.end());
    ASSERT_EQ(hamt::digest_of_entries<TypeParam>(entries), digest_of(built<TypeParam>(contents)))
        << "seed " << seed;
  }
}

TYPED_TEST(Digest, DoesNotDependOnDraftsOrMerges) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 30; ++round) {
    model left, right;
    for (int i = 0; i < 60; ++i) {
      left[word(random, 80)] = "l";
      right[word(random, 80)] = "r";
    }
    const auto a = built<TypeParam>(left), b = built<TypeParam>(right);
    if (round % 2) (void)digest_of(a), (void)digest_of(b);
    const auto merged = hamt::merge(
        a, b, [](std::string_view, std::string_view, std::string_view theirs) { return theirs; });
    hamt::draft<bytes, TypeParam> d(a);
    model both = left;
    for (const auto& [key, value] : right) {
      both[key] = value;
      d.set(key, value);
      if (random() % 8 == 0) (void)digest_of(d.freeze());
    }
    EXPECT_EQ(digest_of(merged), digest_of(built<TypeParam>(both)));
    EXPECT_EQ(digest_of(d.freeze()), digest_of(merged));
    for (const auto& [key, value] : both) d.erase(key);
    EXPECT_EQ(digest_of(d.freeze()), hamt::empty_map_digest());
    EXPECT_EQ(digest_of(a), digest_of(built<TypeParam>(left)));
  }
}

TYPED_TEST(Digest, TellsEverySmallMapFromEveryOther) {
  std::map<digest32, model> known;
  for (unsigned present = 0; present < 64; ++present) {
    for (unsigned values = 0; values < 64; ++values) {
      if ((values & ~present) != 0) continue;
      model contents;
      for (unsigned i = 0; i < 6; ++i)
        if (present >> i & 1) contents[std::string(i, 'a')] = values >> i & 1 ? "1" : "";
      EXPECT_TRUE(known.emplace(digest_of(built<TypeParam>(contents)), contents).second);
    }
  }
  EXPECT_EQ(known.size(), 729u);  // 3^6
}

// The boundary between key and value, and between an inline field and a hashed one.
TYPED_TEST(Digest, CutsEntriesInOneWayOnly) {
  const std::string text(200, 'x');
  std::set<digest32> seen;
  int maps = 0;
  for (std::size_t key = 0; key <= 130; ++key) {
    for (const std::size_t value : {130 - key, std::size_t{64}, std::size_t{65}}) {
      if (value == 64 && key == 66) continue;  // the same map as 130 - key
      if (value == 65 && key == 65) continue;
      seen.insert(digest_of(map_of<TypeParam>().set(text.substr(0, key), text.substr(0, value))));
      ++maps;
    }
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(maps));
  // a value that looks like the field of a longer one
  const hamt::brief brief(text);
  const auto d = map_of<TypeParam>().set("k", brief.view());
  EXPECT_NE(digest_of(d), digest_of(map_of<TypeParam>().set("k", text)));
  EXPECT_NE(digest_of(map_of<TypeParam>().set("k", brief.view().substr(1))),
            digest_of(map_of<TypeParam>().set("k", text)));
}

TYPED_TEST(Digest, IsKeptByVersionsThatShare) {
  map_of<TypeParam> m;
  for (int i = 0; i < 200; ++i) m = std::move(m).set("k" + std::to_string(i), "v");
  EXPECT_FALSE(hamt::digest_is_known(m));
  const auto before = digest_of(m);
  EXPECT_TRUE(hamt::digest_is_known(m));
  const auto n = m.set("k7", "changed");
  EXPECT_FALSE(hamt::digest_is_known(n));
  EXPECT_NE(digest_of(n), before);
  EXPECT_EQ(digest_of(n.set("k7", "v")), before);
  if (m.root()->child_map() == 0) return;
  unsigned kept = 0;
  for (unsigned i = 0; i < m.root()->child_count(); ++i)
    kept += m.root()->child(i)->cached_digest() != nullptr;
  EXPECT_EQ(kept, m.root()->child_count());
}

// Digests that are made up show that they were used: nothing else can tell these maps apart, or
// take them for equal.
TYPED_TEST(Digest, DecidesEqualityWhereBothAreKnown) {
  model contents;
  for (int i = 0; i < 300; ++i) contents["k" + std::to_string(i)] = "v";
  const auto a = built<TypeParam>(contents), b = built<TypeParam>(contents);
  contents["k7"] = "w";
  const auto other = built<TypeParam>(contents);
  a.root()->cache_digest(hamt::keccak256("x"));
  EXPECT_TRUE(a == b) << "one is known";
  b.root()->cache_digest(hamt::keccak256("y"));
  EXPECT_FALSE(a == b);
  other.root()->cache_digest(hamt::keccak256("x"));
  EXPECT_TRUE(a == other);
  EXPECT_FALSE(a == other.set("k7", "v").set("k8", "w")) << "a changed node knows nothing";
}

// Memory that runs out at will: allocations after the first `left` fail.
struct failing_memory : hamt::local_memory {
  static inline long left = -1;
  static void* allocate(std::size_t capacity) {
    if (left == 0) throw std::bad_alloc();
    if (left > 0) --left;
    return hamt::local_memory::allocate(capacity);
  }
};
struct failing : hamt::local_policy {
  using memory = failing_memory;
};

TEST(DigestCache, IsDoneWithoutWhenMemoryRunsOut) {
  map_of<failing> m;
  for (int i = 0; i < 500; ++i)
    m = std::move(m).set("k" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'v'));
  const auto blocks = failing_memory::usage().blocks;
  for (long left = 0; left < 40; left += 3) {
    map_of<failing> copy;  // another map, without digests
    for (int i = 0; i < 500; ++i)
      copy = std::move(copy).set("k" + std::to_string(i),
                                 std::string(static_cast<std::size_t>(i), 'v'));
    failing_memory::left = left;
    const digest32 d = digest_of(copy);
    failing_memory::left = -1;
    EXPECT_EQ(d, digest_of(m));
    EXPECT_EQ(d, digest_of(copy));
  }
  EXPECT_GT(failing_memory::usage().blocks, blocks) << "the digests of m";
  m = {};
  EXPECT_EQ(failing_memory::usage().blocks, 0) << "digests are freed with their nodes";
}

// The tree over a collision node, against its definition: cut after the largest power of two
// smaller than the count.
digest32 tree_of(const std::vector<digest32>& leaves, std::size_t from, std::size_t size) {
  if (size == 1) return leaves[from];
  std::size_t half = 1;
  while (half * 2 < size) half *= 2;
  return hamt::pair_digest(tree_of(leaves, from, half), tree_of(leaves, from + half, size - half));
}

TEST(CollisionTree, IsTheTreeOfTheSpecification) {
  std::vector<digest32> leaves;
  leaves.reserve(70);
  for (int i = 0; i < 70; ++i) leaves.push_back(hamt::keccak256(std::to_string(i)));
  for (std::size_t n = 2; n <= leaves.size(); ++n) {
    hamt::collision_tree tree;
    for (std::size_t i = 0; i < n; ++i) tree.add(leaves[i]);
    std::size_t half = 1;
    while (half * 2 < n) half *= 2;
    EXPECT_EQ(tree.finish(),
              hamt::collision_digest(static_cast<std::uint32_t>(n), tree_of(leaves, 0, half),
                                     tree_of(leaves, half, n - half)));
  }
}

}  // namespace
