// Types that embind registers for everyone, and that no function of cpp/binding/embind.cpp takes: strings,
// objects, floats, views. Without what these registrations need, Emscripten's glue is a third shorter.
/* global mergeInto, LibraryManager */
const unused = ['bool', 'float', 'std_string', 'std_wstring', 'emval', 'memory_view', 'bigint', 'optional']
mergeInto(
  LibraryManager.library,
  Object.fromEntries(
    unused.flatMap((type) => {
      const name = `_embind_register_${type}`
      return [
        // Newer versions compare the number of parameters with the signature of what this replaces.
        // eslint-disable-next-line no-unused-vars
        [name, function (_a, _b, _c, _d, _e, _f) {}],
        [`${name}__deps`, []],
      ]
    }),
  ),
)
