// From bytes to maps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapshot/image.hpp"
#include "trie/build.hpp"
#include "trie/map.hpp"

namespace hamt::snapshot {

template <class P>
struct loaded {
  std::vector<byte_map<P>> versions;  // in the order in which they were given to `write`
  std::string_view meta;              // inside the file; empty when there is none
};

/// What maps may take when nothing else is said: 1 GiB.
inline constexpr std::uint64_t usual_room = std::uint64_t{1} << 30;

/// Checks that `file` is a snapshot (or a delta) by every rule of FORMAT.md. Time and memory linear
/// in its length; what a delta does to its base can only be checked with that base.
inline void validate(std::string_view file) {
  const image snapshot(file);
  snapshot.key_table.decode(true, nullptr);
  snapshot.value_table.decode(false, nullptr);
  snapshot.check_changes();
}

/// The versions of a snapshot or of a delta; they share memory along the tree in which the file
/// stores them. `find(digest) -> const byte_map<P>*` gives the version outside that has this
/// digest (32 bytes), or null. Linear in the file's length, and in the paths that the changes copy.
/// A small file can hold a long value that many keys have, or a large map of which each byte makes
/// another version; `room` is what all the maps together may take, in bytes. Throws `error`,
/// std::bad_alloc.
template <class P = local_policy, class Find>
loaded<P> read_delta(std::string_view file, Find&& find, std::uint64_t room = usual_room) {
  using map_type = byte_map<P>;
  const image snapshot(file);
  std::vector<map_type> grounds(1);
  for (std::size_t b = 0; b < snapshot.base_count(); ++b) {
    const map_type* base =
        find(snapshot.bases.substr(b * digest_bytes_length, digest_bytes_length));
    if (base == nullptr) fail(rule::wrong_base, snapshot.base_offset(b));
    grounds.push_back(*base);
  }
  arena keys, values;
  snapshot.key_table.decode(true, &keys);
  snapshot.value_table.decode(false, &values);

  // The changes lie by key; versions are made one after another: sort by version, counting.
  std::vector<std::uint32_t> ends = snapshot.check_changes();
  std::uint32_t sum = 0;
  for (std::uint32_t& e : ends) e = std::exchange(sum, sum + e);
  struct change {
    std::uint32_t key, code;
  };
  std::vector<change> changes(sum);
  snapshot.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t) {
    changes[ends[v]++] = {k, c};
  });

  const auto used = [] { return static_cast<std::int64_t>(P::memory::usage().bytes); };
  const std::int64_t before = used();
  std::vector<map_type> versions;
  versions.reserve(snapshot.versions.size());
  std::vector<std::pair<std::string_view, typename map_type::argument>> entries;
  std::size_t at = 0;
  for (std::uint32_t v = 0; v < snapshot.versions.size(); ++v) {
    const version_record& r = snapshot.versions[v];
    // Other threads may give memory back meanwhile.
    auto taken = static_cast<std::uint64_t>(std::max<std::int64_t>(0, used() - before));
    for (std::size_t i = at; i < ends[v]; ++i) {
      const auto [k, c] = changes[i];
      if (c != 0) taken += keys[k].size() + values[c - 1].size();
    }
    if (taken > room) fail(rule::too_large, r.offset);
    if (snapshot.grounded(v) && r.ground == 0) {
      entries.clear();
      for (; at < ends[v]; ++at)
        entries.emplace_back(keys[changes[at].key], values[changes[at].code - 1]);
      versions.push_back(build<typename P::byte_value, P>(entries));
      continue;
    }
    const map_type& base = snapshot.grounded(v) ? grounds[r.ground] : versions[r.base];
    draft<typename P::byte_value, P> d{base};
    for (; at < ends[v]; ++at) {
      const auto [k, c] = changes[at];
      if (!(c == 0 ? d.erase(keys[k]) : d.set(keys[k], values[c - 1])))
        fail(rule::no_change, r.offset);
    }
    if (static_cast<std::int64_t>(d.size()) != static_cast<std::int64_t>(base.size()) + r.growth)
      fail(rule::size, r.offset);
    versions.push_back(d.freeze());
  }

  loaded<P> result;
  result.meta = snapshot.meta;
  result.versions.reserve(snapshot.listing.size());
  for (const std::uint32_t v : snapshot.listing) result.versions.push_back(versions[v]);
  return result;
}

/// Calls `use(entries)` with the entries of version `listed` of a snapshot, by key, and gives what
/// it returns. They are pairs of views that are valid until then; no map is made. `listed` counts
/// as versions were given to `write`. Linear in the file's length. Throws `error`, also for a
/// version that is not there; std::bad_alloc.
template <class Use>
auto with_entries(std::string_view file, std::size_t listed, Use&& use) {
  const image snapshot(file);
  if (snapshot.base_count() != 0) fail(rule::needs_base, snapshot.base_offset(0));
  if (listed >= snapshot.listing.size()) fail(rule::version, 0);
  const std::uint32_t version = snapshot.listing[listed];
  arena keys, values;
  snapshot.key_table.decode(true, &keys);
  snapshot.value_table.decode(false, &values);
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  // Of a key's changes, the last that the version stands on says what it has.
  std::uint32_t key = 0, standing = 0;
  const auto take = [&] {
    if (standing != 0) entries.emplace_back(keys[key], values[standing - 1]);
  };
  snapshot.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t offset) {
    if (c > snapshot.values) fail(rule::value, offset);
    if (k != key) take(), key = k, standing = 0;
    if (v <= version && version < snapshot.versions[v].end) standing = c;
  });
  take();
  return use(std::span(std::as_const(entries)));
}

/// The versions of a snapshot. As `read_delta`; a delta is refused.
template <class P = local_policy>
loaded<P> read(std::string_view file, std::uint64_t room = usual_room) {
  const auto find = [](std::string_view) -> const byte_map<P>* { fail(rule::needs_base, 0); };
  return read_delta<P>(file, find, room);
}

}  // namespace hamt::snapshot
