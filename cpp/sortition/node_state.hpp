// The state of an operator as a map holds it: deterministic CBOR (RFC 8949 §4.2) of
//
//     { "owner"?: text, an address, "active": bool, "registered": bool,
//       "admittedSince"?: bignum, "ticketBalance": bignum }
//
// in the order of the encoded keys, which is the only one that deterministic CBOR allows. These are
// the bytes that the JavaScript codec writes for the same state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "address.hpp"
#include "uint256.hpp"

namespace hamt::sortition {

struct node_state {
  bool registered = false;
  bool active = false;
  uint256 ticket_balance;
  std::optional<address> owner;                 ///< who bonds the operator, where known
  std::optional<std::uint64_t> admitted_since;  ///< in seconds
};

/// Above what a state and its key take as text.
inline constexpr std::size_t most_node_state_text = 208;

/// Appends the bytes of a state.
inline void append_node_state(const node_state& s, std::string& to) {
  // All names are shorter than 24 bytes: one byte of head.
  const auto name = [&](std::string_view n) {
    to.push_back(static_cast<char>(0x60 + n.size()));
    to.append(n);
  };
  const auto bignum = [&](const uint256& n) {
    const std::array<std::uint8_t, 32> digits = n.to_bytes();
    const std::size_t size = (n.bits() + 7) / 8;
    to.push_back('\xc2');
    if (size >= 24) to.push_back('\x58');
    to.push_back(static_cast<char>(size >= 24 ? size : 0x40 + size));
    to.append(reinterpret_cast<const char*>(digits.data()) + 32 - size, size);
  };
  to.push_back(static_cast<char>(0xa3 + (s.owner ? 1 : 0) + (s.admitted_since ? 1 : 0)));
  if (s.owner) {
    name("owner");
    to.append("\x78\x2a");
    append_text(*s.owner, to);
  }
  name("active");
  to.push_back(s.active ? '\xf5' : '\xf4');
  name("registered");
  to.push_back(s.registered ? '\xf5' : '\xf4');
  if (s.admitted_since) {
    name("admittedSince");
    bignum(*s.admitted_since);
  }
  name("ticketBalance");
  bignum(s.ticket_balance);
}

}  // namespace hamt::sortition
