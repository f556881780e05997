// Calls that the host throws away: cut off at every allocation, as a stack overflow or a
// termination in JavaScript cuts WebAssembly off. Nothing is unwound, so destructors do not run;
// what was torn stays in memory.
#include <gtest/gtest.h>

#include <csetjmp>
#include <functional>
#include <random>
#include <string>

#include "boundary_program.hpp"

BOUNDARY_TESTING_HEAP

// A call that was cut off leaks, by design.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace boundary_testing;

/// Runs a call and cuts it off at its allocation number `n`; false when it came to its end before.
bool cut_off(long long n, const std::function<void()>& call) {
  static std::jmp_buf here;
  fuse::left = n;
  fuse::away = &here;
  // Not an exception: what is tested is what is left when nothing is unwound.
  const bool is_cut = setjmp(here) != 0;
  if (!is_cut) call();
  fuse::left = -1;
  fuse::away = nullptr;
  return is_cut;
}

/// Three maps that share most of what they hold: one to be edited, two to be looked after.
class BoundaryInterrupt : public testing::Test {
 protected:
  BoundaryInterrupt() {
    std::string batch;
    for (int i = 0; i < 600; ++i) {
      const std::string k = "key " + std::to_string(i), v(i % 7 == 0 ? 300 : 5, 'v');
      const std::uint32_t sizes[] = {static_cast<std::uint32_t>(k.size()),
                                     static_cast<std::uint32_t>(v.size())};
      batch.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
      batch += k + v;
      batch.resize((batch.size() + 3) & ~std::size_t{3});
      expected_[k] = v;
    }
    edited_ = copy_of(0);
    EXPECT_TRUE(calls_.write(batch));
    EXPECT_EQ(build(c(), edited_, batch.size()), status::ok);
    kept_ = copy_of(edited_);
    other_ = copy_of(edited_);
    EXPECT_TRUE(calls_.write("another1"));
    EXPECT_EQ(set(c(), other_, 7, 1, 0), status::absent);
  }

  context& c() { return calls_.c(); }
  handle copy_of(handle h) {
    EXPECT_EQ(copy(c(), h), status::ok);
    return static_cast<handle>(calls_.words().map.id);
  }
  void expect_others_whole() {
    EXPECT_EQ(calls_.entries(kept_), expected_);
    contents with = expected_;
    with["another"] = "1";
    EXPECT_EQ(calls_.entries(other_), with);
    // They can be changed, too.
    const handle h = copy_of(other_);
    EXPECT_TRUE(calls_.write("another1"));
    EXPECT_EQ(remove(c(), h, 7, 0), status::ok);
    EXPECT_EQ(compare(c(), h, kept_), status::unchanged);
    EXPECT_EQ(drop(c(), h), status::ok);
  }

  /// Cuts `call` off at each of its allocations in turn; `torn` says whether the map that it edits,
  /// a fresh copy each time, is lost then. Returns at how many.
  int everywhere(const std::string& input, bool torn, const std::function<void(handle)>& call) {
    for (int n = 0;; ++n) {
      const handle h = copy_of(edited_);
      // Nodes of its own, so that edits are made in place.
      EXPECT_TRUE(calls_.write("own1"));
      EXPECT_EQ(set(c(), h, 3, 1, 0), status::absent);
      EXPECT_TRUE(calls_.write(input));
      if (!cut_off(n, [&] { call(h); })) {
        EXPECT_FALSE(is_interrupted(c()));
        return n;
      }
      EXPECT_TRUE(is_interrupted(c()));
      recover(c());
      EXPECT_FALSE(is_interrupted(c()));
      if (torn) {
        expect_torn(h);
        EXPECT_EQ(drop(c(), h), status::ok);
        EXPECT_EQ(size(c(), h), status::bad_argument);
      } else {
        contents m = expected_;
        m["own"] = "1";
        EXPECT_EQ(calls_.entries(h), m);
        EXPECT_EQ(drop(c(), h), status::ok);
      }
      expect_others_whole();
      if (HasFailure()) return n;
    }
  }
  void expect_torn(handle h) {
    constexpr status cut = status::interrupted;
    for (const status s : {get(c(), h, 0),
                           has(c(), h, 0),
                           get_many(c(), h, 0, 0),
                           set(c(), h, 0, 0, 0),
                           remove(c(), h, 0, 0),
                           apply(c(), h, 0),
                           build(c(), h, 0),
                           batch(c(), h, 1, 3, 0, 0, 0),
                           size(c(), h),
                           copy(c(), h),
                           compare(c(), h, kept_),
                           compare(c(), kept_, h),
                           merge(c(), h, kept_),
                           select_keys(c(), h, kept_, 1),
                           merge_changes(c(), kept_, kept_, h),
                           changes(c(), h, kept_, 1),
                           set_reference(c(), h, 0, 0, 0),
                           resolve(c(), h, 0, 0),
                           unencoded(c(), h, 0, 0),
                           unencoded(c(), 0, h, 0),
                           diff_open(c(), kept_, h, 1),
                           digest(c(), h),
                           prove(c(), h, 4, 1)})
      EXPECT_EQ(s, cut);
  }

  caller calls_;
  contents expected_;
  handle edited_ = 0, kept_ = 0, other_ = 0;
};

std::string edits() {
  std::string batch;
  for (int i = 300; i < 900; i += 20) {
    const std::string k = "key " + std::to_string(i);
    const std::uint32_t sizes[] = {static_cast<std::uint32_t>(k.size()),
                                   i % 40 == 0 ? UINT32_MAX : 400};
    batch.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
    batch += k;
    if (i % 40 != 0) batch.append(400, 'w');
    batch.resize((batch.size() + 3) & ~std::size_t{3});
  }
  return batch;
}

TEST_F(BoundaryInterrupt, AnEditTearsItsMapAndNoOther) {
  EXPECT_GT(
      everywhere("key 77" + std::string(400, 'x'), true, [&](handle h) { set(c(), h, 6, 400, 1); }),
      0);
  EXPECT_GT(everywhere("key 300", true, [&](handle h) { remove(c(), h, 7, 1); }), 0);
  const std::string batch = edits();
  EXPECT_GT(everywhere(batch, true, [&](handle h) { apply(c(), h, batch.size()); }), 20);
}

TEST_F(BoundaryInterrupt, ABuildTearsItsMapAndNoOther) {
  std::string batch = edits();
  for (std::size_t at = 0; at < batch.size();) {  // without deletions
    std::uint32_t sizes[2];
    std::memcpy(sizes, batch.data() + at, sizeof sizes);
    if (sizes[1] == UINT32_MAX) {
      sizes[1] = 0;
      std::memcpy(batch.data() + at, sizes, sizeof sizes);
    }
    at += sizeof sizes + ((sizes[0] + sizes[1] + 3) & ~3U);
  }
  for (int n = 0;; ++n) {
    const handle h = copy_of(0);
    ASSERT_TRUE(calls_.write(batch));
    if (!cut_off(n, [&] { build(c(), h, batch.size()); })) {
      EXPECT_GT(n, 5);
      break;
    }
    recover(c());
    expect_torn(h);
    expect_others_whole();
  }
}

TEST_F(BoundaryInterrupt, WhatOnlyReadsLeavesItsMapWhole) {
  EXPECT_GT(everywhere("", false, [&](handle h) { batch(c(), h, 500, 3, 0, 0, 0); }), 0);
  EXPECT_GT(everywhere("", false, [&](handle h) { copy(c(), h); }), -1);
  EXPECT_GT(everywhere("", false, [&](handle h) { merge(c(), h, other_); }), 0);
  EXPECT_GT(everywhere("", false, [&](handle h) { select_keys(c(), h, other_, 0); }), 0);
  EXPECT_GT(everywhere("", false, [&](handle h) { merge_changes(c(), kept_, h, other_); }), 0);
  EXPECT_GT(everywhere("", false, [&](handle h) { changes(c(), h, other_, 99); }), -1);
  EXPECT_GT(everywhere("", false, [&](handle h) { diff_open(c(), h, other_, 1); }), 0);
  EXPECT_GT(everywhere("", false, [&](handle h) { digest(c(), h); }), 0);
  EXPECT_GT(
      everywhere(std::string("\3\0\0\0own", 7), false, [&](handle h) { prove(c(), h, 7, 1); }), 0);
  EXPECT_GT(
      everywhere(std::string("\3\0\0\0own", 7), false, [&](handle h) { get_many(c(), h, 7, 1); }),
      0);
  EXPECT_GT(everywhere("", false, [&](handle) { reserve(c(), 100'000); }), 0);
}

TEST_F(BoundaryInterrupt, SnapshotsLeaveMapsWhole) {
  const handle list[] = {kept_, other_};
  const std::string in(reinterpret_cast<const char*>(list), sizeof list);
  // Every allocation would be too many: one in twenty.
  int cuts = 0;
  for (int n = 0;; n += 19) {
    ASSERT_TRUE(calls_.write(in));
    if (!cut_off(n, [&] { snapshot_write(c(), 0, 2, 0); })) break;
    recover(c());
    expect_others_whole();
    ++cuts;
  }
  EXPECT_GT(cuts, 2);
  const std::string file = calls_.output();
  for (int n = 0;; n += 19) {
    ASSERT_TRUE(calls_.write(file));
    if (!cut_off(n, [&] { snapshot_read(c(), file.size(), 0, 0, 1 << 30); })) break;
    recover(c());
    expect_others_whole();
  }
}

TEST_F(BoundaryInterrupt, ACursorThatWasCutOffGivesNoAnswer) {
  const handle h = copy_of(kept_);
  const std::string batch = edits();
  ASSERT_TRUE(calls_.write(batch));
  ASSERT_EQ(apply(c(), h, batch.size()), status::ok);
  ASSERT_EQ(diff_open(c(), kept_, h, 1), status::partial);
  const auto id = static_cast<std::uint32_t>(calls_.words().cursor.id);
  ASSERT_EQ(shrink(c(), 0), status::ok);
  ASSERT_TRUE(cut_off(0, [&] { diff_next(c(), id, 20); }));
  recover(c());
  EXPECT_EQ(diff_next(c(), id, 20), status::interrupted);
  EXPECT_EQ(diff_close(c(), id), status::ok);
  expect_others_whole();
}

TEST_F(BoundaryInterrupt, OutsideACallThereIsNothingToRecover) {
  recover(c());
  expect_others_whole();
}

}  // namespace
