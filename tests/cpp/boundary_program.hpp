// Random programs over the whole interface of the boundary, each step compared with std::map.
//
// A program is made from choices, so random tests and the fuzzer share it. Keys are few and among
// them are pairs whose hashes are equal in many bits, or in all; values are bytes and objects, by
// reference or as bytes that become a reference; arguments are now and then wrong; now and then an
// allocation fails.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundary_model.hpp"
#include "digest/verify.hpp"
#include "snapshot/utf8.hpp"

namespace boundary_testing {

class program : private model {
 public:
  using model::model;

  void step() {
    const unsigned what = choose_(26);
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
    drain_all();
    BOUNDARY_REQUIRE(calls_.words().usage.maps == 0);
    BOUNDARY_REQUIRE(calls_.words().usage.references == 0);
  }

 private:
  struct difference {
    std::string key;
    std::optional<std::string> before, after;
    bool operator==(const difference&) const = default;
  };
  using differences_left = std::map<std::string, difference>;

  // --- steps

  void edit_one(bool deletes) {
    const auto i = own_map();
    const handle h = i->first;
    contents& m = i->second;
    const std::string k = key();
    const bool keep = choose_(2) != 0, refers = !deletes && choose_(3) == 0;
    const reference_id id = refers ? any_id() : hamt::no_reference;
    const std::string v = deletes ? "" : refers ? object_of(id) : value();
    const auto form = form_of(h, k);
    BOUNDARY_REQUIRE(write(refers ? k : k + v));
    const auto found = m.find(k);
    status s;
    const bool done = succeeds(
        [&] {
          return deletes  ? remove(c(), h, k.size(), keep)
                 : refers ? set_reference(c(), h, k.size(), id, keep)
                          : set(c(), h, k.size(), v.size(), keep);
        },
        s);
    if (done) {
      // Equal objects may differ where an id is concerned, unless it is the same one.
      const bool id_decides = form && (refers || *form < plain_bytes);
      if (found == m.end()) {
        BOUNDARY_REQUIRE(s == status::absent);
      } else if (!deletes && found->second == v && (!id_decides || *form == id)) {
        BOUNDARY_REQUIRE(s == status::unchanged);
      } else {
        BOUNDARY_REQUIRE(s == status::ok || (s == status::unchanged && found->second == v));
        if (keep && s == status::ok) BOUNDARY_REQUIRE(calls_.replaced() == found->second);
      }
      if (deletes)
        m.erase(k);
      else
        m[k] = v;
    } else if (refers) {
      settle({id});
    }
    BOUNDARY_REQUIRE(size(c(), h) == status::ok);
    BOUNDARY_REQUIRE(calls_.words().map.size == m.size());
    if (!done) BOUNDARY_REQUIRE(calls_.entries(h) == m);
  }

  void look_up() {
    const auto i = any_map();
    const std::string k = key();
    BOUNDARY_REQUIRE(write(k));
    const auto found = i->second.find(k);
    const bool there = found != i->second.end();
    BOUNDARY_REQUIRE(has(c(), i->first, k.size()) == (there ? status::ok : status::absent));
    BOUNDARY_REQUIRE(get(c(), i->first, k.size()) == (there ? status::ok : status::absent));
    if (there) BOUNDARY_REQUIRE(calls_.value() == found->second);
    look_up_many(*i);
  }
  void look_up_many(const std::pair<const handle, contents>& map) {
    std::vector<std::string> keys;
    for (unsigned n = choose_(5); n != 0; --n) keys.push_back(key());
    const std::string bytes = list_of(keys);
    const auto count = static_cast<std::uint32_t>(keys.size());
    BOUNDARY_REQUIRE(write(bytes));
    status s;
    if (!succeeds([&] { return get_many(c(), map.first, bytes.size(), count); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    const auto records = calls_.records(false, 1);
    BOUNDARY_REQUIRE(records.size() == keys.size());
    for (std::size_t n = 0; n < keys.size(); ++n)
      BOUNDARY_REQUIRE(records[n].values[0] == at(map.second, keys[n]));
  }

  void resolve_one() {
    const auto i = any_map();
    const std::string k = key();
    const auto form = form_of(i->first, k);
    const bool resolvable = form == object_bytes;
    const auto id = unused_id(
        [&](const std::string& object) { return !resolvable || object == i->second.at(k); });
    if (!id) return;
    BOUNDARY_REQUIRE(write(k));
    status s;
    if (!succeeds([&] { return resolve(c(), i->first, k.size(), *id); }, s)) return settle({*id});
    BOUNDARY_REQUIRE(s == (resolvable ? status::ok : form ? status::unchanged : status::absent));
    BOUNDARY_REQUIRE(form_of(i->first, k) == (resolvable ? *id : form));
  }

  void touch_one() {
    const auto id = unused_id();
    if (!id) return;
    status s;
    if (!succeeds([&] { return touch(c(), *id); }, s)) return settle({*id});
    BOUNDARY_REQUIRE(s == status::ok);
    drain_all();
    BOUNDARY_REQUIRE(calls_.ids_in_use.count(*id) == 0);
  }

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

  /// A batch of edits.
  struct edits {
    std::string bytes;
    std::vector<contents> after;  ///< the contents before it, and after each edit
    std::vector<reference_id> ids;
    bool damaged = false;
  };
  edits edits_of(contents m, bool deletes) {
    edits e;
    e.after = {m};
    for (unsigned n = choose_(12); n != 0; --n) {
      const std::string k = key();
      std::string v = value();
      const bool out = deletes && choose_(3) == 0;
      const auto id = !out && choose_(4) == 0 ? unused_id() : std::nullopt;
      // A fresh id is in no map yet, so it stays in use until the batch is applied.
      if (id) calls_.ids_in_use.erase(*id);
      const bool refers = id && std::find(e.ids.begin(), e.ids.end(), *id) == e.ids.end();
      const std::uint32_t sizes[] = {static_cast<std::uint32_t>(k.size()),
                                     out      ? UINT32_MAX
                                     : refers ? UINT32_MAX - 1
                                              : static_cast<std::uint32_t>(v.size())};
      e.bytes.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
      e.bytes += k;
      if (out) {
        m.erase(k);
      } else if (refers) {
        e.ids.push_back(*id);
        e.bytes.append(reinterpret_cast<const char*>(&*id), sizeof *id);
        m[k] = object_of(*id);
      } else {
        e.bytes += v;
        m[k] = v;
      }
      e.bytes.resize((e.bytes.size() + 3) & ~std::size_t{3});
      e.after.push_back(m);
    }
    calls_.ids_in_use.insert(e.ids.begin(), e.ids.end());
    e.damaged = damage(e.bytes);
    return e;
  }
  /// What a map holds after a batch, in which nothing else may have been taken for an id unless it
  /// was damaged.
  contents after_batch(handle h, const edits& e, bool done) {
    calls_.learns_ids = e.damaged;
    contents now = calls_.entries(h, e.damaged ? 1 : 7);
    if (e.damaged || !done) settle(e.ids);
    drain_all();
    calls_.learns_ids = false;
    return now;
  }
  /// Cuts a batch, or damages a size in it.
  bool damage(std::string& bytes) {
    if (bytes.empty() || choose_(4) != 0) return false;
    const unsigned at = choose_(static_cast<unsigned>(std::min<std::size_t>(bytes.size(), 65535)));
    if (choose_(2) == 0)
      bytes.resize(at);
    else
      bytes[at] = static_cast<char>(choose_(256));
    return true;
  }

  void edit_many() {
    const auto i = own_map();
    const edits e = edits_of(i->second, true);
    BOUNDARY_REQUIRE(write(e.bytes));
    status s;
    const bool done = succeeds([&] { return apply(c(), i->first, e.bytes.size()); }, s);
    contents now = after_batch(i->first, e, done);
    if (e.damaged)
      BOUNDARY_REQUIRE(!done || s == status::ok || refuses_batch(s));
    else if (done)
      BOUNDARY_REQUIRE(s == status::ok && now == e.after.back());
    else
      BOUNDARY_REQUIRE(std::find(e.after.begin(), e.after.end(), now) != e.after.end());
    keep(i->first, std::move(now));
  }
  /// Of a damaged batch; internal_error when it names a dead id.
  static bool refuses_batch(status s) {
    return s == status::bad_argument || s == status::internal_error;
  }

  /// Notes what a map holds. A damaged batch can make keys that are no UTF-8, which JavaScript
  /// never sends and snapshots refuse: such a map is dropped.
  void keep(handle h, contents now) {
    for (const auto& [k, v] : now) {
      if (hamt::snapshot::is_utf8(k)) continue;
      BOUNDARY_REQUIRE(drop(c(), h) == status::ok);
      maps_.erase(h);
      return;
    }
    maps_[h] = std::move(now);
  }

  void build_new() {
    fuse::left = -1;
    BOUNDARY_REQUIRE(copy(c(), 0) == status::ok);
    const handle h = new_handle();
    const edits e = edits_of({}, false);
    BOUNDARY_REQUIRE(write(e.bytes));
    status s;
    const bool done = succeeds([&] { return build(c(), h, e.bytes.size()); }, s);
    contents now = after_batch(h, e, done);
    if (!done)
      BOUNDARY_REQUIRE(now.empty());
    else if (e.damaged)
      BOUNDARY_REQUIRE(s == status::ok || (refuses_batch(s) && now.empty()));
    else
      BOUNDARY_REQUIRE(s == status::ok && now == e.after.back());
    keep(h, std::move(now));
  }

  void iterate() {
    const auto i = any_map(), j = any_map();
    BOUNDARY_REQUIRE(calls_.entries(i->first, 1 + choose_(9)) == i->second);
    // From a position of another map, or of none: entries of this one, and each once.
    std::uint32_t low = choose_(65536) | choose_(65536) << 16, high = choose_(65536);
    std::uint32_t index = choose_(5);
    if (batch(c(), j->first, 1 + choose_(5), 1, 0, 0, 0) == status::partial && choose_(4) != 0) {
      low = static_cast<std::uint32_t>(calls_.words().position.hash_low);
      high = static_cast<std::uint32_t>(calls_.words().position.hash_high);
      if (choose_(2) == 0) index = static_cast<std::uint32_t>(calls_.words().position.index);
    }
    status s;
    if (!succeeds([&] { return batch(c(), i->first, 100, 3, low, high, index); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    contents seen;
    for (const auto& x : calls_.records(true, 1)) {
      BOUNDARY_REQUIRE(seen.emplace(x.key, *x.values[0]).second);
      const auto found = i->second.find(x.key);
      BOUNDARY_REQUIRE(found != i->second.end() && found->second == *x.values[0]);
    }
  }

  void merge_two() {
    const auto i = any_map(), j = any_map();
    status s;
    if (!succeeds([&] { return merge(c(), i->first, j->first); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    contents m = j->second;
    m.insert(i->second.begin(), i->second.end());
    add_map(std::move(m));
  }

  void merge_three() {
    const auto base = any_map(), ours = any_map(), theirs = any_map();
    for (const auto& i : {base, ours, theirs}) encode(i->first);
    status s;
    if (!succeeds([&] { return merge_changes(c(), base->first, ours->first, theirs->first); }, s))
      return;
    BOUNDARY_REQUIRE(s == status::ok);
    contents m;
    std::map<std::string, std::vector<std::optional<std::string>>> clashes;
    contents all = base->second;
    all.insert(ours->second.begin(), ours->second.end());
    all.insert(theirs->second.begin(), theirs->second.end());
    for (const auto& [k, unused] : all) {
      const auto b = at(base->second, k), o = at(ours->second, k), t = at(theirs->second, k);
      const auto& result = b == o ? t : o;
      if (result) m[k] = *result;
      if (o != b && t != b && o != t) clashes[k] = {b, o, t};
    }
    for (auto& x : calls_.records(true, 3)) {
      BOUNDARY_REQUIRE(clashes.at(x.key) == x.values);
      clashes.erase(x.key);
    }
    BOUNDARY_REQUIRE(clashes.empty());
    add_map(std::move(m));
  }

  static differences_left differences_of(const contents& a, const contents& b) {
    differences_left all;
    for (const auto& [k, v] : a)
      if (at(b, k) != v) all[k] = {k, v, at(b, k)};
    for (const auto& [k, v] : b)
      if (a.find(k) == a.end()) all[k] = {k, std::nullopt, v};
    return all;
  }

  void compare_two() {
    const auto i = any_map(), j = any_map();
    const bool same = i->second == j->second;
    BOUNDARY_REQUIRE(same || compare(c(), i->first, j->first) == status::ok);
    encode(i->first);
    encode(j->first);
    BOUNDARY_REQUIRE(compare(c(), i->first, j->first) == (same ? status::unchanged : status::ok));
    const unsigned most = choose_(20);
    const differences_left all = differences_of(i->second, j->second);
    status s;
    if (!succeeds([&] { return changes(c(), i->first, j->first, most); }, s)) return;
    BOUNDARY_REQUIRE(s == (all.size() > most ? status::partial : status::ok));
    if (s == status::partial) return;
    BOUNDARY_REQUIRE(calls_.words().records.count == all.size());
    for (const auto& x : calls_.records(true, 1))
      BOUNDARY_REQUIRE(all.at(x.key).before == x.values[0]);
  }

  void take_differences(differences_left& left) {
    for (const auto& x : calls_.records(true, 2)) {
      BOUNDARY_REQUIRE((left.at(x.key) == difference{x.key, x.values[0], x.values[1]}));
      left.erase(x.key);
    }
  }

  void begin_diff() {
    const auto i = any_map(), j = any_map();
    encode(i->first);
    encode(j->first);
    status s;
    if (!succeeds([&] { return diff_open(c(), i->first, j->first, choose_(6)); }, s)) return;
    differences_left left = differences_of(i->second, j->second);
    const auto id = static_cast<std::uint32_t>(calls_.words().cursor.id);
    BOUNDARY_REQUIRE(s == status::ok || s == status::partial);
    BOUNDARY_REQUIRE((id != 0) == (s == status::partial));
    take_differences(left);
    if (id == 0)
      BOUNDARY_REQUIRE(left.empty());
    else
      BOUNDARY_REQUIRE(cursors_.emplace(id, std::move(left)).second);
  }

  void go_on_diff() {
    if (cursors_.empty()) return;
    const auto i = std::next(cursors_.begin(), choose_(static_cast<unsigned>(cursors_.size())));
    const status s = diff_next(c(), i->first, 1 + choose_(10));
    BOUNDARY_REQUIRE(s == status::ok || s == status::partial);
    take_differences(i->second);
    BOUNDARY_REQUIRE(i->second.empty() == (s == status::ok));
    if (s == status::partial && choose_(4) != 0) return;
    BOUNDARY_REQUIRE(diff_close(c(), i->first) == status::ok);
    BOUNDARY_REQUIRE(diff_close(c(), i->first) == status::bad_argument);
    cursors_.erase(i);
  }

  std::string digest_of_map(handle h) {
    encode(h);
    BOUNDARY_REQUIRE(digest(c(), h) == status::ok);
    return calls_.output();
  }

  void digests() {
    const auto i = any_map(), j = any_map();
    const bool lacks_bytes = !unencoded_of(i->first, true).empty();
    status s;
    if (!succeeds([&] { return digest(c(), i->first); }, s)) return;
    BOUNDARY_REQUIRE(s == (lacks_bytes ? status::internal_error : status::ok));
    BOUNDARY_REQUIRE(lacks_bytes || calls_.words().output.size == 32);
    const std::string first = digest_of_map(i->first);
    BOUNDARY_REQUIRE((first == digest_of_map(j->first)) == (i->second == j->second));
  }

  /// A list of keys as calls read it.
  static std::string list_of(const std::vector<std::string>& keys) {
    std::string bytes, text;
    for (const std::string& k : keys) {
      const auto n = static_cast<std::uint32_t>(k.size());
      bytes.append(reinterpret_cast<const char*>(&n), sizeof n);
      text += k;
    }
    return bytes + text;
  }

  void proofs() {
    const auto i = any_map();
    std::vector<std::string> keys;
    for (unsigned n = 1 + choose_(3); n != 0; --n) keys.push_back(key());
    std::string bytes = list_of(keys);
    encode(i->first);
    const auto count = static_cast<std::uint32_t>(keys.size());
    if (choose_(4) == 0) {
      damage(bytes);
      BOUNDARY_REQUIRE(write(bytes));
      const status s = prove(c(), i->first, bytes.size(), count + choose_(2));
      BOUNDARY_REQUIRE(s == status::ok || s == status::bad_argument);
      return;
    }
    BOUNDARY_REQUIRE(write(bytes));
    status s;
    if (!succeeds([&] { return prove(c(), i->first, bytes.size(), count); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    const std::string proof = calls_.output(), name = digest_of_map(i->first);
    hamt::digest32 root;
    std::memcpy(root.data(), name.data(), root.size());
    const std::vector<std::string_view> asked(keys.begin(), keys.end());
    const auto answers = hamt::verify_proof<hamt::key_hash>(root, asked, proof);
    for (std::size_t k = 0; k < keys.size(); ++k)
      BOUNDARY_REQUIRE(answers[k] == at(i->second, keys[k]));
  }

  std::string file_of(const std::vector<handle>& handles, std::uint32_t bases) {
    for (const handle h : handles) encode(h);
    std::string bytes(reinterpret_cast<const char*>(handles.data()),
                      handles.size() * sizeof(handle));
    bytes += "meta";
    BOUNDARY_REQUIRE(write(bytes));
    const auto count = static_cast<std::uint32_t>(handles.size()) - bases;
    status s;
    if (!succeeds([&] { return snapshot_write(c(), bases, count, 4); }, s)) return "";
    BOUNDARY_REQUIRE(s == status::ok);
    return calls_.output();
  }

  void snapshots() {
    std::vector<handle> handles;
    for (unsigned n = 1 + choose_(4); n != 0; --n) handles.push_back(any_map()->first);
    const std::uint32_t bases = choose_(static_cast<unsigned>(handles.size()));
    std::string file = file_of(handles, bases);
    if (file.empty()) return;
    const std::size_t size = file.size();
    file.resize((size + 3) & ~std::size_t{3});
    file.append(reinterpret_cast<const char*>(handles.data()), bases * sizeof(handle));
    BOUNDARY_REQUIRE(write(file));
    BOUNDARY_REQUIRE(snapshot_meta(c(), size) == status::ok && calls_.output() == "meta");
    status s;
    if (!succeeds([&] { return snapshot_read(c(), size, bases != 0, bases, 1 << 30); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    const std::string list = calls_.output();
    BOUNDARY_REQUIRE(list.size() == (handles.size() - bases) * sizeof(handle));
    for (std::size_t i = bases; i < handles.size(); ++i) {
      handle h;
      std::memcpy(&h, list.data() + (i - bases) * sizeof h, sizeof h);
      const contents& expected = maps_.at(handles[i]);
      BOUNDARY_REQUIRE((h == 0) == expected.empty());
      BOUNDARY_REQUIRE(calls_.entries(h) == expected);
      if (bases == 0 && write(file)) {
        BOUNDARY_REQUIRE(snapshot_digest(c(), size, static_cast<std::uint32_t>(i)) == status::ok);
        const std::string of_file = calls_.output();
        BOUNDARY_REQUIRE(of_file == digest_of_map(h));
      }
      BOUNDARY_REQUIRE(drop(c(), h) == status::ok);
    }
  }

  void broken_snapshot() {
    std::string file = file_of({any_map()->first, any_map()->first}, choose_(2));
    if (file.empty()) return;
    for (unsigned n = choose_(4); n != 0; --n)
      file[choose_(static_cast<unsigned>(file.size()))] = static_cast<char>(choose_(256));
    if (choose_(4) == 0) file.resize(choose_(static_cast<unsigned>(file.size()) + 1));
    BOUNDARY_REQUIRE(write(file));
    for (const status s : {snapshot_validate(c(), file.size()), snapshot_meta(c(), file.size()),
                           snapshot_digest(c(), file.size(), choose_(3))}) {
      BOUNDARY_REQUIRE(s == status::ok || s == status::invalid_snapshot ||
                       s == status::bad_argument);
      if (s == status::invalid_snapshot) BOUNDARY_REQUIRE(calls_.words().error.code_size != 0);
    }
    const status s = snapshot_read(c(), file.size(), 0, 0, choose_(65536));
    if (s != status::ok) return;
    const std::string list = calls_.output();
    for (std::size_t i = 0; i < list.size(); i += sizeof(handle)) {
      handle h;
      std::memcpy(&h, list.data() + i, sizeof h);
      BOUNDARY_REQUIRE(drop(c(), h) == status::ok);
    }
  }

  /// Arguments that no caller has: every one is refused, and nothing changes.
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
    const reference_id id = ids[choose_(3)];
    constexpr status bad = status::bad_argument;
    const status all[] = {
        get(c(), h, 0),
        get(c(), good, n),
        has(c(), h, 0),
        has(c(), good, n),
        get_many(c(), h, 0, 0),
        get_many(c(), good, n, 1),
        get_many(c(), good, k.size(), UINT32_MAX),
        get_many(c(), good, k.size(), 1U << 30),
        set(c(), h, 0, 0, 1),
        set(c(), 0, 0, 0, 1),
        set(c(), good, n, 0, 1),
        set(c(), good, 0, n, 1),
        set(c(), good, k.size(), n, 0),
        remove(c(), h, 0, 1),
        remove(c(), 0, 0, 1),
        remove(c(), good, n, 1),
        apply(c(), h, 0),
        apply(c(), 0, 0),
        apply(c(), good, n),
        build(c(), h, 0),
        build(c(), 0, 0),
        build(c(), good, n),
        batch(c(), h, 1, 3, 0, 0, 0),
        batch(c(), good, 0, 3, 0, 0, 0),
        batch(c(), good, 1, 0, 0, 0, 0),
        batch(c(), good, 1, 4, 0, 0, 0),
        size(c(), h),
        copy(c(), h),
        drop(c(), h),
        compare(c(), h, good),
        compare(c(), good, h),
        merge(c(), h, good),
        merge(c(), good, h),
        merge_changes(c(), good, good, h),
        merge_changes(c(), h, good, good),
        changes(c(), good, h, 1),
        set_reference(c(), h, 0, 0, 1),
        set_reference(c(), 0, 0, 0, 1),
        set_reference(c(), good, n, 0, 1),
        set_reference(c(), good, 0, id, 1),
        resolve(c(), h, 0, 0),
        resolve(c(), good, n, 0),
        resolve(c(), good, 0, id),
        touch(c(), id),
        unencoded(c(), h, 0),
        attach(c(), n),
        diff_open(c(), good, h, 1),
        diff_next(c(), cursor, 1),
        diff_close(c(), cursor),
        digest(c(), h),
        prove(c(), h, 0, 1),
        prove(c(), good, n, 1),
        prove(c(), good, k.size(), 0),
        prove(c(), good, k.size(), UINT32_MAX),
        prove(c(), good, k.size(), 1U << 30),
        snapshot_read(c(), n, 0, 0, SIZE_MAX),
        snapshot_read(c(), k.size(), 1, UINT32_MAX, SIZE_MAX),
        snapshot_read(c(), n, 1, 1U << 30, SIZE_MAX),
        snapshot_validate(c(), n),
        snapshot_meta(c(), n),
        snapshot_digest(c(), n, 0),
        snapshot_write(c(), UINT32_MAX, UINT32_MAX, 0),
        snapshot_write(c(), 1U << 30, 0, 0),
        snapshot_write(c(), 0, 0, n),
        nodes_write(c(), UINT32_MAX, 0),
        nodes_write(c(), 0, n),
        blocks_open(c(), h, 0),
        blocks_open(c(), good, h),
        blocks_answer(c(), cursor, 0),
        blocks_take(c(), cursor, 1),
        blocks_close(c(), cursor),
        hamt::boundary::keccak256(c(), n),
    };
    for (std::size_t i = 0; i < std::size(all); ++i)
      if (all[i] != bad) {
        std::fprintf(stderr, "wrong argument %zu: status %d\n", i, static_cast<int>(all[i]));
        std::abort();
      }
  }

  std::map<std::uint32_t, differences_left> cursors_;
};

}  // namespace boundary_testing
