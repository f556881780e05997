// Errors of sortition, with messages for users.
#pragma once

#include <stdexcept>

namespace hamt::sortition {

/// More tickets than the caller is willing to hash. Balances and prices are 256 bits wide, so a
/// list may ask for 2^256 hashes; that is refused before the first one.
struct too_many_tickets : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace hamt::sortition
