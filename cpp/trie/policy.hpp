// Policies: how a map counts, allocates and hashes. Everything above takes a policy `P` as its last
// template parameter.
#pragma once

#include <cstddef>

#include "count.hpp"
#include "hash.hpp"
#include "memory.hpp"
#include "value.hpp"

namespace hamt {

/// The hash that every map uses; tests replace it to make keys collide.
struct key_hash {
  std::uint64_t operator()(std::string_view key) const noexcept { return hash_key(key); }
};

/// Maps of one thread. This is what the WebAssembly build uses.
struct local_policy {
  using count = local_count;
  template <class T>
  using cell = local_cell<T>;
  using memory = local_memory;
  using hash = key_hash;
  /// The value type of maps whose values are strings of bytes: what digests, proofs and snapshots
  /// take. Any type whose views `bytes_of` accepts; an embedder may choose a richer one.
  using byte_value = bytes;
  static constexpr unsigned bits = 5;  ///< bits of the hash a level
  /// Largest key plus value, in bytes, that is packed into its node. See DESIGN.md for the figures.
  static constexpr std::size_t inline_limit = 192;
};

/// Maps that threads share: any thread may read, copy and change its own map values; the nodes that
/// they share are counted atomically. As with any C++ value, one map *object* is not to be assigned
/// by one thread while another uses it.
struct atomic_policy : local_policy {
  using count = atomic_count;
  template <class T>
  using cell = atomic_cell<T>;
  using memory = atomic_memory;
};

}  // namespace hamt
