// Plan of a snapshot: the base of each version, chosen by contents alone, and the difference from
// it. FORMAT.md, "How the writer chooses bases".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "../trie/diff.hpp"
#include "../trie/map.hpp"

namespace hamt::snapshot::detail {

template <class P>
class planner {
 public:
  using map_type = byte_map<P>;
  static constexpr std::uint32_t none = 0xffffffff;

  struct change {
    std::string_view key, value;
    bool present;
  };
  struct version {
    std::uint32_t base = none;    // an earlier version, or none
    std::uint32_t root_base = 0;  // what its tree's root is based on: 0 the empty map, 1 + external
    std::uint32_t root = 0;       // the root of its tree
    std::int64_t growth = 0;
    std::vector<change> changes;
  };

  planner(std::span<const map_type> external, std::span<const map_type> listed)
      : external_(external), copies_(external.size() + 1, none) {
    listing.reserve(listed.size());
    for (const map_type& m : listed) add(m);
  }

  std::vector<version> versions;       // distinct, as first listed
  std::vector<std::uint32_t> listing;  // for each listed map, its version
  std::uint64_t differences_seen = 0;  // steps of the comparisons, for tests of their bound

 private:
  /// A version, or (`none`) the empty map or an external base.
  struct base {
    std::uint32_t version = none, root_base = 0;
  };
  struct candidate {
    base from;
    const map_type* map;
    std::size_t at_least;  // differences, by the sizes
  };

  void add(const map_type& m) {
    collect(m);
    std::size_t fewest = m.size() + 1;
    base best = choose(m, fewest);
    if (fewest > m.size()) best = {}, fewest = m.size();
    if (fewest == 0) {
      if (best.version == none) best.version = copies_[best.root_base];
      if (best.version != none) {
        listing.push_back(best.version);
        return;
      }
      copies_[best.root_base] = static_cast<std::uint32_t>(versions.size());
    }
    listing.push_back(static_cast<std::uint32_t>(versions.size()));
    versions.push_back(difference(best, m, fewest));
    maps_.push_back(&m);
  }

  /// Candidates are the versions nearest in the list, the one before and its bases at distances 1,
  /// 2, 4 ... 256 and at the end, and likewise the external bases: enough for histories, for
  /// branches that take turns and for edits of one base, at a bounded cost a version. A map without
  /// entries is none: the empty map does the same.
  void collect(const map_type& m) {
    static constexpr std::size_t nearest = 8, farthest = 256;
    candidates_.clear();
    const auto consider = [&](base from, const map_type& c) {
      const std::size_t apart = c.size() < m.size() ? m.size() - c.size() : c.size() - m.size();
      if (!c.empty()) candidates_.push_back({from, &c, apart});
    };
    const auto consider_version = [&](std::size_t v) {
      consider({static_cast<std::uint32_t>(v), 0}, *maps_[v]);
    };
    const std::size_t count = versions.size();
    for (std::size_t v = count; v > 0 && v > count - std::min(count, nearest); --v)
      consider_version(v - 1);
    if (!listing.empty()) {
      const std::uint32_t before = listing.back();
      const auto consider_far = [&](std::uint32_t v) {  // the nearest are there already
        if (count - v > nearest) consider_version(v);
      };
      std::size_t stop = 0;
      std::uint32_t v = before;
      for (std::size_t steps = 0; v != none && steps <= farthest; ++steps) {
        if (steps == stop) {
          consider_far(v);
          stop = std::max<std::size_t>(1, 2 * stop);
        }
        v = versions[v].base;
      }
      consider_far(versions[before].root);
    }
    for (std::size_t i = 0; i < external_.size(); i = i < nearest ? i + 1 : i * 2) {
      const std::size_t b = external_.size() - 1 - i;
      consider({none, static_cast<std::uint32_t>(b + 1)}, external_[b]);
    }
  }

  /// The first of the candidates with the fewest differences, if they are fewer than `fewest`,
  /// which is set. Every candidate is compared up to 16 differences, then up to 64, and so on until
  /// one has fewer: a version that has a relative costs what it differs from that, however large
  /// others are.
  base choose(const map_type& m, std::size_t& fewest) {
    base best;
    const std::size_t most = fewest;
    for (std::size_t limit = 16; fewest == most; limit *= 4) {
      for (const candidate& c : candidates_) {
        const std::size_t end = std::min(limit, fewest);
        const std::size_t n = c.at_least < end ? differences(*c.map, m, end) : end;
        if (n < end) fewest = n, best = c.from;
      }
      if (limit >= most) break;
    }
    return best;
  }

  /// In how many keys they differ; gives up at `limit`.
  std::size_t differences(const map_type& a, const map_type& b, std::size_t limit) {
    std::size_t n = 0;
    for (diff_cursor<typename P::byte_value, P> d{a, b}; d && n < limit; d.next()) ++n;
    differences_seen += n;
    return n;
  }

  version difference(const base& from, const map_type& m, std::size_t count) const {
    version v;
    v.base = from.version;
    v.root_base = from.version != none ? versions[from.version].root_base : from.root_base;
    v.root = from.version != none ? versions[from.version].root
                                  : static_cast<std::uint32_t>(versions.size());
    const map_type before = from.version != none  ? *maps_[from.version]
                            : from.root_base != 0 ? external_[from.root_base - 1]
                                                  : map_type();
    v.growth = static_cast<std::int64_t>(m.size()) - static_cast<std::int64_t>(before.size());
    v.changes.reserve(count);
    for (diff_cursor<typename P::byte_value, P> d{before, m}; d; d.next()) {
      const auto after = d.after();
      v.changes.push_back(
          {d.key(), after ? bytes_of(*after) : std::string_view{}, after.has_value()});
    }
    return v;
  }

  std::span<const map_type> external_;
  std::vector<const map_type*> maps_;  // of each version
  std::vector<std::uint32_t> copies_;  // for each root base, the version that equals it
  std::vector<candidate> candidates_;
};

}  // namespace hamt::snapshot::detail
