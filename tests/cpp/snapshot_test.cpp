// Snapshots round trip, byte for byte the same whatever the history, and nothing but a snapshot is
// read.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace {

using hamt::local_memory;
using hamt::snapshot::error;
using hamt::snapshot::rule;
namespace files = hamt::snapshot;

struct two_bits : hamt::local_policy {
  struct hash {
    std::uint64_t operator()(std::string_view k) const noexcept { return hamt::hash_key(k) & 3; }
  };
};
struct constant : hamt::local_policy {
  struct hash {
    std::uint64_t operator()(std::string_view) const noexcept { return 42; }
  };
};

using model = std::map<std::string, std::string>;

template <class P>
using version = hamt::map<hamt::bytes, P>;

template <class P>
version<P> map_of(const model& m) {
  version<P> result;
  for (const auto& [k, v] : m) result = std::move(result).set(k, v);
  return result;
}

template <class P>
model model_of(const version<P>& m) {
  model result;
  for (hamt::cursor<hamt::bytes, P> c(m); c; c.next()) result.emplace(c.key(), c.value());
  return result;
}

template <class P>
class Snapshot : public testing::Test {
 protected:
  void SetUp() override { before_ = local_memory::usage().blocks; }
  void TearDown() override { EXPECT_EQ(local_memory::usage().blocks, before_) << "leaked nodes"; }

 private:
  std::size_t before_ = 0;
};
using policies = testing::Types<hamt::local_policy, two_bits, constant>;
TYPED_TEST_SUITE(Snapshot, policies);

std::string random_key(std::mt19937& random, unsigned space) {
  static const char* shapes[] = {"user:%06u",      "%u",           "0x%08x%08x",
                                 "\u00e9\u00e8%u", "\U0001F600%x", ""};
  char text[64];
  const unsigned n = random() % space;
  std::snprintf(text, sizeof text, shapes[random() % 6], n, n * 2654435761u);
  // Long keys that share much: the cap on sharing matters here.
  return random() % 8 == 0 ? std::string(120 + n % 20, 'p') + text : text;
}

/// Histories in every shape: long lines, stars, branches that take turns, returns to earlier
/// versions, strangers.
std::vector<model> random_history(std::mt19937& random) {
  const unsigned space = 1u << random() % 9;
  std::vector<model> versions;
  const unsigned count = random() % 30;
  for (unsigned i = 0; i < count; ++i) {
    model m;
    const unsigned kind = random() % 8;
    if (!versions.empty() && kind != 0)
      m = kind < 5 ? versions.back() : versions[random() % versions.size()];
    for (unsigned edits = random() % (kind == 0 ? 60 : 6); edits > 0; --edits) {
      const std::string key = random_key(random, space);
      if (random() % 3 == 0)
        m.erase(key);
      else
        m[key] = std::string(random() % 4, static_cast<char>('a' + random() % 3));
    }
    versions.push_back(std::move(m));
  }
  return versions;
}

TYPED_TEST(Snapshot, RoundTripsAnyHistory) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::vector<model> models = random_history(random);
    std::vector<version<TypeParam>> maps;
    maps.reserve(models.size());
    for (const model& m : models) maps.push_back(map_of<TypeParam>(m));
    const std::string meta(random() % 3, 'm');
    const std::string file = files::write<TypeParam>(maps, meta);
    ASSERT_NO_THROW(files::validate(file)) << round;
    const auto loaded = files::read<TypeParam>(file);
    ASSERT_EQ(loaded.meta, meta);
    ASSERT_EQ(loaded.versions.size(), models.size());
    for (std::size_t i = 0; i < models.size(); ++i) {
      ASSERT_EQ(model_of(loaded.versions[i]), models[i]) << round << " version " << i;
    }
    // What was loaded shares memory in another way than what was written: the bytes must not show
    // it.
    ASSERT_EQ(files::write<TypeParam>(loaded.versions, meta), file) << round;
  }
}

TYPED_TEST(Snapshot, BytesFollowFromContents) {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    const std::vector<model> models = random_history(random);
    std::vector<version<TypeParam>> apart, related;
    for (const model& m : models) {
      apart.push_back(map_of<TypeParam>(m));
      version<TypeParam> next =
          related.empty() ? version<TypeParam>{} : related[random() % related.size()];
      for (const auto& [k, v] : model_of(next)) {
        if (!m.contains(k)) next = next.erase(k);
      }
      for (const auto& [k, v] : m) next = next.set(k, v);
      related.push_back(next);
    }
    ASSERT_EQ(files::write<TypeParam>(apart), files::write<TypeParam>(related)) << round;
  }
}

TYPED_TEST(Snapshot, DeltasAddUpToTheirVersions) {
  std::mt19937 random(3);
  const auto digest_of = [](const version<TypeParam>& m) {
    std::string d(32, '\0');
    for (const auto& [k, v] : model_of(m)) {
      for (std::size_t i = 0; i < k.size(); ++i)
        d[i % 8] = static_cast<char>(d[i % 8] * 31 + k[i] + 1);
      for (std::size_t i = 0; i < v.size(); ++i)
        d[8 + i % 8] = static_cast<char>(d[8 + i % 8] * 31 + v[i] + k.size());
    }
    d[31] = static_cast<char>(m.size());
    return d;
  };
  for (int round = 0; round < 200; ++round) {
    const std::vector<model> models = random_history(random);
    const std::size_t cut = models.empty() ? 0 : random() % models.size();
    std::vector<version<TypeParam>> external, maps;
    for (std::size_t i = 0; i < models.size(); ++i)
      (i < cut ? external : maps).push_back(map_of<TypeParam>(models[i]));
    const std::string file = files::write_delta<TypeParam>(
        external, maps, "", [&](std::size_t i) { return digest_of(external[i]); });
    const auto loaded = files::read_delta<TypeParam>(
        file, [&](std::string_view digest) -> const version<TypeParam>* {
          for (const auto& m : external) {
            if (digest_of(m) == digest) return &m;
          }
          return nullptr;
        });
    ASSERT_EQ(loaded.versions.size(), maps.size());
    for (std::size_t i = 0; i < maps.size(); ++i)
      ASSERT_EQ(loaded.versions[i], maps[i]) << round << " version " << i;
    if (external.empty()) continue;
    const auto refused = [&](auto&& read) {
      try {
        read();
      } catch (const error& e) {
        return e.broken();
      }
      return rule::truncated;
    };
    EXPECT_EQ(refused([&] { files::read<TypeParam>(file); }), rule::needs_base);
    EXPECT_EQ(refused([&] {
                files::read_delta<TypeParam>(
                    file, [](std::string_view) -> const version<TypeParam>* { return nullptr; });
              }),
              rule::wrong_base);
  }
}

using plain = version<hamt::local_policy>;

/// Keys of hexadecimal digits, and others that are nearly so.
TEST(SnapshotFile, HexadecimalStringsRoundTripInHalfTheSpace) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    plain m;
    const bool pure = round % 2 == 0;
    for (unsigned n = random() % 100; n > 0; --n) {
      std::string key = "0x";
      for (unsigned digits = 2 * (random() % 12); digits > 0; --digits)
        key += "0123456789abcdef"[random() % 16];
      if (!pure && random() % 16 == 0) key += "0A!x"[random() % 4];
      m = std::move(m).set(key, random() % 2 ? key : "0x");
    }
    const std::string file = files::write(std::vector{m});
    ASSERT_NO_THROW(files::validate(file));
    const auto loaded = files::read(file);
    ASSERT_EQ(loaded.versions[0], m);
    ASSERT_EQ(files::write(loaded.versions), file);
    files::with_entries(file, 0, [&](auto entries, const auto&) {
      plain again;
      for (const auto& [key, value] : entries) again = std::move(again).set(key, value);
      ASSERT_EQ(again, m);
    });
  }
  plain addresses;
  for (int i = 0; i < 1000; ++i) {
    char key[64];
    std::snprintf(key, sizeof key, "0x%08x%032x", static_cast<unsigned>(random()), i);
    addresses = std::move(addresses).set(key, "1");
  }
  EXPECT_LT(files::write(std::vector{addresses}).size(), 1000 * 24u);
}

TEST(SnapshotFile, AVersionIsNeverBasedOnOneWithoutEntries) {
  // In every state of the list: empty before, between and after, alone, in a delta.
  const plain a = plain{}.set("a", "1"), b = a.set("b", "2"), empty;
  for (const std::vector<plain>& versions : {std::vector<plain>{empty, a},
                                             {a, empty, b},
                                             {empty, a, empty, b},
                                             {empty, empty},
                                             {b, empty}}) {
    const std::string file = files::write(versions);
    const files::sections parsed(file);
    for (std::uint32_t v = 0; v < parsed.versions().size(); ++v) {
      if (!parsed.is_root(v)) {
        EXPECT_NE(parsed.versions()[parsed.versions()[v].base].size, 0);
      }
    }
    EXPECT_EQ(files::read(file).versions, versions);
    const auto digest = [](std::size_t i) { return std::string(32, static_cast<char>(i)); };
    const std::vector<plain> external{a, empty};
    const std::string delta = files::write_delta(external, versions, "", digest);
    const auto find = [&](std::string_view d) { return &external[static_cast<std::size_t>(d[0])]; };
    EXPECT_EQ(files::read_delta(delta, find).versions, versions);
    // The same delta for a base that has no entries, where it says that there is one.
    const auto none = [&](std::string_view) { return &empty; };
    try {
      EXPECT_EQ(files::read_delta(delta, none).versions, versions);
    } catch (const error& e) {
      EXPECT_EQ(e.broken(), rule::empty_base);
    }
  }
}

TEST(SnapshotFile, ADeltaIsRefusedOnABaseThatDoesNotHaveWhatItChanges) {
  // The reader is given a base that only claims the digest: what the delta says about it is false.
  const plain base = plain{}.set("a", "1").set("b", "2");
  const auto digest = [](std::size_t) { return std::string(32, 'd'); };
  const auto delta_to = [&](const plain& m) {
    return files::write_delta(std::vector{base}, std::vector{m}, "", digest);
  };
  const auto refusal = [](const std::string& delta, const plain& given) {
    try {
      files::read_delta(delta, [&](std::string_view) { return &given; });
    } catch (const error& e) {
      EXPECT_LT(e.offset(), delta.size());
      return e.broken();
    }
    return rule::truncated;
  };
  const std::string sets = delta_to(base.set("c", "3")), erases = delta_to(base.erase("b"));
  const std::string replaces = delta_to(base.set("b", "4"));
  const std::size_t before = local_memory::usage().blocks;
  EXPECT_EQ(refusal(sets, base.set("c", "3")), rule::no_change);      // it is there already
  EXPECT_EQ(refusal(replaces, base.set("b", "4")), rule::no_change);  // likewise
  EXPECT_EQ(refusal(erases, base.erase("b")), rule::no_change);       // it was never there
  EXPECT_EQ(refusal(sets, base.set("c", "5")), rule::size);   // it replaces and adds nothing
  EXPECT_EQ(refusal(replaces, base.erase("b")), rule::size);  // it adds and replaces nothing
  EXPECT_EQ(local_memory::usage().blocks, before);
  EXPECT_EQ(files::read_delta(sets, [&](std::string_view) { return &base; }).versions[0],
            base.set("c", "3"));
}

std::vector<plain> small_history() {
  plain a = plain{}.set("user:alice", "1").set("user:bob", "2").set("user:b\u00f6rge", "1");
  plain b = a.set("user:bob", "3");
  plain c = b.erase("user:alice").set("zoe", "");
  return {a, b, c, a, a.set("x", "2")};
}

TEST(SnapshotFile, EveryFlippedByteIsRefusedOrHarmless) {
  const std::vector<plain> versions = small_history();
  const std::string file = files::write(versions, "meta");
  const std::size_t before = local_memory::usage().blocks;
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string bad = file;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      EXPECT_THROW(files::read(bad), error) << "byte " << i << " ^ " << flip;
    }
  }
  EXPECT_EQ(local_memory::usage().blocks, before);
}

/// Behind a checksum that is right, any bytes may come.
std::string sealed(std::string file) {
  file.resize(file.size() - files::checksum_length);
  const std::uint64_t sum = hamt::hash_key(file);
  return file + std::string(reinterpret_cast<const char*>(&sum), sizeof sum);
}

TEST(SnapshotFile, WhatIsReadBehindAGoodChecksumIsASnapshotOfItself) {
  const std::string file = files::write(small_history(), "meta");
  const std::size_t before = local_memory::usage().blocks;
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < file.size() - files::checksum_length; ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string other = file;
      other[i] = static_cast<char>(other[i] ^ flip);
      other = sealed(other);
      try {
        const auto loaded = files::read(other);
        ++accepted;
        files::validate(other);
        const std::string again = files::write(loaded.versions, loaded.meta);
        ASSERT_LE(again.size(), other.size() + 64);
        EXPECT_EQ(files::read(again).versions, loaded.versions);
      } catch (const error&) {
      }
    }
  }
  EXPECT_GT(accepted, 100u);  // other letters, other values
  EXPECT_EQ(local_memory::usage().blocks, before);
}

TEST(SnapshotFile, EveryPrefixIsRefused) {
  const std::string file = files::write(small_history());
  for (std::size_t n = 0; n < file.size(); ++n)
    EXPECT_THROW(files::read(file.substr(0, n)), error) << n;
  for (std::size_t n = 16; n < file.size(); ++n)
    EXPECT_THROW(files::read(sealed(file.substr(0, n))), error) << n;
  EXPECT_THROW(files::read(sealed(file + std::string(8, '\0'))), error);
}

TEST(SnapshotFile, EqualVersionsCostNothing) {
  const std::vector<plain> one = small_history();
  std::vector<plain> many = one;
  const std::size_t size = files::write(many).size();
  for (int i = 0; i < 100; ++i) many.push_back(one[static_cast<std::size_t>(i) % one.size()]);
  EXPECT_LE(files::write(many).size(), size + 100 + 2);
  EXPECT_EQ(files::read(files::write(many)).versions, many);
}

TEST(SnapshotFile, ARelativeOfAVersionThatIsListedAgainIsFound) {
  std::vector<plain> versions;
  for (int i = 0; i < 40; ++i) {
    plain m;
    for (int k = 0; k < 50; ++k)
      m = std::move(m).set(std::to_string(i) + "/" + std::to_string(k), "v");
    versions.push_back(m);
  }
  versions.push_back(versions[5]);
  const std::size_t size = files::write(versions).size();
  versions.push_back(versions[5].erase("5/7"));
  EXPECT_LE(files::write(versions).size(), size + 80);
}

TEST(SnapshotFile, TheThousandthVersionCostsNoMoreThanTheTenth) {
  plain m;
  for (int i = 0; i < 1000; ++i)
    m = std::move(m).set("key" + std::to_string(i), "value" + std::to_string(i));
  std::vector<plain> versions{m};
  std::vector<std::size_t> sizes;
  for (int i = 1; i <= 1000; ++i) {
    m = m.set("key" + std::to_string(i * 7919 % 1000), "value" + std::to_string(i % 1000));
    versions.push_back(m);
    if (i == 9 || i == 10 || i == 999 || i == 1000) sizes.push_back(files::write(versions).size());
  }
  EXPECT_LE(sizes[1] - sizes[0], 8u);
  EXPECT_LE(sizes[3] - sizes[2], 8u);
}

TEST(SnapshotFile, LoadedVersionsShareMemory) {
  plain m;
  for (int i = 0; i < 10000; ++i) m = std::move(m).set("key" + std::to_string(i), "value");
  std::vector<plain> versions{m};
  for (int i = 1; i < 100; ++i)
    versions.push_back(versions.back().set("key" + std::to_string(i), "changed"));
  const std::string file = files::write(versions);
  const auto blocks = [] { return local_memory::usage().blocks; };
  std::size_t start = blocks();
  const auto first = files::read(files::write(std::vector<plain>{m}));
  const std::size_t alone = blocks() - start;
  start = blocks();
  const auto all = files::read(file);
  EXPECT_LE(blocks() - start, alone + 500u);
}

}  // namespace
