// The cold surface of the map, through embind: calls whose own work makes some hundred nanoseconds
// of crossing irrelevant. They take handles and return numbers: a result, or a status as
// everywhere.
//
// No function here calls into JavaScript. What a user's callback has to decide is collected, handed
// over as rows, and comes back as an ordinary batch of edits.
#include <emscripten/bind.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "binding/handles.hpp"
#include "binding/rows.hpp"
#include "trie/diff.hpp"
#include "trie/merge.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace {

using differences = diff_cursor<bytes, local_policy>;
using maybe = std::optional<std::string_view>;

/// 1 when both have equal contents. Parts that both share are not visited.
int equals(handle a, handle b) {
  return guarded([&] { return at(a) == at(b); });
}

/// A new handle: all entries of both, those of `b` where both have one.
int merge_maps(handle a, handle b) {
  return guarded([&] { return add(merge(at(a), at(b))); });
}

/// A new handle: the changes from `base` to `ours` and those to `theirs`. Where they clash the
/// value is ours for now, and there is a row: key, base's, our and their value. Word 5 says how
/// many rows.
int merge_changes(handle base, handle ours, handle theirs) {
  return guarded([&] {
    rows& clashes = batch();
    clashes.clear();
    std::uint32_t n = 0;
    tree merged = merge3(at(base), at(ours), at(theirs),
                         [&](std::string_view key, maybe from, maybe our, maybe their) {
                           clashes.key(key);
                           clashes.value(from);
                           clashes.value(our);
                           clashes.value(their);
                           ++n;
                           return our;
                         });
    const handle h = add(std::move(merged));
    clashes.point();
    io[5] = n;
    return h;
  });
}

/// Rows (key, value in `before`) for the differences of two maps if these are at most `most`.
/// Returns their number, or -1.
int changes(handle before, handle after, unsigned most) {
  return guarded([&] {
    rows& r = batch();
    r.clear();
    unsigned n = 0;
    for (differences d(at(before), at(after)); d; d.next()) {
      if (n == most) return -1;
      r.key(d.key());
      r.value(d.before());
      ++n;
    }
    r.point();
    return static_cast<int>(n);
  });
}

/// Exchanges the maps behind two handles.
void exchange(handle a, handle b) { std::swap(at(a), at(b)); }

// Walks of differences that did not end within their first batch, and places of the list that are
// free.
std::vector<std::unique_ptr<differences>> walks;

/// The next differences of a walk, at most `most`, as rows: key, before, after. Returns how many.
unsigned read(differences& d, unsigned most) {
  rows& r = batch();
  r.clear();
  unsigned n = 0;
  for (; d && n != most; d.next()) {
    const maybe before = d.before(), after = d.after();
    if (!r.has_room(n, d.key().size() + before.value_or("").size() + after.value_or("").size()))
      break;
    r.key(d.key());
    r.value(before);
    r.value(after);
    ++n;
  }
  r.point();
  return n;
}

/// Begins a walk and reads its first batch. Word 5: the walk, to be given back with `diff_close`,
/// or 0 when it has ended.
int diff_open(handle before, handle after, unsigned most) {
  return guarded([&] {
    auto d = std::make_unique<differences>(at(before), at(after));
    const unsigned n = read(*d, most);
    io[5] = 0;
    if (*d) {
      std::size_t i = 0;
      while (i < walks.size() && walks[i] != nullptr) ++i;
      if (i == walks.size()) walks.emplace_back();
      walks[i] = std::move(d);
      io[5] = static_cast<std::uint32_t>(i + 1);
    }
    return n;
  });
}

int diff_next(unsigned walk, unsigned most) {
  return guarded([&] { return read(*walks[walk - 1], most); });
}

void diff_close(unsigned walk) { walks[walk - 1].reset(); }

/// What is alive. Words 0 to 2: maps, blocks, and their bytes.
void usage() {
  const memory_usage u = local_memory::usage();
  io[0] = static_cast<std::uint32_t>(live());
  io[1] = static_cast<std::uint32_t>(u.blocks);
  io[2] = static_cast<std::uint32_t>(u.bytes);
}

}  // namespace

EMSCRIPTEN_BINDINGS(hamt_map) {
  using emscripten::function;
  function("equals", &equals);
  function("merge", &merge_maps);
  function("mergeChanges", &merge_changes);
  function("changes", &changes);
  function("exchange", &exchange);
  function("diffOpen", &diff_open);
  function("diffNext", &diff_next);
  function("diffClose", &diff_close);
  function("usage", &usage);
}
