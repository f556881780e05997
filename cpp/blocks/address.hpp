// Where bytes lie in a section of a node table, and a table of that by digest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "../digest/keccak.hpp"

namespace hamt::blocks {

struct address {
  std::uint64_t start = 0, size = 0;
};

namespace detail {

struct digest_hash {
  std::size_t operator()(const digest32& d) const noexcept {
    std::size_t h;
    std::memcpy(&h, d.data(), sizeof h);
    return h;
  }
};

/// By digest. One type serves as a set and as a table of indices too: each more would be kilobytes
/// of wasm.
using addresses = std::unordered_map<digest32, address, digest_hash>;

}  // namespace detail

}  // namespace hamt::blocks
