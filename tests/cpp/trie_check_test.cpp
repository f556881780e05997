// The checker of invariants complains: one damaged node for each of its messages, mended
// afterwards.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

/// Overwrites memory while it lives.
class damage {
 public:
  template <class T>
  damage(const void* at, T value) : at_(const_cast<void*>(at)), was_(sizeof value, '\0') {
    std::memcpy(was_.data(), at_, sizeof value);
    std::memcpy(at_, &value, sizeof value);
  }
  damage(const damage&) = delete;
  damage& operator=(const damage&) = delete;
  ~damage() { std::memcpy(at_, was_.data(), was_.size()); }

 private:
  void* at_;
  std::string was_;
};

/// Where the fields of a node and of a box lie: see node.hpp and entry.hpp.
enum field : std::size_t { count = 0, size = 4, entry_map = 8, child_map = 12, block = 16 };
template <class N>
const std::byte* at(const N* n, field f) {
  return reinterpret_cast<const std::byte*>(n) + f;
}
template <class N>
std::uint32_t word(const N* n, field f) {
  std::uint32_t w;
  std::memcpy(&w, at(n, f), sizeof w);
  return w;
}

template <class P>
using text = hamt::map<hamt::bytes, P>;

/// A hundred entries; those of `large` are boxed.
template <class P>
text<P> entries(bool large = true) {
  text<P> m;
  for (unsigned i = 0; i < 100; ++i)
    m = std::move(m).set("key " + std::to_string(i),
                         std::string(large && i % 4 == 0 ? 300 : 3, 'v'));
  EXPECT_EQ(hamt::violated(m), "");
  return m;
}
template <class P>
const typename text<P>::node_type* deepest(const text<P>& m) {
  const auto* n = m.root();
  while (n->child_count() != 0) n = n->child(0);
  return n;
}
/// The first node, root first, for which `f` holds.
template <class N, class F>
const N* first_node(const N* n, const F& f) {
  if (f(n)) return n;
  for (unsigned i = 0; i < n->child_count(); ++i)
    if (const N* found = first_node(n->child(i), f)) return found;
  return nullptr;
}

template <class V, class P>
void expect_violation(const hamt::map<V, P>& m, std::string_view message) {
  const std::string found = hamt::violated(m);
  EXPECT_NE(found.find(message), std::string::npos) << "found: " << found;
}
/// Damages, expects the message, mends, expects none.
template <class P, class T>
void expect_violation(const text<P>& m, const void* where, T value, std::string_view message) {
  {
    const damage d(where, value);
    expect_violation(m, message);
  }
  EXPECT_EQ(hamt::violated(m), "");
}

using plain = strict_policy<whole_hash>;

TEST(Checker, Headers) {
  const auto m = entries<plain>();
  const auto* root = m.root();
  const auto* leaf = deepest(m);
  expect_violation(m, at(root, size), 0u, "the map is empty but has a root");
  expect_violation(m, at(root, size), root->size() + 1, "the size is not the sum");
  expect_violation(m, at(leaf, count), 0u, "a reachable node has a count of zero");
  expect_violation(m, at(leaf, size), 1u, "fewer than two entries below the root");
  expect_violation(m, at(root, block), word(root, block) | 1, "a collision node above the last");
  expect_violation(m, at(root, entry_map), root->entry_map() | root->child_map(),
                   "a slot holds both an entry and a child");
  const auto narrow = entries<strict_policy<whole_hash, 3>>();
  expect_violation(narrow, at(narrow.root(), child_map), narrow.root()->child_map() | 1u << 20,
                   "a slot beyond the node's width");
  const auto pooled = entries<hamt::local_policy>();
  expect_violation(pooled, at(pooled.root(), block), 1040u, "not one that the memory gives out");
}

TEST(Checker, CollisionNodes) {
  const auto m = entries<strict_policy<constant_hash>>();
  const auto* n = deepest(m);
  ASSERT_TRUE(n->is_collision());
  const auto* const* boxes = n->boxes();
  expect_violation(m, at(n, block), word(n, block) & ~1u, "a node with slots below the last digit");
  expect_violation(m, at(n, entry_map), 1u, "a collision node with slots");
  expect_violation(m, at(n, size), 1u << 20, "a collision node beyond its block");
  expect_violation(m, at(boxes[3], count), 0u, "a reachable box has a count of zero");
  expect_violation(m, &boxes[3], boxes[4], "colliding keys not strictly ascending");
  const auto two = entries<strict_policy<last_bit_hash>>();
  const auto* box = deepest(two)->boxes()[0];
  for (char c = 'A';; ++c) {
    const damage d(box->key().data(), c);
    if (last_bit_hash()(box->key()) == last_bit_hash()(deepest(two)->boxes()[1]->key())) continue;
    expect_violation(two, "a colliding key whose hash is not its node's path");
    break;
  }
  const auto last = entries<strict_policy<last_four_bits_hash>>();
  const auto* above = last.root();
  while (!above->child(0)->is_collision()) above = above->child(0);
  expect_violation(last, at(above, child_map), above->child_map() << 16,
                   "a digit that no hash can have");
}

TEST(Checker, Cells) {
  const auto m = entries<plain>();
  const auto* leaf = first_node(m.root(), [](const auto* n) { return n->entry_count() > 2; });
  const unsigned last = leaf->entry_count() - 1;
  expect_violation(m, leaf->cell_ends(), std::uint16_t{0}, "the ends of the cells do not ascend");
  expect_violation(m, leaf->cell_ends() + last, std::uint16_t{0xffff}, "cells beyond the end");
  const auto* ends_packed = first_node(m.root(), [](const auto* n) {
    return n->entry_count() > 1 && n->entry_at(n->entry_count() - 1).boxed == nullptr;
  });
  const unsigned i = ends_packed->entry_count() - 1;
  expect_violation(m, ends_packed->cell_ends() + i,
                   static_cast<std::uint16_t>(ends_packed->cell_end(i - 1) + 3),
                   "a packed cell that ends within its key");

  const auto* with_box = first_node(m.root(), [](const auto* n) { return n->may_hold_boxes(); });
  const hamt::box<hamt::bytes, plain>* box = nullptr;
  for (unsigned k = 0; box == nullptr; ++k) box = with_box->entry_at(k).boxed;
  expect_violation(m, at(with_box, block), word(with_box, block) & ~2u,
                   "a box in a node not marked to hold any");
  expect_violation(m, at(box, count), 0u, "a reachable box has a count of zero");
  const auto* ends_boxed = first_node(m.root(), [](const auto* n) {
    return n->entry_count() > 0 && n->entry_at(n->entry_count() - 1).boxed != nullptr &&
           n->used_bytes() < n->capacity();
  });
  ASSERT_NE(ends_boxed, nullptr);
  const unsigned k = ends_boxed->entry_count() - 1;
  expect_violation(m, ends_boxed->cell_ends() + k,
                   static_cast<std::uint16_t>(ends_boxed->cell_end(k) + 1),
                   "a boxed cell of a wrong size");
}

TEST(Checker, EntriesInPlacesThatAreNotTheirs) {
  const auto m = entries<plain>();
  const auto* below =
      first_node(m.root(), [&](const auto* n) { return n != m.root() && n->entry_count() > 0; });
  const auto entry = below->entry(0);
  const std::uint64_t path = whole_hash()(entry.key) & 31;
  bool off = false, other = false;
  for (char c = 'A'; !off && c <= 'z'; ++c) {
    const damage d(entry.key.data(), c);
    const std::uint64_t hash = whole_hash()(entry.key);
    if ((hash & 31) != path) {
      off = true;
      expect_violation(m, "an entry off the path of its hash");
    }
  }
  for (unsigned slot = 0; slot < 32 && !other; ++slot) {
    const std::uint32_t bits = below->entry_map();
    const std::uint32_t moved = (bits & (bits - 1)) | 1u << slot;
    if ((bits | below->child_map()) >> slot & 1 || hamt::popcount(moved) != hamt::popcount(bits))
      continue;
    if (slot > hamt::lowest(bits)) continue;  // it stays the first
    other = true;
    expect_violation(m, at(below, entry_map), moved, "an entry in another slot than its hash's");
  }
  EXPECT_TRUE(off && other);
}

/// The same nodes under a policy that packs more, or less.
template <class To, class From>
text<To> seen_as(const text<From>& m) {
  m.root()->retain();
  return text<To>::adopt(const_cast<typename text<To>::node_type*>(
      reinterpret_cast<const typename text<To>::node_type*>(m.root())));
}

TEST(Checker, EntriesThatBelongInABoxOrNot) {
  using nothing_packed = strict_policy<whole_hash, 5, 0>;
  expect_violation(seen_as<plain>(entries<nothing_packed>()), "small enough to be packed");
  expect_violation(seen_as<nothing_packed>(entries<plain>(false)), "belongs in a box");
}

}  // namespace
