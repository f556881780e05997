// Sortition: scores against the published vectors, division against a schoolbook one, the node
// state's one accepted shape against every way to miss it, and selection against a naive ranking.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sortition/selection.hpp"

namespace {

using namespace hamt::sortition;

uint256 from_hex(std::string_view text) {
  uint256 n;
  for (const char c : text.substr(2)) {
    n = n.shifted_left(4);
    n.words[3] |= static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return n;
}

address node(std::string_view text) { return parse_address(text).value(); }

/// The CBOR that the JavaScript codec writes for a node state.
std::string cbor(bool registered, bool active, uint256 balance, std::string_view owner = {}) {
  std::string out;
  out += owner.empty() ? '\xa3' : '\xa4';
  if (!owner.empty()) out += "\x65owner\x78\x2a" + std::string(owner);
  out += std::string(
             "\x66"
             "active") +
         (active ? '\xf5' : '\xf4');
  out += std::string(
             "\x6a"
             "registered") +
         (registered ? '\xf5' : '\xf4');
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

hamt::map<> registry(std::uint64_t price = 1) {
  hamt::map<> nodes;
  for (const auto& [text, tickets] : published)
    nodes = nodes.set(to_text(node(text)), cbor(true, true, tickets * price));
  return nodes;
}

TEST(uint256, bytes_there_and_back) {
  const uint256 n = from_hex("0x01e026bf88da79ef220784f413b9684f964f9518586c821fc0605059eb305c03");
  const auto bytes = n.to_bytes();
  EXPECT_EQ(bytes[0], 0x01);
  EXPECT_EQ(bytes[31], 0x03);
  EXPECT_EQ(uint256::from_bytes(bytes.data(), 32), n);
  EXPECT_EQ(uint256::from_bytes(bytes.data() + 30, 2), uint256(0x5c03));
  EXPECT_EQ(uint256::from_bytes(nullptr, 0), uint256());
}

TEST(uint256, decimal) {
  EXPECT_EQ(to_decimal(0), "0");
  EXPECT_EQ(to_decimal(18446744073709551615u), "18446744073709551615");
  uint256 all;
  all.words.fill(~std::uint64_t{0});
  EXPECT_EQ(to_decimal(all),
            "115792089237316195423570985008687907853269984665640564039457584007913129639935");
}

/// number = quotient * divisor + rest, checked by adding the divisor up bit by bit, with wrapping
/// words.
uint256 multiply_add(const uint256& a, const uint256& b, uint256 sum) {
  const auto add = [](uint256 x, const uint256& y) {
    std::uint64_t carry = 0;
    for (int i = 3; i >= 0; --i) {
      const std::uint64_t sum_of_words = x.words[i] + y.words[i];
      const std::uint64_t with_carry = sum_of_words + carry;
      carry = (sum_of_words < y.words[i]) || (with_carry < sum_of_words) ? 1 : 0;
      x.words[i] = with_carry;
    }
    return x;
  };
  for (unsigned bit = 0; bit < 256; ++bit)
    if ((a.words[3 - bit / 64] >> (bit % 64)) & 1) sum = add(sum, b.shifted_left(bit));
  return sum;
}

TEST(uint256, division_is_exact) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20000; ++round) {
    uint256 number, divisor;
    for (auto& w : number.words) w = random();
    for (auto& w : divisor.words) w = random();
    // All sizes, and words full of ones or zeros, where borrows and carries go wrong.
    const unsigned cut_number = random() % 256, cut_divisor = random() % 256;
    if (round % 3 == 0) number.words[random() % 4] = ~std::uint64_t{0};
    if (round % 5 == 0) divisor.words[1 + random() % 3] = 0;
    const auto shifted_right = [](uint256 n, unsigned by) {
      uint256 out;
      for (unsigned bit = by; bit < 256; ++bit)
        out.words[3 - (bit - by) / 64] |= ((n.words[3 - bit / 64] >> (bit % 64)) & 1)
                                          << ((bit - by) % 64);
      return out;
    };
    number = shifted_right(number, cut_number);
    divisor = shifted_right(divisor, cut_divisor);
    if (divisor.is_zero()) divisor = 1;
    const auto [quotient, rest] = divide(number, divisor);
    ASSERT_TRUE(rest < divisor);
    ASSERT_EQ(multiply_add(quotient, divisor, rest), number);
  }
}

TEST(address, only_forty_digits_after_0x) {
  EXPECT_EQ(to_text(node("0xAFE32f88ECB9255350301299f57b3840C56e42Ea")),
            "0xafe32f88ecb9255350301299f57b3840c56e42ea");
  for (const char* wrong :
       {"", "0x", "0xafe32f88ecb9255350301299f57b3840c56e42e",
        "afe32f88ecb9255350301299f57b3840c56e42ea", "0xafe32f88ecb9255350301299f57b3840c56e42eaa",
        "0Xafe32f88ecb9255350301299f57b3840c56e42ea", "0xafe32f88ecb9255350301299f57b3840c56e42eg",
        "0xafe32f88ecb9255350301299f57b3840c56e42e "})
    EXPECT_FALSE(parse_address(wrong)) << wrong;
}

TEST(score, published_vectors) {
  scorer s({0, 0});
  s.set_operator(node("0x0000000000000000000000000000000000000000"));
  EXPECT_EQ(s.score(1),
            from_hex("0xe3df584daa7f10878668665af0cdb95c5a3822b53801291f2e01dd2d5a686ae7"));
  s.set_operator(node("0xffffffffffffffffffffffffffffffffffffffff"));
  EXPECT_EQ(s.score(1),
            from_hex("0x221671dc10ec13b41307e568482b884c7664605b063ee2d9847378a2c7696f04"));
}

TEST(score, best_is_the_lowest_and_then_the_smallest_ticket) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    address a;
    for (auto& byte : a) byte = static_cast<std::uint8_t>(random());
    draw d;
    for (auto& w : d.e3_id.words) w = random();
    for (auto& w : d.seed.words) w = random();
    const std::uint64_t tickets = 1 + random() % 40;
    const scored_ticket best = best_ticket(a, tickets, d);
    for (std::uint64_t t = 1; t <= tickets; ++t) {
      scorer fresh(d);
      fresh.set_operator(a);
      const uint256 s = fresh.score(t);
      if (t < best.ticket) {
        ASSERT_TRUE(best.score < s);
      } else if (t == best.ticket) {
        ASSERT_EQ(best.score, s);
      } else {
        ASSERT_FALSE(s < best.score);
      }
    }
  }
}

// The low word alone is rewritten between tickets: a scorer used for a 256-bit ticket must not
// leave the high words behind for the next operator.
TEST(score, a_huge_ticket_leaves_nothing_behind) {
  uint256 huge;
  huge.words.fill(~std::uint64_t{0});
  scorer s(published_draw), fresh(published_draw);
  s.set_operator(node(published[2].first));
  fresh.set_operator(node(published[2].first));
  s.score(huge);
  EXPECT_EQ(s.best(5).score, fresh.best(5).score);
  EXPECT_EQ(s.best(5).ticket, 3u);
}

TEST(score, refuses_what_would_never_end) {
  const address a = node(published[0].first);
  uint256 all;
  all.words.fill(~std::uint64_t{0});
  EXPECT_THROW(best_ticket(a, all, published_draw), too_many_tickets);
  EXPECT_THROW(best_ticket(a, default_ticket_limit + 1, published_draw), too_many_tickets);
  try {
    best_ticket(a, 12, published_draw, 11);
    FAIL();
  } catch (const too_many_tickets& e) {
    EXPECT_STREQ(e.what(),
                 "operator 0xafe32f88ecb9255350301299f57b3840c56e42ea holds 12 tickets, more than "
                 "the limit of 11");
  }
  EXPECT_NO_THROW(best_ticket(a, 11, published_draw, 11));
}

TEST(node_state, reads_what_the_codec_writes) {
  const std::string owner = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
  uint256 all;
  all.words.fill(~std::uint64_t{0});
  for (const uint256& balance : {uint256(0), uint256(1), uint256(50000000),
                                 uint256(1).shifted_left(183), uint256(1).shifted_left(184), all}) {
    for (const bool flag : {false, true}) {
      const node_state s = read_node_state("k", cbor(flag, !flag, balance, owner));
      EXPECT_EQ(s.registered, flag);
      EXPECT_EQ(s.active, !flag);
      EXPECT_EQ(s.ticket_balance, balance);
      EXPECT_EQ(s.owner, node(owner));
      EXPECT_FALSE(read_node_state("k", cbor(flag, flag, balance)).owner);
    }
  }
}

TEST(node_state, writes_what_it_reads) {
  std::mt19937_64 random(4);
  for (unsigned bits = 0; bits <= 256; ++bits) {
    node_state s;
    s.registered = random() % 2 == 0;
    s.active = random() % 2 == 0;
    if (bits > 0) s.ticket_balance = uint256(1).shifted_left(bits - 1);
    if (bits % 3 == 0) s.owner = node(published[bits % 10].first);
    std::string written = "before ";
    append_node_state(s, written);
    written.erase(0, 7);
    const std::string owner = s.owner ? to_text(*s.owner) : "";
    EXPECT_EQ(written, cbor(s.registered, s.active, s.ticket_balance, owner));
    const node_state again = read_node_state("k", written);
    EXPECT_EQ(again.registered, s.registered);
    EXPECT_EQ(again.active, s.active);
    EXPECT_EQ(again.ticket_balance, s.ticket_balance);
    EXPECT_EQ(again.owner, s.owner);
  }
}

TEST(node_state, refuses_every_other_shape) {
  const std::string good = cbor(true, true, 0x0102, "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc");
  ASSERT_NO_THROW(read_node_state("k", good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(read_node_state("k", good.substr(0, size)), node_state_error) << size;
  EXPECT_THROW(read_node_state("k", good + '\0'), node_state_error);
  // Each byte changed: refused, or another well-formed state (a flag, a digit of the owner, the
  // balance).
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int xored = 1; xored < 256; ++xored) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ xored);
      try {
        const node_state s = read_node_state("k", bad);
        ++accepted;
        const bool same = s.registered && s.active && s.ticket_balance == uint256(0x0102) &&
                          s.owner &&
                          to_text(*s.owner) == "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
        // Only the case of a letter of the owner may go unnoticed.
        EXPECT_TRUE(!same || xored == 0x20) << at << " " << xored;
      } catch (const node_state_error&) {
      }
    }
  }
  EXPECT_GT(accepted, 500u);
  // A leading zero in the balance, a negative one, an integer instead of a bignum.
  const std::string head = cbor(true, true, 1).substr(0, cbor(true, true, 1).size() - 3);
  EXPECT_NO_THROW(read_node_state("k", head + "\xc2\x41\x01"));
  EXPECT_THROW(read_node_state("k", head + std::string("\xc2\x42\x00\x01", 4)), node_state_error);
  EXPECT_THROW(read_node_state("k", head + "\xc3\x41\x01"), node_state_error);
  EXPECT_THROW(read_node_state("k", head + "\x01"), node_state_error);
  EXPECT_THROW(read_node_state("k", head + "\xc2\x58\x21" + std::string(33, '\x01')),
               node_state_error);
}

TEST(node_state, errors_name_the_key_and_the_field) {
  try {
    read_node_state("0xabc", cbor(true, true, 1).substr(0, 9) + "\xf5");
    FAIL();
  } catch (const node_state_error& e) {
    EXPECT_NE(std::string(e.what()).find("\"0xabc\""), std::string::npos);
  }
  try {
    read_node_state(std::string(5000, 'x'), "");
    FAIL();
  } catch (const node_state_error& e) {
    EXPECT_LT(std::string(e.what()).size(), 200u);
  }
}

TEST(select, published_committee) {
  const auto winners = select(registry(), published_draw, 1, 3, policy::uncapped);
  ASSERT_EQ(winners.size(), 3u);
  const int expected_nodes[] = {2, 1, 9};
  const std::uint64_t expected_tickets[] = {3, 2, 4};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(winners[i].node, node(published[expected_nodes[i]].first));
    EXPECT_EQ(winners[i].best.ticket, expected_tickets[i]);
  }
  EXPECT_EQ(winners[0].best.score,
            from_hex("0x03f1054e1a64151b5bebc245c676cc24eff3a698318e044ffbb13dacef83c39a"));
}

TEST(select, the_price_divides_the_balance_and_rounds_down) {
  hamt::map<> nodes = registry(10);
  EXPECT_EQ(select(nodes, published_draw, 10, 3, policy::uncapped)[0].best.ticket, 3u);
  const std::string key = to_text(node(published[2].first));
  nodes = nodes.set(key, cbor(true, true, 29));  // two tickets, not three
  EXPECT_NE(select(nodes, published_draw, 10, 3, policy::uncapped)[0].node, node(key));
  nodes = nodes.set(key, cbor(true, true, 30));
  EXPECT_EQ(select(nodes, published_draw, 10, 3, policy::uncapped)[0].node, node(key));
  nodes = nodes.set(key, cbor(true, false, 30));
  EXPECT_NE(select(nodes, published_draw, 10, 3, policy::uncapped)[0].node, node(key));
}

TEST(select, nobody) {
  EXPECT_TRUE(select(hamt::map<>{}, published_draw, 1, 3, policy::uncapped).empty());
  EXPECT_TRUE(
      select(registry(), published_draw, 0, 3, policy::uncapped).empty());  // price 0: no tickets
  EXPECT_TRUE(select(registry(), published_draw, 1, 0, policy::uncapped).empty());
  EXPECT_TRUE(
      select(registry(), published_draw, 6, 3, policy::uncapped).empty());  // all below one ticket
  EXPECT_EQ(select(registry(), published_draw, 1, 99, policy::uncapped).size(), 10u);
}

TEST(select, refuses_a_map_that_is_no_registry) {
  EXPECT_THROW(
      select(registry().set("hello", cbor(true, true, 1)), published_draw, 1, 3, policy::uncapped),
      node_state_error);
  EXPECT_THROW(
      select(registry().set(to_text(address{}), "\x01"), published_draw, 1, 3, policy::uncapped),
      node_state_error);
}

TEST(select, bounds_the_hashes_of_all_operators_together) {
  EXPECT_NO_THROW(select(registry(), published_draw, 1, 3, policy::uncapped, 33));
  EXPECT_THROW(select(registry(), published_draw, 1, 3, policy::uncapped, 32), too_many_tickets);
  uint256 all;
  all.words.fill(~std::uint64_t{0});
  const hamt::map<> rich = registry().set(to_text(address{}), cbor(true, true, all));
  EXPECT_THROW(select(rich, published_draw, 1, 3, policy::uncapped), too_many_tickets);
  // The same riches under a price to match are one ticket; and without being active none.
  EXPECT_EQ(select(rich, published_draw, all, 3, policy::uncapped).size(), 1u);
  EXPECT_NO_THROW(select(rich.set(to_text(address{}), cbor(true, false, all)), published_draw, 1, 3,
                         policy::uncapped));
}

TEST(select, agrees_with_a_naive_ranking_under_both_policies) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    hamt::map<> nodes;
    struct row {
      uint256 score;
      std::uint64_t ticket;
      address a;
      int owner;
    };
    std::vector<row> rows;
    draw d;
    for (auto& w : d.e3_id.words) w = random();
    for (auto& w : d.seed.words) w = random();
    const std::uint64_t price = 1 + random() % 5;
    std::map<address, bool> seen;
    for (std::size_t i = 0, n = random() % 30; i < n; ++i) {
      address a;
      for (auto& byte : a) byte = static_cast<std::uint8_t>(random());
      const bool active = random() % 4 != 0;
      const std::uint64_t balance = random() % 20;
      const int owner = static_cast<int>(random() % 6) - 1;  // -1: unknown
      const std::string owner_text =
          "0x" + std::string(39, '0') + static_cast<char>('0' + std::max(owner, 0));
      nodes = nodes.set(to_text(a),
                        cbor(random() % 2 == 0, active, balance,
                             owner < 0 ? std::string_view{} : std::string_view(owner_text)));
      if (!active || balance / price == 0) continue;
      row best{{}, 0, a, owner};
      for (std::uint64_t t = 1; t <= balance / price; ++t) {
        std::string preimage(reinterpret_cast<const char*>(a.data()), 20);
        for (const uint256& n256 : {uint256(t), d.e3_id, d.seed}) {
          const auto bytes = n256.to_bytes();
          preimage.append(reinterpret_cast<const char*>(bytes.data()), 32);
        }
        const uint256 s = uint256::from_bytes(hamt::keccak256(preimage).data(), 32);
        if (best.ticket == 0 || s < best.score) best = {s, t, a, owner};
      }
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
        if (by == policy::owner_cap && r.owner >= 0 && !owners.insert(r.owner).second) continue;
        expected.push_back(r);
      }
      const auto winners = select(nodes, d, price, size, by);
      ASSERT_EQ(winners.size(), expected.size());
      for (std::size_t i = 0; i < winners.size(); ++i) {
        ASSERT_EQ(winners[i].node, expected[i].a);
        ASSERT_EQ(winners[i].best.ticket, expected[i].ticket);
        ASSERT_EQ(winners[i].best.score, expected[i].score);
      }
    }
  }
}

}  // namespace
