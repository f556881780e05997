// C++ exceptions at run time: what code compiled with -fwasm-exceptions calls to throw and to
// catch. For Emscripten 3.1.6 alone (wasm-build/emscripten.cmake), in place of libc++abi's files,
// which take 3 KB more with gzip. It has what this module needs: one thread, classes with at most
// one base, small objects, no std::exception_ptr. Names and layouts are those of the Itanium C++
// ABI and of LLVM.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <typeinfo>

// NOLINTBEGIN(bugprone-reserved-identifier)

namespace __cxxabiv1 {

// What `typeid` of a class refers to. The compiler makes the objects and fills the members in.

/// A class without bases.
class __class_type_info : public std::type_info {
 public:
  ~__class_type_info() override;
  virtual const __class_type_info* base() const noexcept;
};

/// A class with one base, which is public and at its beginning.
class __si_class_type_info : public __class_type_info {
 public:
  ~__si_class_type_info() override;
  const __class_type_info* base() const noexcept override;

 private:
  const __class_type_info* base_;
};

__class_type_info::~__class_type_info() = default;
const __class_type_info* __class_type_info::base() const noexcept { return nullptr; }
__si_class_type_info::~__si_class_type_info() = default;
const __class_type_info* __si_class_type_info::base() const noexcept { return base_; }

}  // namespace __cxxabiv1

namespace {

using type = __cxxabiv1::__class_type_info;

/// An exception. The wasm instruction `throw` passes the address of the object.
struct exception {
  const type* thrown;
  void* (*destroy)(void*);
  exception* caught_before;
  int handlers;  ///< that hold it; negative while the last one throws it on
  alignas(16) std::byte object[48];

  static exception* of(void* object) noexcept {
    return reinterpret_cast<exception*>(static_cast<std::byte*>(object) -
                                        offsetof(exception, object));
  }
};

// Exceptions take turns in fixed memory: there is room for one where the heap is full, and what a
// call that was thrown away has left is overwritten. A handler and the destructors that it runs
// throw at most three before the first is gone.
constexpr unsigned turns = 8;
exception all[turns];
constinit unsigned next = 0;
/// The exceptions that handlers hold, last first.
constinit exception* caught = nullptr;

/// Reads LEB128 numbers.
struct number_reader {
  const std::uint8_t* at;

  std::uint32_t read(std::uint32_t sign = 0) noexcept {
    std::uint32_t value = 0, shift = 0, byte;
    do {
      byte = *at++;
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte >= 128);
    return (byte & sign) != 0 ? value | ~std::uint32_t{0} << shift : value;
  }
  std::int32_t read_signed() noexcept { return static_cast<std::int32_t>(read(64)); }
};

/// The handler for an exception that arrives at a landing pad, counted from 1 by the types in the
/// function's table (LSDA), or 0. The table: how types are written, the size of all behind this,
/// how landing pads are written, the size of their list, for each pad its first action + 1;
/// actions, which are a handler and the distance to the next; types, backwards from the end.
int handler_for(const type* thrown, const std::uint8_t* table, std::uint32_t pad) noexcept {
  number_reader pads{table + 2};
  const std::uint32_t size = pads.read();
  const auto* const types = reinterpret_cast<const type* const*>(pads.at + size);
  ++pads.at;
  const std::uint32_t pads_size = pads.read();
  const std::uint8_t* const actions = pads.at + pads_size;
  std::uint32_t first;
  do {
    pads.read();
    first = pads.read();
  } while (pad-- != 0);
  if (first == 0) return 0;
  for (number_reader action{actions + first - 1};;) {
    const std::int32_t handler = action.read_signed();
    if (handler > 0) {
      const type* const handled = types[-handler];
      if (handled == nullptr) return handler;  // catch (...)
      for (const type* t = thrown; t != nullptr; t = t->base())
        if (t == handled) return handler;
    }
    const std::uint8_t* const here = action.at;
    const std::int32_t distance = action.read_signed();
    if (distance == 0) return 0;
    action.at = here + distance;
  }
}

}  // namespace

extern "C" {

/// Where a landing pad says which one it is, and reads which handler to run.
struct {
  std::uint32_t pad;
  const std::uint8_t* table;
  int handler;
} __wasm_lpad_context;

int _Unwind_CallPersonality(void* object) noexcept {
  auto& c = __wasm_lpad_context;
  c.handler = handler_for(exception::of(object)->thrown, c.table, c.pad);
  return 0;
}

void* __cxa_allocate_exception(std::size_t size) noexcept {
  if (size > sizeof(exception::object)) __builtin_trap();
  exception& e = all[next++ % turns];
  e.caught_before = nullptr;
  e.handlers = 0;
  return e.object;
}
void __cxa_free_exception(void* /*object*/) noexcept {}

[[noreturn]] void __cxa_throw(void* object, const type* thrown, void* (*destroy)(void*)) {
  exception* const e = exception::of(object);
  e->thrown = thrown;
  e->destroy = destroy;
  __builtin_wasm_throw(0, object);
}

void* __cxa_begin_catch(void* object) noexcept {
  exception* const e = exception::of(object);
  e->handlers = (e->handlers < 0 ? -e->handlers : e->handlers) + 1;
  if (caught != e) {
    e->caught_before = caught;
    caught = e;
  }
  return object;
}

void __cxa_end_catch() {
  exception* const e = caught;
  const bool is_thrown_on = e->handlers < 0;
  e->handlers += is_thrown_on ? 1 : -1;
  if (e->handlers != 0) return;
  caught = e->caught_before;
  if (!is_thrown_on && e->destroy != nullptr) e->destroy(e->object);
}

[[noreturn]] void __cxa_rethrow() {
  exception* const e = caught;
  e->handlers = -e->handlers;
  __builtin_wasm_throw(0, e->object);
}

/// Destructors of what lives as long as its thread, which is as long as the module.
int __cxa_thread_atexit(void (* /*destroy*/)(void*), void* /*object*/, void* /*module*/) noexcept {
  return 0;
}

}  // extern "C"

/// Called where a function that is noexcept throws.
[[noreturn]] void std::terminate() noexcept { __builtin_trap(); }

// NOLINTEND(bugprone-reserved-identifier)
