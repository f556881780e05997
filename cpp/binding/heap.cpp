// The heap's functions, around Emscripten's own: they note that they run, because a heap that a
// call was thrown away from cannot be used again. Memory grows without a call into JavaScript,
// which could fail for want of stack. Built without LTO, as the C library is entered by these
// names.
#include <emscripten.h>

#include <algorithm>
#include <cstddef>

#include "binding/host.hpp"

using hamt::binding::in_heap;

extern "C" {

void* emmalloc_memalign(std::size_t alignment, std::size_t size);
void* emmalloc_realloc(void* p, std::size_t size);
void* emmalloc_calloc(std::size_t count, std::size_t size);
void emmalloc_free(void* p);

void* memalign(std::size_t alignment, std::size_t size) {
  in_heap = true;
  void* const p = emmalloc_memalign(alignment, size);
  in_heap = false;
  return p;
}
void* malloc(std::size_t size) { return memalign(alignof(std::max_align_t), size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  *p = memalign(alignment, size);
  return *p != nullptr ? 0 : 12;  // ENOMEM
}
void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  in_heap = true;
  void* const p = emmalloc_calloc(count, size);
  in_heap = false;
  return p;
}
void free(void* p) {
  const bool nested = in_heap;  // in emmalloc_realloc
  in_heap = true;
  emmalloc_free(p);
  in_heap = nested;
}
void* realloc(void* p, std::size_t size) {
  in_heap = true;
  void* const q = emmalloc_realloc(p, size);
  in_heap = false;
  return q;
}

/// Called by memcpy in some versions, which have it in JavaScript over a view of the whole memory.
void* emscripten_memcpy_big(void* to, const void* from, std::size_t size) {
  return __builtin_memcpy(to, from, size);  // an instruction: -mbulk-memory
}

/// Called by sbrk. Grows by a fifth at least, so that a heap of n bytes has grown O(log n) times.
int emscripten_resize_heap(std::size_t size) {
  constexpr std::size_t page = 65536, most = 65535;
  const std::size_t now = __builtin_wasm_memory_size(0);
  const std::size_t need = size / page + (size % page != 0);
  const std::size_t wanted = std::min(std::max(need, now + now / 5), most);
  constexpr std::size_t failed = ~std::size_t{0};
  return need <= most && (__builtin_wasm_memory_grow(0, wanted - now) != failed ||
                          __builtin_wasm_memory_grow(0, need - now) != failed);
}

// For tests that use up the memory.
EMSCRIPTEN_KEEPALIVE void* take_memory(std::size_t size) { return malloc(size); }
EMSCRIPTEN_KEEPALIVE void give_memory(void* p) { free(p); }

}  // extern "C"
