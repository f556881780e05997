// The hot surface: raw exports that take a handle and lengths. 10 to 45 ns a crossing, where a call
// through embind costs ten times as much.
//
// A key lies at the beginning of the input buffer, a value follows it. Sizes are those that
// JavaScript has reserved room for.
#include <emscripten.h>

#include <optional>
#include <string_view>
#include <vector>

#include "binding/handles.hpp"
#include "binding/rows.hpp"
#include "binding/walk.hpp"
#include "trie/build.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace {

std::string_view key_of(std::size_t size) noexcept { return {in().data(), size}; }
std::string_view value_of(std::size_t key, std::size_t size) noexcept {
  return {in().data() + key, size};
}

// What an edit found at its key. A length says: a value of this size was there, and words 0 and 1
// point at a copy.
constexpr int absent = -1, unchanged = -2;

/// Keeps the value that an edit finds for JavaScript to read, and gives its length as the result.
struct seen_value {
  bool keep;
  int found = absent;
  void operator()(std::string_view old) {
    if (keep) {
      out().assign(old);
      point_at(out().view());
    }
    found = keep ? static_cast<int>(old.size()) : 0;
  }
};

/// Sets in place what only this handle holds. With `keep` the value that was there goes to the
/// output first.
int set(handle h, std::string_view key, std::string_view value, bool keep) {
  tree& m = at(h);
  const std::size_t size = m.size();
  seen_value seen{keep};
  m = std::move(m).set(key, value, seen);
  return seen.found == absent && m.size() == size ? unchanged : seen.found;
}

int erase(handle h, std::string_view key, bool keep) {
  tree& m = at(h);
  seen_value seen{keep};
  m = std::move(m).erase(key, seen);
  return seen.found;
}

/// One entry of a batch of edits; see hamt_apply.
struct edit {
  explicit edit(const char* p) noexcept : begin(p) {
    std::uint32_t head[2];
    std::memcpy(head, p, sizeof head);
    deletes = head[1] == UINT32_MAX;
    key = {p + sizeof head, head[0]};
    value = {key.data() + head[0], deletes ? 0 : head[1]};
    end = p + ((sizeof head + key.size() + value.size() + 3) & ~std::size_t{3});
  }
  const char *begin, *end;
  std::string_view key, value;
  bool deletes;
};

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE std::size_t hamt_size(handle h) { return at(h).size(); }

/// The value's place, or null; its length in word 0.
EMSCRIPTEN_KEEPALIVE const char* hamt_get(handle h, std::size_t key_size) {
  const auto found = at(h).find(key_of(key_size));
  if (!found) return nullptr;
  io[0] = static_cast<std::uint32_t>(found->size());
  return found->data();
}

EMSCRIPTEN_KEEPALIVE int hamt_has(handle h, std::size_t key_size) {
  return at(h).contains(key_of(key_size));
}

/// What `set` would find, without changing anything.
EMSCRIPTEN_KEEPALIVE int hamt_probe(handle h, std::size_t key_size, std::size_t value_size) {
  const auto found = at(h).find(key_of(key_size));
  if (!found) return absent;
  return *found == value_of(key_size, value_size) ? unchanged : 0;
}

EMSCRIPTEN_KEEPALIVE int hamt_set(handle h, std::size_t key_size, std::size_t value_size,
                                  int keep) {
  return guarded(
      [&] { return set(h, key_of(key_size), value_of(key_size, value_size), keep != 0); });
}

EMSCRIPTEN_KEEPALIVE int hamt_delete(handle h, std::size_t key_size, int keep) {
  return guarded([&] { return erase(h, key_of(key_size), keep != 0); });
}

/// A second handle to the same version. O(1).
EMSCRIPTEN_KEEPALIVE int hamt_copy(handle h) {
  return guarded([&] { return add(at(h)); });
}

EMSCRIPTEN_KEEPALIVE void hamt_drop(handle h) { drop(h); }

/// Applies the first `size` bytes of the input to a handle, in place: entries of two words (sizes
/// of key and value; a value size of 2^32-1 deletes), the key, the value, and up to three bytes to
/// the next multiple of four. An error leaves the entries before it applied.
EMSCRIPTEN_KEEPALIVE int hamt_apply(handle h, std::size_t size) {
  return guarded([&] {
    for (edit e(in().data()); e.begin != in().data() + size; e = edit(e.end)) {
      tree& m = at(h);
      m = e.deletes ? std::move(m).erase(e.key) : std::move(m).set(e.key, e.value);
    }
    return 0;
  });
}

/// As `hamt_apply`, for a handle that holds an empty map and an input that deletes nothing. O(n),
/// each node made once and beside its neighbours.
EMSCRIPTEN_KEEPALIVE int hamt_build(handle h, std::size_t size) {
  return guarded([&] {
    std::vector<std::pair<std::string_view, std::string_view>> entries;
    for (edit e(in().data()); e.begin != in().data() + size; e = edit(e.end)) {
      entries.emplace_back(e.key, e.value);
    }
    at(h) = build<bytes, local_policy>(entries);
    return 0;
  });
}

/// The next entries after the place in words 8 to 10 (hash, low half first, and count), at most
/// `most` of them; `what` is 1 for keys, 2 for values, 3 for both. Returns how many rows there are
/// now; the place moves on, and is at the end when word 11 is 0.
EMSCRIPTEN_KEEPALIVE int hamt_batch(handle h, unsigned most, unsigned what) {
  return guarded([&] {
    rows& r = batch();
    r.clear();
    place from{io[8] | std::uint64_t{io[9]} << 32, io[10]};
    unsigned n = 0;
    const bool more = walk_on(at(h), from, [&](std::string_view key, std::string_view value) {
      if (n == most) return false;
      const std::size_t size = (what & 1 ? key.size() : 0) + (what & 2 ? value.size() : 0);
      if (!r.has_room(n, size)) return false;
      if (what & 1) r.key(key);
      if (what & 2) r.value(value);
      ++n;
      return true;
    });
    io[8] = static_cast<std::uint32_t>(from.hash);
    io[9] = static_cast<std::uint32_t>(from.hash >> 32);
    io[10] = from.same;
    io[11] = more;
    r.point();
    return n;
  });
}

}  // extern "C"
