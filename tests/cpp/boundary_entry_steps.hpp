// Steps of random programs that concern single entries: edits, batches of edits, lookups,
// iteration, values by reference.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "boundary_model.hpp"
#include "snapshot/utf8.hpp"

namespace boundary_testing {

class entry_steps : protected model {
 protected:
  using model::model;

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
      touch_all({id});
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
    if (!succeeds([&] { return resolve(c(), i->first, k.size(), *id); }, s))
      return touch_all({*id});
    BOUNDARY_REQUIRE(s == (resolvable ? status::ok : form ? status::unchanged : status::absent));
    BOUNDARY_REQUIRE(form_of(i->first, k) == (resolvable ? *id : form));
  }

  void touch_one() {
    const auto id = unused_id();
    if (!id) return;
    status s;
    if (!succeeds([&] { return touch(c(), *id); }, s)) return touch_all({*id});
    BOUNDARY_REQUIRE(s == status::ok);
    drain_all();
    BOUNDARY_REQUIRE(calls_.ids_in_use.count(*id) == 0);
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

  // --- lists and damage, for other steps too

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

 private:
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
    if (e.damaged || !done) touch_all(e.ids);
    drain_all();
    calls_.learns_ids = false;
    return now;
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
};

}  // namespace boundary_testing
