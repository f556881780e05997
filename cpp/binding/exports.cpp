// Raw exports: the functions of the interface that embind.cpp does not have, for the module's one
// context.
#include <emscripten.h>

#include "host.hpp"

using namespace hamt::boundary;
using hamt::binding::enter;

// Frames of probe_stack before a call that changes something.
constexpr unsigned no = 0, one_path = 2, many_paths = 8;

/// Exports `hamt_NAME`. Arguments: the stack it may need, the parameters in brackets, their names.
#define HAMT_EXPORT(NAME, STACK, PARAMETERS, ...)                 \
  extern "C" EMSCRIPTEN_KEEPALIVE status hamt_##NAME PARAMETERS { \
    return NAME(enter<STACK>() __VA_OPT__(, ) __VA_ARGS__);       \
  }

using bytes_size = std::size_t;
using number = std::uint32_t;

extern "C" EMSCRIPTEN_KEEPALIVE const results* hamt_begin() { return hamt::binding::begin(); }

HAMT_EXPORT(reserve, one_path, (bytes_size size), size)
HAMT_EXPORT(shrink, one_path, (bytes_size size), size)

HAMT_EXPORT(get, no, (handle map, bytes_size key), map, key)
HAMT_EXPORT(has, no, (handle map, bytes_size key), map, key)
HAMT_EXPORT(get_many, one_path, (handle map, bytes_size size, number count), map, size, count)
HAMT_EXPORT(set, one_path, (handle map, bytes_size key, bytes_size value, number keep), map, key,
            value, keep)
HAMT_EXPORT(set_reference, one_path, (handle map, bytes_size key, number id, number keep), map, key,
            id, keep)
HAMT_EXPORT(resolve, one_path, (handle map, bytes_size key, number id), map, key, id)
HAMT_EXPORT(remove, one_path, (handle map, bytes_size key, number keep), map, key, keep)
HAMT_EXPORT(apply, many_paths, (handle map, bytes_size size), map, size)
HAMT_EXPORT(build, many_paths, (handle map, bytes_size size), map, size)
HAMT_EXPORT(batch, one_path,
            (handle map, number most, number columns, number low, number high, number index), map,
            most, columns, low, high, index)

HAMT_EXPORT(touch, one_path, (number id), id)
HAMT_EXPORT(drain, one_path, ())
HAMT_EXPORT(unencoded, many_paths, (handle map, handle shared, number only_undigested), map, shared,
            only_undigested)
HAMT_EXPORT(attach, one_path, (bytes_size size), size)

HAMT_EXPORT(size, no, (handle map), map)
HAMT_EXPORT(copy, one_path, (handle map), map)
HAMT_EXPORT(drop, one_path, (handle map), map)

HAMT_EXPORT(digest, many_paths, (handle map), map)
HAMT_EXPORT(prove, many_paths, (handle map, bytes_size size, number count), map, size, count)
HAMT_EXPORT(snapshot_read, many_paths,
            (bytes_size file, number is_delta, number bases, bytes_size limit), file, is_delta,
            bases, limit)
HAMT_EXPORT(snapshot_take, one_path, (number i), i)
HAMT_EXPORT(snapshot_drop, one_path, ())
HAMT_EXPORT(snapshot_validate, many_paths, (bytes_size file), file)
HAMT_EXPORT(snapshot_meta, many_paths, (bytes_size file), file)
HAMT_EXPORT(snapshot_digest, many_paths, (bytes_size file, number version), file, version)
HAMT_EXPORT(snapshot_write, many_paths, (number bases, number count, bytes_size meta), bases, count,
            meta)

HAMT_EXPORT(nodes_write, many_paths, (number count, bytes_size meta), count, meta)
HAMT_EXPORT(blocks_open, many_paths, (handle map, handle base), map, base)
HAMT_EXPORT(blocks_answer, many_paths, (number walk, bytes_size size), walk, size)
HAMT_EXPORT(blocks_take, many_paths, (number walk, bytes_size most), walk, most)
HAMT_EXPORT(blocks_close, one_path, (number walk), walk)

HAMT_EXPORT(keccak256, many_paths, (bytes_size size), size)
HAMT_EXPORT(select, many_paths, (bytes_size size, number winners, number cap), size, winners, cap)
HAMT_EXPORT(put_states, many_paths, (handle map, bytes_size size), map, size)
