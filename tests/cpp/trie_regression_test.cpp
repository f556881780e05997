// Bugs that persistent maps elsewhere have shipped, each with the test that would have caught it,
// and what was found in this one. Names say what they guard.
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

using plain = hamt::map<>;

template <class Hash>
using text_map = hamt::map<hamt::bytes, strict_policy<Hash>>;

template <class M>
void expect_sound(const M& m, const model& expected) {
  EXPECT_NO_THROW(check_against(m, expected));
}
template <class V, class P>
void expect_same_tree(const hamt::map<V, P>& a, const hamt::map<V, P>& b) {
  EXPECT_TRUE(a == b);
  EXPECT_EQ(difference_of_shape(a.root(), b.root()), "");
}

/// Pairs of keys with equal 64-bit SipHash-1-3 hashes; found by cycle walking
/// (tests/vectors/key-collisions.json).
constexpr const char* true_collisions[][2] = {
    {"885dc3476ed2434c", "3a0862190fed9205"}, {"e9abf25462702714", "68b998a1133a2739"},
    {"d05f00409e28cd45", "f507cf5d8cfa014c"}, {"6177b89385e699fa", "add3ec4403b6136e"},
    {"4a016b7df16cb347", "2104993fb80bfbd3"}, {"1fef0bc7b0f85c77", "b311b55df525f102"}};
/// Keys whose hashes part only in the last digit (60 and 62 equal bits), or one digit before (55,
/// 59).
constexpr const char* late_partings[][2] = {{"f2fad82f143a17e0", "ad794c8abad6a050"},
                                            {"5b27b2425c326c43", "45d4b15e084381a2"},
                                            {"29299c81e50fe000", "09a9bcf992b2b100"},
                                            {"fbe3a4e21d17d660", "1df3b28442661870"}};

TEST(Regression, AVersionIsNotChangedThroughADraftAfterACollisionCollapsed) {
  // immutable 5.2.1: a draft took over what was left of a collapsed bucket, and wrote into it.
  const auto two = text_map<constant_hash>().set("a", "1").set("b", "2");
  const auto three = two.set("c", "3");
  hamt::draft<hamt::bytes, strict_policy<constant_hash>> d(three);
  EXPECT_TRUE(d.erase("c"));
  EXPECT_TRUE(d.erase("b"));
  EXPECT_TRUE(d.set("a", "changed"));
  EXPECT_TRUE(d.set("b", "new"));
  const auto after = d.freeze();
  EXPECT_TRUE(d.erase("a"));
  EXPECT_TRUE(d.set("b", "newer"));
  expect_sound(two, {{"a", 1}, {"b", 2}});
  expect_sound(three, {{"a", 1}, {"b", 2}, {"c", 3}});
  EXPECT_EQ(after.find("a"), "changed");
  EXPECT_EQ(after.find("b"), "new");
  EXPECT_EQ(d.find("b"), "newer");
  EXPECT_EQ(d.size(), 1u);
  EXPECT_EQ(hamt::violated(d.freeze()), "");
}

TEST(Regression, ADiffYieldsEveryUpdate) {
  // imbl 7.0.0 dropped one update in eight.
  plain before;
  for (int i = 0; i < 3000; ++i) before = std::move(before).set("k" + std::to_string(i), "before");
  plain after = before;
  std::set<std::string> changed;
  for (int i = 0; i < 3000; i += 3) {
    after = std::move(after).set("k" + std::to_string(i), "after" + std::to_string(i));
    changed.insert("k" + std::to_string(i));
  }
  std::set<std::string> seen;
  for (hamt::diff_cursor<> d(before, after); d; d.next()) {
    EXPECT_EQ(d.before(), "before");
    EXPECT_EQ(d.after(), "after" + std::string(d.key().substr(1)));
    EXPECT_TRUE(seen.emplace(d.key()).second) << d.key() << " twice";
  }
  EXPECT_EQ(seen, changed);
}

TEST(Regression, OneShapeAtTheLastLevel) {
  // capsule: maps that met at the last level had two shapes for equal contents.
  using late = text_map<last_four_bits_hash>;
  late up, down, built_up;
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back("k" + std::to_string(i));
  for (const auto& k : keys) up = up.set(k, "1");
  for (auto k = keys.rbegin(); k != keys.rend(); ++k) down = down.set(*k, "1");
  expect_same_tree(up, down);
  // Taking out all but any one or two leaves what setting just these gives.
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = i; j < keys.size(); ++j) {
      late left = up;
      for (std::size_t k = 0; k < keys.size(); ++k)
        if (k != i && k != j) left = std::move(left).erase(keys[k]);
      const late direct = late().set(keys[j], "1").set(keys[i], "1");
      expect_same_tree(left, direct);
      expect_same_tree(hamt::filter(up, [&](auto k, auto) { return k == keys[i] || k == keys[j]; }),
                       direct);
      expect_same_tree(hamt::intersection(up, direct), direct);
    }
}

TEST(Regression, OneShapeAfterRemovingOneOfTwoCollidingKeys) {
  // moonbit, capsule: a collision of one key stayed behind, where a plain entry belongs.
  for (const auto& [a, b] : true_collisions) {
    const plain only = plain().set(a, "1"), other = plain().set("bystander", "1");
    const plain both = only.set(b, "2");
    ASSERT_EQ(hamt::hash_key(a), hamt::hash_key(b));
    EXPECT_EQ(hamt::violated(both), "");
    expect_same_tree(both.erase(b), only);
    expect_same_tree(hamt::difference(both, plain().set(b, "x")), only);
    expect_same_tree(hamt::intersection(both, only), only);
    expect_same_tree(hamt::filter(both, [](auto, auto v) { return v == "1"; }), only);
    expect_same_tree(
        hamt::merge3(both, both.erase(b), both, [](auto, auto, auto ours, auto) { return ours; }),
        only);
    const plain beside = both.set("bystander", "1");
    expect_same_tree(beside.erase(a).erase(b), other);
    expect_same_tree(beside.erase(b).erase(a), other);
  }
}

TEST(Regression, TrueCollisionsOfTheRealHashAndKeysThatPartLate) {
  plain m;
  model expected;
  unsigned id = 1;
  for (const auto& [a, b] : true_collisions) {
    expected[a] = id++;
    expected[b] = id++;
  }
  for (const auto& [a, b] : late_partings) {
    expected[a] = id++;
    expected[b] = id++;
  }
  for (const auto& [k, v] : expected) {
    m = m.set(k, samples<hamt::bytes>::make(v));
    ASSERT_EQ(hamt::violated(m), "");
  }
  expect_sound(m, expected);
  expect_same_tree(m, built<hamt::bytes, hamt::local_policy>(expected));
  for (const auto& [a, b] : late_partings) {
    m = m.erase(a);
    expected.erase(a);
    expect_sound(m, expected);
  }
}

TEST(Regression, CollidingKeysStaySortedWhenOthersLeave) {
  // go-hamt: after a collapse the entries were not sorted again.
  using flat = text_map<constant_hash>;
  const std::vector<std::string> keys{"m", "c", "z", "a", "q", "b", "y"};
  flat all;
  for (const auto& k : keys) all = all.set(k, "1");
  for (unsigned out = 0; out < 1u << keys.size(); ++out) {
    flat left = all, direct;
    for (unsigned i = 0; i < keys.size(); ++i)
      if (out >> i & 1)
        left = left.erase(keys[i]);
      else
        direct = direct.set(keys[keys.size() - 1 - i], "1");
    ASSERT_EQ(hamt::violated(left), "");
    std::string last;
    for (hamt::cursor<hamt::bytes, strict_policy<constant_hash>> c(left); c; c.next()) {
      ASSERT_LT(last, c.key());
      last = c.key();
    }
  }
}

TEST(Regression, AThirdKeyReachesACollisionNode) {
  // The Rust crate this project reimplements panicked; then a fourth, and one that only shares the
  // path.
  auto m = text_map<constant_hash>().set("a", "1").set("b", "2").set("c", "3").set("d", "4");
  expect_sound(m, {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}});
  EXPECT_FALSE(m.contains("e"));
  EXPECT_TRUE(m.erase("e").same(m));
  // Of 16 hashes that agree in 60 bits, many keys each: collision nodes beside entries at the last
  // level.
  text_map<last_four_bits_hash> late;
  model expected;
  for (unsigned i = 1; i < 30; ++i) {
    late = late.set("k" + std::to_string(i), samples<hamt::bytes>::make(i));
    expected["k" + std::to_string(i)] = i;
    expect_sound(late, expected);
  }
}

TEST(Regression, SizeAfterAnOverwriteAndAfterErasingWhatIsAbsent) {
  // Sizes were off by one after an overwrite, in a collision, in a draft, or after an erase of
  // nothing.
  const auto run = [](auto m) {
    for (int round = 0; round < 3; ++round)
      for (int i = 0; i < 20; ++i) {
        m = m.set("k" + std::to_string(i), std::to_string(round));
        ASSERT_EQ(m.size(), round == 0 ? static_cast<std::size_t>(i) + 1 : 20u);
        m = std::move(m).set("k" + std::to_string(i), std::string(300, 'x'));
        m = std::move(m).set("k" + std::to_string(i), std::to_string(round));
        m = m.erase("absent");
        ASSERT_EQ(m.size(), round == 0 ? static_cast<std::size_t>(i) + 1 : 20u);
        ASSERT_EQ(hamt::violated(m), "");
      }
    const auto changed = hamt::map_values(m, [](auto, auto) { return std::string("v"); });
    EXPECT_EQ(changed.size(), 20u);
    EXPECT_EQ(hamt::merge(m, changed).size(), 20u);
  };
  run(text_map<whole_hash>());
  run(text_map<two_bit_hash>());
  run(text_map<constant_hash>());
}

TEST(Regression, LongKeysThatDifferLateAreDifferentKeys) {
  plain m;
  for (int i = 0; i < 500; ++i)
    m = std::move(m).set(std::string(100, 'x') + std::to_string(i), "1");
  EXPECT_EQ(m.size(), 500u);
  EXPECT_EQ(m.find(std::string(100, 'x') + "499"), "1");
  EXPECT_FALSE(m.contains(std::string(100, 'x')));
}

TEST(Regression, KeysAndValuesAsLargeAsAMarkerAndBeyond) {
  // A cell begins with a 16-bit size in which 0xffff means a box.
  for (const std::size_t size : {191, 192, 193, 65534, 65535, 65536, 200000}) {
    const std::string key(size, 'k'), value(size, 'v');
    const auto m = text_map<whole_hash>().set(key, "").set("", value).set(value, key);
    EXPECT_EQ(hamt::violated(m), "");
    EXPECT_EQ(m.find(key), "");
    EXPECT_EQ(m.find(""), value);
    EXPECT_EQ(m.find(value), key);
    EXPECT_EQ(m.erase(key).erase("").erase(value).root(), nullptr);
  }
}

TEST(Regression, AnArgumentMayLieInTheMapThatChanges) {
  // Keys and values taken from a map that alone owns its nodes, and set in that map in place.
  const auto run = [](auto m) {
    for (int i = 0; i < 40; ++i)
      m = std::move(m).set("k" + std::to_string(i),
                           std::string(i * 11 % 400, 'v') + std::to_string(i));
    for (int round = 0; round < 4; ++round)
      for (int i = 0; i < 40; ++i) {
        const std::string from = "k" + std::to_string(i), to = "k" + std::to_string((i + 7) % 40);
        const std::string value(*m.find(from));
        m = std::move(m).set(to, *m.find(from));
        ASSERT_EQ(m.find(to), value);
        m = std::move(m).set(*m.find(from), *m.find(to));
        ASSERT_EQ(m.find(value), value);
        const std::string_view inside =
            m.root()->entry_count() != 0 ? m.root()->entry(0).key : from;
        const std::string gone(inside);
        m = std::move(m).erase(inside);
        ASSERT_FALSE(m.contains(gone));
        m = std::move(m).set(gone, value).set(from, value);
        ASSERT_EQ(hamt::violated(m), "");
      }
  };
  run(text_map<whole_hash>());
  run(text_map<last_four_bits_hash>());
  run(hamt::map<hamt::bytes, strict_policy<constant_hash, 5, 0>>());
}

TEST(Regression, AssignmentToItselfAndUseAfterAMove) {
  plain m = plain().set("a", "1");
  const plain& alias = m;
  m = alias;
  EXPECT_EQ(m.find("a"), "1");
  plain moved = std::move(m);
  EXPECT_TRUE(m.empty());  // NOLINT(bugprone-use-after-move): a moved-from map is the empty map
  m = std::move(m).set("b", "2");
  EXPECT_EQ(m.size(), 1u);
  EXPECT_EQ(moved.find("a"), "1");
}

TEST(Regression, AChangeInPlaceDropsTheDigestsOnItsPath) {
  const auto run = [](auto m) {
    for (unsigned i = 0; i < 240; ++i) {
      const std::string key = "k" + std::to_string(i * 7 % 40);
      if (m.root() != nullptr) cache_fingerprints(m.root());
      if (i % 3 == 2)
        m = std::move(m).erase(key);
      else
        m = std::move(m).set(key, samples<hamt::bytes>::make(i % 60));
      ASSERT_TRUE(m.root() == nullptr || fingerprints_hold(m.root())) << "step " << i;
    }
  };
  run(text_map<whole_hash>());
  run(text_map<last_four_bits_hash>());
  run(text_map<constant_hash>());
}

TEST(Regression, ZeroIsAHashLikeAnyOther) {
  // A diff that takes 0 for "not hashed yet" must still step through entries whose hash it is.
  using zero = text_map<zero_hash>;
  const zero a = zero().set("x", "1"), b = zero().set("y", "2"), both = a.set("y", "2");
  const auto rows = [](const zero& from, const zero& to) {
    std::string out;
    for (hamt::diff_cursor<hamt::bytes, strict_policy<zero_hash>> d(from, to); d; d.next())
      out += std::string(d.key()) + (d.before() ? "-" : "") + (d.after() ? "+" : "");
    return out;
  };
  EXPECT_EQ(rows(a, b), "x-y+");
  EXPECT_EQ(rows(a, both), "y+");
  EXPECT_EQ(rows(both, b), "x-");
  EXPECT_EQ(rows(zero(), both), "x+y+");
  EXPECT_EQ(rows(both, zero()), "x-y-");
}

TEST(Regression, ValuesThatAreNotEqualToThemselves) {
  // NaN is unequal to itself, but setting it again changes nothing, packed or boxed: bits decide as
  // well.
  const auto run = [](auto m) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    auto copy = m;
    for (int i = 0; i < 20; ++i) m = m.set("k" + std::to_string(i), nan);
    for (int i = 19; i >= 0; --i) copy = copy.set("k" + std::to_string(i), nan);
    EXPECT_EQ(m.size(), 20u);
    EXPECT_TRUE(m == copy);
    EXPECT_TRUE(m.set("k7", nan).same(m));
    EXPECT_TRUE(hamt::map_values(m, [](auto, double v) { return v; }).same(m));
    EXPECT_TRUE(hamt::filter(m, [](auto, double v) { return v != v; }).same(m));
    int resolved = 0;
    EXPECT_TRUE(
        hamt::merge(m, copy, [&](auto, double a, double) { return ++resolved, a; }).same(m));
    EXPECT_EQ(resolved, 0);
    EXPECT_FALSE(m.set("k7", 0.5).set("k7", -nan) == m.set("k7", 1.0));
  };
  run(hamt::map<double, strict_policy<two_bit_hash>>());
  run(hamt::map<double, strict_policy<whole_hash>>());
}

}  // namespace
