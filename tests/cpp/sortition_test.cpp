// Sortition: scores against the published vectors, the CBOR of node states byte by byte, and
// selection from lists against a naive ranking.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sortition/node_state.hpp"
#include "sortition/selection.hpp"

namespace {

using namespace hamt::sortition;

std::uint8_t digit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}
template <std::size_t n>
std::array<std::uint8_t, n> bytes_of(std::string_view text) {
  std::array<std::uint8_t, n> out{};
  for (std::size_t i = 0; i < n; ++i)
    out[i] = static_cast<std::uint8_t>(digit(text[2 + 2 * i]) << 4 | digit(text[3 + 2 * i]));
  return out;
}
uint256 from_hex(std::string_view text) {
  return uint256::from_bytes(bytes_of<32>(text).data(), 32);
}
uint256 all_ones() {
  uint256 n;
  n.words.fill(~std::uint64_t{0});
  return n;
}
uint256 power_of_two(unsigned n) {
  uint256 out;
  out.words[3 - n / 64] = std::uint64_t{1} << (n % 64);
  return out;
}

address node(std::string_view text) { return bytes_of<20>(text); }

/// The CBOR that the JavaScript codec writes for a node state.
std::string cbor(bool registered, bool active, uint256 balance, std::string_view owner = {},
                 std::string_view admitted_since = {}) {
  std::string out;
  out += static_cast<char>(0xa3 + !owner.empty() + !admitted_since.empty());
  if (!owner.empty()) out += "\x65owner\x78\x2a" + std::string(owner);
  out += std::string(
             "\x66"
             "active") +
         (active ? '\xf5' : '\xf4');
  out += std::string(
             "\x6a"
             "registered") +
         (registered ? '\xf5' : '\xf4');
  if (!admitted_since.empty()) {
    out +=
        "\x6d"
        "admittedSince\xc2";
    out += static_cast<char>(0x40 + admitted_since.size());
    out += admitted_since;
  }
  out += "\x6dticketBalance\xc2";
  const auto bytes = balance.to_bytes();
  const auto size = static_cast<std::size_t>((balance.bits() + 7) / 8);
  if (size < 24) {
    out += static_cast<char>(0x40 + size);
  } else {
    out += '\x58';
    out += static_cast<char>(size);
  }
  out.append(reinterpret_cast<const char*>(bytes.data()) + 32 - size, size);
  return out;
}

// The ten nodes of tests/vectors/sortition.json, with their tickets.
const std::vector<std::pair<const char*, std::uint64_t>> published = {
    {"0xAFE32f88ECB9255350301299f57b3840C56e42Ea", 4},
    {"0xe7FCBDfBb758208F5237d0Aa834631753b765fe2", 3},
    {"0x476ee9ce4e1A3Bc19D38CDd5A8af6ec33de73D4A", 5},
    {"0xe5574d7ff9cf18eB743C888efFFfAc9e390e7d92", 1},
    {"0x0D7c4E511EC83B21827b6fe611FA1FE3020Dcf2e", 1},
    {"0x4A3404fD87FD0ec757D8Bd46c332eD25bd2840fc", 2},
    {"0x1FCeA7348DA0023FE372cAf9aF445A7B85371172", 3},
    {"0x545e444A54CC6d4236505c427e05C0d76e30a0dC", 5},
    {"0xBCe4dA29590137eB2CF26681945396e6f6d0e436", 4},
    {"0x18291C4dDd2e4C7F90B29c63005Fc208E6e17958", 5}};
const draw published_draw{42, 0xa1b2c3d4e5f67789};

std::vector<candidate> everyone() {
  std::vector<candidate> out;
  for (const auto& [text, tickets] : published) out.push_back({node(text), {}, 1, tickets});
  return out;
}
constexpr std::uint64_t limit = 1000;
std::vector<winner> draw_from(const std::vector<candidate>& list, std::size_t size,
                              policy by = policy::uncapped) {
  return select(list, published_draw, size, by, limit);
}

TEST(Uint256, BytesThereAndBack) {
  const uint256 n = from_hex("0x01e026bf88da79ef220784f413b9684f964f9518586c821fc0605059eb305c03");
  const auto bytes = n.to_bytes();
  EXPECT_EQ(bytes[0], 0x01);
  EXPECT_EQ(bytes[31], 0x03);
  EXPECT_EQ(uint256::from_bytes(bytes.data(), 32), n);
  EXPECT_EQ(uint256::from_bytes(bytes.data() + 30, 2), uint256(0x5c03));
  EXPECT_EQ(uint256::from_bytes(nullptr, 0), uint256());
}

TEST(Uint256, Decimal) {
  EXPECT_EQ(to_decimal(0), "0");
  EXPECT_EQ(to_decimal(18446744073709551615u), "18446744073709551615");
  EXPECT_EQ(to_decimal(power_of_two(64)), "18446744073709551616");
  EXPECT_EQ(to_decimal(all_ones()),
            "115792089237316195423570985008687907853269984665640564039457584007913129639935");
}

TEST(Uint256, PlusCarries) {
  uint256 low;
  low.words[3] = ~std::uint64_t{0};
  EXPECT_EQ(low.plus(1), power_of_two(64));
  EXPECT_EQ(low.plus(0), low);
  EXPECT_EQ(all_ones().plus(1), uint256());
  EXPECT_EQ(all_ones().plus(3), uint256(2));
  EXPECT_EQ(uint256(5).plus(7), uint256(12));
}

TEST(Address, TextIsLowerCase) {
  EXPECT_EQ(to_text(node("0xAFE32f88ECB9255350301299f57b3840C56e42Ea")),
            "0xafe32f88ecb9255350301299f57b3840c56e42ea");
}

TEST(Score, PublishedVectors) {
  scorer s({0, 0});
  s.set_operator(node("0x0000000000000000000000000000000000000000"));
  EXPECT_EQ(s.score(1),
            from_hex("0xe3df584daa7f10878668665af0cdb95c5a3822b53801291f2e01dd2d5a686ae7"));
  s.set_operator(node("0xffffffffffffffffffffffffffffffffffffffff"));
  EXPECT_EQ(s.score(1),
            from_hex("0x221671dc10ec13b41307e568482b884c7664605b063ee2d9847378a2c7696f04"));
}

TEST(Score, BestIsTheLowestAndThenTheSmallestTicket) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    address a;
    for (auto& byte : a) byte = static_cast<std::uint8_t>(random());
    draw d;
    for (auto& w : d.e3_id.words) w = random();
    for (auto& w : d.seed.words) w = random();
    uint256 first;
    for (auto& w : first.words) w = random();
    first.words[3] >>= 1;
    const std::uint64_t count = 1 + random() % 40;
    scorer s(d);
    s.set_operator(a);
    const scored_ticket best = s.best(first, count);
    for (std::uint64_t i = 0; i < count; ++i) {
      scorer fresh(d);
      fresh.set_operator(a);
      const uint256 ticket = first.plus(i);
      const uint256 score = fresh.score(ticket);
      if (ticket < best.ticket) {
        ASSERT_TRUE(best.score < score);
      } else if (ticket == best.ticket) {
        ASSERT_EQ(best.score, score);
      } else {
        ASSERT_FALSE(score < best.score);
      }
    }
  }
}

// The low word alone is rewritten between tickets: a scorer used for a 256-bit ticket must not
// leave the high words behind for the next operator.
TEST(Score, AHugeTicketLeavesNothingBehind) {
  scorer s(published_draw), fresh(published_draw);
  s.set_operator(node(published[2].first));
  fresh.set_operator(node(published[2].first));
  s.score(all_ones());
  EXPECT_EQ(s.best(1, 5).score, fresh.best(1, 5).score);
  EXPECT_EQ(s.best(1, 5).ticket, uint256(3));
}

TEST(NodeState, IsTheCborOfTheCodec) {
  const std::string owner = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
  std::vector<uint256> balances{0, 1, 50000000, all_ones()};
  for (unsigned bit = 0; bit < 256; ++bit) balances.push_back(power_of_two(bit));
  for (const uint256& balance : balances) {
    for (const bool flag : {false, true}) {
      node_state s{flag, !flag, balance, {}, {}};
      const auto written = [&] {
        std::string to = "before ";
        append_node_state(s, to);
        return to.substr(7);
      };
      EXPECT_EQ(written(), cbor(flag, !flag, balance));
      s.owner = node(owner);
      EXPECT_EQ(written(), cbor(flag, !flag, balance, owner));
      s.admitted_since = 0x010203;
      EXPECT_EQ(written(), cbor(flag, !flag, balance, owner, "\x01\x02\x03"));
      s.owner.reset();
      EXPECT_EQ(written(), cbor(flag, !flag, balance, {}, "\x01\x02\x03"));
      EXPECT_LE(written().size() + 42, most_node_state_text);
    }
  }
  node_state longest{true, true, all_ones(), node(owner), ~std::uint64_t{0}};
  std::string to;
  append_node_state(longest, to);
  EXPECT_LE(to.size() + 42, most_node_state_text);
}

TEST(Select, PublishedCommittee) {
  const auto winners = draw_from(everyone(), 3);
  ASSERT_EQ(winners.size(), 3u);
  const std::size_t expected_nodes[] = {2, 1, 9};
  const std::uint64_t expected_tickets[] = {3, 2, 4};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(winners[i].index, expected_nodes[i]);
    EXPECT_EQ(winners[i].best.ticket, uint256(expected_tickets[i]));
  }
  EXPECT_EQ(winners[0].best.score,
            from_hex("0x03f1054e1a64151b5bebc245c676cc24eff3a698318e044ffbb13dacef83c39a"));
}

TEST(Select, Nobody) {
  EXPECT_TRUE(draw_from({}, 3).empty());
  EXPECT_TRUE(draw_from(everyone(), 0).empty());
  EXPECT_EQ(draw_from(everyone(), 99).size(), 10u);
  EXPECT_TRUE(draw_from(everyone(), 99, policy::owner_cap).empty());  // no owner is known
}

TEST(Select, BoundsTheHashesOfAllOperatorsTogether) {
  const auto list = everyone();
  EXPECT_NO_THROW(select(list, published_draw, 3, policy::uncapped, 33));
  EXPECT_THROW(select(list, published_draw, 3, policy::uncapped, 32), too_many_tickets);
  for (const uint256& count : {all_ones(), power_of_two(64), uint256(~std::uint64_t{0})}) {
    auto rich = list;
    rich.push_back({address{}, {}, 1, count});
    EXPECT_THROW(select(rich, published_draw, 3, policy::uncapped, ~std::uint64_t{0}),
                 too_many_tickets);
  }
  try {
    select(std::vector<candidate>{{node(published[0].first), {}, 1, 12}}, published_draw, 1,
           policy::uncapped, 11);
    FAIL();
  } catch (const too_many_tickets& e) {
    EXPECT_STREQ(e.what(),
                 "operator 0xafe32f88ecb9255350301299f57b3840c56e42ea holds 12 tickets, more than "
                 "the limit of 11");
  }
  // One ticket may be any number; a range must not leave its low 64 bits.
  EXPECT_NO_THROW(draw_from({{address{}, {}, all_ones(), 1}}, 1));
  EXPECT_THROW(draw_from({{address{}, {}, all_ones(), 2}}, 1), too_many_tickets);
  EXPECT_THROW(draw_from({{address{}, {}, 1, 0}}, 1), too_many_tickets);
}

// Equal scores cannot be found by hashing, so that ranking is tested with scores that are made.
TEST(Rank, TiesAreBrokenByTicketAndAddressOrByAddressAlone) {
  address a{}, b{}, owner{}, other{};
  b[19] = 1;
  other[0] = 1;
  const std::vector<candidate> list{{b, owner, 1, 9}, {a, other, 1, 9}, {a, owner, 1, 9}};
  using selection_detail::entry;
  const auto order = [&](std::vector<entry> entries, policy by) {
    selection_detail::rank(entries, 9, by);
    std::vector<std::size_t> out;
    for (const entry& e : entries) out.push_back(e.w.index);
    return out;
  };
  const std::vector<entry> equal{{{0, {7, 1}}, &list[0]}, {{1, {7, 2}}, &list[1]}};
  EXPECT_EQ(order(equal, policy::uncapped), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(order(equal, policy::owner_cap), (std::vector<std::size_t>{1, 0}));
  const std::vector<entry> of_one_owner{{{0, {7, 1}}, &list[0]}, {{2, {7, 2}}, &list[2]}};
  EXPECT_EQ(order(of_one_owner, policy::uncapped), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(order(of_one_owner, policy::owner_cap), (std::vector<std::size_t>{2}));
}

TEST(Select, AgreesWithANaiveRankingUnderBothPolicies) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    struct row {
      uint256 score;
      uint256 ticket;
      std::size_t index;
      int owner;
    };
    std::vector<candidate> list;
    std::vector<row> rows;
    draw d;
    for (auto& w : d.e3_id.words) w = random();
    for (auto& w : d.seed.words) w = random();
    for (std::size_t i = 0, n = random() % 30; i < n; ++i) {
      candidate c;
      for (auto& byte : c.node) byte = static_cast<std::uint8_t>(random());
      const std::uint64_t count = 1 + random() % 5;
      c.first = 1 + random() % 3;
      c.count = count;
      const int owner = static_cast<int>(random() % 6) - 1;  // -1: unknown
      if (owner >= 0) c.owner = address{static_cast<std::uint8_t>(owner)};
      row best{all_ones(), 0, i, owner};
      for (std::uint64_t t = 0; t < count; ++t) {
        const uint256 ticket = c.first.plus(t);
        std::string preimage(reinterpret_cast<const char*>(c.node.data()), 20);
        for (const uint256& number : {ticket, d.e3_id, d.seed}) {
          const auto bytes = number.to_bytes();
          preimage.append(reinterpret_cast<const char*>(bytes.data()), 32);
        }
        const uint256 s = uint256::from_bytes(hamt::keccak256(preimage).data(), 32);
        if (s < best.score) best = {s, ticket, i, owner};
      }
      list.push_back(c);
      rows.push_back(best);
    }
    std::sort(rows.begin(), rows.end(),
              [](const row& x, const row& y) { return x.score < y.score; });
    for (const policy by : {policy::uncapped, policy::owner_cap}) {
      const std::size_t size = random() % 8;
      std::vector<row> expected;
      std::set<int> owners;
      for (const row& r : rows) {
        if (expected.size() == size) break;
        if (by == policy::owner_cap && (r.owner < 0 || !owners.insert(r.owner).second)) continue;
        expected.push_back(r);
      }
      const auto winners = select(list, d, size, by, limit);
      ASSERT_EQ(winners.size(), expected.size());
      for (std::size_t i = 0; i < winners.size(); ++i) {
        ASSERT_EQ(winners[i].index, expected[i].index);
        ASSERT_EQ(winners[i].best.ticket, expected[i].ticket);
        ASSERT_EQ(winners[i].best.score, expected[i].score);
      }
    }
  }
}

}  // namespace
