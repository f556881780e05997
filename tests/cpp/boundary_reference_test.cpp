// Objects by reference across the boundary: ids in maps, their bytes, their end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "boundary/context.hpp"
#include "boundary_heap.hpp"

BOUNDARY_TESTING_HEAP

namespace {

using namespace hamt::boundary;
using hamt::reference_id;

class BoundaryReference : public testing::Test {
 protected:
  const results& words() { return results_of(c); }
  void write(std::string_view bytes) {
    ASSERT_EQ(reserve(c, bytes.size() + 64), status::ok);
    std::memcpy(words().input.data, bytes.data(), bytes.size());
  }
  handle new_map() {
    EXPECT_EQ(copy(c, 0), status::ok);
    return static_cast<handle>(words().map.id);
  }
  status put(handle h, std::string_view key, reference_id id) {
    write(key);
    return set_reference(c, h, key.size(), id, 1);
  }
  status put(handle h, std::string_view key, std::string_view value) {
    write(std::string(key) + std::string(value));
    return set(c, h, key.size(), value.size(), 1);
  }
  status look(handle h, std::string_view key) {
    write(key);
    return get(c, h, key.size());
  }
  std::string output() { return {words().output.data, words().output.size}; }
  std::vector<reference_id> ids() {
    std::vector<reference_id> list(words().output.size / sizeof(reference_id));
    if (!list.empty()) std::memcpy(list.data(), words().output.data, words().output.size);
    return list;
  }
  std::vector<reference_id> drained() {
    EXPECT_EQ(drain(c), status::ok);
    return ids();
  }
  std::size_t live() {
    EXPECT_EQ(usage(c), status::ok);
    return words().usage.references;
  }
  static std::string words_of(std::initializer_list<std::uint32_t> list) {
    std::string s(list.size() * 4, '\0');
    std::memcpy(s.data(), list.begin(), s.size());
    return s;
  }
  status give_bytes(reference_id id, std::string_view bytes) {
    std::string s = words_of({id, static_cast<std::uint32_t>(bytes.size())}) + std::string(bytes);
    s.resize((s.size() + 3) & ~std::size_t{3});
    write(s);
    return attach(c, s.size());
  }
  std::string digest_of_map(handle h) {
    EXPECT_EQ(digest(c, h), status::ok);
    return output();
  }

  context c;
};

TEST_F(BoundaryReference, AnIdComesBackUntilTheLastMapLetsItGo) {
  const handle h = new_map();
  EXPECT_EQ(put(h, "a", 5), status::absent);
  EXPECT_EQ(look(h, "a"), status::ok);
  EXPECT_EQ(words().value.reference, 5u);
  ASSERT_EQ(copy(c, h), status::ok);
  const auto older = static_cast<handle>(words().map.id);
  EXPECT_EQ(put(h, "a", 6), status::ok);
  EXPECT_EQ(words().replaced.reference, 5u);
  EXPECT_TRUE(drained().empty());
  EXPECT_EQ(look(older, "a"), status::ok);
  EXPECT_EQ(words().value.reference, 5u);
  EXPECT_EQ(drop(c, older), status::ok);
  EXPECT_EQ(drained(), (std::vector<reference_id>{5}));
  EXPECT_EQ(live(), 1u);
  EXPECT_EQ(drop(c, h), status::ok);
  EXPECT_EQ(drained(), (std::vector<reference_id>{6}));
  EXPECT_EQ(live(), 0u);
}

TEST_F(BoundaryReference, AnIdThatNoMapTookIsDrained) {
  const handle h = new_map();
  EXPECT_EQ(put(h, "a", 1), status::absent);
  EXPECT_EQ(put(h, "a", 1), status::unchanged);
  EXPECT_TRUE(drained().empty());
  EXPECT_EQ(touch(c, 9), status::ok);
  EXPECT_EQ(drained(), (std::vector<reference_id>{9}));
  EXPECT_EQ(touch(c, 1), status::ok);
  EXPECT_TRUE(drained().empty());
}

TEST_F(BoundaryReference, IdsThatAreNoneAreRefused) {
  const handle h = new_map();
  EXPECT_EQ(put(h, "a", 0x7fffffff), status::bad_argument);
  EXPECT_EQ(put(h, "a", 0xffffffff), status::bad_argument);
  EXPECT_NE(put(h, "a", 0x7ffffffe), status::ok);
  EXPECT_EQ(touch(c, 0xffffffff), status::bad_argument);
  EXPECT_EQ(look(h, "a"), status::absent);
  EXPECT_EQ(live(), 0u);
  write(words_of({1, 4}));
  EXPECT_EQ(attach(c, 8), status::bad_argument);
  EXPECT_EQ(attach(c, 4), status::bad_argument);
  EXPECT_EQ(attach(c, SIZE_MAX), status::bad_argument);
  EXPECT_EQ(unencoded(c, 77, 0, 0), status::bad_argument);
  EXPECT_EQ(unencoded(c, 0, 77, 0), status::bad_argument);
}

TEST_F(BoundaryReference, DigestsAreThoseOfTheBytes) {
  const handle by_id = new_map(), in_bytes = new_map();
  const std::string object = "\x81\x01";
  for (reference_id i = 0; i < 40; ++i) {
    const std::string key = "key " + std::to_string(i);
    put(by_id, key, i);
    put(in_bytes, key, object + std::string(i % 3, '\x02'));
  }
  EXPECT_EQ(digest(c, by_id), status::internal_error);
  EXPECT_EQ(unencoded(c, by_id, 0, 1), status::ok);
  const std::vector<reference_id> missing = ids();
  EXPECT_EQ(missing.size(), 40u);
  for (const reference_id id : missing)
    EXPECT_EQ(give_bytes(id, object + std::string(id % 3, '\x02')), status::ok);
  EXPECT_EQ(digest_of_map(by_id), digest_of_map(in_bytes));
  EXPECT_EQ(compare(c, by_id, in_bytes), status::unchanged);
  EXPECT_EQ(unencoded(c, by_id, 0, 0), status::ok);
  EXPECT_TRUE(ids().empty());
}

TEST_F(BoundaryReference, WhatAVersionSharesWithAnotherIsNotLookedAtAgain) {
  const handle h = new_map();
  for (reference_id i = 0; i < 200; ++i) put(h, "key " + std::to_string(i), i);
  ASSERT_EQ(copy(c, h), status::ok);
  const auto next = static_cast<handle>(words().map.id);
  put(next, "key 7", 200);
  EXPECT_EQ(unencoded(c, next, h, 0), status::ok);
  const std::vector<reference_id> fresh = ids();
  EXPECT_TRUE(std::count(fresh.begin(), fresh.end(), 200u) == 1);
  EXPECT_LT(fresh.size(), 70u);  // those of the nodes on the way to the key
  EXPECT_EQ(unencoded(c, next, 0, 0), status::ok);
  EXPECT_EQ(ids().size(), 200u);
}

TEST_F(BoundaryReference, BytesOfAnObjectAreGivenTheirObjectInAllVersions) {
  const handle h = new_map();
  put(h, "a", "\x81\x01");
  put(h, "n", "\x01");
  ASSERT_EQ(copy(c, h), status::ok);
  const auto other = static_cast<handle>(words().map.id);
  EXPECT_EQ(look(h, "a"), status::ok);
  EXPECT_EQ(words().value.reference, object_bytes);
  EXPECT_EQ(look(h, "n"), status::ok);
  EXPECT_EQ(words().value.reference, plain_bytes);
  write("a");
  EXPECT_EQ(resolve(c, h, 1, 3), status::ok);
  EXPECT_EQ(resolve(c, h, 1, 4), status::unchanged);
  EXPECT_EQ(drained(), (std::vector<reference_id>{4}));
  EXPECT_EQ(look(other, "a"), status::ok);
  EXPECT_EQ(words().value.reference, 3u);
  EXPECT_EQ(unencoded(c, other, 0, 0), status::ok);
  EXPECT_TRUE(ids().empty());
  write("n");
  EXPECT_EQ(resolve(c, h, 1, 5), status::unchanged);
  write("x");
  EXPECT_EQ(resolve(c, h, 1, 6), status::absent);
  EXPECT_EQ(drained().size(), 2u);
}

TEST_F(BoundaryReference, BatchesOfEditsCarryIds) {
  const handle h = new_map();
  std::string batch_of_edits;
  for (reference_id i = 0; i < 300; ++i) {
    std::string key = std::to_string(i);
    std::string e =
        words_of({static_cast<std::uint32_t>(key.size()), 0xfffffffe}) + key + words_of({i});
    e.resize((e.size() + 3) & ~std::size_t{3});
    batch_of_edits += e;
  }
  write(batch_of_edits);
  EXPECT_EQ(build(c, h, batch_of_edits.size()), status::ok);
  write(batch_of_edits);
  EXPECT_EQ(apply(c, h, batch_of_edits.size()), status::ok);
  EXPECT_EQ(live(), 300u);
  EXPECT_TRUE(drained().empty());
  EXPECT_EQ(batch(c, h, 1000, 3, 0, 0, 0), status::ok);
  EXPECT_EQ(words().records.count, 300u);
  EXPECT_EQ(words().records.values_size, 1200u);
  write(batch_of_edits);
  EXPECT_EQ(apply(c, h, batch_of_edits.size() - 1), status::bad_argument);
  write(words_of({0, 0xfffffffe, 0x7fffffff}));
  EXPECT_EQ(apply(c, h, 12), status::bad_argument);
  EXPECT_EQ(drop(c, h), status::ok);
  EXPECT_EQ(drained().size(), 300u);
}

TEST_F(BoundaryReference, WhatABuildHoldsGrowsByDoubling) {
  const handle h = new_map();
  std::string batch_of_edits;
  for (reference_id i = 0; i < 3000; ++i)
    batch_of_edits += words_of({4, 0xfffffffe}) + std::to_string(1000 + i) + words_of({i});
  write(batch_of_edits);
  constexpr long long many = 1'000'000;
  boundary_testing::fuse::left = many;
  const status s = build(c, h, batch_of_edits.size());
  const long long allocations = many - boundary_testing::fuse::left;
  boundary_testing::fuse::left = -1;
  EXPECT_EQ(s, status::ok);
  EXPECT_EQ(live(), 3000u);
  EXPECT_LT(allocations, 5000);  // a box for each, nodes, and what grows
}

}  // namespace
