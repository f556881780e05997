// Steps of random programs that concern whole maps: merges, selections, differences, digests,
// proofs, snapshots.
#pragma once

#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundary_entry_steps.hpp"
#include "digest/verify.hpp"

namespace boundary_testing {

class map_steps : protected entry_steps {
 protected:
  using entry_steps::entry_steps;

  struct difference {
    std::string key;
    std::optional<std::string> before, after;
    bool operator==(const difference&) const = default;
  };
  using differences_left = std::map<std::string, difference>;

  void merge_two() {
    const auto i = any_map(), j = any_map();
    status s;
    if (!succeeds([&] { return merge(c(), i->first, j->first); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    contents m = j->second;
    m.insert(i->second.begin(), i->second.end());
    add_map(std::move(m));
  }

  void select_from_one() {
    const auto i = any_map(), j = any_map();
    const bool common = choose_(2) != 0;
    status s;
    if (!succeeds([&] { return select_keys(c(), i->first, j->first, common); }, s)) return;
    BOUNDARY_REQUIRE(s == status::ok);
    contents m;
    for (const auto& entry : i->second)
      if ((j->second.count(entry.first) != 0) == common) m.insert(entry);
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

  /// What one map lacks, and another beyond the nodes that they share, is what both lack.
  void unencoded_in_either(handle a, handle b) {
    const auto set_of = [](const std::vector<reference_id>& ids) {
      return std::set<reference_id>(ids.begin(), ids.end());
    };
    std::set<reference_id> both = set_of(unencoded_of(a, false));
    std::set<reference_id> seen = both;
    both.merge(set_of(unencoded_of(b, false)));
    seen.merge(set_of(unencoded_of(b, false, a)));
    BOUNDARY_REQUIRE(seen == both);
    BOUNDARY_REQUIRE(unencoded_of(a, false, a).empty());
  }

  void digests() {
    const auto i = any_map(), j = any_map();
    const bool lacks_bytes = !unencoded_of(i->first, true).empty();
    unencoded_in_either(i->first, j->first);
    status s;
    if (!succeeds([&] { return digest(c(), i->first); }, s)) return;
    BOUNDARY_REQUIRE(s == (lacks_bytes ? status::internal_error : status::ok));
    BOUNDARY_REQUIRE(lacks_bytes || calls_.words().output.size == 32);
    const std::string first = digest_of_map(i->first);
    BOUNDARY_REQUIRE((first == digest_of_map(j->first)) == (i->second == j->second));
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
    BOUNDARY_REQUIRE(calls_.words().map.size == handles.size() - bases);
    for (std::size_t i = bases; i < handles.size(); ++i) {
      if (choose_(8) == 0) {  // the others are not taken
        if (choose_(2) == 0) BOUNDARY_REQUIRE(snapshot_drop(c()) == status::ok);
        return;
      }
      const auto number = static_cast<std::uint32_t>(i - bases);
      if (!succeeds([&] { return snapshot_take(c(), number); }, s)) {
        // It is there as before.
        s = snapshot_take(c(), number);
      }
      BOUNDARY_REQUIRE(s == status::ok);
      const handle h = new_handle();
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
    for (auto i = static_cast<std::uint32_t>(calls_.words().map.size); i-- != 0;) {
      BOUNDARY_REQUIRE(snapshot_take(c(), i) == status::ok);
      BOUNDARY_REQUIRE(drop(c(), new_handle()) == status::ok);
    }
  }

  /// Open cursors, and what they have not given yet.
  std::map<std::uint32_t, differences_left> cursors_;

 private:
  static differences_left differences_of(const contents& a, const contents& b) {
    differences_left all;
    for (const auto& [k, v] : a)
      if (at(b, k) != v) all[k] = {k, v, at(b, k)};
    for (const auto& [k, v] : b)
      if (a.find(k) == a.end()) all[k] = {k, std::nullopt, v};
    return all;
  }

  void take_differences(differences_left& left) {
    for (const auto& x : calls_.records(true, 2)) {
      BOUNDARY_REQUIRE((left.at(x.key) == difference{x.key, x.values[0], x.values[1]}));
      left.erase(x.key);
    }
  }

  std::string digest_of_map(handle h) {
    encode(h);
    BOUNDARY_REQUIRE(digest(c(), h) == status::ok);
    return calls_.output();
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
};

}  // namespace boundary_testing
