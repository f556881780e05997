// Snapshot reader: from bytes to maps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../trie/build.hpp"
#include "../trie/map.hpp"
#include "budget.hpp"
#include "sections.hpp"

namespace hamt::snapshot {

template <class P>
struct loaded {
  std::vector<byte_map<P>> versions;  // in the order in which they were given to `write`
  std::string_view meta;              // inside the file; empty when there is none
};

/// Checks that `file` is a snapshot (or a delta) by every rule of FORMAT.md. Time and memory linear
/// in its length; what a delta does to its base can only be checked with that base.
inline void validate(std::string_view file) {
  const sections parsed(file);
  parsed.keys().check(true);
  parsed.values().check(false);
  parsed.check_changes();
}

namespace detail {

/// What a listed version takes apart from its entries: a handle, and an object in JavaScript.
inline constexpr std::uint64_t listed_version_size = 512;

/// Makes maps of a file's versions, one after another.
template <class P>
class replay {
  using map_type = byte_map<P>;

 public:
  /// `bases` holds the empty map, then the external bases.
  replay(const sections& file, std::vector<map_type> bases, std::uint64_t room)
      : file_(file), bases_(std::move(bases)), budget_(room) {
    budget_.take(file.listing().size() * listed_version_size, file.listing_offset());
    budget_.take(file.change_count() * sizeof(change), file.changes_offset());
    keys_ = file.keys().decode(true, budget_);
    values_ = file.values().decode(false, budget_);
    sort_changes();
  }

  std::vector<map_type> run() {
    before_ = used();
    versions_.reserve(file_.versions().size());
    for (std::uint32_t v = 0; v < file_.versions().size(); ++v) {
      const version_record& r = file_.versions()[v];
      const std::span<const change> changes(changes_.data() + (v == 0 ? 0 : ends_[v - 1]),
                                            changes_.data() + ends_[v]);
      require_entries(changes, r.offset);
      versions_.push_back(file_.is_root(v) && r.root == 0 ? build_from(changes)
                                                          : edit(base_of(v), changes, r));
    }
    std::vector<map_type> listed;
    listed.reserve(file_.listing().size());
    for (const std::uint32_t v : file_.listing()) listed.push_back(versions_[v]);
    return listed;
  }

 private:
  struct change {
    std::uint32_t key, code;
  };

  /// The file has changes by key; versions are made one after another: a counting sort.
  void sort_changes() {
    ends_ = file_.check_changes();
    std::uint32_t sum = 0;
    for (std::uint32_t& e : ends_) e = std::exchange(sum, sum + e);
    changes_.resize(sum);
    file_.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t) {
      changes_[ends_[v]++] = {k, c};
    });
  }

  const map_type& base_of(std::uint32_t v) const noexcept {
    const version_record& r = file_.versions()[v];
    return file_.is_root(v) ? bases_[r.root] : versions_[r.base];
  }

  static std::int64_t used() noexcept {
    return static_cast<std::int64_t>(P::memory::usage().bytes);
  }
  /// What the maps have taken so far. Other threads may give memory back meanwhile.
  std::uint64_t taken() const noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, used() - before_));
  }

  void require_entries(std::span<const change> changes, std::size_t offset) const {
    std::uint64_t bytes = taken();
    for (const auto [k, c] : changes) {
      if (c != 0) bytes += keys_[k].size() + values_[c - 1].size();
    }
    budget_.require(bytes, offset);
  }

  map_type build_from(std::span<const change> changes) {
    entries_.clear();
    for (const auto [k, c] : changes) entries_.emplace_back(keys_[k], values_[c - 1]);
    return build<typename P::byte_value, P>(entries_);
  }

  map_type edit(const map_type& base, std::span<const change> changes, const version_record& r) {
    if (base.empty()) fail(rule::empty_base, r.offset);
    draft<typename P::byte_value, P> d{base};
    for (const auto [k, c] : changes) {
      if (!(c == 0 ? d.erase(keys_[k]) : d.set(keys_[k], values_[c - 1])))
        fail(rule::no_change, r.offset);
      budget_.require(taken(), r.offset);
    }
    if (static_cast<std::int64_t>(d.size()) != static_cast<std::int64_t>(base.size()) + r.growth)
      fail(rule::size, r.offset);
    return d.freeze();
  }

  const sections& file_;
  const std::vector<map_type> bases_;
  budget budget_;
  arena keys_, values_;
  std::vector<change> changes_;      // by version
  std::vector<std::uint32_t> ends_;  // of each version's changes
  std::vector<map_type> versions_;
  std::vector<std::pair<std::string_view, typename map_type::argument>> entries_;
  std::int64_t before_ = 0;
};

}  // namespace detail

/// The versions of a snapshot or of a delta; they share memory along the tree in which the file
/// stores them. `find(digest) -> const byte_map<P>*` gives the external base that has this
/// digest (32 bytes), or null. Linear in the file's length, and in the paths that the changes copy.
/// `room` is what reading may take, in bytes: a small file can hold a long value that many keys
/// have, or a large node of which each byte makes another version. Throws `error`, std::bad_alloc.
template <class P = local_policy, class Find>
loaded<P> read_delta(std::string_view file, Find&& find, std::uint64_t room = usual_room) {
  const sections parsed(file);
  std::vector<byte_map<P>> bases(1);
  for (std::size_t b = 0; b < parsed.base_count(); ++b) {
    const byte_map<P>* base = find(parsed.base(b));
    if (base == nullptr) fail(rule::wrong_base, parsed.base_offset(b));
    bases.push_back(*base);
  }
  return {detail::replay<P>(parsed, std::move(bases), room).run(), parsed.meta()};
}

/// Finds maps by their digests, for `read_delta`: the last first, which is most often the one that
/// is wanted. Any other costs the digests of all maps, once, and then O(log maps).
template <class Map, class DigestOf>
class base_finder {
 public:
  /// `digest_of(map)` gives 32 bytes.
  base_finder(std::span<const Map> maps, DigestOf digest_of)
      : maps_(maps), digest_of_(std::move(digest_of)) {}

  const Map* operator()(std::string_view digest) {
    if (maps_.empty()) return nullptr;
    if (digests_.empty()) {
      const auto last = digest_of_(maps_.back());
      if (view(last) == digest) return &maps_.back();
      sort();
    }
    const auto found = std::lower_bound(sorted_.strings.begin(), sorted_.strings.end(), digest);
    if (found == sorted_.strings.end() || *found != digest) return nullptr;
    return &maps_[indices_[static_cast<std::size_t>(found - sorted_.strings.begin())]];
  }

 private:
  using digest_type = std::invoke_result_t<DigestOf&, const Map&>;

  static std::string_view view(const digest_type& d) noexcept {
    return {reinterpret_cast<const char*>(d.data()), digest_size};
  }

  void sort() {
    digests_.reserve(maps_.size());
    for (const Map& m : maps_) digests_.push_back(digest_of_(m));
    std::vector<std::string_view> views;
    views.reserve(digests_.size());
    for (const digest_type& d : digests_) views.push_back(view(d));
    sorted_ = sort_distinct(views);
    indices_.resize(sorted_.strings.size());
    for (std::uint32_t i = 0; i < sorted_.numbers.size(); ++i) indices_[sorted_.numbers[i]] = i;
  }

  std::span<const Map> maps_;
  DigestOf digest_of_;
  std::vector<digest_type> digests_;
  distinct_strings sorted_;
  std::vector<std::uint32_t> indices_;  // for each digest, a map that has it
};

/// Calls `use(entries, values)` with the entries of version `listed` of a snapshot, by key, and the
/// file's table of values, and gives what it returns. Entries are pairs of views that are valid
/// until then; no map is made. Their values are strings of the table, which `use` may change.
/// `listed` counts as versions were given to `write`. Linear in the file's length. The lengths of
/// all entries together are not: many may have one long value. Throws `error`, also for a version
/// that is not there; std::bad_alloc.
template <class Use>
auto with_entries(std::string_view file, std::size_t listed, Use&& use) {
  const sections parsed(file);
  if (parsed.base_count() != 0) fail(rule::needs_base, parsed.base_offset(0));
  if (listed >= parsed.listing().size()) fail(rule::version, 0);
  const std::uint32_t version = parsed.listing()[listed];
  budget room(~std::uint64_t{0});
  const arena keys = parsed.keys().decode(true, room);
  arena values = parsed.values().decode(false, room);
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  // A key's last change in the version or its bases says what the version has.
  std::uint32_t key = 0, code = 0;
  const auto take = [&] {
    if (code != 0) entries.emplace_back(keys[key], values[code - 1]);
  };
  parsed.each_change([&](std::uint32_t k, std::uint32_t v, std::uint32_t c, std::size_t offset) {
    if (c > parsed.value_count()) fail(rule::value, offset);
    if (k != key) take(), key = k, code = 0;
    if (v <= version && version < parsed.versions()[v].end) code = c;
  });
  take();
  return use(std::span(std::as_const(entries)), values);
}

/// The versions of a snapshot. As `read_delta`; a delta is refused.
template <class P = local_policy>
loaded<P> read(std::string_view file, std::uint64_t room = usual_room) {
  const auto find = [](std::string_view) -> const byte_map<P>* { fail(rule::needs_base, 0); };
  return read_delta<P>(file, find, room);
}

}  // namespace hamt::snapshot
