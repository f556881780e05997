// Entries of one map: lookups, edits, batches of edits, iteration.
#include <string_view>
#include <utility>
#include <vector>

#include "boundary/context.hpp"
#include "boundary/position.hpp"
#include "trie/build.hpp"

namespace hamt::boundary {

namespace {

/// Runs `f(map, key)` for a lookup.
template <class F>
status look_up(context& c, handle map, std::size_t key_size, F f) {
  return run_reading(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    if (!c.has_input(key_size)) return status::bad_argument;
    return f(*m, std::string_view(c.input.data(), key_size));
  });
}

/// Above this capacity the buffer of replaced values is given back before the next one.
constexpr std::size_t most_kept = 128 * 1024;

/// Keeps a copy of the value that an edit is about to replace.
struct replaced_value {
  context& c;
  bool keep;
  bool found = false;
  void operator()(std::string_view old) {
    if (keep) {
      if (c.replaced.capacity() > most_kept) c.replaced.shrink(most_kept);
      c.replaced.assign(old);
      c.words.replaced = {c.replaced.data(), old.size()};
    }
    found = true;
  }
};

/// One edit of a batch; see `apply`.
struct edit {
  std::string_view key, value;
  bool deletes = false;
};

/// Reads the edits of a batch, which may be anything.
class edit_reader {
 public:
  explicit edit_reader(std::string_view batch) noexcept : rest_(batch) {}
  bool done() const noexcept { return rest_.empty(); }
  /// False when what is left is no edit.
  bool read(edit& e) noexcept {
    std::uint32_t sizes[2];
    if (rest_.size() < sizeof sizes) return false;
    std::memcpy(sizes, rest_.data(), sizeof sizes);
    rest_.remove_prefix(sizeof sizes);
    e.deletes = sizes[1] == UINT32_MAX;
    if (!take(sizes[0], e.key) || !take(e.deletes ? 0 : sizes[1], e.value)) return false;
    const std::size_t padding = -(e.key.size() + e.value.size()) & 3;
    if (padding > rest_.size()) return false;
    rest_.remove_prefix(padding);
    return true;
  }

 private:
  bool take(std::size_t size, std::string_view& bytes) noexcept {
    if (size > rest_.size()) return false;
    bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  std::string_view rest_;
};

}  // namespace

status get(context& c, handle map, std::size_t key_size) {
  return look_up(c, map, key_size, [&](const tree& m, std::string_view key) {
    const auto found = m.find(key);
    if (!found) return status::absent;
    c.words.value = {found->data(), found->size()};
    return status::ok;
  });
}

status has(context& c, handle map, std::size_t key_size) {
  return look_up(c, map, key_size, [](const tree& m, std::string_view key) {
    return m.contains(key) ? status::ok : status::absent;
  });
}

status probe(context& c, handle map, std::size_t key_size, std::size_t value_size) {
  return look_up(c, map, key_size, [&](const tree& m, std::string_view key) {
    if (value_size > c.input.capacity() - key_size) return status::bad_argument;
    const auto found = m.find(key);
    if (!found) return status::absent;
    return *found == std::string_view(key.data() + key_size, value_size) ? status::unchanged
                                                                         : status::ok;
  });
}

status set(context& c, handle map, std::size_t key_size, std::size_t value_size,
           std::uint32_t keep) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(key_size) || value_size > c.input.capacity() - key_size)
      return status::bad_argument;
    const char* const input = c.input.data();
    const std::size_t entries = m.size();
    replaced_value seen{c, keep != 0};
    m = std::move(m).set({input, key_size}, {input + key_size, value_size}, seen);
    if (seen.found) return status::ok;
    return m.size() == entries ? status::unchanged : status::absent;
  });
}

status remove(context& c, handle map, std::size_t key_size, std::uint32_t keep) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(key_size)) return status::bad_argument;
    replaced_value seen{c, keep != 0};
    m = std::move(m).erase({c.input.data(), key_size}, seen);
    return seen.found ? status::ok : status::absent;
  });
}

status apply(context& c, handle map, std::size_t size) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(size)) return status::bad_argument;
    edit e;
    for (edit_reader edits({c.input.data(), size}); !edits.done();) {
      if (!edits.read(e)) return status::bad_argument;
      m = e.deletes ? std::move(m).erase(e.key) : std::move(m).set(e.key, e.value);
    }
    return status::ok;
  });
}

status build(context& c, handle map, std::size_t size) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(size) || !m.empty()) return status::bad_argument;
    std::vector<std::pair<std::string_view, std::string_view>> entries;
    edit e;
    for (edit_reader edits({c.input.data(), size}); !edits.done();) {
      if (!edits.read(e) || e.deletes) return status::bad_argument;
      entries.emplace_back(e.key, e.value);
    }
    m = hamt::build<bytes, local_policy>(entries);
    return status::ok;
  });
}

status batch(context& c, handle map, std::uint32_t most, std::uint32_t columns,
             std::uint32_t hash_low, std::uint32_t hash_high, std::uint32_t index) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    if (most == 0 || columns < 1 || columns > 3) return status::bad_argument;
    const bool keys = (columns & 1) != 0, values = (columns & 2) != 0;
    record_batch& r = c.records;
    r.clear();
    position from{hash_low | std::uint64_t{hash_high} << 32, index};
    const bool more = walk_on(*m, from, [&](std::string_view key, std::string_view value) {
      const std::size_t size = (keys ? key.size() : 0) + (values ? value.size() : 0);
      if (r.count() == most || !r.has_room(size)) return false;
      r.next();
      if (keys) r.key(key);
      if (values) r.value(value);
      return true;
    });
    c.words.records = r.result();
    c.words.position = {static_cast<std::uint32_t>(from.hash),
                        static_cast<std::size_t>(from.hash >> 32), from.same};
    return more ? status::partial : status::ok;
  });
}

}  // namespace hamt::boundary
