// What can be wrong with a question to sortition. Each error says it in words, ready for a user.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace hamt::sortition {

/// A map that is not a registry: a key that is no address, or a value that is no node state.
struct node_state_error : std::runtime_error {
  node_state_error(std::string_view key, std::string_view what)
      : std::runtime_error("node \"" + shortened(key) + "\": " + std::string(what)) {}

 private:
  /// Keys come from strangers and may be long; an address never is.
  static std::string shortened(std::string_view key) {
    return key.size() <= 64 ? std::string(key) : std::string(key.substr(0, 61)) + "...";
  }
};

/// More tickets than the caller is willing to hash. Balances and prices are 256 bits wide, so a map
/// may ask for 2^256 hashes; that is refused before the first one.
struct too_many_tickets : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace hamt::sortition
