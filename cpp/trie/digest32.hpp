// The type of a digest, which nodes cache and other layers compute.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hamt {

/// 32 bytes that stand for contents.
using digest32 = std::array<std::uint8_t, 32>;
inline constexpr std::size_t digest_size = sizeof(digest32);

}  // namespace hamt
