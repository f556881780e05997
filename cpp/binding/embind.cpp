// embind functions of the interface: calls on whole maps, whose own work makes some hundred
// nanoseconds of crossing irrelevant. They take handles and give a status.
#include <emscripten/bind.h>

#include "binding/host.hpp"

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
  emscripten::function(name, &with_context<Function, Arguments...>);
}

}  // namespace

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
