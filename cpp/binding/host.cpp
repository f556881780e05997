// The stack, the heap and the one context of the module, for a host that can throw a call away.
#include "host.hpp"

#include "../boundary/context.hpp"

namespace hamt::binding {

namespace {

boundary::context only;

// Where the stack begins: the first export is called with an empty one.
std::uintptr_t stack_base;

std::uintptr_t stack_pointer() noexcept {
  std::uintptr_t p;
  asm volatile(".globaltype __stack_pointer, i32\n global.get __stack_pointer\n local.set %0"
               : "=r"(p));
  return p;
}
void set_stack_pointer(std::uintptr_t p) noexcept {
  asm volatile(".globaltype __stack_pointer, i32\n local.get %0\n global.set __stack_pointer"
               :
               : "r"(p));
}

volatile double never = 0;
volatile unsigned no_frames = ~0U;

/// A value that cannot be known, and that is made anew each time.
[[gnu::noinline]] double next_value() noexcept {
  probe_stack(1);  // what calls is not inlined a thousand times
  const double next = never + 1;
  never = next;
  return next;
}

/// A sum whose terms all live, on the operand stack, across the call that makes the last one.
template <unsigned Terms>
[[gnu::always_inline]] inline double nested_sum() noexcept {
  if constexpr (Terms == 0) {
    return next_value();
  } else {
    const double a = next_value(), b = next_value();
    return a + (b + nested_sum<Terms - 2>());
  }
}

}  // namespace

boundary::context& here = only;

void resume() noexcept {
  set_stack_pointer(stack_base);
  boundary::recover(here);
}

void probe_stack(unsigned frames) noexcept {
  if (frames == no_frames) [[unlikely]]
    never = nested_sum<1024>();
  if (frames > 1) {
    probe_stack(frames - 1);
    asm volatile("");  // not a tail call
  }
}

const boundary::results* begin() noexcept {
  stack_base = stack_pointer();
  return &boundary::results_of(here);
}

}  // namespace hamt::binding
