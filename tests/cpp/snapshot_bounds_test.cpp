// What reading costs: linear in the bytes, whoever made them. Work is measured in processor time,
// so thresholds are generous.
#include <gtest/gtest.h>

#include <ctime>
#include <string>
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
  EXPECT_EQ(files::read(file, 101 << 20).versions[0], m);
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
  EXPECT_EQ(file.size(), 18916u);
  EXPECT_EQ(hamt::hash_key(file), 0x9cf519d59b756457u);
}

}  // namespace
