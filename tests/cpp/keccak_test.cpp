// keccak-256: published digests, every length, every cut.
#include "digest/keccak.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using hamt::digest32;
using hamt::keccak256;
using hamt::keccak256_hasher;
using hamt::keccak_block;

std::string hex(const digest32& digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

// The permutation applied to the all-zero state, then again: the intermediate values that the
// Keccak team publishes.
TEST(Keccak, PermutesTheZeroStateAsPublished) {
  std::array<std::uint64_t, 25> state{};
  hamt::keccak_f1600(state);
  EXPECT_EQ(state[0], 0xF1258F7940E1DDE7u);
  EXPECT_EQ(state[1], 0x84D5CCF933C0478Au);
  EXPECT_EQ(state[24], 0xEAF1FF7B5CECA249u);
  hamt::keccak_f1600(state);
  EXPECT_EQ(state[0], 0x2D5C954DF96ECB3Cu);
  EXPECT_EQ(state[1], 0x6A332CD07057B56Du);
  EXPECT_EQ(state[24], 0x20D06CD26A8FBF5Cu);
}

TEST(Keccak, AgreesWithKnownDigests) {
  const std::vector<std::pair<std::string, std::string>> known = {
      {"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
      {"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
      {"testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"},
      {"The quick brown fox jumps over the lazy dog",
       "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"},
      {"Transfer(address,address,uint256)",  // the topic of every ERC-20 transfer
       "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"},
      {std::string(200, '\xa3'),  // the 1600-bit example message
       "3a57666b048777f2c953dc4456f45a2588e1cb6f2da760122d530ac2ce607d4a"},
  };
  for (const auto& [message, digest] : known) EXPECT_EQ(hex(keccak256(message)), digest);
}

// Digests of every length from 0 to 600, chained into one value that @noble/hashes 2.4.0 computed.
TEST(Keccak, AgreesWithAnIndependentImplementationAtEveryLength) {
  digest32 chain{};
  for (int size = 0; size <= 600; ++size) {
    std::string message;
    for (int i = 0; i < size; ++i) message += static_cast<char>(i * 7 + size * 13);
    const digest32 digest = keccak256(message);
    chain = keccak256_hasher{}.update(chain.data(), 32).update(digest.data(), 32).finish();
  }
  EXPECT_EQ(hex(chain), "a84c2b734dc25d540f59617ebdc81dcf930de29973a35f21c1e91449b5feabc3");
}

TEST(Keccak, DoesNotDependOnHowTheMessageIsCut) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string message(random() % 500, '\0');
    for (char& c : message) c = static_cast<char>(random());
    keccak256_hasher hasher;
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t piece = std::min<std::size_t>(random() % 40, message.size() - at);
      hasher.update(message.data() + at, piece);
      at += piece;
    }
    EXPECT_EQ(hasher.finish(), keccak256(message));
  }
}

TEST(Keccak, BlockHashesWhatWasPutAndCanBeReused) {
  for (std::size_t size = 0; size <= keccak_block::max_size; ++size) {
    std::string message(size, '\0');
    keccak_block block(size);
    EXPECT_EQ(block.hash(), keccak256(message));
    for (std::size_t i = 0; i < size; ++i) {
      message[i] = static_cast<char>(i + 1);
      block.put(i, static_cast<std::uint8_t>(i + 1));
    }
    EXPECT_EQ(block.hash(), keccak256(message));
    if (size < 32) continue;
    const digest32 inner = keccak256("inner");
    message.replace(size - 32, 32, reinterpret_cast<const char*>(inner.data()), 32);
    block.put(size - 32, inner);
    EXPECT_EQ(block.hash(), keccak256(message));
    EXPECT_EQ(block.hash(), keccak256(message)) << "hashing leaves the message as it is";
  }
}

TEST(Keccak, BlockLanesAreTheDigestReadLittleEndian) {
  const auto lanes = keccak_block(0).hash_lanes();
  EXPECT_EQ(lanes[0], 0x3c23f7860146d2c5u);  // c5 d2 46 01 86 f7 23 3c
  EXPECT_EQ(lanes[3], 0x70a4855d04d8fa7bu);
}

}  // namespace
