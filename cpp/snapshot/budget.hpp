// Memory budget of reading a snapshot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "error.hpp"

namespace hamt::snapshot {

/// What maps may take when the caller does not say: 1 GiB.
inline constexpr std::uint64_t usual_room = std::uint64_t{1} << 30;

/// Counts what reading allocates, before it does, and refuses a file that asks for more than there
/// is room.
class budget {
 public:
  explicit budget(std::uint64_t room) noexcept : room_(room) {}

  /// Takes `bytes` for as long as the reading goes on. `offset` is where the file asks for them.
  void take(std::uint64_t bytes, std::size_t offset) {
    require(bytes, offset);
    taken_ += bytes;
  }
  /// Refuses unless there is room for `bytes` more, which are counted elsewhere.
  void require(std::uint64_t bytes, std::size_t offset) const {
    if (bytes > room_ - taken_) fail(rule::too_large, offset);
  }

 private:
  std::uint64_t room_, taken_ = 0;
};

}  // namespace hamt::snapshot
