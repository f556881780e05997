// The context: handles, buffers and open cursors behind the interface, and how a call runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../blocks/missing.hpp"
#include "../trie/diff.hpp"
#include "../trie/map.hpp"
#include "buffer.hpp"
#include "id_table.hpp"
#include "interface.hpp"
#include "record_batch.hpp"
#include "references.hpp"

namespace hamt::boundary {

using differences = diff_cursor<tree_value, policy>;
using lacking_blocks = blocks::missing_blocks<policy>;

class context {
 public:
  /// With the empty map as handle 0. Throws std::bad_alloc.
  context();
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { embedder::table = &objects; }

  results words{};
  /// Ids that maps hold; destroyed after these.
  references objects;
  id_table<tree> maps;
  id_table<std::unique_ptr<differences>> cursors;
  id_table<std::unique_ptr<lacking_blocks>> walks;
  /// What snapshot_read has loaded and snapshot_take has not taken. A pointer, so that it changes
  /// in one step.
  std::unique_ptr<std::vector<tree>> loaded;
  buffer input, output;
  /// The file that the last call has written, given out where it is.
  std::unique_ptr<std::string> file;
  /// The value that the last edit replaced: a buffer of its own, which no other call touches.
  buffer replaced;
  record_batch records;

  /// Whether a call runs, and what it changes: all that is looked at when it was thrown away.
  /// Volatile, because nothing reads them in a call that ends.
  enum class phase : std::uint8_t { idle, reading, changing };
  volatile phase at = phase::idle;
  volatile handle edited = 0;
  volatile std::uint32_t stepped = 0, walked = 0;

  /// Whether the input has `size` bytes.
  bool has_input(std::size_t size) const noexcept { return size <= input.capacity(); }
  /// Why there is no map behind a handle.
  status no_map(handle h) noexcept {
    return maps.is_torn(h) ? status::interrupted : status::bad_argument;
  }
  /// Says where the input is.
  void report_input() noexcept { words.input = {input.data(), input.capacity()}; }
  /// Leaves bytes in the output.
  status give(std::string_view bytes) {
    output.assign(bytes);
    return give_output();
  }
  /// Leaves a file for the caller to copy, until the next one or `shrink`.
  status give_file(std::string bytes) {
    auto made = std::make_unique<std::string>(std::move(bytes));
    words.output = {made->data(), made->size()};
    std::swap(file, made);
    return status::ok;
  }
  /// Says where the output is.
  status give_output() noexcept {
    words.output = {output.data(), output.size()};
    return status::ok;
  }
  /// Makes a handle.
  status give_map(tree m) {
    const std::size_t entries = m.size();
    words.map = {maps.add(std::move(m)), entries};
    return status::ok;
  }
  /// Records an error for the caller to throw; texts are cut at the sizes of `code_` and
  /// `message_`.
  status fail(status s, std::string_view code, std::string_view message,
              std::size_t offset = SIZE_MAX) noexcept;

 private:
  char code_[64], message_[256];
};

/// The status for the exception that is being handled.
status status_of_exception(context& c) noexcept;

/// Begins a call.
inline void begin(context& c, context::phase p) noexcept {
  if (is_interrupted(c)) recover(c);
  c.at = p;
  embedder::table = &c.objects;
}
inline status end(context& c, status s) noexcept {
  c.at = context::phase::idle;
  return s;
}

// Not a guard object: some hosts run destructors of what they throw away, and that has not ended.

/// Runs a call that changes nothing that is shared, and cannot throw.
template <class F>
status run_reading(context& c, F f) {
  begin(c, context::phase::reading);
  return end(c, f());
}
/// Runs a call and turns what it throws into a status.
template <class F>
status run(context& c, F f) {
  begin(c, context::phase::changing);
  status s;
  try {
    s = f();
  } catch (...) {
    s = status_of_exception(c);
  }
  return end(c, s);
}
/// Runs a call that changes one map in place; `f` gets the map.
template <class F>
status run_edit(context& c, handle h, F f) {
  const status s = run(c, [&] {
    tree* const m = c.maps.find(h);
    if (m == nullptr) return c.no_map(h);
    if (h == 0) return status::bad_argument;
    c.edited = h;
    return f(*m);
  });
  c.edited = 0;
  return s;
}

}  // namespace hamt::boundary
