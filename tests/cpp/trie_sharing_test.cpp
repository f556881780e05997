// What operations must share and must not look at: the same root where nothing changes, the same
// subtrees where nothing changes below, and no visit to what two versions have in common. Counted,
// never timed.
#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "trie_testing.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAMT_POISON 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAMT_POISON 1
#endif
#ifdef HAMT_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace {

using namespace hamt_test;

/// Counts how often a key is hashed: once for each entry whose slot a walk has to find.
template <class Hash>
struct counting_hash {
  static inline long long calls = 0;
  std::uint64_t operator()(std::string_view key) const noexcept {
    ++calls;
    return Hash{}(key);
  }
};

template <class Hash>
using counted = strict_policy<counting_hash<Hash>>;

template <class P>
class Sharing : public testing::Test {
 protected:
  using map_type = hamt::map<hamt::bytes, P>;
  using node_type = hamt::node<hamt::bytes, P>;

  static std::string key(int i) {
    return "key " + std::to_string(i) + (i % 50 == 0 ? std::string(300, 'k') : "");
  }
  static map_type numbered(int n, const std::string& value = "v") {
    map_type m;
    for (int i = 0; i < n; ++i) m = std::move(m).set(key(i), value);
    return m;
  }
  /// Nodes of `b` that are not nodes of `a`.
  static std::size_t fresh(const map_type& a, const map_type& b) {
    census<hamt::bytes, P> x, y;
    x.hold(a.root());
    y.hold(b.root());
    std::size_t n = 0;
    for (const auto& [at, count] : y.counted()) n += !x.has(at);
    return n;
  }
};

using policies = testing::Types<counted<whole_hash>, counted<last_four_bits_hash>>;
TYPED_TEST_SUITE(Sharing, policies);

constexpr auto unexpected = [](auto, auto base, auto, auto) {
  ADD_FAILURE() << "asked where there is no conflict";
  return base;
};

TYPED_TEST(Sharing, WhatChangesNothingReturnsTheSameRoot) {
  using tree = typename TestFixture::map_type;
  const tree m = this->numbered(300), empty;
  const tree equal = hamt::build<hamt::bytes, TypeParam>([&] {
    static std::vector<std::string> keys;
    keys.clear();
    for (int i = 0; i < 300; ++i) keys.push_back(this->key(i));
    std::vector<std::pair<std::string_view, std::string_view>> entries;
    for (const auto& k : keys) entries.emplace_back(k, "v");
    return entries;
  }());
  ASSERT_FALSE(m.same(equal));
  EXPECT_TRUE(m == equal);

  EXPECT_TRUE(m.set(this->key(7), "v").same(m));
  EXPECT_TRUE(m.erase("absent").same(m));
  EXPECT_TRUE(tree(m).set(this->key(7), "v").same(m));
  EXPECT_TRUE(tree(m).erase("absent").same(m));
  EXPECT_TRUE(empty.erase("absent").same(empty));
  hamt::draft<hamt::bytes, TypeParam> d(m);
  EXPECT_FALSE(d.set(this->key(7), "v"));
  EXPECT_FALSE(d.erase("absent"));
  EXPECT_TRUE(d.freeze().same(m));

  EXPECT_TRUE(hamt::merge(m, m).same(m));
  EXPECT_TRUE(hamt::merge(m, empty).same(m));
  EXPECT_TRUE(hamt::merge(empty, m).same(m));
  EXPECT_TRUE(hamt::merge(m, equal).same(m));
  EXPECT_TRUE(
      hamt::merge(m, this->numbered(100, "other"), [](auto, auto x, auto) { return x; }).same(m));
  EXPECT_TRUE(hamt::merge(m, this->numbered(100)).same(m));
  EXPECT_TRUE(hamt::merge(empty, empty).same(empty));

  const tree edited = m.set("new", "1").erase(this->key(3));
  EXPECT_TRUE(hamt::merge3(m, m, m, unexpected).same(m));
  EXPECT_TRUE(hamt::merge3(m, m, edited, unexpected).same(edited));
  EXPECT_TRUE(hamt::merge3(m, edited, m, unexpected).same(edited));
  EXPECT_TRUE(hamt::merge3(m, edited, edited, unexpected).same(edited));
  EXPECT_TRUE(hamt::merge3(m, edited, equal, unexpected) == edited) << "theirs changed nothing";
  EXPECT_TRUE(hamt::merge3(empty, m, empty, unexpected).same(m));
  EXPECT_TRUE(hamt::merge3(m, empty, m, unexpected).same(empty));

  EXPECT_TRUE(hamt::intersection(m, m).same(m));
  EXPECT_TRUE(hamt::intersection(m, equal).same(m));
  EXPECT_TRUE(hamt::intersection(m, this->numbered(400, "other")).same(m));
  EXPECT_TRUE(hamt::intersection(m, empty).same(empty));
  EXPECT_TRUE(hamt::difference(m, empty).same(m));
  EXPECT_TRUE(hamt::difference(m, tree().set("absent", "")).same(m));
  EXPECT_TRUE(hamt::difference(m, m).same(empty));
  EXPECT_TRUE(hamt::difference(m, equal).same(empty));
  EXPECT_TRUE(hamt::filter(m, [](auto, auto) { return true; }).same(m));
  EXPECT_TRUE(hamt::filter(m, [](auto, auto) { return false; }).same(empty));
  EXPECT_TRUE(hamt::map_values(m, [](auto, auto v) { return v; }).same(m));
  EXPECT_TRUE(hamt::map_values(m, [](auto, auto v) { return std::string(v); }).same(m));
}

/// Below the path of one changed key, both versions have the very same nodes.
template <class N>
void expect_one_path(const N* a, const N* b, std::uint64_t hash, unsigned shift = 0) {
  if (a->is_collision() || b->is_collision() || shift >= 64) return;
  const unsigned on_path = hamt::digits<5>::at(hash, shift);
  for (unsigned slot = 0; slot < 32; ++slot) {
    const auto x = a->at(slot), y = b->at(slot);
    if (slot == on_path) {
      if (x.child != nullptr && y.child != nullptr)
        expect_one_path(x.child, y.child, hash, shift + 5);
      continue;
    }
    EXPECT_EQ(x.child, y.child);
    EXPECT_EQ(x.boxed, y.boxed);
    EXPECT_EQ(x.none(), y.none());
  }
}

TYPED_TEST(Sharing, OneEditCopiesOnePath) {
  const auto m = this->numbered(2000);
  for (int i = 0; i < 200; ++i) {
    const std::string key = i % 2 ? this->key(i) : "new " + std::to_string(i);
    const std::uint64_t hash = typename TypeParam::hash{}(key);
    const auto set = m.set(key, "other"), erased = m.erase(key);
    expect_one_path(m.root(), set.root(), hash);
    expect_one_path(m.root(), erased.root(), hash);
    ASSERT_LE(this->fresh(m, set), 14u);
    ASSERT_LE(this->fresh(m, erased), 14u);
    if (i >= 10) continue;  // the next two cost O(n)
    const auto filtered = hamt::filter(m, [&](auto k, auto) { return k != key; });
    expect_one_path(m.root(), filtered.root(), hash);
    const auto mapped = hamt::map_values(m, [&](auto k, auto v) { return k == key ? "other" : v; });
    expect_one_path(m.root(), mapped.root(), hash);
  }
}

#ifdef HAMT_POISON
/// While this lives, a sanitizer reports every read of the nodes that two versions share: of all of
/// a node, or of what is behind its header (a copy of its parent must count it).
template <class P>
class forbidden {
 public:
  using map_type = hamt::map<hamt::bytes, P>;
  forbidden(const map_type& a, const map_type& b, bool headers_too) {
    census<hamt::bytes, P> x, y;
    x.hold(a.root());
    y.hold(b.root());
    const std::size_t skip = headers_too ? 0 : sizeof(hamt::node<hamt::bytes, P>);
    for (const auto& [n, count] : x.counted()) {
      if (!y.has(n)) continue;
      const auto* at = reinterpret_cast<const char*>(n);
      regions_.emplace_back(at + skip, n->capacity() - skip);
    }
    for (const auto& [at, size] : regions_) __asan_poison_memory_region(at, size);
  }
  ~forbidden() {
    for (const auto& [at, size] : regions_) __asan_unpoison_memory_region(at, size);
  }
  std::size_t count() const { return regions_.size(); }

 private:
  std::vector<std::pair<const char*, std::size_t>> regions_;
};
#else
template <class P>
struct forbidden {
  using map_type = hamt::map<hamt::bytes, P>;
  forbidden(const map_type&, const map_type&, bool) {}
  std::size_t count() const { return 100; }
};
#endif

TYPED_TEST(Sharing, RelativesAreComparedAndMergedWithoutALookAtWhatTheyShare) {
  using tree = typename TestFixture::map_type;
  using hash = typename TypeParam::hash;
  const tree base = this->numbered(4000);
  tree a = base, b = base;
  for (int i = 0; i < 10; ++i) {
    a = a.set(this->key(100 * i), "a");
    b = b.set(this->key(100 * i + 50), "b").erase(this->key(100 * i + 51));
  }
  // A collision node of this hash holds hundreds of keys, and its boxes are compared one by one.
  const bool colliding = std::is_same_v<hash, counting_hash<last_four_bits_hash>>;
  const long long few = 400, taken_before = strict_memory::taken;
  hash::calls = 0;
  {
    const forbidden<TypeParam> shared(base, a, true);
    if (!colliding) {
      EXPECT_GT(shared.count(), 50u);
    }
    unsigned rows = 0;
    for (hamt::diff_cursor<hamt::bytes, TypeParam> d(base, a); d; d.next()) ++rows;
    EXPECT_EQ(rows, 10u);
    EXPECT_FALSE(base == a);
    EXPECT_FALSE(a == base);
  }
  {
    const forbidden<TypeParam> shared(a, b, true);
    unsigned rows = 0;
    for (hamt::diff_cursor<hamt::bytes, TypeParam> d(a, b); d; d.next()) ++rows;
    EXPECT_EQ(rows, 30u);
  }
  EXPECT_LT(hash::calls, few);
  EXPECT_EQ(strict_memory::taken, taken_before) << "diff and == allocate nothing";

  hash::calls = 0;
  const auto sound = [](const tree& m, std::size_t size) {
    EXPECT_EQ(hamt::violated(m), "");
    EXPECT_EQ(m.size(), size);
  };
  tree merged, three, common, rest;
  {
    const forbidden<TypeParam> shared(a, b, false);
    merged = hamt::merge(a, b);
    three = hamt::merge3(base, a, b, unexpected);
    common = hamt::intersection(a, b);
    rest = hamt::difference(a, b);
  }
  EXPECT_LT(hash::calls, few);
  EXPECT_LT(strict_memory::taken - taken_before, few);
  sound(merged, 4000);
  sound(three, 3990);
  sound(common, 3990);
  sound(rest, 10);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(three.find(this->key(100 * i)), "a");
    EXPECT_EQ(three.find(this->key(100 * i + 50)), "b");
    EXPECT_FALSE(three.contains(this->key(100 * i + 51)));
  }
  EXPECT_LE(this->fresh(a, merged), 10u * 14);
}

TYPED_TEST(Sharing, ADraftCopiesAPathOnce) {
  const auto base = this->numbered(4000);
  const auto before = strict_memory::taken;
  hamt::draft<hamt::bytes, TypeParam> d(base);
  for (int i = 0; i < 200; ++i) d.set(this->key(7), std::to_string(i % 10));
  // The first change copies the path; further ones need at most a box.
  EXPECT_LT(strict_memory::taken - before, 14 + 200 + 1);
  EXPECT_EQ(base.find(this->key(7)), "v");
  const auto frozen = d.freeze();
  d.set(this->key(7), "after");
  EXPECT_EQ(frozen.find(this->key(7)), "9");
  EXPECT_LE(this->fresh(base, d.freeze()), 14u);
}

TEST(SharingOfValues, ThoseInSharedPartsAreNotComparedOrCopied) {
  using policy = strict_policy<whole_hash>;
  using map_type = hamt::map<traced, policy>;
  map_type base;
  for (unsigned i = 0; i < 2000; ++i) base = std::move(base).set(std::to_string(i), traced(i));
  const map_type a = base.set("7", traced(9999)), b = base.set("8", traced(9999));
  traced::copies = traced::compared = 0;
  unsigned rows = 0;
  for (hamt::diff_cursor<traced, policy> d(a, b); d; d.next()) ++rows;
  const map_type m = hamt::merge3(base, a, b, [](auto, auto, auto x, auto) { return x; });
  EXPECT_EQ(rows, 2u);
  EXPECT_EQ(m.find("7")->get().id(), 9999u);
  EXPECT_EQ(m.find("8")->get().id(), 9999u);
  EXPECT_EQ(traced::copies, 0);
  EXPECT_LT(traced::compared, 200);
}

}  // namespace
