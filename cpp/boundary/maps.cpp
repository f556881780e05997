// Whole maps: equality, merges, selections, differences. No function calls into JavaScript: what a
// user's callback has to decide is handed over as records, and comes back as a batch of edits.
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "../trie/merge.hpp"
#include "context.hpp"

namespace hamt::boundary {

namespace {

using maybe = std::optional<value_view>;

/// Runs `f` with the maps behind some handles.
template <class F, class... H>
status with_maps(context& c, F f, H... handles) {
  return run(c, [&] {
    for (const handle h : {handles...})
      if (c.maps.find(h) == nullptr) return c.no_map(h);
    return f(*c.maps.find(handles)...);
  });
}

/// The next differences, at most `most`, as records: key, before, after.
status read(context& c, differences& d, std::uint32_t most) {
  record_batch& r = c.records;
  r.clear();
  for (; d && r.count() != most; d.next()) {
    const maybe before = d.before(), after = d.after();
    if (!r.has_room(d.key().size() + record_batch::size_of(before) + record_batch::size_of(after)))
      break;
    r.next();
    r.key(d.key());
    r.value(before);
    r.value(after);
  }
  c.words.records = r.result();
  return d ? status::partial : status::ok;
}

}  // namespace

status compare(context& c, handle a, handle b) {
  return with_maps(
      c, [](tree& x, tree& y) { return x == y ? status::unchanged : status::ok; }, a, b);
}

status merge(context& c, handle a, handle b) {
  return with_maps(
      c, [&](tree& x, tree& y) { return c.give_map(hamt::merge(x, y)); }, a, b);
}

status select_keys(context& c, handle a, handle b, std::uint32_t common) {
  return with_maps(
      c, [&](tree& x, tree& y) { return c.give_map(hamt::select(x, y, common != 0)); }, a, b);
}

status merge_changes(context& c, handle base, handle ours, handle theirs) {
  return with_maps(
      c,
      [&](tree& x, tree& y, tree& z) {
        record_batch& r = c.records;
        r.clear();
        const auto clash = [&r](std::string_view key, maybe from, maybe our, maybe their) {
          r.next();
          r.key(key);
          r.value(from);
          r.value(our);
          r.value(their);
          return our;
        };
        tree merged = merge3(x, y, z, clash);
        c.words.records = r.result();
        return c.give_map(std::move(merged));
      },
      base, ours, theirs);
}

status changes(context& c, handle before, handle after, std::uint32_t most) {
  return with_maps(
      c,
      [&](tree& x, tree& y) {
        record_batch& r = c.records;
        r.clear();
        for (differences d(x, y); d; d.next()) {
          if (r.count() == most) return status::partial;
          r.next();
          r.key(d.key());
          r.value(d.before());
        }
        c.words.records = r.result();
        return status::ok;
      },
      before, after);
}

status diff_open(context& c, handle before, handle after, std::uint32_t most) {
  return with_maps(
      c,
      [&](tree& x, tree& y) {
        c.words.cursor.id = 0;
        auto d = std::make_unique<differences>(x, y);
        const status s = read(c, *d, most);
        if (s == status::partial) c.words.cursor.id = c.cursors.add(std::move(d));
        return s;
      },
      before, after);
}

status diff_next(context& c, std::uint32_t cursor, std::uint32_t most) {
  const status s = run(c, [&] {
    std::unique_ptr<differences>* const d = c.cursors.find(cursor);
    if (d == nullptr && c.cursors.is_torn(cursor)) return status::interrupted;
    if (d == nullptr || cursor == 0) return status::bad_argument;
    c.stepped = cursor;
    return read(c, **d, most);
  });
  c.stepped = 0;
  return s;
}

status diff_close(context& c, std::uint32_t cursor) {
  return run(
      c, [&] { return cursor != 0 && c.cursors.drop(cursor) ? status::ok : status::bad_argument; });
}

}  // namespace hamt::boundary
