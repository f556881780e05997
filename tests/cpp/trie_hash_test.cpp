// The hash of a key and its cutting into digits, against the definition.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "trie/bits.hpp"
#include "trie/hash.hpp"

namespace {

/// SipHash-c-d as its paper states it: byte by byte into words, one word after another.
std::uint64_t plain_siphash(const std::string& message, int c, int d) {
  const auto rotate = [](std::uint64_t x, int by) { return x << by | x >> (64 - by); };
  std::uint64_t v[4] = {0x736f6d6570736575, 0x646f72616e646f6d, 0x6c7967656e657261,
                        0x7465646279746573};
  const auto rounds = [&](int n) {
    for (; n > 0; --n) {
      v[0] += v[1], v[2] += v[3];
      v[1] = rotate(v[1], 13), v[3] = rotate(v[3], 16);
      v[1] ^= v[0], v[3] ^= v[2];
      v[0] = rotate(v[0], 32);
      v[2] += v[1], v[0] += v[3];
      v[1] = rotate(v[1], 17), v[3] = rotate(v[3], 21);
      v[1] ^= v[2], v[3] ^= v[0];
      v[2] = rotate(v[2], 32);
    }
  };
  std::string padded = message;
  while (padded.size() % 8 != 7) padded.push_back('\0');
  padded.push_back(static_cast<char>(message.size() & 0xff));
  for (std::size_t at = 0; at < padded.size(); at += 8) {
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(padded[at + i]);
    v[3] ^= word;
    rounds(c);
    v[0] ^= word;
  }
  v[2] ^= 0xff;
  rounds(d);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
std::uint64_t plain_hash(const std::string& key) { return plain_siphash(key + '\xff', 1, 3); }

TEST(Hash, AgreesWithThePublishedVectors) {
  EXPECT_EQ(hamt::hash_key("hello"), 0xe037876b880b8ed9u);
  EXPECT_EQ(hamt::hash_key("world"), 0x4010d7692b13ec24u);
}

TEST(Hash, AgreesWithTheDefinitionAtEveryLength) {
  std::mt19937 random(1);
  for (std::size_t length = 0; length <= 64; ++length)
    for (int i = 0; i < 8; ++i) {
      std::string key(length, '\0');
      for (char& c : key) c = static_cast<char>(random());
      ASSERT_EQ(hamt::hash_key(key), plain_hash(key)) << "length " << length;
      // At any address, too.
      const std::string moved = "x" + key;
      ASSERT_EQ(hamt::hash_key(std::string_view(moved).substr(1)), plain_hash(key));
    }
  for (const std::size_t length : {254, 255, 256, 257, 511, 512, 1000, 70000}) {
    const std::string key(length, 'k');
    ASSERT_EQ(hamt::hash_key(key), plain_hash(key)) << "length " << length;
  }
}

TEST(Hash, OfTextBeyondAsciiAndOfZeros) {
  for (const std::string& key :
       {std::string("ключ"), std::string("鍵🔑"), std::string(1, '\0'), std::string(2, '\0'),
        std::string(8, '\0'), std::string("\xff"), std::string("\xff\xff")})
    EXPECT_EQ(hamt::hash_key(key), plain_hash(key));
}

TEST(Hash, RegressionReadsEveryByteOfALongKey) {
  // A map elsewhere hashed the first 64 characters only: keys that differ later all collided.
  const std::string key(300, 'a');
  std::set<std::uint64_t> seen{hamt::hash_key(key)};
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string other = key;
    other[i] = 'b';
    seen.insert(hamt::hash_key(other));
  }
  for (std::size_t length = 0; length < key.size(); ++length)
    seen.insert(hamt::hash_key(key.substr(0, length)));
  EXPECT_EQ(seen.size(), 2 * key.size() + 1);
}

TEST(Hash, RegressionKeysThatCollideUnderPolynomialHashesDoNotHere) {
  // "Aa" and "BB" are equal under s*31+c, so all 2^12 strings made of twelve of them were,
  // elsewhere.
  std::set<std::uint64_t> seen;
  for (unsigned n = 0; n < 4096; ++n) {
    std::string key;
    for (unsigned bit = 0; bit < 12; ++bit) key += n >> bit & 1 ? "Aa" : "BB";
    seen.insert(hamt::hash_key(key));
  }
  EXPECT_EQ(seen.size(), 4096u);
}

template <unsigned B>
void digits_are_the_hash(std::mt19937_64& random) {
  using digit = hamt::digits<B>;
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t a = random(),
                        b = round % 2 ? random() : a ^ (std::uint64_t{1} << random() % 64);
    // Order is that of the sequences of digits, and the digits are all of the hash.
    std::uint64_t again = 0;
    int less = 0;
    for (unsigned shift = 0; shift < digit::end_shift; shift += B) {
      const std::uint64_t x = digit::at(a, shift), y = digit::at(b, shift);
      ASSERT_LT(x, digit::width);
      again |= x << shift;
      if (less == 0 && x != y) less = x < y ? -1 : 1;
    }
    ASSERT_EQ(again, a);
    ASSERT_EQ(less < 0, digit::order(a) < digit::order(b));
    ASSERT_EQ(less == 0, digit::order(a) == digit::order(b));
  }
}

TEST(Digits, CoverTheHashAndGiveItsOrder) {
  std::mt19937_64 random(2);
  digits_are_the_hash<1>(random);
  digits_are_the_hash<2>(random);
  digits_are_the_hash<3>(random);
  digits_are_the_hash<4>(random);
  digits_are_the_hash<5>(random);
  EXPECT_EQ(hamt::digits<5>::levels, 13u);
  EXPECT_EQ(hamt::digits<5>::at(~std::uint64_t{0}, 60), 15u);
}

TEST(Bits, AreCounted) {
  std::mt19937 random(3);
  for (int i = 0; i < 10000; ++i) {
    const std::uint32_t x = random() & random();
    unsigned n = 0;
    for (unsigned b = 0; b < 32; ++b) n += x >> b & 1;
    ASSERT_EQ(hamt::popcount(x), n);
    if (x != 0) {
      ASSERT_EQ(x >> hamt::lowest(x) & 1, 1u);
      ASSERT_EQ(x & ((std::uint32_t{1} << hamt::lowest(x)) - 1), 0u);
    }
  }
  EXPECT_EQ(hamt::popcount(0), 0u);
  EXPECT_EQ(hamt::popcount(~0u), 32u);
}

}  // namespace
