// From bytes to maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
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
  std::vector<map<bytes, P>> versions;  // in the order in which they were given to `write`
  std::string_view meta;                // inside the file; empty when there is none
};

/// Checks that `file` is a snapshot (or a delta) by every rule of FORMAT.md. Time and memory linear in its length; what a
/// delta does to its base can only be checked with that base.
inline void validate(std::string_view file) {
  const image snapshot(file);
  snapshot.key_table.each(true, [](std::string_view) {});
  snapshot.value_table.each(false, [](std::string_view) {});
  snapshot.check_changes();
}

namespace detail {

/// Strings one after another in one block of memory.
class arena {
 public:
  arena(const string_table& table, std::uint32_t count, bool text) {
    ends_.reserve(count);
    table.each(text, [this](std::string_view s) {
      bytes_ += s;
      ends_.push_back(bytes_.size());
    });
  }
  std::string_view operator[](std::size_t i) const noexcept {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(start, ends_[i] - start);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace detail

/// The versions of a snapshot or of a delta; they share memory along the tree in which the file stores them.
/// `find(digest) -> const map<bytes, P>*` gives the version outside that has this digest (32 bytes), or null.
/// Linear in the file's length, and in the paths that the changes copy. Throws `error`, std::bad_alloc.
template <class P = local_policy, class Find>
loaded<P> read_delta(std::string_view file, Find&& find) {
  using map_type = map<bytes, P>;
  const image snapshot(file);
  std::vector<map_type> grounds(1);
  for (std::size_t b = 0; b < snapshot.base_count(); ++b) {
    const map_type* base = find(snapshot.bases.substr(b * digest_bytes_length, digest_bytes_length));
    if (base == nullptr) fail(rule::wrong_base, snapshot.base_offset(b));
    grounds.push_back(*base);
  }
  const detail::arena keys(snapshot.key_table, snapshot.keys, true);
  const detail::arena values(snapshot.value_table, snapshot.values, false);

  // The changes lie by key; versions are made one after another: sort by version, counting.
  std::vector<std::uint32_t> ends = snapshot.check_changes();
  std::uint32_t sum = 0;
  for (std::uint32_t& e : ends) e = std::exchange(sum, sum + e);
  struct change {
    std::uint32_t key, code;
  };
  std::vector<change> changes(sum);
  snapshot.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t) { changes[ends[v]++] = {k, c}; });

  std::vector<map_type> versions;
  versions.reserve(snapshot.versions.size());
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  std::size_t at = 0;
  for (std::uint32_t v = 0; v < snapshot.versions.size(); ++v) {
    const version_record& r = snapshot.versions[v];
    if (snapshot.grounded(v) && r.ground == 0) {
      entries.clear();
      for (; at < ends[v]; ++at) entries.emplace_back(keys[changes[at].key], values[changes[at].code - 1]);
      versions.push_back(build<bytes, P>(entries));
      continue;
    }
    const map_type& base = snapshot.grounded(v) ? grounds[r.ground] : versions[r.base];
    draft<bytes, P> d{base};
    for (; at < ends[v]; ++at) {
      const auto [k, c] = changes[at];
      if (!(c == 0 ? d.erase(keys[k]) : d.set(keys[k], values[c - 1]))) fail(rule::no_change, r.offset);
    }
    if (static_cast<std::int64_t>(d.size()) != static_cast<std::int64_t>(base.size()) + r.growth) fail(rule::size, r.offset);
    versions.push_back(d.freeze());
  }

  loaded<P> result;
  result.meta = snapshot.meta;
  result.versions.reserve(snapshot.listing.size());
  for (const std::uint32_t v : snapshot.listing) result.versions.push_back(versions[v]);
  return result;
}

/// The versions of a snapshot. As `read_delta`; a delta is refused.
template <class P = local_policy>
loaded<P> read(std::string_view file) {
  return read_delta<P>(file, [](std::string_view) -> const map<bytes, P>* { fail(rule::needs_base, 0); });
}

/// Listed version `i` of a snapshot alone. Linear in the file's length and the size of the version.
template <class P = local_policy>
map<bytes, P> read_version(std::string_view file, std::size_t i) {
  const image snapshot(file);
  if (snapshot.base_count() != 0) fail(rule::needs_base, 0);
  if (i >= snapshot.listing.size()) throw std::out_of_range("no such version");
  const detail::arena keys(snapshot.key_table, snapshot.keys, true);
  const detail::arena values(snapshot.value_table, snapshot.values, false);
  snapshot.check_changes();
  const std::uint32_t wanted = snapshot.listing[i];
  std::vector<std::uint32_t> codes(snapshot.keys);  // of each key, after the last change that the version has seen
  snapshot.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t) {
    if (v <= wanted && wanted < snapshot.versions[v].end) codes[k] = c;
  });
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  entries.reserve(static_cast<std::size_t>(snapshot.versions[wanted].size));
  for (std::uint32_t k = 0; k < snapshot.keys; ++k) {
    if (codes[k] != 0) entries.emplace_back(keys[k], values[codes[k] - 1]);
  }
  return build<bytes, P>(entries);
}

}  // namespace hamt::snapshot
