// Threads that share versions: with atomic counts each may read, copy, change and drop its own map
// values, whatever nodes they have in common. Meant for ThreadSanitizer (`cmake --preset tsan`).
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

struct two_bit_shared : hamt::atomic_policy {
  using hash = two_bit_hash;
};

template <class P>
class Threads : public testing::Test {
 protected:
  using map_type = hamt::map<hamt::bytes, P>;
  static constexpr unsigned workers = 4;

  static std::string key(unsigned i) { return "key " + std::to_string(i); }
  static model numbered(unsigned n) {
    model m;
    for (unsigned i = 0; i < n; ++i) m[key(i)] = i % 50;
    return m;
  }
  /// Runs `work(worker)` in all threads at once.
  template <class F>
  static void together(F work) {
    std::atomic<unsigned> ready{0};
    std::vector<std::thread> all;
    for (unsigned w = 0; w < workers; ++w)
      all.emplace_back([&, w] {
        ++ready;
        while (ready < workers) std::this_thread::yield();
        work(w);
      });
    for (std::thread& t : all) t.join();
  }
};

using policies = testing::Types<hamt::atomic_policy, two_bit_shared>;
TYPED_TEST_SUITE(Threads, policies);

TYPED_TEST(Threads, ChangeCommonVersionsEachForItself) {
  using tree = typename TestFixture::map_type;
  const auto before = TypeParam::memory::usage();
  {
    const model start = this->numbered(150);
    const tree common = built<hamt::bytes, TypeParam>(start);
    std::vector<std::string> failures(this->workers);
    this->together([&](unsigned w) {
      std::mt19937 random(w);
      tree mine = common;
      model expected = start;
      for (int i = 0; i < 300; ++i) {
        const std::string k = this->key(random() % 200);
        const unsigned id = random() % 50;
        switch (random() % 4) {
          case 0:
            mine = mine.set(k, samples<hamt::bytes>::make(id));
            expected[k] = id;
            break;
          case 1:
            mine = std::move(mine).set(k, samples<hamt::bytes>::make(id));
            expected[k] = id;
            break;
          case 2:
            mine = std::move(mine).erase(k);
            expected.erase(k);
            break;
          default:
            if (random() % 8 == 0) mine = common, expected = start;
        }
      }
      try {
        check_against(mine, expected);
      } catch (const broken& e) {
        failures[w] = e.what();
      }
    });
    for (const auto& f : failures) EXPECT_EQ(f, "");
    EXPECT_NO_THROW(check_against(common, start));
    EXPECT_EQ(common.root()->count(), 1u);
  }
  EXPECT_EQ(TypeParam::memory::usage().blocks, before.blocks);
  EXPECT_EQ(TypeParam::memory::usage().bytes, before.bytes);
}

TYPED_TEST(Threads, CacheDigestsAtOnce) {
  using tree = typename TestFixture::map_type;
  const auto before = TypeParam::memory::usage();
  {
    const tree common = built<hamt::bytes, TypeParam>(this->numbered(200));
    std::atomic<bool> right{true};
    this->together([&](unsigned w) {
      const tree mine = w % 2 == 0 ? common : common.set("own", std::to_string(w));
      cache_fingerprints(mine.root());
      if (!fingerprints_hold(mine.root())) right = false;
      tree changed = std::move(mine).set(this->key(w), "changed");
      if (!fingerprints_hold(changed.root())) right = false;
    });
    EXPECT_TRUE(right);
    census<hamt::bytes, TypeParam> c;
    c.hold(common.root());
    EXPECT_NO_THROW(c.check(before));
  }
  EXPECT_EQ(TypeParam::memory::usage().blocks, before.blocks);
}

TYPED_TEST(Threads, MergeCompareAndWalkAtOnce) {
  using tree = typename TestFixture::map_type;
  const model start = this->numbered(150);
  const tree base = built<hamt::bytes, TypeParam>(start);
  const tree ours = base.set(this->key(1), "41").erase(this->key(2));
  const tree theirs = base.set(this->key(3), "43").erase(this->key(4));
  model expected = start;
  expected[this->key(1)] = 41;
  expected[this->key(3)] = 43;
  expected.erase(this->key(2));
  expected.erase(this->key(4));
  std::vector<std::string> failures(this->workers);
  std::vector<tree> results(this->workers);
  this->together([&](unsigned w) {
    try {
      for (int i = 0; i < 20; ++i) {
        results[w] = hamt::merge3(base, ours, theirs, [](auto, auto, auto x, auto) { return x; });
        check_against(results[w], expected);
        unsigned rows = 0;
        for (hamt::diff_cursor<hamt::bytes, TypeParam> d(ours, theirs); d; d.next()) ++rows;
        require(rows == 4, "a diff of four rows");
        require(hamt::filter(base, [](auto, auto) { return true; }).same(base), "filter");
        require(hamt::intersection(ours, theirs).size() == start.size() - 2, "intersection");
        require(!(ours == theirs), "==");
      }
    } catch (const broken& e) {
      failures[w] = e.what();
    }
  });
  for (unsigned w = 0; w < this->workers; ++w) {
    EXPECT_EQ(failures[w], "");
    EXPECT_TRUE(results[w] == results[0]);
  }
}

TYPED_TEST(Threads, HandVersionsToOneAnother) {
  using tree = typename TestFixture::map_type;
  const auto before = TypeParam::memory::usage();
  {
    // The slots are guarded, what is in them is not: threads take turns to copy a map and to put
    // one back.
    std::mutex guard;
    std::vector<tree> slots(6, built<hamt::bytes, TypeParam>(this->numbered(60)));
    this->together([&](unsigned w) {
      std::mt19937 random(100 + w);
      for (int i = 0; i < 400; ++i) {
        tree mine, other;
        {
          const std::lock_guard lock(guard);
          mine = slots[random() % slots.size()];
          other = slots[random() % slots.size()];
          if (random() % 4 == 0) mine = std::move(slots[random() % slots.size()]);
        }
        hamt::draft<hamt::bytes, TypeParam> d(std::move(mine));
        for (int n = 0; n < 4; ++n)
          if (random() % 3 == 0)
            d.erase(this->key(random() % 80));
          else
            d.set(this->key(random() % 80), std::string(random() % 250, 'v'));
        tree made = d.freeze();
        if (random() % 8 == 0) made = hamt::merge(made, other);
        const std::lock_guard lock(guard);
        slots[random() % slots.size()] = std::move(made);
      }
    });
    for (const auto& m : slots) EXPECT_EQ(hamt::violated(m), "");
    census<hamt::bytes, TypeParam> c;
    for (const auto& m : slots) c.hold(m.root());
    EXPECT_NO_THROW(c.check(before));
  }
  EXPECT_EQ(TypeParam::memory::usage().blocks, before.blocks);
  EXPECT_EQ(TypeParam::memory::usage().bytes, before.bytes);
}

}  // namespace
