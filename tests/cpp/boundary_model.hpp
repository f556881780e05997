// What random programs over the boundary believe: the contents of every map, and the ids in use.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundary_caller.hpp"

namespace boundary_testing {

class model {
 public:
  /// `choose(n)` gives a number below n, n at most 2^16.
  explicit model(std::function<unsigned(unsigned)> choose) : choose_(std::move(choose)) {
    maps_[0] = {};
  }
  ~model() { fuse::left = -1; }
  model(const model&) = delete;
  model& operator=(const model&) = delete;

 protected:
  using map_entry = std::map<handle, contents>::iterator;

  context& c() { return calls_.c(); }

  // --- choices

  const std::string& key() { return all_keys()[choose_(static_cast<unsigned>(all_keys().size()))]; }
  std::string value() {
    const unsigned n = choose_(10);
    if (n >= 8) return object_of(choose_(object_kinds));
    const unsigned sizes[] = {0, 1, 2, 8, 17, 40, 200, 400};
    return std::string(sizes[n], static_cast<char>('a' + choose_(3)));
  }
  map_entry any_map() {
    return std::next(maps_.begin(), choose_(static_cast<unsigned>(maps_.size())));
  }
  /// One that may be edited; makes one when there is none.
  map_entry own_map() {
    const auto i = any_map();
    if (i->first != 0) return i;
    fuse::left = -1;
    BOUNDARY_REQUIRE(copy(c(), 0) == status::ok);
    return maps_.emplace(new_handle(), contents()).first;
  }
  handle new_handle() { return static_cast<handle>(calls_.words().map.id); }
  void add_map(contents m) {
    const handle h = new_handle();
    BOUNDARY_REQUIRE(calls_.words().map.size == m.size());
    BOUNDARY_REQUIRE(maps_.emplace(h, std::move(m)).second);
  }
  static std::optional<std::string> at(const contents& m, const std::string& k) {
    const auto found = m.find(k);
    return found == m.end() ? std::nullopt : std::optional(found->second);
  }

  // --- calls

  /// Runs a call, with the failure that was chosen. True unless memory was missing.
  template <class F>
  bool succeeds(F f, status& s) {
    if (fail_at_) fuse::left = *fail_at_;
    s = f();
    const bool failed = fail_at_ && fuse::left < 0;
    fuse::left = -1;
    fail_at_.reset();
    if (s == status::out_of_memory) {
      BOUNDARY_REQUIRE(failed);
      return false;
    }
    return true;
  }
  bool write(std::string_view bytes) {
    fuse::left = -1;
    return calls_.write(bytes);
  }

  // --- objects by reference

  /// An id that nothing holds, of an object `is_wanted` accepts; none when there is none.
  template <class F>
  std::optional<reference_id> unused_id(F is_wanted) {
    drain_all();
    const unsigned first = choose_(most_ids);
    for (unsigned i = 0; i < most_ids; ++i) {
      const reference_id id = (first + i) % most_ids;
      if (calls_.ids_in_use.count(id) == 0 && is_wanted(object_of(id))) {
        calls_.ids_in_use.insert(id);
        return id;
      }
    }
    return std::nullopt;
  }
  std::optional<reference_id> unused_id() {
    return unused_id([](const std::string&) { return true; });
  }
  /// An id that may be in use.
  reference_id any_id() {
    drain_all();
    const reference_id id = choose_(most_ids);
    calls_.ids_in_use.insert(id);
    return id;
  }
  /// After a call that failed: it may not have seen all ids.
  void touch_all(const std::vector<reference_id>& ids) {
    for (const reference_id id : ids) {
      const status s = touch(c(), id);
      BOUNDARY_REQUIRE(s == status::ok || s == status::internal_error);
    }
  }
  /// Takes all dead ids back; those in use are then just those that maps hold.
  void drain_all() {
    fuse::left = -1;
    status s;
    do {
      s = drain(c());
      BOUNDARY_REQUIRE(s == status::ok || s == status::partial);
      for (const reference_id id : calls_.output_words())
        BOUNDARY_REQUIRE(calls_.ids_in_use.erase(id) == 1 || calls_.learns_ids);
    } while (s == status::partial);
    BOUNDARY_REQUIRE(usage(c()) == status::ok);
    BOUNDARY_REQUIRE(calls_.words().usage.references == calls_.ids_in_use.size());
  }
  /// Ids of a map without attached bytes, less those of nodes that it shares with another.
  std::vector<reference_id> unencoded_of(handle h, bool only_undigested, handle shared = 0) {
    fuse::left = -1;
    BOUNDARY_REQUIRE(unencoded(c(), h, shared, only_undigested) == status::ok);
    std::vector<reference_id> ids = calls_.output_words();
    for (const reference_id id : ids) BOUNDARY_REQUIRE(calls_.ids_in_use.count(id) != 0);
    return ids;
  }
  /// Attaches the bytes of all ids of a map.
  void encode(handle h) {
    std::string bytes;
    for (const reference_id id : unencoded_of(h, false)) {
      const std::string object = object_of(id);
      const std::uint32_t head[] = {id, static_cast<std::uint32_t>(object.size())};
      bytes.append(reinterpret_cast<const char*>(head), sizeof head);
      bytes += object;
      bytes.resize((bytes.size() + 3) & ~std::size_t{3});
    }
    if (bytes.empty()) return;
    BOUNDARY_REQUIRE(write(bytes));
    BOUNDARY_REQUIRE(attach(c(), bytes.size()) == status::ok);
    BOUNDARY_REQUIRE(unencoded_of(h, false).empty());
  }
  /// What `get` says of a key: an id, plain_bytes or object_bytes; nothing when it is absent.
  std::optional<std::size_t> form_of(handle h, const std::string& k) {
    BOUNDARY_REQUIRE(write(k));
    if (get(c(), h, k.size()) == status::absent) return std::nullopt;
    return calls_.words().value.reference;
  }

  static constexpr unsigned most_ids = 48;

  std::function<unsigned(unsigned)> choose_;
  caller calls_;
  std::map<handle, contents> maps_;
  std::optional<unsigned> fail_at_;
};

}  // namespace boundary_testing
