// The state of an operator as a map holds it: deterministic CBOR (RFC 8949 §4.2) of
//
//     { "owner"?: text, an address, "active": bool, "registered": bool, "ticketBalance": bignum }
//
// in the order of the encoded keys, which is the only one that deterministic CBOR allows. Exactly
// this shape is read; everything else is refused with the field's name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sortition/address.hpp"
#include "sortition/errors.hpp"
#include "sortition/uint256.hpp"

namespace hamt::sortition {

struct node_state {
  bool registered = false;
  bool active = false;
  uint256 ticket_balance;
  std::optional<address> owner;  ///< who bonds the operator; absent before that is known
};

namespace node_state_detail {

class reader {
 public:
  reader(std::string_view key, std::string_view cbor) noexcept : key_(key), left_(cbor) {}

  node_state read() {
    const std::uint8_t head = byte("is not a node state");
    if (head != 0xa3 && head != 0xa4)
      fail("is not a node state { registered, active, ticketBalance, owner? }");
    node_state s;
    if (head == 0xa4) {
      field("owner");
      s.owner = owner();
    }
    field("active");
    s.active = boolean("active is not a boolean");
    field("registered");
    s.registered = boolean("registered is not a boolean");
    field("ticketBalance");
    s.ticket_balance = bignum();
    if (!left_.empty()) fail("has bytes after its node state");
    return s;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw node_state_error(key_, what); }

  std::uint8_t byte(std::string_view otherwise) {
    if (left_.empty()) fail(otherwise);
    const auto b = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return b;
  }
  std::string_view take(std::size_t size, std::string_view otherwise) {
    if (left_.size() < size) fail(otherwise);
    const std::string_view out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
  }

  /// The next key of the object. All names are shorter than 24 bytes: one byte of head.
  void field(std::string_view name) {
    const bool here = left_.size() > name.size() &&
                      static_cast<std::uint8_t>(left_.front()) == 0x60 + name.size() &&
                      left_.substr(1, name.size()) == name;
    if (!here)
      fail("has a field other than registered, active, ticketBalance and owner, or lacks one");
    left_.remove_prefix(1 + name.size());
  }
  bool boolean(std::string_view otherwise) {
    const std::uint8_t b = byte(otherwise);
    if (b != 0xf4 && b != 0xf5) fail(otherwise);
    return b == 0xf5;
  }
  address owner() {
    constexpr std::string_view otherwise = "owner is not an address";
    if (byte(otherwise) != 0x78 || byte(otherwise) != 42) fail(otherwise);
    const std::optional<address> a = parse_address(take(42, otherwise));
    if (!a) fail(otherwise);
    return *a;
  }
  uint256 bignum() {
    constexpr std::string_view otherwise = "ticketBalance is not a bigint from 0 to 2^256 - 1";
    if (byte(otherwise) != 0xc2) fail(otherwise);
    std::size_t size = byte(otherwise);
    if (size == 0x58) {  // a length in the next byte: from 24 on
      size = byte(otherwise);
      if (size < 24) fail(otherwise);
    } else if (size >= 0x40 && size < 0x58) {
      size -= 0x40;
    } else {
      fail(otherwise);
    }
    if (size > 32) fail(otherwise);
    const std::string_view digits = take(size, otherwise);
    if (size > 0 && digits.front() == 0) fail(otherwise);  // deterministic: no leading zeros
    return uint256::from_bytes(reinterpret_cast<const std::uint8_t*>(digits.data()), size);
  }

  std::string_view key_;
  std::string_view left_;
};

}  // namespace node_state_detail

/// Appends what read_node_state reads: the bytes that the JavaScript codec writes for the same
/// state.
inline void append_node_state(const node_state& s, std::string& to) {
  const auto name = [&](std::string_view n) {
    to.push_back(static_cast<char>(0x60 + n.size()));
    to.append(n);
  };
  to.push_back(s.owner ? '\xa4' : '\xa3');
  if (s.owner) {
    name("owner");
    to.append("\x78\x2a");
    append_text(*s.owner, to);
  }
  name("active");
  to.push_back(s.active ? '\xf5' : '\xf4');
  name("registered");
  to.push_back(s.registered ? '\xf5' : '\xf4');
  name("ticketBalance");
  const std::array<std::uint8_t, 32> digits = s.ticket_balance.to_bytes();
  const std::size_t size = (s.ticket_balance.bits() + 7) / 8;
  to.push_back('\xc2');
  if (size >= 24) to.push_back('\x58');
  to.push_back(static_cast<char>(size >= 24 ? size : 0x40 + size));
  to.append(reinterpret_cast<const char*>(digits.data()) + 32 - size, size);
}

/// Reads the state under `key`, linear in its bytes. Throws node_state_error, which names the key.
inline node_state read_node_state(std::string_view key, std::string_view cbor) {
  return node_state_detail::reader(key, cbor).read();
}

}  // namespace hamt::sortition
