#include "binding/handles.hpp"

#include <emscripten.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "binding/rows.hpp"

namespace hamt::binding {

std::uint32_t io[io_words];

namespace {

// A free place of the table holds the empty map; `unused` is a stack of such places with room for
// all of them, so that `drop` never allocates.
std::vector<tree> maps(1);
std::vector<handle> unused;
buffer in_buffer, out_buffer;
rows batch_rows;

struct {
  std::uint32_t kind;
  std::uint32_t code_size, message_size;
  double offset;
  char code[64], message[256];
} last_error;

}  // namespace

tree& at(handle h) noexcept { return maps[h]; }

handle add(tree t) {
  if (!unused.empty()) {
    const handle h = unused.back();
    unused.pop_back();
    maps[h] = std::move(t);
    return h;
  }
  if (maps.size() == maps.capacity()) {
    unused.reserve(2 * maps.size());
    maps.reserve(2 * maps.size());
  }
  maps.push_back(std::move(t));
  return static_cast<handle>(maps.size() - 1);
}

void drop(handle h) noexcept {
  if (h == 0) return;
  maps[h] = tree();
  unused.push_back(h);
}

std::size_t live() noexcept { return maps.size() - 1 - unused.size(); }

buffer::~buffer() { std::free(data_); }

void buffer::reserve(std::size_t n) {
  if (n <= capacity_) return;
  const std::size_t room = std::max(n, capacity_ + capacity_ / 2);
  void* p = std::realloc(data_, room);
  if (p == nullptr) throw std::bad_alloc();
  data_ = static_cast<char*>(p);
  capacity_ = room;
}

void buffer::shrink(std::size_t n) noexcept {
  size_ = 0;
  if (capacity_ <= n) return;
  std::free(data_);
  data_ = nullptr;
  capacity_ = 0;
}

buffer& in() noexcept { return in_buffer; }
buffer& out() noexcept { return out_buffer; }
rows& batch() noexcept { return batch_rows; }

int fail(error_kind kind, std::string_view code, std::string_view message, double offset) noexcept {
  auto& e = last_error;
  e.kind = static_cast<std::uint32_t>(kind);
  e.code_size = static_cast<std::uint32_t>(code.copy(e.code, sizeof e.code));
  e.message_size = static_cast<std::uint32_t>(message.copy(e.message, sizeof e.message));
  e.offset = offset;
  return typed_error;
}

}  // namespace hamt::binding

using namespace hamt::binding;

extern "C" {

EMSCRIPTEN_KEEPALIVE std::uint32_t* hamt_io() { return io; }

/// Room for `n` bytes in the buffer for input; its place, or 0 when there is no memory. Keeps the
/// contents.
EMSCRIPTEN_KEEPALIVE char* hamt_reserve(std::size_t n) {
  return guarded([&] { return in().reserve(n), 0; }) == 0 ? in().data() : nullptr;
}

/// Gives back what the buffers hold beyond `n` bytes.
EMSCRIPTEN_KEEPALIVE void hamt_shrink(std::size_t n) {
  in().shrink(n);
  out().shrink(n);
  batch().shrink(n);
}

/// Points at the output.
EMSCRIPTEN_KEEPALIVE void hamt_out() { point_at(out().view()); }

/// The last typed error: words 0 kind, 1 and 2 the code's place and size, 3 and 4 the message's, 5
/// the place of the offset (a double).
EMSCRIPTEN_KEEPALIVE void hamt_error() {
  const auto place = [](const void* p) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p));
  };
  io[0] = last_error.kind;
  io[1] = place(last_error.code);
  io[2] = last_error.code_size;
  io[3] = place(last_error.message);
  io[4] = last_error.message_size;
  io[5] = place(&last_error.offset);
}

}  // extern "C"
