// Proofs: against the reference vectors, and altered in every way.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "digest/prove.hpp"
#include "digest/verify.hpp"
#include "digest_vectors.hpp"
#include "weak_hashes.hpp"

namespace {

using hamt::bytes;
using hamt::digest32;
using hamt::digest_of;
using hamt::proof_error;
using hamt::proof_rule;
using hamt::prove;
using hamt::verify_proof;

template <class P>
class Proof : public testing::Test {};

using policies =
    testing::Types<weak::real, weak::shared, weak::two_bits, weak::two_bits_at_the_last_level,
                   weak::one_bit_a_level, weak::constant>;
TYPED_TEST_SUITE(Proof, policies);

template <class P>
using map_of = hamt::map<bytes, P>;

std::vector<std::string_view> views(const std::vector<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

template <class P>
map_of<P> numbered(int n, const char* value = "v") {
  map_of<P> m;
  for (int i = 0; i < n; ++i) m = std::move(m).set("key-" + std::to_string(i), value);
  return m;
}

TYPED_TEST(Proof, AgreesWithTheReferenceByteForByte) {
  int seen = 0;
  for (const auto& v : vectors::read()) {
    if (v.hash != TypeParam::name) continue;
    map_of<TypeParam> m;
    for (const auto& [key, value] : v.entries) m = m.set(key, value);
    for (const auto& p : v.proofs) {
      EXPECT_EQ(prove(m, views(p.keys)), p.proof);
      const auto answers =
          verify_proof<typename TypeParam::hash>(digest_of(m), views(p.keys), p.proof);
      for (std::size_t i = 0; i < p.keys.size(); ++i) EXPECT_EQ(answers[i], m.find(p.keys[i]));
      ++seen;
    }
  }
  EXPECT_GE(seen, 20);
}

TYPED_TEST(Proof, SaysTheTruthAboutPresentAndAbsentKeys) {
  using hash = typename TypeParam::hash;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    map_of<TypeParam> m;
    const unsigned keys = 1 + static_cast<unsigned>(random() % 60);
    for (unsigned i = 0; i < keys; ++i)
      m = std::move(m).set(std::to_string(random() % 90), std::string(random() % 80, 'v'));
    const digest32 d = digest_of(m);
    std::vector<std::string> all;
    for (int i = -1; i <= 90; ++i) {
      const std::string key = std::to_string(i);
      EXPECT_EQ(verify_proof<hash>(d, key, prove(m, key)), m.find(key));
      all.push_back(key);
    }
    std::shuffle(all.begin(), all.end(), random);
    for (const std::size_t some : {2, 3, 10, 92}) {
      std::vector<std::string> asked(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(some));
      asked.push_back(asked.front());  // repeats are allowed
      const std::string p = prove(m, views(asked));
      const auto answers = verify_proof<hash>(d, views(asked), p);
      for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(answers[i], m.find(asked[i]));
      std::shuffle(asked.begin(), asked.end(), random);
      EXPECT_EQ(prove(m, views(asked)), p) << "the order of the keys does not matter";
    }
  }
}

TYPED_TEST(Proof, IsRefusedAfterAnyChange) {
  using hash = typename TypeParam::hash;
  for (const int n : {0, 1, 2, 3, 9, 40}) {
    const auto m = numbered<TypeParam>(n);
    const digest32 d = digest_of(m);
    const std::vector<std::vector<std::string>> questions = {
        {"key-0"}, {"key-7"}, {"absent"}, {"key-1", "key-5", "key-50", "absent"}};
    for (const auto& keys : questions) {
      const std::string honest = prove(m, views(keys));
      const auto refused = [&](const std::string& p) {
        EXPECT_THROW((void)verify_proof<hash>(d, views(keys), p), proof_error);
      };
      for (std::size_t bit = 0; bit < 8 * honest.size(); ++bit) {
        std::string altered = honest;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ 1 << bit % 8);
        refused(altered);
      }
      for (std::size_t size = 0; size < honest.size(); ++size) refused(honest.substr(0, size));
      for (std::size_t at = 0; at < honest.size(); ++at) {
        refused(std::string(honest).erase(at, 1));
        refused(std::string(honest).insert(at, 1, '\0'));
      }
      refused(honest + '\0');
      refused(honest + honest);
      for (std::size_t bit = 0; bit < 256; ++bit) {
        digest32 other = d;
        other[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_THROW((void)verify_proof<hash>(other, views(keys), honest), proof_error);
      }
    }
  }
}

TYPED_TEST(Proof, ForOneMapOrKeySaysNothingFalseOfAnother) {
  using hash = typename TypeParam::hash;
  const auto m = numbered<TypeParam>(30), other = numbered<TypeParam>(30, "w"),
             larger = numbered<TypeParam>(31);
  const digest32 d = digest_of(m);
  for (int i = 0; i < 35; ++i) {
    const std::string key = "key-" + std::to_string(i), p = prove(m, key);
    EXPECT_THROW((void)verify_proof<hash>(digest_of(other), key, p), proof_error);
    EXPECT_THROW((void)verify_proof<hash>(digest_of(larger), key, p), proof_error);
    for (int j = 0; j < 35; ++j) {
      const std::string asked = "key-" + std::to_string(j);
      try {
        EXPECT_EQ(verify_proof<hash>(d, asked, p), m.find(asked))
            << asked << " by the proof of " << key;
      } catch (const proof_error&) {
      }
    }
  }
}

TYPED_TEST(Proof, OfManyKeysSharesTheirWay) {
  const auto m = numbered<TypeParam>(2000);
  std::vector<std::string> keys;
  std::size_t alone = 0;
  for (int i = 0; i < 50; ++i) {
    keys.push_back("key-" + std::to_string(i * 31));
    alone += prove(m, keys.back()).size();
  }
  EXPECT_LT(prove(m, views(keys)).size(), alone * 3 / 4);
}

// Once the neighbours of the second key were listed again, out of order.
TEST(ProofRegressions, TwoAbsentKeysInOneGapOfACollisionNode) {
  using hash = weak::constant::hash;
  const auto m = hamt::map<bytes, weak::constant>().set("b", "1").set("d", "2").set("f", "3");
  const std::vector<std::vector<std::string>> gaps = {
      {"c1", "c2"}, {"a1", "a2"}, {"g1", "g2", "g3"}, {"c1", "c2", "d", "e1", "e2", "f"}};
  for (const auto& keys : gaps) {
    const std::string p = prove(m, views(keys));
    const auto answers = verify_proof<hash>(digest_of(m), views(keys), p);
    for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(answers[i], m.find(keys[i]));
  }
}

TEST(ProofSize, IsBelowOneKilobyteAt100000Entries) {
  const auto m = numbered<hamt::local_policy>(100'000);
  for (int i = 0; i < 200'000; i += 97) {
    const std::string key = "key-" + std::to_string(i);
    EXPECT_LE(prove(m, key).size(), 1024u + 1);
  }
}

// A long neighbour costs the proof of an absent key 33 bytes, not its length.
TEST(ProofSize, DoesNotGrowWithAnotherEntry) {
  const std::string large(1'000'000, 'x');
  const hamt::map<> m = hamt::map<>().set(large, large);
  const std::uint64_t slot = hamt::hash_key(large) & 31;
  std::string key;
  for (int i = 0; key.empty(); ++i)
    if ((hamt::hash_key(std::to_string(i)) & 31) == slot) key = std::to_string(i);
  const std::string p = prove(m, key);
  EXPECT_LE(p.size(), 80u);
  EXPECT_FALSE(verify_proof(digest_of(m), key, p).has_value());
  EXPECT_EQ(verify_proof(digest_of(m), large, prove(m, large)), large);
}

TEST(ProofArguments, NeedAKey) {
  EXPECT_THROW((void)prove(hamt::map<>(), std::span<const std::string_view>()),
               std::invalid_argument);
  EXPECT_THROW(
      (void)verify_proof(hamt::empty_map_digest(), std::span<const std::string_view>(), ""),
      std::invalid_argument);
}

// Each rule of the format, broken by hand. `rest` follows version and size.
struct broken {
  const char* what;
  proof_rule rule;
  std::string proof;
};

std::string word32(std::uint32_t value) {
  std::string s;
  for (int i = 0; i < 4; ++i) s += static_cast<char>(value >> (8 * i));
  return s;
}

TEST(ProofRules, AreAllEnforced) {
  const auto m = hamt::map<>().set("k", "v");
  const digest32 d = digest_of(m);
  const std::uint32_t slot = std::uint32_t{1} << (hamt::hash_key("k") & 31);
  const std::string head = "\x01\x01" + word32(slot) + word32(0);
  const std::string child = "\x01\x02" + word32(0) + word32(slot);
  const broken cases[] = {
      {"nothing at all", proof_rule::truncated, ""},
      {"version 0", proof_rule::version, std::string("\0\1", 2)},
      {"version 2", proof_rule::version, "\x02\x01"},
      {"no size", proof_rule::truncated, "\x01"},
      {"a size with a needless byte", proof_rule::malformed, std::string("\x01\x81\x00", 3)},
      {"a size of 2^53", proof_rule::malformed, "\x01\x80\x80\x80\x80\x80\x80\x80\x10"},
      {"a size without end", proof_rule::malformed, "\x01" + std::string(20, '\xff')},
      {"a node without slots", proof_rule::malformed, "\x01\x01" + word32(0) + word32(0)},
      {"overlapping maps", proof_rule::malformed, "\x01\x01" + word32(slot) + word32(slot)},
      {"an entry of nobody", proof_rule::malformed, head + "\x02\x01v"},
      {"an asked key as another's", proof_rule::malformed, head + std::string("\0\1k\1v", 5)},
      {"a brief field of 65 bytes", proof_rule::malformed,
       head + std::string("\0\x41", 2) + std::string(99, 'x')},
      {"a value that is cut", proof_rule::truncated, head + "\x01\x7fv"},
      {"a value of almost 2^53 bytes", proof_rule::truncated,
       head + "\x01\xff\xff\xff\xff\xff\xff\xff\x0fv"},
      {"a byte too many", proof_rule::trailing, head + "\x01\x01vx"},
      {"a child that is missing", proof_rule::truncated, child},
      {"another value", proof_rule::mismatch, head + "\x01\x01w"},
      {"another size", proof_rule::mismatch, "\x01\x02" + head.substr(2) + "\x01\x01v"},
      {"empty, and more", proof_rule::trailing, std::string("\x01\x00\x00", 3)},
      {"empty", proof_rule::mismatch, std::string("\x01\x00", 2)},
  };
  EXPECT_EQ(verify_proof(d, "k", head + "\x01\x01v"), "v");
  for (const broken& b : cases) {
    try {
      (void)verify_proof(d, "k", b.proof);
      ADD_FAILURE() << "accepted: " << b.what;
    } catch (const proof_error& e) {
      EXPECT_EQ(e.rule(), b.rule) << b.what << ": " << e.what();
      EXPECT_LE(e.offset(), b.proof.size());
    }
  }
}

TEST(ProofRules, OfTheLastLevelAndOfCollisionsAreEnforced) {
  using hash = weak::constant::hash;
  const auto m = hamt::map<bytes, weak::constant>().set("b", "1").set("d", "2").set("f", "3");
  const digest32 d = digest_of(m);
  std::string path = "\x01\x03";
  for (unsigned level = 0; level < 13; ++level)
    path += word32(0) + word32(std::uint32_t{1} << (hash{}("") >> (5 * level) & 31));
  ASSERT_EQ(prove(m, "b").substr(0, path.size()), path);
  const std::string first =
      hamt::prove(m, "b").substr(path.size() + 5);  // what follows count and position
  ASSERT_EQ(verify_proof<hash>(d, "b", path + word32(3) + "\x01" + first), "1");

  const auto rule_of = [&](std::string_view key, const std::string& p) {
    try {
      (void)verify_proof<hash>(d, key, p);
    } catch (const proof_error& e) {
      return e.rule();
    }
    ADD_FAILURE() << "accepted";
    return proof_rule::mismatch;
  };
  EXPECT_EQ(rule_of("b", path + word32(1) + "\x01" + first), proof_rule::malformed);
  EXPECT_EQ(rule_of("b", path + word32(3) + "\x07" + first), proof_rule::malformed)
      << "index 3 of 3";
  EXPECT_EQ(rule_of("b", path + word32(3) + "\x08" + first), proof_rule::malformed)
      << "rank 4 of 3";
  EXPECT_EQ(rule_of("b", path + word32(0xffffffff) + "\x01" + first), proof_rule::truncated);
  // a slot above 15 on the last level
  std::string high = path;
  high.replace(high.size() - 4, 4, word32(std::uint32_t{1} << 16));
  EXPECT_EQ(rule_of("b", high + word32(3) + "\x01" + first), proof_rule::malformed);
  // neighbours of 'c', 'a' and 'g' shown for 'd', which is present
  for (const char* key : {"a", "c", "g"}) {
    const std::string honest = prove(m, key);
    EXPECT_FALSE(verify_proof<hash>(d, key, honest).has_value());
    EXPECT_EQ(rule_of("d", honest), proof_rule::malformed);
  }
}

}  // namespace
