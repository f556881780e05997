// embind functions of the interface: calls on whole maps, whose own work makes some hundred
// nanoseconds of crossing irrelevant. They take handles and give a status.
#include <emscripten/bind.h>

#include <cstddef>
#include <type_traits>

#include "host.hpp"

namespace {

using namespace hamt::boundary;

constexpr unsigned many_paths = 8;

template <auto Function, class... Arguments>
int with_context(Arguments... arguments) {
  return static_cast<int>(Function(hamt::binding::enter<many_paths>(), arguments...));
}

template <class... Arguments>
using function_of = status (*)(context&, Arguments...);

/// Registers a function of the interface under the name that TypeScript has for it.
template <auto Function, class... Arguments>
void add(const char* name, function_of<Arguments...>) {
  static_assert(((std::is_integral_v<Arguments> && sizeof(Arguments) == 4) && ...),
                "js/wasm/instantiate.ts converts nothing");
  emscripten::function(name, &with_context<Function, Arguments...>);
}

}  // namespace

// Types that embind registers for everyone, and that no function here takes: without these
// functions, their names would be a part of the module.
namespace emscripten::internal {
extern "C" {
void _embind_register_bigint(TYPEID, const char*, std::size_t, long long, unsigned long long) {}
void _embind_register_float(TYPEID, const char*, std::size_t) {}
void _embind_register_std_string(TYPEID, const char*) {}
void _embind_register_std_wstring(TYPEID, std::size_t, const char*) {}
void _embind_register_memory_view(TYPEID, unsigned, const char*) {}
}
}  // namespace emscripten::internal

EMSCRIPTEN_BINDINGS(hamt_maps) {
  add<&compare>("compare", &compare);
  add<&merge>("merge", &merge);
  add<&select_keys>("selectKeys", &select_keys);
  add<&merge_changes>("mergeChanges", &merge_changes);
  add<&changes>("changes", &changes);
  add<&diff_open>("diffOpen", &diff_open);
  add<&diff_next>("diffNext", &diff_next);
  add<&diff_close>("diffClose", &diff_close);
  add<&usage>("usage", &usage);
}
