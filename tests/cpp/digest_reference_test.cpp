// Digests, proofs and snapshots of maps with references: byte for byte those of the same map whose
// values are all bytes.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "digest/prove.hpp"
#include "snapshot/snapshot.hpp"
#include "trie_references.hpp"

namespace {

using namespace hamt_test;

template <class Hash>
struct by_reference : strict_policy<Hash> {
  using byte_value = reference_value;
};

template <class Hash>
class Encodings : public testing::Test {
 protected:
  using P = strict_policy<Hash>;
  using R = by_reference<Hash>;
  using in_bytes = hamt::byte_map<P>;
  using in_references = hamt::byte_map<R>;

  static std::string key(unsigned i) { return "key " + std::to_string(i); }
  static std::string encoded(unsigned n) {
    return n % 3 == 0 ? samples<hamt::bytes>::make(n) : embedder::encode(n);
  }
  void set(unsigned k, unsigned n) {
    bytes = bytes.set(key(k), encoded(n));
    references = references.set(key(k), samples<reference_value>::make(n));
  }
  void attach_all() {
    hamt::each_unencoded(references, true, [](hamt::reference_id id) {
      embedder::table.attach(id, embedder::encode(embedder::object(id)));
    });
  }
  void TearDown() override {
    bytes = {};
    references = {};
    EXPECT_EQ(embedder::kept(), 0u);
    EXPECT_EQ(attached_memory::blocks, 0);
  }

  in_bytes bytes;
  in_references references;
};
using hashes = testing::Types<whole_hash, last_four_bits_hash, constant_hash>;
TYPED_TEST_SUITE(Encodings, hashes);

TYPED_TEST(Encodings, DigestsAndProofsDoNotDependOnTheForm) {
  auto& t = *this;
  for (unsigned i = 0; i < 120; ++i) {
    t.set(i, i * 7 % 100);
    if (i % 10 != 0) continue;
    t.attach_all();
    EXPECT_EQ(hamt::digest_of(t.references), hamt::digest_of(t.bytes));
    for (const std::string& k : {t.key(i), t.key(i / 2), std::string("absent")})
      EXPECT_EQ(hamt::prove(t.references, k), hamt::prove(t.bytes, k));
  }
}

TYPED_TEST(Encodings, ADigestWithoutTheBytesIsAnErrorAndNeverAnotherDigest) {
  auto& t = *this;
  for (unsigned i = 0; i < 40; ++i) t.set(i, i);
  t.references = t.references.set("k", offered(1, offered::reference));
  EXPECT_THROW(hamt::digest_of(t.references), hamt::unencoded_reference);
}

TYPED_TEST(Encodings, SnapshotsDoNotDependOnTheFormAndLoadIntoEither) {
  auto& t = *this;
  std::vector<typename TestFixture::in_bytes> bytes;
  std::vector<typename TestFixture::in_references> references;
  for (unsigned i = 0; i < 90; ++i) {
    t.set(i % 40, i % 25);
    t.attach_all();
    bytes.push_back(t.bytes);
    references.push_back(t.references);
  }
  const std::string file = hamt::snapshot::write<typename TestFixture::P>(bytes, "meta");
  EXPECT_EQ(file, hamt::snapshot::write<typename TestFixture::R>(references, "meta"));
  const auto loaded = hamt::snapshot::read<typename TestFixture::R>(file).versions;
  ASSERT_EQ(loaded.size(), references.size());
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    EXPECT_TRUE(loaded[i] == references[i]);
    EXPECT_EQ(difference_of_shape(loaded[i].root(), references[i].root()), "");
    EXPECT_EQ(hamt::digest_of(loaded[i]), hamt::digest_of(bytes[i]));
  }
}

}  // namespace
