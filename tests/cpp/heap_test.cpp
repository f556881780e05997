// The module's heap over an arena: random programs against a model; after each step the chunks are
// a row without gaps, no two free ones side by side, each free one in the list of its size.
#include "boundary/heap.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace hamt::boundary {

struct arena {
  char* bytes = nullptr;
  std::uint64_t* size_now = nullptr;
  std::uint64_t most = 0;

  char* at(std::uint32_t a) const noexcept { return bytes + a; }
  std::uint32_t begin() const noexcept { return 1027; }
  std::uint64_t size() const noexcept { return *size_now; }
  std::uint64_t grow(std::uint64_t size) const noexcept {
    if (size > most) return 0;
    return *size_now = std::min(most, (size + 65535) / 65536 * 65536);
  }
};

/// Looks at every chunk and every list.
template <class M>
struct heap_check {
  heap<M>& h;

  /// The sizes of the free chunks, after everything was compared.
  std::multiset<std::uint32_t> whole(const std::map<std::uint32_t, std::size_t>& used) {
    using heap = heap<M>;
    std::multiset<std::uint32_t> free_sizes;
    std::set<std::uint32_t> free_chunks, payloads;
    bool was_free = false;
    if (h.end_ == 0) return {};
    for (std::uint32_t c = h.first_chunk(); c != h.end_; c += h.size_of(c)) {
      const std::uint32_t size = h.size_of(c);
      EXPECT_GE(size, heap::smallest);
      EXPECT_EQ(size % heap::step, 0U);
      EXPECT_EQ((h.head(c) & heap::after_free) != 0, was_free);
      const bool free_now = (h.head(c) & heap::is_free) != 0;
      EXPECT_FALSE(free_now && was_free);
      if (free_now) {
        EXPECT_EQ(h.foot(c + size), size);
        free_sizes.insert(size);
        free_chunks.insert(c);
      } else {
        payloads.insert(c + heap::payload);
      }
      was_free = free_now;
      if (size == 0 || testing::Test::HasFailure()) return {};
    }
    EXPECT_EQ((h.head(h.end_) & heap::after_free) != 0, was_free);
    EXPECT_EQ(payloads.size(), used.size());
    for (const auto& [p, size] : used) EXPECT_TRUE(payloads.contains(p));
    for (unsigned row = 0; row < heap::rows; ++row) {
      EXPECT_EQ((h.rows_ >> row & 1) != 0, h.filled_[row] != 0);
      for (unsigned list = 0; list < heap::lists; ++list) {
        std::uint32_t before = 0, c = h.firsts_[row * heap::lists + list];
        EXPECT_EQ((h.filled_[row] >> list & 1) != 0, c != 0);
        for (; c != 0; before = c, c = h.next(c)) {
          EXPECT_EQ(h.previous(c), before);
          EXPECT_EQ(free_chunks.erase(c), 1U);
          const auto at = heap::list_of(h.size_of(c));
          EXPECT_TRUE(at.row == row && at.list == list);
          if (testing::Test::HasFailure()) return {};
        }
      }
    }
    EXPECT_TRUE(free_chunks.empty());
    return free_sizes;
  }
};

namespace {

class Heap : public testing::Test {
 protected:
  /// With so much memory, of which `size` is there from the beginning.
  void make(std::uint64_t most, std::uint64_t size = 65536) {
    bytes_ = std::make_unique<char[]>(most);
    size_ = size;
    heap_ = std::make_unique<heap<arena>>(arena{bytes_.get(), &size_, most});
    used_.clear();
  }
  std::multiset<std::uint32_t> check() { return heap_check<arena>{*heap_}.whole(used_); }

  void fill(std::uint32_t p, std::size_t size) {
    std::memset(bytes_.get() + p, static_cast<int>(p * 7 + size), size);
    used_[p] = size;
  }
  /// Whether the first bytes are those that were written when the payload had `size`.
  bool holds(std::uint32_t p, std::size_t size, std::size_t first) {
    for (std::size_t i = 0; i < first; ++i)
      if (bytes_[p + i] != static_cast<char>(p * 7 + size)) return false;
    return true;
  }
  /// An allocation, checked; 0 when there is no memory.
  std::uint32_t allocate(std::size_t size, std::size_t alignment = 1) {
    const std::uint32_t p = heap_->allocate(size, alignment);
    if (p == 0) return 0;
    EXPECT_EQ(p % std::max<std::size_t>(alignment, heap<arena>::step), 0U);
    EXPECT_GE(heap_->room_of(p), size);
    EXPECT_LE(p + heap_->room_of(p), size_);
    EXPECT_GT(p, 1027U);
    EXPECT_FALSE(used_.contains(p));
    fill(p, size);
    return p;
  }
  void release(std::uint32_t p) {
    EXPECT_TRUE(holds(p, used_[p], used_[p]));
    used_.erase(p);
    heap_->release(p);
  }
  void resize(std::uint32_t p, std::size_t size) {
    const std::size_t before = used_[p];
    if (!heap_->resize(p, size)) {
      EXPECT_LT(heap_->room_of(p), size);
      return;
    }
    EXPECT_GE(heap_->room_of(p), size);
    EXPECT_TRUE(holds(p, before, std::min(before, size)));
    fill(p, size);
  }

  std::unique_ptr<char[]> bytes_;
  std::uint64_t size_ = 0;
  std::unique_ptr<heap<arena>> heap_;
  std::map<std::uint32_t, std::size_t> used_;
};

TEST_F(Heap, RandomProgramsKeepItWhole) {
  int refusals = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return random() % n; };
    make(std::uint64_t{1} << (17 + seed % 6), below(3) * 65536);
    const std::size_t largest = std::size_t{1} << (5 + (seed + 8) % 11);
    for (int step = 0; step < 1500; ++step) {
      const auto any = [&] {
        return std::next(used_.begin(), static_cast<std::ptrdiff_t>(below(used_.size())))->first;
      };
      const std::size_t size = below(8) == 0 ? below(8 * largest) : below(largest);
      // Phases in which it fills, and in which it is emptied.
      const bool fills = below(10) < ((step / 300) % 2 == 0 ? 7U : 3U);
      if (used_.empty() || fills) {
        const std::size_t alignment = below(4) == 0 ? std::size_t{1} << below(13) : 1;
        refusals += allocate(size, alignment) == 0;
      } else if (below(4) == 0) {
        resize(any(), size);
      } else {
        release(any());
      }
      if (step % 5 == 0) check();
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", step " << step;
    }
    while (!used_.empty()) release(used_.begin()->first);
    // One chunk again: everything that was grown.
    EXPECT_LE(check().size(), 1U);
  }
  EXPECT_GT(refusals, 100);
}

TEST_F(Heap, AChunkThatFitsExactlyIsUsedAgain) {
  make(1 << 22);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{13},
                                 std::size_t{1000}, std::size_t{100'001}, std::size_t{1'000'000}}) {
    const std::uint32_t p = allocate(size), wall = allocate(1);
    ASSERT_NE(p, 0U);
    const std::uint64_t grown = size_;
    release(p);
    EXPECT_EQ(allocate(size), p);
    EXPECT_EQ(size_, grown);
    release(p);
    release(wall);
    EXPECT_EQ(check().size(), 1U);
  }
}

TEST_F(Heap, WhatCannotBeThereIsRefused) {
  make(1 << 20);
  for (const std::size_t size :
       {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX / 2, std::size_t{0xffffffff}, std::size_t{0xfffffff0},
        std::size_t{0xf0000000}, std::size_t{0x80000000}, std::size_t{1} << 20}) {
    EXPECT_EQ(allocate(size), 0U);
    EXPECT_EQ(allocate(size, 4096), 0U);
  }
  for (const std::size_t alignment : {std::size_t{1} << 20, std::size_t{1} << 31, SIZE_MAX / 2 + 1})
    EXPECT_EQ(allocate(1, alignment), 0U);
  const std::uint32_t p = allocate(100);
  EXPECT_FALSE(heap_->resize(p, SIZE_MAX));
  EXPECT_FALSE(heap_->resize(p, 1 << 20));
  release(p);
  EXPECT_EQ(check().size(), 1U);
  // All of it can be had.
  EXPECT_NE(allocate((1 << 20) - 1100), 0U);
  while (allocate(1) != 0) {
  }
  EXPECT_LE(used_.size(), 5U);
  check();
}

TEST_F(Heap, MemoryGrowsOnlyByWhatTheFreeEndLacks) {
  make(1 << 24, 65536);
  const std::uint32_t p = allocate(40'000);
  ASSERT_NE(allocate(1 << 20), 0U);
  EXPECT_LE(size_, 1027 + 40'000 + (1 << 20) + 64 + 65536U);
  release(p);
  check();
}

}  // namespace
}  // namespace hamt::boundary
