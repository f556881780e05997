// Random programs over the whole interface of the boundary, each step compared with std::map.
//
// A program is made from choices, so random tests and the fuzzer share it. Keys are few and among
// them are pairs whose hashes are equal in many bits, or in all; values are bytes and objects, by
// reference or as bytes that become a reference; arguments are now and then wrong; now and then an
// allocation fails.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "boundary_map_steps.hpp"

namespace boundary_testing {

class program : private map_steps {
 public:
  using map_steps::map_steps;

  void step() {
    const unsigned what = choose_(27);
    if (choose_(8) == 0) fail_at_ = choose_(12);
    switch (what) {
      case 0:
      case 1:
      case 2:
      case 3:
        return edit_one(false);
      case 4:
      case 5:
        return edit_one(true);
      case 6:
        return look_up();
      case 7:
        return copy_or_drop();
      case 8:
        return edit_many();
      case 9:
        return build_new();
      case 10:
        return iterate();
      case 11:
        return merge_two();
      case 12:
        return merge_three();
      case 13:
        return compare_two();
      case 14:
        return begin_diff();
      case 15:
      case 16:
        return go_on_diff();
      case 17:
        return digests();
      case 18:
        return proofs();
      case 19:
        return snapshots();
      case 20:
        return broken_snapshot();
      case 21:
        return resolve_one();
      case 22:
        return touch_one();
      case 23:
        return drain_all();
      case 24:
        return select_from_one();
      default:
        return wrong_arguments();
    }
  }

  /// Compares everything, and gives everything back: nothing may be left.
  void finish() {
    fail_at_.reset();
    for (const auto& [h, m] : maps_) BOUNDARY_REQUIRE(calls_.entries(h, 3) == m);
    for (const auto& [id, rest] : cursors_) BOUNDARY_REQUIRE(diff_close(c(), id) == status::ok);
    for (const auto& [h, m] : maps_) BOUNDARY_REQUIRE(drop(c(), h) == status::ok);
    BOUNDARY_REQUIRE(snapshot_drop(c()) == status::ok);
    drain_all();
    BOUNDARY_REQUIRE(calls_.words().usage.maps == 0);
    BOUNDARY_REQUIRE(calls_.words().usage.references == 0);
  }

 private:
  void copy_or_drop() {
    const auto i = any_map();
    if (maps_.size() > 8 && i->first != 0) {
      BOUNDARY_REQUIRE(drop(c(), i->first) == status::ok);
      BOUNDARY_REQUIRE(size(c(), i->first) == status::bad_argument);
      maps_.erase(i);
      return;
    }
    status s;
    if (!succeeds([&] { return copy(c(), i->first); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    add_map(i->second);
  }

  /// Arguments that no caller has.
  struct wrong {
    handle good;           ///< a map
    std::size_t key_size;  ///< of the key in the input
    std::size_t n;         ///< beyond the input
    handle h;              ///< of no map
    std::uint32_t cursor;  ///< of no cursor
    reference_id id;       ///< beyond all ids
  };
  /// Every one is refused, and nothing changes.
  void wrong_arguments() {
    const handle good = own_map()->first;
    const std::string k = key();
    BOUNDARY_REQUIRE(write(k));
    const std::size_t sizes[] = {k.size() + 1, k.size() + 4,  std::size_t{1} << 31,
                                 UINT32_MAX,   SIZE_MAX - 3U, SIZE_MAX};
    const std::size_t n = sizes[choose_(6)];
    handle h = choose_(65536) * (choose_(2) == 0 ? 65537U : 1U);
    while (maps_.count(h) != 0) ++h;
    std::uint32_t cursor = choose_(4) == 0 ? 0 : choose_(300);
    while (cursors_.count(cursor) != 0) ++cursor;
    const reference_id ids[] = {hamt::no_reference - 1, hamt::no_reference, UINT32_MAX};
    const wrong w{good, k.size(), n, h, cursor, ids[choose_(3)]};
    wrong_in_entries(w);
    wrong_in_edits(w);
    wrong_in_maps(w);
    wrong_in_files(w);
  }
  static void all_refused(const char* of, std::span<const status> all) {
    std::size_t i = 0;
    for (const status s : all) {
      if (s != status::bad_argument) {
        std::fprintf(stderr, "wrong argument %zu %s: status %d\n", i, of, static_cast<int>(s));
        std::abort();
      }
      ++i;
    }
  }
  void wrong_in_entries(const wrong& w) {
    const status all[] = {
        get(c(), w.h, 0),
        get(c(), w.good, w.n),
        has(c(), w.h, 0),
        has(c(), w.good, w.n),
        get_many(c(), w.h, 0, 0),
        get_many(c(), w.good, w.n, 1),
        get_many(c(), w.good, w.key_size, UINT32_MAX),
        get_many(c(), w.good, w.key_size, 1U << 30),
        batch(c(), w.h, 1, 3, 0, 0, 0),
        batch(c(), w.good, 0, 3, 0, 0, 0),
        batch(c(), w.good, 1, 0, 0, 0, 0),
        batch(c(), w.good, 1, 4, 0, 0, 0),
        resolve(c(), w.h, 0, 0),
        resolve(c(), w.good, w.n, 0),
        resolve(c(), w.good, 0, w.id),
    };
    all_refused("of entries", all);
  }
  void wrong_in_edits(const wrong& w) {
    const status all[] = {
        set(c(), w.h, 0, 0, 1),
        set(c(), 0, 0, 0, 1),
        set(c(), w.good, w.n, 0, 1),
        set(c(), w.good, 0, w.n, 1),
        set(c(), w.good, w.key_size, w.n, 0),
        remove(c(), w.h, 0, 1),
        remove(c(), 0, 0, 1),
        remove(c(), w.good, w.n, 1),
        apply(c(), w.h, 0),
        apply(c(), 0, 0),
        apply(c(), w.good, w.n),
        build(c(), w.h, 0),
        build(c(), 0, 0),
        build(c(), w.good, w.n),
        set_reference(c(), w.h, 0, 0, 1),
        set_reference(c(), 0, 0, 0, 1),
        set_reference(c(), w.good, w.n, 0, 1),
        set_reference(c(), w.good, 0, w.id, 1),
        touch(c(), w.id),
    };
    all_refused("of edits", all);
  }
  void wrong_in_maps(const wrong& w) {
    const status all[] = {
        size(c(), w.h),
        copy(c(), w.h),
        drop(c(), w.h),
        compare(c(), w.h, w.good),
        compare(c(), w.good, w.h),
        merge(c(), w.h, w.good),
        merge(c(), w.good, w.h),
        select_keys(c(), w.h, w.good, 1),
        select_keys(c(), w.good, w.h, 0),
        merge_changes(c(), w.good, w.good, w.h),
        merge_changes(c(), w.h, w.good, w.good),
        changes(c(), w.good, w.h, 1),
        unencoded(c(), w.h, w.good, 0),
        unencoded(c(), w.good, w.h, 0),
        diff_open(c(), w.good, w.h, 1),
        diff_next(c(), w.cursor, 1),
        diff_close(c(), w.cursor),
        digest(c(), w.h),
        prove(c(), w.h, 0, 1),
        prove(c(), w.good, w.n, 1),
        prove(c(), w.good, w.key_size, 0),
        prove(c(), w.good, w.key_size, UINT32_MAX),
        prove(c(), w.good, w.key_size, 1U << 30),
    };
    all_refused("of maps", all);
  }
  void wrong_in_files(const wrong& w) {
    const status all[] = {
        attach(c(), w.n),
        snapshot_take(c(), UINT32_MAX),
        snapshot_read(c(), w.n, 0, 0, SIZE_MAX),
        snapshot_read(c(), w.key_size, 1, UINT32_MAX, SIZE_MAX),
        snapshot_read(c(), w.n, 1, 1U << 30, SIZE_MAX),
        snapshot_validate(c(), w.n),
        snapshot_meta(c(), w.n),
        snapshot_digest(c(), w.n, 0),
        snapshot_write(c(), UINT32_MAX, UINT32_MAX, 0),
        snapshot_write(c(), 1U << 30, 0, 0),
        snapshot_write(c(), 0, 0, w.n),
        nodes_write(c(), UINT32_MAX, 0),
        nodes_write(c(), 0, w.n),
        blocks_open(c(), w.h, 0),
        blocks_open(c(), w.good, w.h),
        blocks_answer(c(), w.cursor, 0),
        blocks_take(c(), w.cursor, 1),
        blocks_close(c(), w.cursor),
        hamt::boundary::keccak256(c(), w.n),
    };
    all_refused("of files", all);
  }
};

}  // namespace boundary_testing
