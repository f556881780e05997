// Every operation, with a failure at every single step where one is possible: the n-th allocation
// of a block or from the heap, the n-th copy of a value, the n-th call of a callback. Afterwards
// every version is as it was, nothing has leaked, and the same operation succeeds when it is tried
// again.
#include <gtest/gtest.h>

#include <new>
#include <optional>
#include <string>
#include <vector>

#include "trie_references.hpp"
#include "trie_testing.hpp"

// The heap fails on the same fuse as the memory of nodes: vectors inside an operation count, too.
void* operator new(std::size_t size) {
  if (hamt_test::fuse::blows()) throw std::bad_alloc();
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return hamt_test::fuse::blows() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace hamt_test;

struct callback_failed {};

/// The three ways to fail. Each is armed with a number of steps that still succeed.
enum class failing { allocation, copy, callback };
long long calls_left = -1;

void arm(failing what, long long steps) {
  (what == failing::allocation ? fuse::left
   : what == failing::copy     ? traced::copies_left
                               : calls_left) = steps;
}
void disarm() { fuse::left = traced::copies_left = calls_left = -1; }
void called() {
  if (calls_left >= 0 && calls_left-- == 0) throw callback_failed();
}

template <class Setting>
class Failures : public testing::Test {
 protected:
  using P = typename Setting::policy;
  using V = typename Setting::value;
  using map_type = hamt::map<V, P>;
  using draft_type = hamt::draft<V, P>;
  using sample = samples<V>;
  using owned = typename sample::owned;
  using view = typename map_type::value_view;

  struct version {
    map_type map;
    model expected;
  };

  static std::string key(unsigned i) {
    return "key " + std::to_string(i) + (i % 9 == 0 ? std::string(200, 'k') : "");
  }
  static version numbered(unsigned from, unsigned to, unsigned shift = 1) {
    version v;
    for (unsigned i = from; i < to; ++i) v.expected[key(i)] = i % 40 + shift;
    v.map = built<V, P>(v.expected);
    return v;
  }

  void SetUp() override {
    before_ = P::memory::usage();
    alive_ = traced::alive;
    base = numbered(0, 40);
    ours = base;
    theirs = base;
    for (unsigned i = 0; i < 8; ++i) {
      change(ours, key(5 * i), 50 + i);
      change(theirs, key(5 * i + i % 2), 70 + i);
      change(ours, key(100 + i), 3);
      change(theirs, key(104 + i), 4);
      remove(theirs, key(30 + i));
    }
    stranger = numbered(20, 60, 2);
    kept = {&base, &ours, &theirs, &stranger};
    for (unsigned i = 0; i < 60; ++i) values.push_back(sample::make(i));
  }
  void TearDown() override {
    disarm();
    for (version* v : kept) *v = {};
    values.clear();
    const hamt::memory_usage now = P::memory::usage();
    EXPECT_EQ(now.blocks, before_.blocks);
    EXPECT_EQ(now.bytes, before_.bytes);
    EXPECT_EQ(traced::alive, alive_);
    EXPECT_EQ(embedder::kept(), 0u);
    EXPECT_EQ(attached_memory::blocks, 0);
  }
  static void change(version& v, const std::string& k, unsigned id) {
    v.map = v.map.set(k, sample::make(id));
    v.expected[k] = id;
  }
  static void remove(version& v, const std::string& k) {
    v.map = v.map.erase(k);
    v.expected.erase(k);
  }

  void check_kept(const map_type* also = nullptr) {
    census<V, P> c;
    for (const version* v : kept) {
      check_against(v->map, v->expected);
      c.hold(v->map.root());
    }
    if (also != nullptr) c.hold(also->root());
    c.check(before_);
  }

  /// Runs `operation`, which returns a map, with the first, second, ... step failing, until nothing
  /// fails; then what it returned must be `expected`. Returns how many steps could fail.
  template <class F>
  int everywhere(failing what, const model& expected, F operation) {
    for (int n = 0;; ++n) {
      std::optional<map_type> result;
      arm(what, n);
      try {
        result = operation();
      } catch (const std::bad_alloc&) {
      } catch (const callback_failed&) {
      } catch (const std::runtime_error&) {
      }
      disarm();
      try {
        check_kept(result ? &*result : nullptr);
        if (result) check_against(*result, expected);
      } catch (const broken& e) {
        ADD_FAILURE() << e.what() << ", with a failure at step " << n;
        return n;
      }
      if (result) return n;
      EXPECT_LT(n, 100000);
    }
  }

  /// The same for an operation that changes a draft in place: when it fails, the draft holds what
  /// it held, and the next try goes on from there. `make` gives a draft and its model, which
  /// `operation` changes.
  template <class Make, class F>
  int everywhere_in_place(failing what, const model& held, const model& expected, Make make,
                          F operation) {
    draft_type d = make();
    for (int n = 0;; ++n) {
      bool done = false;
      arm(what, n);
      try {
        operation(d);
        done = true;
      } catch (const std::bad_alloc&) {
      } catch (const std::runtime_error&) {
      }
      disarm();
      try {
        const map_type now = d.freeze();
        check_against(now, done ? expected : held);
        census<V, P> c;
        for (const version* v : kept) c.hold(v->map.root());
        c.hold(now.root());
        c.hold(now.root());
        c.check(before_);
        for (const version* v : kept) check_against(v->map, v->expected);
      } catch (const broken& e) {
        ADD_FAILURE() << e.what() << ", with a failure at step " << n;
        return n;
      }
      if (done) return n;
    }
  }

  static model with(model m, const std::string& k, unsigned id) {
    m[k] = id;
    return m;
  }
  static model without(model m, const std::string& k) {
    m.erase(k);
    return m;
  }
  static model all_of(model a, const model& b) {
    a.insert(b.begin(), b.end());
    return a;
  }

  /// Keys for one edit: one there, one absent, one whose entry is large, and one far from all
  /// others.
  static std::vector<std::string> edits() { return {key(3), key(9), "absent", key(200), ""}; }

  version base, ours, theirs, stranger;
  std::vector<version*> kept;
  std::vector<owned> values;
  hamt::memory_usage before_;
  long long alive_ = 0;
};

template <class Policy, class Value>
struct setting {
  using policy = Policy;
  using value = Value;
};
using settings = testing::Types<setting<strict_policy<whole_hash>, hamt::bytes>,
                                setting<strict_policy<last_four_bits_hash>, hamt::bytes>,
                                setting<strict_policy<constant_hash>, traced>,
                                setting<strict_policy<sparse_hash, 3>, traced>,
                                setting<strict_policy<whole_hash>, reference_value>,
                                setting<strict_policy<last_four_bits_hash>, reference_value>>;
TYPED_TEST_SUITE(Failures, settings);

TYPED_TEST(Failures, SetAndErase) {
  auto& t = *this;
  for (const failing what : {failing::allocation, failing::copy}) {
    int steps = 0;
    for (const std::string& k : t.edits()) {
      for (const unsigned id : {7u, 31u}) {
        const model after = t.with(t.base.expected, k, id);
        steps += t.everywhere(what, after, [&] { return t.base.map.set(k, t.values[id]); });
        steps += t.everywhere(what, after, [&] {
          return typename TestFixture::map_type(t.base.map).set(k, t.values[id]);
        });
      }
      const model after = t.without(t.base.expected, k);
      steps += t.everywhere(what, after, [&] { return t.base.map.erase(k); });
    }
    if (what == failing::allocation) {
      EXPECT_GT(steps, 10);
    }
  }
}

TYPED_TEST(Failures, AFirstEntryAndALast) {
  auto& t = *this;
  using tree = typename TestFixture::map_type;
  const model one{{t.key(9), 7}};
  EXPECT_GT(
      t.everywhere(failing::allocation, one, [&] { return tree().set(t.key(9), t.values[7]); }), 0);
  t.everywhere(failing::allocation, {}, [&] { return tree().set("a", t.values[1]).erase("a"); });
}

TYPED_TEST(Failures, ChangesInPlace) {
  auto& t = *this;
  using changing = typename TestFixture::draft_type;
  for (const failing what : {failing::allocation, failing::copy})
    for (const bool alone : {false, true}) {
      // Owned: every node belongs to the draft alone. Otherwise a first edit has made one path its
      // own.
      const model held = alone ? t.base.expected : t.with(t.base.expected, t.key(3), 55);
      const auto make = [&] {
        if (alone)
          return changing(built<typename TypeParam::value, typename TypeParam::policy>(held));
        changing d(t.base.map);
        d.set(t.key(3), t.values[55]);
        return d;
      };
      for (const std::string& k : t.edits()) {
        t.everywhere_in_place(what, held, t.with(held, k, 8), make,
                              [&](changing& d) { d.set(k, t.values[8]); });
        t.everywhere_in_place(what, held, t.with(held, k, 35), make,
                              [&](changing& d) { d.set(k, t.values[35]); });
        t.everywhere_in_place(what, held, t.without(held, k), make,
                              [&](changing& d) { d.erase(k); });
      }
    }
}

TYPED_TEST(Failures, AnObserverThatThrowsStopsTheEdit) {
  auto& t = *this;
  using tree = typename TestFixture::map_type;
  const auto thrower = [](const auto&) { throw callback_failed(); };
  for (const bool alone : {false, true})
    for (unsigned i = 0; i < 40; ++i) {
      tree m = alone ? built<typename TypeParam::value, typename TypeParam::policy>(t.base.expected)
                     : t.base.map;
      EXPECT_THROW((void)std::move(m).set(t.key(i), t.values[58], thrower), callback_failed);
      EXPECT_THROW((void)std::move(m).erase(t.key(i), thrower), callback_failed);
      // An absent key, or an equal value, asks nobody.
      m = std::move(m).set(t.key(i), t.values[i % 40 + 1], thrower).erase("absent", thrower);
      EXPECT_NO_THROW(check_against(m, t.base.expected)) << i;
      EXPECT_NO_THROW(t.check_kept(&m));
    }
}

TYPED_TEST(Failures, Build) {
  auto& t = *this;
  using tree = typename TestFixture::map_type;
  using value = typename TypeParam::value;
  using policy = typename TypeParam::policy;
  std::vector<std::string> keys;
  model expected;
  for (unsigned i = 0; i < 50; ++i) keys.push_back(t.key(i % 40));
  std::vector<std::pair<std::string_view, typename tree::argument>> entries;
  for (unsigned i = 0; i < 50; ++i) {
    entries.emplace_back(keys[i], t.values[i]);
    expected[keys[i]] = i;
  }
  EXPECT_GT(t.everywhere(failing::allocation, expected,
                         [&] { return hamt::build<value, policy>(entries); }),
            3);
  t.everywhere(failing::copy, expected, [&] { return hamt::build<value, policy>(entries); });
}

TYPED_TEST(Failures, Merges) {
  auto& t = *this;
  using kind = typename TestFixture::sample;
  using made = typename TestFixture::owned;
  for (const failing what : {failing::allocation, failing::copy, failing::callback}) {
    for (const auto* other : {&t.ours, &t.stranger}) {
      model expected = t.all_of(other->expected, t.theirs.expected);
      for (auto& [k, id] : expected) {
        const auto x = std::as_const(other->expected).find(k);
        const auto y = std::as_const(t.theirs.expected).find(k);
        if (x != other->expected.end() && y != t.theirs.expected.end() && x->second != y->second)
          id = 33;
      }
      const int steps = t.everywhere(what, expected, [&] {
        return hamt::merge(other->map, t.theirs.map, [](auto, const auto&, const auto&) {
          called();
          return kind::make(33);
        });
      });
      if (what != failing::copy) {
        EXPECT_GT(steps, 3);
      }
      t.everywhere(what, t.all_of(t.theirs.expected, other->expected),
                   [&] { return hamt::merge(other->map, t.theirs.map); });
    }
    // Conflicts go: in one run all are taken out, in the other all become 44.
    for (const bool out : {false, true}) {
      model expected = t.base.expected;
      for (const auto& [k, unused] :
           t.all_of(t.all_of(t.ours.expected, t.theirs.expected), t.base.expected)) {
        const auto in = [&k = k](const model& m) {
          const auto i = m.find(k);
          return i == m.end() ? std::optional<unsigned>() : i->second;
        };
        const auto b = in(t.base.expected), x = in(t.ours.expected), y = in(t.theirs.expected);
        std::optional<unsigned> v = x == b ? y : x;
        if (x != b && y != b && x != y) v = out ? std::optional<unsigned>() : 44;
        expected.erase(k);
        if (v) expected[k] = *v;
      }
      const int steps = t.everywhere(what, expected, [&] {
        return hamt::merge3(t.base.map, t.ours.map, t.theirs.map,
                            [&](auto, auto, auto, auto) -> std::optional<made> {
                              called();
                              if (out) return std::nullopt;
                              return kind::make(44);
                            });
      });
      if (what != failing::copy) {
        EXPECT_GT(steps, 3);
      }
    }
  }
}

TYPED_TEST(Failures, Selections) {
  auto& t = *this;
  using kind = typename TestFixture::sample;
  model common, rest, even, mapped;
  for (const auto& [k, id] : t.base.expected) {
    (t.stranger.expected.count(k) != 0 ? common : rest)[k] = id;
    if (id % 2 == 0) even[k] = id;
    mapped[k] = id % 3 == 0 ? 35 : id;
  }
  const auto& m = t.base.map;
  t.everywhere(failing::allocation, common, [&] { return hamt::intersection(m, t.stranger.map); });
  t.everywhere(failing::allocation, rest, [&] { return hamt::difference(m, t.stranger.map); });
  for (const failing what : {failing::allocation, failing::copy, failing::callback}) {
    const int filtered = t.everywhere(what, even, [&] {
      return hamt::filter(m, [](auto, const auto& v) {
        called();
        return kind::id(v) % 2 == 0;
      });
    });
    const int changed = t.everywhere(what, mapped, [&] {
      return hamt::map_values(m, [](auto, const auto& v) {
        called();
        const unsigned id = kind::id(v);
        return kind::make(id % 3 == 0 ? 35 : id);
      });
    });
    if (what == failing::callback) {
      EXPECT_EQ(filtered, 40);
      EXPECT_EQ(changed, 40);
    }
  }
}

TYPED_TEST(Failures, DigestsAreNotKeptWhenThereIsNoMemory) {
  auto& t = *this;
  const auto* root = t.base.map.root();
  const auto d = fingerprint(root);
  fuse::left = 0;
  EXPECT_FALSE(root->cache_digest(d));
  disarm();
  EXPECT_EQ(root->cached_digest(), nullptr);
  EXPECT_NO_THROW(t.check_kept());
  EXPECT_TRUE(root->cache_digest(d));
  ASSERT_NE(root->cached_digest(), nullptr);
  EXPECT_EQ(*root->cached_digest(), d);
  EXPECT_NO_THROW(t.check_kept());
  // A failed change keeps the digest of what is still there; a change that succeeds drops it.
  typename TestFixture::draft_type draft(std::move(t.base.map));
  t.base = {};
  fuse::left = 0;
  EXPECT_THROW(draft.set(t.key(9), t.values[7]), std::bad_alloc);
  disarm();
  {
    const auto now = draft.freeze();
    EXPECT_TRUE(fingerprints_hold(now.root()));
  }
  draft.set(t.key(9), t.values[7]);
  const auto after = draft.freeze();
  EXPECT_TRUE(fingerprints_hold(after.root()));
}

TYPED_TEST(Failures, WhatOnlyReadsNeverAllocates) {
  auto& t = *this;
  using value = typename TypeParam::value;
  using policy = typename TypeParam::policy;
  const auto burned = fuse::burned;
  std::size_t n = 0;
  for (hamt::cursor<value, policy> c(t.base.map); c; c.next()) n += t.base.map.contains(c.key());
  for (hamt::diff_cursor<value, policy> d(t.ours.map, t.theirs.map); d; d.next())
    n += d.key().size() != 999;
  n += t.ours.map == t.theirs.map;
  const auto copy = t.base.map;
  hamt::draft<value, policy> d(copy);
  n += d.freeze().same(copy) && d.contains("absent");
  n += copy.erase("absent").same(copy);
  EXPECT_EQ(fuse::burned, burned);
  EXPECT_GT(n, 40u);
}

TEST(Limits, AKeyOrValueOfFourGigabytesIsRefusedBeforeItIsRead) {
  using box = hamt::box<hamt::bytes, hamt::local_policy>;
  const char c = 'x';
  const auto before = hamt::local_memory::usage();
  for (const std::size_t size :
       {std::size_t{1} << 32, std::size_t{5} << 30, SIZE_MAX / 2, SIZE_MAX}) {
    EXPECT_THROW(box::make({&c, size}, ""), std::length_error);
    EXPECT_THROW(box::make("", {&c, size}), std::length_error);
    EXPECT_THROW(box::make({&c, size}, {&c, size}), std::length_error);
  }
  EXPECT_EQ(hamt::local_memory::usage().blocks, before.blocks);
}

}  // namespace
