// What reading costs: linear in the bytes, whoever made them. Work is measured in processor time,
// so thresholds are generous.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace {

namespace files = hamt::snapshot;
using files::rule;
using hamt::local_memory;

/// Seconds of processor time, the least of several runs.
template <class F>
double seconds(F&& f) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    const std::clock_t start = std::clock();
    f();
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

/// How the cost grows with eight times the bytes: by 8 when it is linear, perhaps 16 when the
/// larger file does not fit into the processor's cache, 64 when it is quadratic.
template <class F>
double growth(std::size_t n, F&& file_of) {
  const std::string small = file_of(n), large = file_of(8 * n);
  const double bytes = static_cast<double>(large.size()) / static_cast<double>(small.size());
  const double time = seconds([&] { files::read(large); }) / seconds([&] { files::read(small); });
  return time / bytes * 8;
}

constexpr double linear = 30;

hamt::map<> numbered(std::size_t n) {
  hamt::map<> m;
  for (std::size_t i = 0; i < n; ++i) m = std::move(m).set("key" + std::to_string(i), "v");
  return m;
}

TEST(SnapshotBounds, ManyKeys) {
  EXPECT_LT(growth(30000, [](std::size_t n) { return files::write(std::vector{numbered(n)}); }),
            linear);
}

TEST(SnapshotBounds, AReferenceBomb) {
  // Every version is the one before and a single edit, so each byte of the file stands for a whole
  // map.
  const auto bomb = [](std::size_t n) {
    std::vector<hamt::map<>> versions{numbered(1000)};
    for (std::size_t i = 0; i < n; ++i)
      versions.push_back(versions.back().set("key" + std::to_string(i % 1000), std::to_string(i)));
    return files::write(versions);
  };
  EXPECT_LT(growth(2000, bomb), linear);
  // 3,000 versions of 1,000 entries share memory: a path each.
  const auto before = local_memory::usage().bytes;
  const auto loaded = files::read(bomb(3000));
  EXPECT_LT(local_memory::usage().bytes - before, 3000 * 4096);
}

TEST(SnapshotBounds, AllVersionsOnOne) {
  const auto star = [](std::size_t n) {
    const hamt::map<> base = numbered(100);
    std::vector<hamt::map<>> versions{base};
    for (std::size_t i = 0; i < n; ++i) versions.push_back(base.set("key7", std::to_string(i)));
    return files::write(versions);
  };
  EXPECT_LT(growth(4000, star), linear);
}

TEST(SnapshotBounds, TheSameVersionListedOften) {
  const auto list = [](std::size_t n) { return files::write(std::vector(n, numbered(1000))); };
  EXPECT_LE(list(100000).size(), list(1).size() + 100000 + 8);
  EXPECT_LT(growth(100000, list), linear);
}

TEST(SnapshotBounds, KeysThatShareAllTheyMay) {
  // 128 times what the file holds is the most that keys can unpack to.
  const auto long_keys = [](std::size_t n) {
    hamt::map<> m;
    for (std::size_t i = 0; i < n; ++i) {
      std::string key(127, 'k');
      for (int shift = 16; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>(i >> shift & 0x7f));
      m = std::move(m).set(key + std::to_string(i), "");
    }
    return files::write(std::vector{m});
  };
  EXPECT_LT(growth(10000, long_keys), linear);
  const std::string file = long_keys(10000);
  const auto before = local_memory::usage().bytes;
  const auto loaded = files::read(file);
  EXPECT_LT(static_cast<std::size_t>(local_memory::usage().bytes - before), file.size() * 128);
}

rule refusal(const std::string& file, std::uint64_t room) {
  try {
    files::read(file, room);
  } catch (const files::error& e) {
    return e.broken();
  }
  return rule::truncated;
}

TEST(SnapshotBounds, ALongValueThatManyKeysHave) {
  const std::string value(1 << 20, 'v');
  hamt::map<> m;
  for (int i = 0; i < 100; ++i) m = std::move(m).set("key" + std::to_string(i), value);
  const std::string file = files::write(std::vector{m});
  EXPECT_LT(file.size(), (1u << 20) + 1000);
  const auto before = local_memory::usage().bytes;
  EXPECT_EQ(refusal(file, 99 << 20), rule::too_large);
  EXPECT_EQ(local_memory::usage().bytes, before);
  EXPECT_EQ(files::read(file, 102 << 20).versions[0], m);
}

TEST(SnapshotBounds, ManyVersionsOfALargeNode) {
  hamt::map<> m;
  for (int i = 0; i < 32; ++i) m = std::move(m).set(std::to_string(i), std::string(150, 'v'));
  std::vector<hamt::map<>> versions{m};
  for (int i = 0; i < 2000; ++i) versions.push_back(versions.back().set("0", std::to_string(i)));
  const std::string file = files::write(versions);
  const auto before = local_memory::usage().bytes;
  EXPECT_EQ(refusal(file, 1 << 20), rule::too_large);
  EXPECT_EQ(local_memory::usage().bytes, before);
  EXPECT_EQ(files::read(file).versions, versions);
}

struct colliding_prefix : hamt::local_policy {
  /// Only the last 24 bits tell keys apart: every path is eight levels deep before it branches.
  struct hash {
    std::uint64_t operator()(std::string_view k) const noexcept { return hamt::hash_key(k) << 40; }
  };
};

TEST(SnapshotBounds, HundredThousandKeysWithCollidingPrefixes) {
  const auto file_of = [](std::size_t n) {
    hamt::map<hamt::bytes, colliding_prefix> m;
    for (std::size_t i = 0; i < n; ++i) m = std::move(m).set("key" + std::to_string(i), "v");
    std::vector<hamt::map<hamt::bytes, colliding_prefix>> versions{m};
    for (std::size_t i = 0; i < n / 100; ++i)
      versions.push_back(m.erase("key" + std::to_string(i)));
    return files::write<colliding_prefix>(versions);
  };
  const std::string small = file_of(12500), large = file_of(100000);
  const double time = seconds([&] { files::read<colliding_prefix>(large); }) /
                      seconds([&] { files::read<colliding_prefix>(small); });
  EXPECT_LT(time, linear);
  // At most twice what the same file costs with a good hash, for which the bound above holds.
  EXPECT_LT(seconds([&] { files::read<colliding_prefix>(large); }),
            4 * seconds([&] { files::read(large); }) + 0.05);
}

/// The room that reading needs is found by halving; below it the file is refused, and nothing
/// stays.
std::uint64_t least_room(const std::string& file) {
  std::uint64_t low = 0, high = std::uint64_t{1} << 40;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (refusal(file, middle) == rule::too_large ? low : high) = middle;
  }
  return high;
}

TEST(SnapshotBounds, ListedVersionsTakeFromTheLimit) {
  const std::string file = files::write(std::vector(100000, numbered(1)));
  EXPECT_EQ(refusal(file, std::uint64_t{40} << 20), rule::too_large);
  EXPECT_EQ(files::read(file, std::uint64_t{60} << 20).versions.size(), 100000u);
}

TEST(SnapshotBounds, StringsTakeFromTheLimitBeforeTheyAreUnpacked) {
  hamt::map<> m;
  for (int i = 0; i < 10000; ++i)
    m = std::move(m).set(std::string(120, 'k') + std::to_string(100000 + i), "v");
  const std::string file = files::write(std::vector{m});
  ASSERT_LT(file.size(), 60000u);
  const std::uint64_t strings = 10000 * 126;
  EXPECT_EQ(refusal(file, strings), rule::too_large);
  EXPECT_GE(least_room(file), 2 * strings);  // once unpacked, once in the map
}

struct peak_memory : hamt::local_memory {
  static void* allocate(std::size_t capacity) {
    void* p = local_memory::allocate(capacity);
    peak = std::max(peak, usage().bytes);
    return p;
  }
  static inline std::int64_t peak = 0;
};
struct peak_policy : hamt::local_policy {
  using memory = peak_memory;
};

TEST(SnapshotBounds, TheLimitHoldsWithinAVersionToo) {
  // The second version edits one entry in each node: its entries are few, its nodes all new.
  hamt::map<hamt::bytes, peak_policy> m;
  for (int i = 0; i < 20000; ++i)
    m = std::move(m).set("key" + std::to_string(i), std::string(150, 'v') + std::to_string(i));
  auto edited = m;
  for (int i = 0; i < 2000; ++i) edited = std::move(edited).set("key" + std::to_string(i), "");
  const std::string file = files::write<peak_policy>(std::vector{m, edited});
  std::uint64_t room = std::uint64_t{1} << 40;
  const auto loads = [&] {
    try {
      files::read<peak_policy>(file, room);
      return true;
    } catch (const files::error& e) {
      EXPECT_EQ(e.broken(), rule::too_large);
      return false;
    }
  };
  const std::int64_t start = peak_memory::usage().bytes;
  for (room = 10 << 20; !loads(); room += 64 << 10) {
    EXPECT_LT(peak_memory::peak - start, static_cast<std::int64_t>(room));
    peak_memory::peak = 0;
  }
  EXPECT_GT(peak_memory::peak - start, std::int64_t{5} << 20);
}

std::uint64_t sort_steps(const std::vector<std::string>& strings) {
  const std::vector<std::string_view> views(strings.begin(), strings.end());
  const files::distinct_strings sorted = files::sort_distinct(views);
  std::vector<std::string_view> expected = views;
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  EXPECT_EQ(sorted.strings, expected);
  for (std::size_t i = 0; i < views.size(); ++i)
    EXPECT_EQ(sorted.strings[sorted.numbers[i]], views[i]);
  return sorted.steps;
}

/// A string is read once for each seven bytes, and moved eight times, or by insertion among 24.
std::uint64_t most_steps(const std::vector<std::string>& strings) {
  std::uint64_t words = 0;
  for (const std::string& s : strings) words += s.size() / 7 + 1;
  return 25 * words;
}

TEST(SnapshotBounds, SortingIsLinearWhateverTheStringsAre) {
  std::vector<std::vector<std::string>> lists(7);
  std::string growing;
  for (int i = 0; i < 20000; ++i) {
    const std::string number = std::to_string(i);
    lists[0].push_back(std::string(1, 'u').append(std::to_string(178 * i)));
    lists[1].push_back(std::string(200, 'p') + number);
    lists[2].push_back(std::string(20, static_cast<char>('a' + i % 3)));
    lists[3].push_back(std::string(1, static_cast<char>(i)) +
                       std::string(static_cast<std::size_t>(i % 9), '\0'));
    if (i < 1000) lists[4].push_back(growing += static_cast<char>(i));
    lists[5].push_back(std::string(static_cast<std::size_t>(i % 16), '\xff'));
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string& s = lists[6].emplace_back(random() % 20, '\0');
    for (char& c : s) c = static_cast<char>(random() % 3);
  }
  for (const auto& list : lists) {
    EXPECT_LE(sort_steps(list), most_steps(list));
    std::vector<std::string> reversed(list.rbegin(), list.rend());
    EXPECT_LE(sort_steps(reversed), most_steps(list));
  }
  EXPECT_EQ(sort_steps({}), 0u);
  EXPECT_LE(sort_steps({""}), 1u);
}

TEST(SnapshotBounds, AVersionCostsWhatItDiffersFromItsRelative) {
  // Huge and tiny versions in turn, and two huge ones that have nothing in common.
  hamt::map<> huge = numbered(50000), tiny, other;
  for (int i = 0; i < 50000; ++i) other = std::move(other).set("other" + std::to_string(i), "v");
  std::vector<hamt::map<>> versions{huge, other};
  for (int i = 0; i < 100; ++i) {
    huge = huge.set("key" + std::to_string(i), "changed");
    tiny = tiny.set("key" + std::to_string(i % 3), std::to_string(i));
    other = other.set("other" + std::to_string(i), "changed");
    versions.insert(versions.end(), {huge, tiny, other});
  }
  const files::detail::planner<hamt::local_policy> plan({}, versions);
  // The first two are compared with one another: 50,000 differences, at most four thirds of that.
  EXPECT_LT(plan.differences_seen, 100000u + 300 * 20 * 32);
  EXPECT_EQ(files::read(files::write(versions)).versions, versions);
}

TEST(SnapshotBounds, EachBaseIsFoundByItsDigestOnce) {
  std::vector<hamt::map<>> bases;
  for (int i = 0; i < 3000; ++i) bases.push_back(hamt::map<>{}.set("key", std::to_string(i)));
  std::size_t digests = 0;
  const auto digest_of = [&](const hamt::map<>& m) {
    ++digests;
    std::array<char, 32> d{};
    const std::uint64_t h = hamt::hash_key(*m.find("key")) | 1;
    std::memcpy(d.data(), &h, sizeof h);
    return d;
  };
  files::base_finder find(std::span<const hamt::map<>>(bases), digest_of);
  const auto found = [&](const hamt::map<>& m) {
    const auto d = digest_of(m);
    return find(std::string_view(d.data(), d.size()));
  };
  EXPECT_EQ(found(bases.back()), &bases.back());
  EXPECT_EQ(digests, 2u);
  for (const hamt::map<>& m : bases) {
    ASSERT_NE(found(m), nullptr);
    EXPECT_EQ(*found(m), m);
  }
  EXPECT_LE(digests, 4u * bases.size());
  EXPECT_EQ(find(std::string(32, '\0')), nullptr);
  files::base_finder none(std::span<const hamt::map<>>{}, digest_of);
  EXPECT_EQ(none(std::string(32, '\0')), nullptr);
}

/// The same list is made in tests/js/snapshot.test.ts: wasm and native code write the same bytes.
TEST(SnapshotBounds, TheSameBytesOnEveryMachine) {
  std::vector<hamt::map<>> versions{hamt::map<>{}};
  std::uint32_t random = 1;
  const auto next = [&](std::uint32_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  for (int v = 0; v < 200; ++v) {
    hamt::map<> m = versions[next(10) == 0 ? next(static_cast<std::uint32_t>(versions.size()))
                                           : static_cast<std::uint32_t>(versions.size()) - 1];
    for (std::uint32_t edits = next(40); edits > 0; --edits) {
      const std::string key = "k\u00e9y:" + std::to_string(next(3000));
      if (next(5) == 0)
        m = m.erase(key);
      else
        m = m.set(key, std::string(1, static_cast<char>(next(24))));  // a small integer in CBOR
    }
    versions.push_back(m);
  }
  const std::string file = files::write(versions);
  EXPECT_EQ(file.size(), 18918u);
  EXPECT_EQ(hamt::hash_key(file), 0x39460398c0747d56u);
}

}  // namespace
