// Policies under which keys share slots, long paths, or everything. tests/js/weak-hashes.ts has the
// same, by the same names.
#pragma once

#include <cstdint>
#include <string_view>

#include "trie/policy.hpp"

namespace weak {

struct two_bits : hamt::local_policy {
  static constexpr std::string_view name = "two-bits";
  struct hash {
    std::uint64_t operator()(std::string_view key) const noexcept {
      return hamt::hash_key(key) & 3;
    }
  };
};

struct two_bits_at_the_last_level : hamt::local_policy {
  static constexpr std::string_view name = "two-bits-at-the-last-level";
  struct hash {
    std::uint64_t operator()(std::string_view key) const noexcept {
      return (hamt::hash_key(key) & 3) << 60;
    }
  };
};

struct one_bit_a_level : hamt::local_policy {
  static constexpr std::string_view name = "one-bit-a-level";
  struct hash {
    std::uint64_t operator()(std::string_view key) const noexcept {
      return hamt::hash_key(key) & 0x1084210842108421u;
    }
  };
};

struct constant : hamt::local_policy {
  static constexpr std::string_view name = "constant";
  struct hash {
    std::uint64_t operator()(std::string_view) const noexcept { return 0x0123456789abcdefu; }
  };
};

struct real : hamt::local_policy {
  static constexpr std::string_view name = "real";
};

/// The same maps, counted atomically.
struct shared : hamt::atomic_policy {
  static constexpr std::string_view name = "real";
};

}  // namespace weak
