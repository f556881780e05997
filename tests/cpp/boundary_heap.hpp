// A heap that fails, or cuts a call off, at a chosen allocation. The linker sends malloc and
// realloc here (--wrap, see CMakeLists.txt), and operator new comes by malloc.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_realloc(void* p, std::size_t size);
void* __wrap_malloc(std::size_t size);
void* __wrap_realloc(void* p, std::size_t size);
// operator new
void* __real__Znwm(std::size_t size);
void* __wrap__Znwm(std::size_t size);
}

namespace boundary_testing {

/// What happens at the allocation after `left` others: nothing while that is negative.
struct fuse {
  static inline long long left = -1;
  /// Where to go instead of failing.
  static inline std::jmp_buf* away = nullptr;

  static bool blows() {
    if (left < 0 || left-- != 0) return false;
    if (away != nullptr) std::longjmp(*away, 1);
    return true;
  }
};

}  // namespace boundary_testing

namespace boundary_testing {

/// As in WebAssembly, a block has less than 4 GiB.
inline bool refuses(std::size_t size) {
  return size > SIZE_MAX / 2 || size >> 32 != 0 || fuse::blows();
}

}  // namespace boundary_testing

// For the one source of a program that has `main`.
#define BOUNDARY_TESTING_HEAP                                                   \
  extern "C" void* __wrap_malloc(std::size_t size) {                            \
    return boundary_testing::refuses(size) ? nullptr : __real_malloc(size);     \
  }                                                                             \
  extern "C" void* __wrap_realloc(void* p, std::size_t size) {                  \
    return boundary_testing::refuses(size) ? nullptr : __real_realloc(p, size); \
  }                                                                             \
  extern "C" void* __wrap__Znwm(std::size_t size) {                             \
    if (boundary_testing::refuses(size)) throw std::bad_alloc();                \
    return __real__Znwm(size);                                                  \
  }
