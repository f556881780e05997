// The interface of the boundary, called from C++: what goes in, and what calls leave in the
// results.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "boundary/context.hpp"
#include "boundary_heap.hpp"

namespace boundary_testing {

using namespace hamt::boundary;
using hamt::reference_id;
/// What a map holds. An object is its encoding, whether the map holds its id or its bytes.
using contents = std::map<std::string, std::string>;

inline void require(bool holds, const char* what, const char* file, int line) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: violated: %s\n", file, line, what);
  std::abort();
}
#define BOUNDARY_REQUIRE(x) ::boundary_testing::require((x), #x, __FILE__, __LINE__)

/// Full and partial collisions under the real hash (tests/vectors/key-collisions.json), short and
/// long keys, more than one byte a character.
inline const std::vector<std::string>& all_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> list = {
        "",
        "a",
        "b",
        "seven77",
        "eight888",
        "\xc3\xa4\xf0\x9f\x8c\xb3",
        "__proto__",
        std::string(42, 'x'),
        std::string(300, 'y'),
        "cc1c3d1000000000",
        "aa89611000000000",
        "f2fad82f143a17e0",
        "ad794c8abad6a050",
        "885dc3476ed2434c",
        "3a0862190fed9205",
        "e9abf25462702714",
        "68b998a1133a2739",
    };
    for (int i = 0; i < 40; ++i) list.push_back("key-" + std::to_string(i));
    return list;
  }();
  return keys;
}

/// Different objects; the object of an id is the one with the number id % object_kinds.
constexpr unsigned object_kinds = 6;
inline std::string object_of(reference_id id) {
  const unsigned kind = id % object_kinds;
  if (kind < 4) return {'\x81', static_cast<char>(kind)};
  return kind == 4 ? "\xa1" + std::string(40, 'o') : "\x98\xf0" + std::string(240, 'p');
}
/// Whether bytes are an encoding that an object can replace.
inline bool is_object(std::string_view bytes) {
  return !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0xc0) == 0x80;
}

/// The interface as a caller in C++ would want it.
class caller {
 public:
  caller() : c_(std::make_unique<context>()) {}
  context& c() { return *c_; }
  const results& words() { return results_of(*c_); }

  /// Writes bytes to the beginning of the input; false when there is no memory for it. The buffer
  /// is made exactly as long, so that sanitizers see a read behind it.
  bool write(std::string_view bytes) {
    if (shrink(*c_, 0) != status::ok) return false;
    if (!bytes.empty() && reserve(*c_, bytes.size()) != status::ok) return false;
    if (!bytes.empty()) std::memcpy(words().input.data, bytes.data(), bytes.size());
    return true;
  }
  std::string value() { return value_of(words().value); }
  std::string replaced() { return value_of(words().replaced); }
  std::string output() { return {words().output.data, words().output.size}; }
  /// The output as words: handles or ids.
  std::vector<std::uint32_t> output_words() {
    std::vector<std::uint32_t> list(words().output.size / sizeof(std::uint32_t));
    if (!list.empty()) std::memcpy(list.data(), words().output.data, words().output.size);
    return list;
  }

  /// Ids that were handed over and did not come back: all that may be met in maps.
  std::set<reference_id> ids_in_use;
  /// Whether ids that are met are noted instead: after a batch that was damaged.
  bool learns_ids = false;

  /// What records hold: key, then values.
  struct record {
    std::string key;
    std::vector<std::optional<std::string>> values;
  };
  std::vector<record> records(bool keyed, unsigned columns) {
    const records_result& r = words().records;
    std::vector<record> list(r.count);
    const char* end = r.ends;
    const auto next_end = [&end] {
      std::uint32_t word;
      std::memcpy(&word, end, sizeof word);
      end += sizeof word;
      return word;
    };
    std::size_t key_units = 0, key_at = 0, value_at = 0;
    for (record& x : list) {
      if (keyed) {
        const std::size_t to = next_end();
        for (; key_units < to; ++key_at) {
          const auto byte = static_cast<unsigned char>(r.keys[key_at]);
          key_units += ((byte & 0xc0) != 0x80) + (byte >= 0xf0);
          x.key += r.keys[key_at];
        }
        // The rest of a character; all that is left, where a single key need not be UTF-8.
        for (; key_at < r.keys_size && (r.count == 1 || (r.keys[key_at] & 0xc0) == 0x80); ++key_at)
          x.key += r.keys[key_at];
      }
      for (unsigned i = 0; i < columns; ++i) {
        const std::uint32_t word = next_end();
        BOUNDARY_REQUIRE(word / 4 >= value_at && word / 4 <= r.values_size);
        x.values.emplace_back();
        const std::string_view bytes(r.values + value_at, word / 4 - value_at);
        if ((word & 3) == 2)
          x.values.back() = object_of(id_in(bytes));
        else if ((word & 3) != 0)
          x.values.back() = bytes;
        if ((word & 3) == 3) BOUNDARY_REQUIRE(is_object(bytes));
        value_at = word / 4;
      }
    }
    BOUNDARY_REQUIRE(!keyed || key_at == r.keys_size);
    BOUNDARY_REQUIRE(value_at == r.values_size);
    return list;
  }

  /// All entries of a map, `most` a batch.
  contents entries(handle h, std::uint32_t most = 7) {
    contents all;
    std::uint32_t low = 0, high = 0, index = 0;
    for (;;) {
      const status s = batch(*c_, h, most, 3, low, high, index);
      BOUNDARY_REQUIRE(s == status::ok || s == status::partial);
      for (record& x : records(true, 1)) {
        BOUNDARY_REQUIRE(x.values[0].has_value());
        BOUNDARY_REQUIRE(all.emplace(x.key, *x.values[0]).second);
      }
      if (s == status::ok) return all;
      BOUNDARY_REQUIRE(words().records.count != 0);
      const position_result& p = words().position;
      low = static_cast<std::uint32_t>(p.hash_low);
      high = static_cast<std::uint32_t>(p.hash_high);
      index = static_cast<std::uint32_t>(p.index);
    }
  }

 private:
  void meet(reference_id id) {
    if (learns_ids) ids_in_use.insert(id);
    BOUNDARY_REQUIRE(ids_in_use.count(id) != 0);
  }
  reference_id id_in(std::string_view bytes) {
    reference_id id;
    BOUNDARY_REQUIRE(bytes.size() == sizeof id);
    std::memcpy(&id, bytes.data(), sizeof id);
    meet(id);
    return id;
  }
  std::string value_of(const value_result& v) {
    if (v.reference < plain_bytes) {
      meet(static_cast<reference_id>(v.reference));
      return object_of(static_cast<reference_id>(v.reference));
    }
    std::string bytes(v.data, v.size);
    BOUNDARY_REQUIRE(v.reference == plain_bytes || is_object(bytes));
    return bytes;
  }

  std::unique_ptr<context> c_;
};

}  // namespace boundary_testing
