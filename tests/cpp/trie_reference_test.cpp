// Values by reference: which forms are equal and who is asked, when an id dies, objects that come
// later than their bytes, bytes that come later than their object.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "trie_references.hpp"

namespace {

using namespace hamt_test;

template <class Hash>
class References : public testing::Test {
 protected:
  using P = strict_policy<Hash>;
  using map_type = hamt::map<reference_value, P>;
  using cursor_type = hamt::cursor<reference_value, P>;
  using diff_type = hamt::diff_cursor<reference_value, P>;

  static std::string key(unsigned i) { return "key " + std::to_string(i); }
  /// `n` entries of object i in the given form.
  static map_type objects(unsigned n, offered::form f) {
    map_type m;
    for (unsigned i = 0; i < n; ++i) m = std::move(m).set(key(i), offered(i, f));
    return m;
  }
  static std::vector<hamt::reference_id> unencoded(const map_type& m, bool only_undigested = false,
                                                   const map_type& shared = {}) {
    std::vector<hamt::reference_id> ids;
    hamt::each_unencoded(
        m, only_undigested, [&](hamt::reference_id id) { ids.push_back(id); }, shared);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  static std::vector<hamt::reference_id> ids_in(const map_type& m) {
    std::vector<hamt::reference_id> ids;
    for (cursor_type c(m); c; c.next())
      if (c.value().is_reference()) ids.push_back(c.value().id());
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  /// Gives every node a digest (of nothing: what counts is that it is there).
  static void digest_all(const typename map_type::node_type* n) {
    n->cache_digest({});
    for (unsigned i = 0; i < n->child_count(); ++i) digest_all(n->child(i));
  }

  void TearDown() override {
    embedder::answers_left = -1;
    EXPECT_EQ(embedder::table.live(), 0u);
    EXPECT_EQ(embedder::kept(), 0u);
    EXPECT_EQ(attached_memory::blocks, 0);
    EXPECT_EQ(strict_memory::usage().blocks, 0);
  }
};

using hashes = testing::Types<whole_hash, last_four_bits_hash, constant_hash>;
TYPED_TEST_SUITE(References, hashes);

constexpr std::array forms = {offered::encoded, offered::reference, offered::reference_with_bytes,
                              offered::attached};

TYPED_TEST(References, EveryFormOfAnObjectIsEqualToEveryOther) {
  using map_type = typename TestFixture::map_type;
  for (const auto x : forms)
    for (const auto y : forms) {
      const map_type a = TestFixture::objects(40, x), b = TestFixture::objects(40, y);
      EXPECT_TRUE(a == b);
      EXPECT_FALSE((typename TestFixture::diff_type(a, b)));
      EXPECT_EQ(difference_of_shape(a.root(), b.root()), "");
      EXPECT_TRUE(hamt::merge(a, b).same(a));
      EXPECT_TRUE(hamt::merge3(a, a, b, [](auto, auto, auto o, auto) { return o; }) == a);
      EXPECT_TRUE(a.set(this->key(7), offered(7, y)).same(a));
      EXPECT_TRUE(map_type(a).set(this->key(7), offered(7, y)).same(a));
      EXPECT_FALSE(a.set(this->key(7), offered(8, y)) == a);
      EXPECT_FALSE(a == b.set(this->key(7), offered(8, y)));
      std::size_t n = 0;
      for (typename TestFixture::diff_type d(a, b.set(this->key(7), offered(8, y))); d; d.next())
        ++n;
      EXPECT_EQ(n, 1u);
    }
}

TYPED_TEST(References, TheEmbedderIsAskedOnlyWhereIdsAndBytesDoNotTell) {
  const auto asks = [](offered::form x, unsigned n, offered::form y, unsigned m) {
    const offered a(n, x), b(m, y);
    const auto before = embedder::asked;
    (void)hamt::value_traits<reference_value>::equal(a, b);
    return embedder::asked - before;
  };
  EXPECT_EQ(asks(offered::reference, 1, offered::reference, 1), 1);
  EXPECT_EQ(asks(offered::reference, 1, offered::encoded, 1), 1);
  EXPECT_EQ(asks(offered::encoded, 1, offered::reference, 2), 1);
  EXPECT_EQ(asks(offered::reference, 1, offered::attached, 2), 1);
  EXPECT_EQ(asks(offered::attached, 1, offered::reference_with_bytes, 1), 0);
  EXPECT_EQ(asks(offered::encoded, 1, offered::attached, 2), 0);
  EXPECT_EQ(asks(offered::plain, 1, offered::reference, 1), 0) << "plain bytes are no object";
  EXPECT_EQ(asks(offered::reference, 1, offered::plain, 1), 0) << "plain bytes are no object";
  const offered a(1, offered::reference);
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the copy is what is tested
  const offered same = a;
  const auto before = embedder::asked;
  EXPECT_TRUE(hamt::value_traits<reference_value>::equal(a, same));
  EXPECT_EQ(embedder::asked, before);

  // Versions that share entries ask about those that differ only.
  const auto m = TestFixture::objects(200, offered::reference);
  const auto edited = m.set(this->key(3), offered(77, offered::reference));
  const auto asked = embedder::asked;
  EXPECT_FALSE(m == edited);
  EXPECT_LE(embedder::asked, asked + 1);
}

TYPED_TEST(References, AnIdDiesOnceWhenTheLastVersionThatHoldsItDies) {
  using map_type = typename TestFixture::map_type;
  map_type a = TestFixture::objects(50, offered::reference);
  EXPECT_EQ(embedder::kept(), 50u);
  const hamt::reference_id id = a.find(this->key(9))->id();
  map_type b = a.erase(this->key(9)), c = a.set(this->key(9), "plain");
  EXPECT_TRUE(embedder::table.is_live(id));
  map_type only = a.set("another", offered(1, offered::reference));
  a = {};
  EXPECT_EQ(embedder::kept(), 51u);
  EXPECT_EQ(embedder::object(id), 9u);
  only = {};
  EXPECT_EQ(embedder::table.dead(), 2u);
  hamt::reference_id dead[8];
  ASSERT_EQ(embedder::table.drain(dead), 2u);
  EXPECT_EQ(std::count(dead, dead + 2, id), 1);
  EXPECT_EQ(embedder::table.drain(dead), 0u) << "an id is reported once";
  embedder::unused.insert(embedder::unused.end(), dead, dead + 2);
  EXPECT_EQ(embedder::table.live(), 49u);
  b = {};
  c = {};
}

TYPED_TEST(References, AnIdThatAnEditDidNotStoreDies) {
  using map_type = typename TestFixture::map_type;
  const map_type m = TestFixture::objects(30, offered::reference);
  const auto same = m.set(this->key(4), offered(4, offered::reference));
  EXPECT_TRUE(same.same(m));
  EXPECT_EQ(embedder::kept(), 30u) << "an equal object is there already";
  embedder::answers_left = 0;
  EXPECT_THROW((void)m.set(this->key(4), offered(5, offered::reference)), std::runtime_error);
  embedder::answers_left = -1;
  EXPECT_EQ(embedder::kept(), 30u);
  for (long long n = 0; n < 3; ++n) {
    fuse::left = n;
    try {
      const offered value(5, offered::reference);
      (void)m.set(this->key(4), value);
    } catch (const std::bad_alloc&) {
    }
    fuse::left = -1;
    EXPECT_EQ(embedder::kept(), 30u);
  }
}

TYPED_TEST(References, OneIdUnderManyKeysDiesWithTheLast) {
  using map_type = typename TestFixture::map_type;
  map_type m;
  {
    const offered shared(5, offered::reference);
    for (unsigned i = 0; i < 20; ++i) m = std::move(m).set(this->key(i), shared);
  }
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT_EQ(embedder::kept(), 1u);
    m = std::move(m).erase(this->key(i));
  }
  EXPECT_EQ(embedder::kept(), 0u);
}

TYPED_TEST(References, BytesGetTheirObjectInEveryVersionThatHoldsTheEntry) {
  using map_type = typename TestFixture::map_type;
  map_type a = TestFixture::objects(40, offered::encoded);
  const map_type b = a.set(this->key(1), "other"), c = b.erase(this->key(2));
  const map_type kept = a;
  TestFixture::digest_all(a.root());
  const auto value = *a.find(this->key(20));
  ASSERT_TRUE(value.is_resolvable());
  EXPECT_FALSE(value.is_reference());
  const typename TestFixture::cursor_type open(a);
  {
    const offered object(20, offered::reference);
    EXPECT_TRUE(hamt::resolve(value, object.id()));
    EXPECT_FALSE(hamt::resolve(*b.find(this->key(20)), object.id())) << "it has its object";
    EXPECT_FALSE(hamt::resolve(*b.find(this->key(1)), object.id())) << "plain bytes have none";
    EXPECT_FALSE(hamt::resolve(reference_view(embedder::encode(20)), object.id())) << "in no map";
    for (const map_type* m : {&std::as_const(a), &b, &c}) {
      EXPECT_EQ(m->find(this->key(20))->id(), object.id());
      EXPECT_EQ(m->find(this->key(20))->encoded(), embedder::encode(20));
    }
  }
  EXPECT_TRUE(a.same(kept));
  EXPECT_NE(a.root()->cached_digest(), nullptr) << "the contents are the same";
  EXPECT_TRUE(a == TestFixture::objects(40, offered::encoded));
  EXPECT_TRUE(TestFixture::unencoded(a).empty());
  a = map_type();
  EXPECT_EQ(embedder::kept(), 1u) << "other versions hold the entry";
}

TYPED_TEST(References, ListsTheIdsWhoseBytesAreNeeded) {
  using map_type = typename TestFixture::map_type;
  map_type m;
  for (unsigned i = 0; i < 60; ++i) {
    m = std::move(m).set(this->key(i), offered(i, i < 20 ? forms[i % 4] : offered::reference));
    m = std::move(m).set(this->key(100 + i), std::to_string(i));
  }
  const auto all = TestFixture::unencoded(m);
  EXPECT_EQ(all.size(), 45u);
  EXPECT_TRUE(TestFixture::unencoded(m, false, m).empty());

  // After a digest, only what has changed since.
  for (const hamt::reference_id id : all)
    embedder::table.attach(id, embedder::encode(embedder::object(id)));
  EXPECT_TRUE(TestFixture::unencoded(m).empty());
  TestFixture::digest_all(m.root());
  const map_type next = m.set(this->key(33), offered(1, offered::reference));
  const std::vector fresh = {next.find(this->key(33))->id()};
  EXPECT_EQ(TestFixture::unencoded(next, true), fresh);
  EXPECT_EQ(TestFixture::unencoded(next, false, m), fresh);
  EXPECT_TRUE(TestFixture::unencoded(m, true).empty());
  EXPECT_THROW((void)bytes_of(*next.find(this->key(33))), hamt::unencoded_reference);
}

TYPED_TEST(References, DigestedPartsAreNotListed) {
  using map_type = typename TestFixture::map_type;
  const map_type m = TestFixture::objects(60, offered::reference);
  TestFixture::digest_all(m.root());
  EXPECT_EQ(TestFixture::unencoded(m).size(), 60u);
  EXPECT_TRUE(TestFixture::unencoded(m, true).empty());
  const map_type next = m.erase(this->key(5));
  // The path to what changed has no digest any more; what lies on it is listed.
  EXPECT_LT(TestFixture::unencoded(next, true).size(), 60u);
  EXPECT_EQ(TestFixture::ids_in(next), TestFixture::unencoded(next));
}

TEST(ReferenceTable, RefusesWhatWouldMixUpIds) {
  hamt::reference_table<attached_memory> table;
  EXPECT_THROW(table.retain(1'000'000), std::out_of_range);
  EXPECT_THROW(table.retain(hamt::no_reference), std::out_of_range);
  EXPECT_THROW(table.attach(0, "x"), std::out_of_range);
  table.retain(3);
  EXPECT_THROW(table.attach(2, "x"), std::out_of_range);
  table.release(3);
  EXPECT_THROW(table.retain(3), std::logic_error) << "nobody has drained it";
  EXPECT_THROW(table.attach(3, "x"), std::out_of_range);
  EXPECT_EQ(table.dead(), 1u);
  std::array<hamt::reference_id, 1> out{};
  EXPECT_EQ(table.drain(out), 1u);
  EXPECT_EQ(out[0], 3u);
  table.retain(3);
  EXPECT_EQ(table.live(), 1u);
  table.release(3);
}

TEST(ReferenceTable, AttachedBytesLiveAsLongAsTheirId) {
  hamt::reference_table<attached_memory> table;
  for (hamt::reference_id id = 0; id < 100; ++id) table.retain(id);
  fuse::left = 0;
  EXPECT_THROW(table.attach(7, "seven"), std::bad_alloc);
  fuse::left = -1;
  EXPECT_FALSE(table.encoded(7));
  table.attach(7, "seven");
  table.attach(7, "another");
  table.attach(8, "");
  EXPECT_EQ(table.encoded(7), "seven") << "the first stays";
  EXPECT_EQ(table.encoded(8), "");
  EXPECT_EQ(attached_memory::blocks, 2);
  for (hamt::reference_id id = 0; id < 100; ++id) table.release(id);
  EXPECT_EQ(attached_memory::blocks, 0);
  std::array<hamt::reference_id, 64> out{};
  EXPECT_EQ(table.drain(out), 64u);
  EXPECT_EQ(table.drain(out), 36u);
  table.retain(7);
  EXPECT_FALSE(table.encoded(7)) << "an id that is used again begins without bytes";
  table.attach(7, "left behind");
  table.clear();
  EXPECT_EQ(attached_memory::blocks, 0);
}

}  // namespace
