// Memory: what is in use is counted exactly, all of it comes back, free lists can be emptied, and
// neither large nor deep maps need much stack.
#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

template <class P>
using text = hamt::map<hamt::bytes, P>;

template <class P>
text<P> load(unsigned n, unsigned seed) {
  text<P> m;
  for (unsigned i = 0; i < n; ++i)
    m = std::move(m).set(std::to_string(i * 2654435761u + seed),
                         std::string((i + seed) % 300, 'v'));
  return m;
}

template <class N>
void cache_digests(const N* n) {
  n->cache_digest({});
  for (unsigned i = 0; i < n->child_count(); ++i) cache_digests(n->child(i));
}

template <class P>
class Memory : public testing::Test {};
using shipped = testing::Types<hamt::local_policy, hamt::atomic_policy>;
TYPED_TEST_SUITE(Memory, shipped);

TYPED_TEST(Memory, InUseIsCountedExactlyAndAllComesBack) {
  using P = TypeParam;
  const hamt::memory_usage before = P::memory::usage();
  {
    std::vector<text<P>> versions{load<P>(2000, 1)};
    for (unsigned i = 0; i < 300; ++i)
      versions.push_back(i % 3 == 0 ? versions.back().erase(std::to_string(i * 2654435761u + 1))
                                    : versions.back().set(std::to_string(i), std::string(i, 'x')));
    cache_digests(versions[100].root());
    census<hamt::bytes, P> c;
    for (const auto& v : versions) c.hold(v.root());
    EXPECT_NO_THROW(c.check(before));
    EXPECT_GT(c.blocks(), 100);
    // Every other version goes: only what they alone held comes back.
    for (std::size_t i = 0; i < versions.size(); i += 2) versions[i] = {};
    census<hamt::bytes, P> left;
    for (const auto& v : versions) left.hold(v.root());
    EXPECT_NO_THROW(left.check(before));
    EXPECT_LT(left.blocks(), c.blocks());
  }
  EXPECT_EQ(P::memory::usage().blocks, before.blocks);
  EXPECT_EQ(P::memory::usage().bytes, before.bytes);
  EXPECT_GT(P::memory::idle_bytes(), 0u);
  P::memory::trim();
  EXPECT_EQ(P::memory::idle_bytes(), 0u);
}

TYPED_TEST(Memory, ThousandLoadsDoNotGrow) {
  using P = TypeParam;
  const hamt::memory_usage before = P::memory::usage();
  std::size_t idle = 0;
  for (unsigned round = 0; round < 1000; ++round) {
    {
      auto m = load<P>(60, round);
      const auto kept = m;
      for (unsigned i = 0; i < 30; ++i)
        m = std::move(m).erase(std::to_string(i * 2654435761u + round));
      const auto both = hamt::merge(m, kept);
      ASSERT_EQ(both.size(), kept.size());
    }
    ASSERT_EQ(P::memory::usage().blocks, before.blocks);
    ASSERT_EQ(P::memory::usage().bytes, before.bytes);
    if (round == 300) idle = P::memory::idle_bytes();
  }
  // Values repeat after 300 rounds, so by then the lists have seen every size.
  EXPECT_LE(P::memory::idle_bytes(), idle + idle / 4);
  P::memory::trim();
  EXPECT_EQ(P::memory::idle_bytes(), 0u);
}

TYPED_TEST(Memory, IdleMemoryIsBounded) {
  using P = TypeParam;
  P::memory::trim();
  { const auto m = load<P>(100000, 3); }
  // A list keeps 64 KiB, and there are 120 of them.
  EXPECT_LE(P::memory::idle_bytes(), std::size_t{64 * 1024 * 120});
  P::memory::trim();
  EXPECT_EQ(P::memory::idle_bytes(), 0u);
}

/// Runs `f` on a thread with a stack of `kilobytes`.
template <class F>
void with_stack(std::size_t kilobytes, F f) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kilobytes * 1024), 0);
  pthread_t thread;
  ASSERT_EQ(pthread_create(
                &thread, &attributes,
                [](void* g) -> void* {
                  (*static_cast<F*>(g))();
                  return nullptr;
                },
                &f),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t small_stack = 2048;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::size_t small_stack = 2048;
#else
constexpr std::size_t small_stack = 256;
#endif
#else
constexpr std::size_t small_stack = 256;
#endif

template <class P>
void every_operation(unsigned n) {
  std::vector<std::string> keys;
  for (unsigned i = 0; i < n; ++i) keys.push_back("k" + std::to_string(i));
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  for (const auto& k : keys) entries.emplace_back(k, k);
  const auto m = hamt::build<hamt::bytes, P>(entries);
  auto a = m, b = m;
  for (unsigned i = 0; i < n; i += 5) {
    a = std::move(a).set(keys[i], "a");
    b = std::move(b).erase(keys[i]);
  }
  const auto value = [](auto, auto, auto ours, auto) { return ours; };
  EXPECT_EQ(hamt::merge3(m, a, b, value).size(), m.size());
  EXPECT_EQ(hamt::merge(a, b).size(), m.size());
  EXPECT_EQ(hamt::difference(a, b).size(), m.size() - b.size());
  EXPECT_EQ(hamt::map_values(m, [](auto, auto) { return "x"; }).size(), m.size());
  EXPECT_TRUE(hamt::filter(m, [](auto, auto) { return false; }).empty());
  EXPECT_EQ(hamt::violated(a), "");
  EXPECT_FALSE(a == b);
}

TEST(Stack, SufficesForEveryOperationAtTheGreatestDepth) {
  // 256 KiB is what the WebAssembly module has.
  with_stack(small_stack, [] {
    every_operation<strict_policy<last_four_bits_hash>>(300);
    every_operation<strict_policy<last_bit_hash, 1>>(100);
    every_operation<strict_policy<whole_hash>>(20000);
  });
}

TEST(Stack, SufficesToFreeWhatIsLongAndWhatIsLarge) {
  with_stack(small_stack, [] {
    { const auto m = load<hamt::local_policy>(200000, 1); }
    auto m = load<hamt::local_policy>(100, 1);
    std::vector<text<hamt::local_policy>> versions;
    for (unsigned i = 0; i < 20000; ++i) versions.push_back(m = m.set("k", std::to_string(i)));
  });
}

/// Made before the thread's free lists, so destroyed after them.
struct late {
  text<hamt::local_policy> map;
  std::size_t* idle_at_the_end = nullptr;
  ~late() {
    map = {};
    if (idle_at_the_end != nullptr) *idle_at_the_end = hamt::local_memory::idle_bytes();
  }
};
thread_local late outlives_the_lists;

TEST(MemoryOfAThread, RegressionBlocksFreedAfterTheListsGoToTheHeap) {
  std::size_t idle = 1;
  std::thread([&] {
    outlives_the_lists.idle_at_the_end = &idle;
    outlives_the_lists.map = load<hamt::local_policy>(100, 1);
  }).join();
  EXPECT_EQ(idle, 0u) << "these blocks are lost when the thread is gone";
}

TEST(MemoryOfAThread, AbandonedListsAreNeitherReadNorFreed) {
  using P = hamt::local_policy;
  std::thread([] {
    const auto before = P::memory::usage();
    const text<P> kept = load<P>(200, 3);
    P::memory::trim();
    std::vector<void*> blocks;
    for (unsigned i = 0; i < 40; ++i) blocks.push_back(P::memory::allocate(64));
    for (void* p : blocks) P::memory::release(p, 64);
    // What an interruption may leave: a list whose links lead nowhere.
    for (void* p : blocks) std::memset(p, 0xff, 64);
    const auto used = P::memory::usage();
    P::memory::abandon();
    EXPECT_EQ(P::memory::idle_bytes(), 0u);
    EXPECT_EQ(P::memory::usage().blocks, used.blocks);
    EXPECT_EQ(P::memory::usage().bytes, used.bytes);
    EXPECT_EQ(load<P>(200, 3), kept) << "new blocks come from the heap";
    EXPECT_EQ(hamt::violated(kept), "");
    census<hamt::bytes, P> c;
    c.hold(kept.root());
    EXPECT_NO_THROW(c.check(before));
    for (void* p : blocks) std::free(p);  // they were lost, as promised
  }).join();
}

TEST(MemoryOfAThread, BlocksMayBeFreedByAnotherThread) {
  using P = hamt::atomic_policy;
  const auto before = P::memory::usage();
  text<P> m = load<P>(1000, 1);
  std::thread([moved = std::move(m)]() mutable { moved = load<P>(500, 2); }).join();
  EXPECT_EQ(P::memory::usage().blocks, before.blocks);
  EXPECT_EQ(P::memory::usage().bytes, before.bytes);
}

}  // namespace
