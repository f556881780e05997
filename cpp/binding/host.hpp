// What the module does for a host that can throw a call away: a JavaScript stack overflow or a
// termination ends C++ code anywhere, and leaves the stack pointer where it was.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../boundary/interface.hpp"

namespace hamt::binding {

/// The module's only context.
extern boundary::context& here;

/// Notes where the stack begins, and says where results will be. Called once, before all others.
const boundary::results* begin() noexcept;

/// Mends what the last call left when it was thrown away.
[[gnu::noinline]] void resume() noexcept;

/// Fails now, by the host's stack overflow, when less stack is left than `frames` times 8 KB:
/// nothing has changed yet. A frame is that large because 1,024 values would live across a call
/// that is never made; hosts check for a whole frame on entry.
[[gnu::noinline]] void probe_stack(unsigned frames) noexcept;

/// Begins every export. A function that calls this must need no frame of its own, which would lie
/// where the stack pointer was left.
template <unsigned Frames>
[[gnu::always_inline]] inline boundary::context& enter() noexcept {
  if (boundary::is_interrupted(here)) [[unlikely]]
    resume();
  if constexpr (Frames != 0) probe_stack(Frames);
  return here;
}

}  // namespace hamt::binding
