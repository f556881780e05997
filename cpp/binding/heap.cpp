// The C library's heap, over all memory of the module: boundary/heap.hpp, which a call that was
// thrown away leaves consistent. Memory grows without a call into JavaScript, which could fail for
// want of stack. Built without LTO, as the C library is entered by these names.
#include "../boundary/heap.hpp"

#include <emscripten.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" char __heap_base;

namespace {

struct linear_memory {
  static constexpr std::uint64_t page = 65536, most = 65535;

  char* at(std::uint32_t a) const noexcept { return reinterpret_cast<char*>(a); }
  std::uint32_t begin() const noexcept { return reinterpret_cast<std::uint32_t>(&__heap_base); }
  std::uint64_t size() const noexcept { return __builtin_wasm_memory_size(0) * page; }
  /// Grows by a fifth at least, so that a heap of n bytes has grown O(log n) times.
  std::uint64_t grow(std::uint64_t size) const noexcept {
    constexpr std::size_t failed = ~std::size_t{0};
    const std::size_t now = __builtin_wasm_memory_size(0);
    const std::uint64_t need = (size + page - 1) / page;
    if (need > most) return 0;
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max<std::uint64_t>(need, now + now / 5), most));
    if (__builtin_wasm_memory_grow(0, wanted - now) == failed &&
        __builtin_wasm_memory_grow(0, static_cast<std::size_t>(need) - now) == failed)
      return 0;
    return this->size();
  }
};

constinit hamt::boundary::heap<linear_memory> all;

std::uint32_t address_of(void* p) noexcept { return reinterpret_cast<std::uint32_t>(p); }

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return reinterpret_cast<void*>(all.allocate(size)); }
void* memalign(std::size_t alignment, std::size_t size) {
  return reinterpret_cast<void*>(all.allocate(size, alignment));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  *p = memalign(alignment, size);
  return *p != nullptr ? 0 : 12;  // ENOMEM
}
void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* const p = malloc(bytes);
  return p == nullptr ? nullptr : __builtin_memset(p, 0, bytes);
}
void free(void* p) {
  if (p != nullptr) all.release(address_of(p));
}
void* realloc(void* p, std::size_t size) {
  if (p == nullptr) return malloc(size);
  if (all.resize(address_of(p), size)) return p;
  void* const q = malloc(size);
  if (q == nullptr) return nullptr;
  __builtin_memcpy(q, p, std::min(size, all.room_of(address_of(p))));
  free(p);
  return q;
}

/// Called by memcpy in some versions, which have it in JavaScript over a view of all memory.
void* emscripten_memcpy_big(void* to, const void* from, std::size_t size) {
  return __builtin_memcpy(to, from, size);  // an instruction: -mbulk-memory
}

// For tests that use up the memory.
EMSCRIPTEN_KEEPALIVE void* take_memory(std::size_t size) { return malloc(size); }
EMSCRIPTEN_KEEPALIVE void give_memory(void* p) { free(p); }

}  // extern "C"
