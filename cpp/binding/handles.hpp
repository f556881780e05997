// What every part of the boundary shares: handles, the buffers through which bytes cross, and
// errors.
//
// A call from JavaScript carries small integers only. Bytes go in through one growing buffer and
// come out through another, whose place and length JavaScript reads from a block of words (`io`). A
// handle is an index into a table of maps; handle 0 is the empty map, always valid and never freed.
// JavaScript owns the others, each exactly once, and only passes handles that it owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "trie/map.hpp"

namespace hamt::binding {

using tree = map<bytes, local_policy>;
using handle = std::uint32_t;

/// The map behind a handle. O(1). The reference is valid until the next `add`.
tree& at(handle h) noexcept;
/// Takes a map over and gives its handle, never 0. O(1) amortised; throws std::bad_alloc, and then
/// `t` is freed.
handle add(tree t);
/// Frees a handle and what only it held; 0 stays.
void drop(handle h) noexcept;
/// How many handles are live, 0 not counted.
std::size_t live() noexcept;

/// Bytes that grow. Unlike std::string it does not clear what it makes room for.
class buffer {
 public:
  buffer() noexcept = default;
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer();

  char* data() noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {data_, size_}; }
  void clear() noexcept { size_ = 0; }
  /// Room for `n` bytes in all; what was there stays. Throws std::bad_alloc, and then nothing has
  /// changed.
  void reserve(std::size_t n);
  /// Makes the contents `n` bytes longer, and gives the place of these.
  char* grow(std::size_t n) {
    if (n > capacity_ - size_) reserve(size_ + n);
    char* const p = data_ + size_;
    size_ += n;
    return p;
  }
  void append(std::string_view bytes) {
    char* const p = grow(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
  }
  void append(std::uint32_t word) { std::memcpy(grow(sizeof word), &word, sizeof word); }
  void assign(std::string_view bytes) {
    clear();
    append(bytes);
  }
  /// Gives room beyond `n` bytes back to the heap, and the contents with it.
  void shrink(std::size_t n) noexcept;

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

/// What JavaScript wrote: a key, a value after it, or a batch.
buffer& in() noexcept;
/// What JavaScript will read.
buffer& out() noexcept;

/// Small results; JavaScript reads them as unsigned words. Word 0 and 1 are by custom a place and a
/// length.
inline constexpr std::size_t io_words = 16;
extern std::uint32_t io[io_words];

/// Says where `bytes` lies, in words 0 and 1.
inline void point_at(std::string_view bytes) noexcept {
  io[0] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(bytes.data()));
  io[1] = static_cast<std::uint32_t>(bytes.size());
}

/// What a call returns when it fails. Results that are not errors are above -16.
enum status : int {
  out_of_memory = -16,
  too_large = -17,
  typed_error = -18,  ///< `fail` has recorded which
  internal_error = -19,
};
enum class error_kind : std::uint32_t { snapshot, proof, type, range };

/// Records an error for JavaScript to throw (code and message are cut at 64 and 256 bytes) and
/// gives the status to return. `offset` is -1 when no byte is to blame.
int fail(error_kind kind, std::string_view code, std::string_view message,
         double offset = -1) noexcept;

/// Runs `f`, which returns an int, and turns what it throws into a status. Nothing passes the
/// boundary otherwise.
template <class F>
int guarded(F&& f) noexcept {
  try {
    return static_cast<int>(std::forward<F>(f)());
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  } catch (const std::length_error&) {
    return too_large;
  } catch (...) {
    return internal_error;
  }
}

}  // namespace hamt::binding
