// Blocks across the boundary: what a caller makes up, and walks that are followed to their end.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "blocks/table_read.hpp"
#include "blocks_testing.hpp"
#include "boundary_program.hpp"

BOUNDARY_TESTING_HEAP

namespace {

using namespace boundary_testing;

class BoundaryBlocks : public testing::Test {
 protected:
  handle map_of(unsigned size) {
    EXPECT_EQ(copy(calls.c(), 0), status::ok);
    const auto h = static_cast<handle>(calls.words().map.id);
    for (unsigned i = 0; i < size; ++i) {
      const std::string key = blocks_testing::key_of(i), value = blocks_testing::value_of(i);
      EXPECT_TRUE(calls.write(key + value));
      EXPECT_EQ(set(calls.c(), h, key.size(), value.size(), 0), status::absent);
    }
    return h;
  }
  std::string output() {
    const buffer_result& o = calls.words().output;
    return {o.data, o.size};
  }
  /// The blocks that are lacking, in groups that may be put in any order.
  std::vector<std::string> follow(handle map, handle base) {
    EXPECT_EQ(blocks_open(calls.c(), map, base), status::ok);
    const auto walk = static_cast<std::uint32_t>(calls.words().cursor.id);
    std::vector<std::string> blocks;
    std::size_t count = 0;
    for (std::string asked = output(); !asked.empty(); asked = output()) {
      EXPECT_EQ(blocks_take(calls.c(), walk, 100), status::bad_argument);
      EXPECT_EQ(blocks_answer(calls.c(), walk, asked.size() / 32 + 1), status::bad_argument);
      EXPECT_TRUE(calls.write(std::string(asked.size() / 32, '\1')));
      EXPECT_EQ(blocks_answer(calls.c(), walk, asked.size() / 32), status::ok);
      count = calls.words().map.size;
    }
    while (blocks_take(calls.c(), walk, 100) == status::partial) {
      const std::string bytes = output();
      for (std::size_t at = 0; at < bytes.size();) {
        std::uint32_t size;
        std::memcpy(&size, bytes.data() + at + 32, sizeof size);
        blocks.push_back(bytes.substr(at + 36, size));
        at += 36 + size;
      }
      EXPECT_LE(blocks.size(), count);
    }
    EXPECT_EQ(blocks.size(), count);
    EXPECT_EQ(blocks_close(calls.c(), walk), status::ok);
    EXPECT_EQ(blocks_close(calls.c(), walk), status::bad_argument);
    return blocks;
  }

  caller calls;
};

TEST_F(BoundaryBlocks, AWalkGivesEveryBlockOnceAndTheMapLast) {
  const handle map = map_of(200);
  const std::vector<std::string> blocks = follow(map, 0);
  ASSERT_GT(blocks.size(), 5u);
  EXPECT_EQ(blocks.back()[0], hamt::blocks::map_tag);
  EXPECT_TRUE(follow(map, map).empty());
  const handle other = map_of(201);
  EXPECT_LT(follow(other, map).size(), 8u);
}

TEST_F(BoundaryBlocks, TablesAreThoseOfTheLayerBelow) {
  const handle handles[] = {map_of(50), 0, map_of(51)};
  std::string bytes(reinterpret_cast<const char*>(handles), sizeof handles);
  ASSERT_TRUE(calls.write(bytes + "meta"));
  ASSERT_EQ(nodes_write(calls.c(), 3, 4), status::ok);
  const std::string file = output();
  const hamt::blocks::table<> table(file);
  EXPECT_EQ(table.meta(), "meta");
  ASSERT_EQ(table.versions().size(), 3u);
  EXPECT_EQ(table.load(2, 1u << 30).size(), 51u);
}

TEST_F(BoundaryBlocks, WhatIsMadeUpIsRefused) {
  EXPECT_EQ(blocks_open(calls.c(), 77, 0), status::bad_argument);
  EXPECT_EQ(blocks_open(calls.c(), 0, 77), status::bad_argument);
  EXPECT_EQ(blocks_answer(calls.c(), 77, 0), status::bad_argument);
  EXPECT_EQ(blocks_answer(calls.c(), 0, 0), status::bad_argument);
  EXPECT_EQ(blocks_take(calls.c(), 0, 1), status::bad_argument);
  EXPECT_EQ(blocks_close(calls.c(), 0), status::bad_argument);
  EXPECT_EQ(nodes_write(calls.c(), 0xffffffff, 0), status::bad_argument);
  EXPECT_EQ(nodes_write(calls.c(), 0, SIZE_MAX), status::bad_argument);
  const handle wrong = 77;
  ASSERT_TRUE(calls.write({reinterpret_cast<const char*>(&wrong), sizeof wrong}));
  EXPECT_EQ(nodes_write(calls.c(), 1, 0), status::bad_argument);
}

}  // namespace
