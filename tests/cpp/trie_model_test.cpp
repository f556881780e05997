// Random histories of every operation over many live versions, each kept with its model to the end,
// in every combination of hash, width, limit, count and kind of value that could make a difference.
#include <gtest/gtest.h>

#include <random>

#include "trie_history.hpp"
#include "trie_references.hpp"

namespace {

using namespace hamt_test;

struct random_choices {
  std::mt19937 engine;
  unsigned operator()(unsigned n) {
    return std::uniform_int_distribution<unsigned>(0, n - 1)(engine);
  }
};

template <class Policy, class Value, unsigned Keys = 120>
struct setting {
  using policy = Policy;
  using value = Value;
  static constexpr unsigned keys = Keys;
};

template <class Setting>
class Histories : public testing::Test {};

using settings = testing::Types<
    // hashes, bits a level, how much is packed: all with a memory in which a sanitizer sees every
    // mistake
    setting<strict_policy<whole_hash>, hamt::bytes>,
    setting<strict_policy<two_bit_hash, 5, 0>, hamt::bytes, 60>,
    setting<strict_policy<constant_hash>, hamt::bytes, 40>,
    setting<strict_policy<last_four_bits_hash, 3, 2000>, hamt::bytes, 60>,
    setting<strict_policy<top_bits_hash, 4>, hamt::bytes>,
    setting<strict_policy<whole_hash, 1>, hamt::bytes>,
    // as shipped
    setting<hamt::local_policy, hamt::bytes>, setting<hamt::atomic_policy, hamt::bytes>,
    // kinds of values
    setting<strict_policy<whole_hash, 5, 16>, std::uint64_t>,
    setting<strict_policy<two_bit_hash>, double, 60>,
    setting<strict_policy<sparse_hash, 5, 192, hamt::atomic_policy>, std::string>,
    setting<strict_policy<last_four_bits_hash>, traced, 60>,
    setting<strict_policy<top_bits_hash, 2>, traced>,
    setting<strict_policy<last_bit_hash, 5, 300>, wide, 8>,
    setting<strict_policy<whole_hash>, reference_value>,
    setting<strict_policy<last_four_bits_hash, 3>, reference_value, 60>,
    setting<strict_policy<constant_hash>, reference_value, 40>>;
TYPED_TEST_SUITE(Histories, settings);

template <class Setting>
void run(unsigned seed, unsigned steps, history_limits limits) {
  random_choices choose{std::mt19937(seed)};
  history<typename Setting::policy, typename Setting::value, random_choices> h(choose, limits);
  for (unsigned i = 0; i < steps; ++i) {
    try {
      h.step();
    } catch (const broken& e) {
      FAIL() << e.what() << " (seed " << seed << ", step " << i << ")";
    }
  }
  EXPECT_NO_THROW(h.finish()) << "seed " << seed;
}

TYPED_TEST(Histories, KeepEveryVersionAsItWas) {
  const long long alive = traced::alive;
  run<TypeParam>(1, 1200, {.keys = TypeParam::keys});
  EXPECT_EQ(traced::alive, alive);
  EXPECT_EQ(embedder::table.live(), 0u);
  EXPECT_EQ(embedder::kept(), 0u);
  EXPECT_EQ(attached_memory::blocks, 0);
}

TYPED_TEST(Histories, OfFewKeysAndFewValuesComeBackToEqualMaps) {
  run<TypeParam>(2, 600, {.keys = 6, .values = 2, .versions = 30});
  run<TypeParam>(3, 600, {.keys = 3, .values = 3, .versions = 10});
}

}  // namespace
