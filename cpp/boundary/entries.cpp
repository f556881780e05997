// Entries of one map: lookups, edits, batches of edits, iteration.
#include <string_view>
#include <utility>
#include <vector>

#include "../trie/build.hpp"
#include "../trie/cursor.hpp"
#include "context.hpp"
#include "key_list.hpp"

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
constexpr std::size_t most_kept = std::size_t{128} * 1024;

/// What `value_result` says of a value that is no reference.
std::size_t form_of(const value_view& v) noexcept {
  return v.is_resolvable() ? object_bytes : plain_bytes;
}

/// Keeps a copy of the value that an edit is about to replace.
struct replaced_value {
  context& c;
  bool keep;
  bool found = false;
  void operator()(const value_view& old) {
    if (keep && old.is_reference()) {
      // It may die with this edit; JavaScript looks before it drains.
      c.words.replaced = {nullptr, 0, old.id()};
    } else if (keep) {
      const std::string_view bytes = *old.encoded();
      if (c.replaced.capacity() > most_kept) c.replaced.shrink(most_kept);
      c.replaced.assign(bytes);
      c.words.replaced = {c.replaced.data(), bytes.size(), form_of(old)};
    }
    found = true;
  }
};

/// Sets the key that is in the input.
status set_in(context& c, tree& m, std::size_t key_size, const value_view& value, bool keep) {
  const std::size_t entries = m.size();
  replaced_value seen{c, keep};
  m = std::move(m).set({c.input.data(), key_size}, value, seen);
  if (seen.found) return status::ok;
  return m.size() == entries ? status::unchanged : status::absent;
}

/// One edit of a batch; see `apply`.
struct edit {
  std::string_view key, value;
  bool deletes = false;
  reference_id id = no_reference;
  value_view view() const noexcept {
    return id == no_reference ? value_view(value) : value_view::of(id);
  }
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
    e.id = no_reference;
    const bool refers = sizes[1] == UINT32_MAX - 1;
    if (!take(sizes[0], e.key)) return false;
    if (!take(e.deletes ? 0 : refers ? sizeof e.id : sizes[1], e.value)) return false;
    if (refers) {
      std::memcpy(&e.id, e.value.data(), sizeof e.id);
      if (e.id >= no_reference) return false;
    }
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
    if (found->is_reference()) {
      c.words.value = {nullptr, 0, found->id()};
    } else {
      const std::string_view bytes = *found->encoded();
      c.words.value = {bytes.data(), bytes.size(), form_of(*found)};
    }
    return status::ok;
  });
}

status has(context& c, handle map, std::size_t key_size) {
  return look_up(c, map, key_size, [](const tree& m, std::string_view key) {
    return m.contains(key) ? status::ok : status::absent;
  });
}

status get_many(context& c, handle map, std::size_t size, std::uint32_t count) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    std::vector<std::string_view> keys;
    if (!read_keys(c, size, count, keys)) return status::bad_argument;
    record_batch& r = c.records;
    r.clear();
    for (const std::string_view key : keys) {
      const auto found = m->find(key);
      if (!r.has_room(record_batch::size_of(found))) break;
      r.next();
      r.value(found);
    }
    c.words.records = r.result();
    return r.count() == count ? status::ok : status::partial;
  });
}

status set(context& c, handle map, std::size_t key_size, std::size_t value_size,
           std::uint32_t keep) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(key_size) || value_size > c.input.capacity() - key_size)
      return status::bad_argument;
    const std::string_view value(c.input.data() + key_size, value_size);
    return set_in(c, m, key_size, value, keep != 0);
  });
}

status set_reference(context& c, handle map, std::size_t key_size, std::uint32_t id,
                     std::uint32_t keep) {
  return run_edit(c, map, [&](tree& m) {
    held_references held;
    if (!c.has_input(key_size) || !held.hold(id)) return status::bad_argument;
    return set_in(c, m, key_size, value_view::of(id), keep != 0);
  });
}

status resolve(context& c, handle map, std::size_t key_size, std::uint32_t id) {
  return run(c, [&] {
    tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    held_references held;
    if (!c.has_input(key_size) || !held.hold(id)) return status::bad_argument;
    const auto found = m->find({c.input.data(), key_size});
    if (!found) return status::absent;
    return hamt::resolve(*found, id) ? status::ok : status::unchanged;
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
      held_references held;
      if (e.id != no_reference) held.hold(e.id);
      m = e.deletes ? std::move(m).erase(e.key) : std::move(m).set(e.key, e.view());
    }
    return status::ok;
  });
}

status build(context& c, handle map, std::size_t size) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(size) || !m.empty()) return status::bad_argument;
    held_references held;
    std::vector<std::pair<std::string_view, value_view>> entries;
    edit e;
    for (edit_reader edits({c.input.data(), size}); !edits.done();) {
      if (!edits.read(e) || e.deletes) return status::bad_argument;
      if (e.id != no_reference) held.hold(e.id);
      entries.emplace_back(e.key, e.view());
    }
    m = hamt::build<tree_value, policy>(entries);
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
    node_cursor<tree_value, policy> at(m->root(),
                                       {hash_low | std::uint64_t{hash_high} << 32, index});
    for (; at; at.next()) {
      const std::string_view key = at.key();
      const value_view value = at.value();
      const std::size_t size =
          (keys ? key.size() : 0) + (values ? record_batch::size_of(value) : 0);
      if (r.count() == most || !r.has_room(size)) break;
      r.next();
      if (keys) r.key(key);
      if (values) r.value(value);
    }
    const cursor_position next = at ? at.position() : cursor_position{};
    c.words.records = r.result();
    c.words.position = {static_cast<std::uint32_t>(next.hash),
                        static_cast<std::size_t>(next.hash >> 32), next.before};
    return at ? status::partial : status::ok;
  });
}

}  // namespace hamt::boundary
