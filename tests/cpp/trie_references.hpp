// An embedding language for the tests of values by reference: its objects are numbers, its table
// is a vector, and it keeps an account of every id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trie/reference.hpp"
#include "trie_testing.hpp"

namespace hamt_test {

/// Attached bytes: they fail on the same fuse as nodes, and are counted apart from them.
struct attached_memory {
  static constexpr std::size_t capacity(std::size_t bytes) noexcept {
    return strict_memory::capacity(bytes);
  }
  static void* allocate(std::size_t capacity) {
    if (fuse::blows()) throw std::bad_alloc();
    void* p = std::malloc(capacity);
    if (p == nullptr) throw std::bad_alloc();
    ++blocks;
    return p;
  }
  static void release(void* p, std::size_t) noexcept {
    --blocks;
    std::free(p);
  }
  static inline std::int64_t blocks = 0;
};

/// Objects are numbers. An object's encoding is the byte 0x80 and its digits.
struct embedder {
  using id = hamt::reference_id;

  static void retain(id i) { table.retain(i); }
  static void release(id i) noexcept { table.release(i); }
  static std::optional<std::string_view> encoded(id i) noexcept {
    if (!table.is_live(i)) std::abort();
    return table.encoded(i);
  }
  static bool equal(id a, id b) {
    ask();
    require(!encoded(a) || !encoded(b), "asked about ids whose bytes tell");
    return object(a) == object(b);
  }
  static bool equal(id a, std::string_view bytes) {
    ask();
    require(!encoded(a), "asked about an id whose bytes tell");
    require(resolvable(bytes), "asked about bytes that are no object's");
    return number_in(bytes.substr(1)) == object(a);
  }
  static bool resolvable(std::string_view bytes) noexcept {
    return !bytes.empty() && bytes[0] == '\x80';
  }

  static std::string encode(unsigned n) { return '\x80' + samples<hamt::bytes>::make(n); }
  static unsigned decode(std::string_view bytes) {
    require(resolvable(bytes), "decoded bytes that are no object's");
    return samples<hamt::bytes>::id(bytes.substr(1));
  }
  static unsigned object(id i) {
    require(table.is_live(i), "an id that a map hands out is dead");
    return objects[i];
  }
  /// An id for an object, held once by the caller.
  static id make(unsigned n) {
    collect();
    if (unused.empty()) {
      unused.push_back(static_cast<id>(objects.size()));
      objects.push_back(0);
    }
    const id i = unused.back();
    table.retain(i);
    unused.pop_back();
    objects[i] = n;
    return i;
  }
  static void collect() {
    id dead[16];
    for (std::size_t n; (n = table.drain(dead)) != 0;) unused.insert(unused.end(), dead, dead + n);
  }
  /// How many objects would be kept alive by the table.
  static std::size_t kept() {
    collect();
    return objects.size() - unused.size();
  }

  static inline hamt::reference_table<attached_memory> table;
  static inline std::vector<unsigned> objects;
  static inline std::vector<id> unused;
  static inline long long asked = 0, answers_left = -1;  // -1: always answers

 private:
  static void ask() {
    ++asked;
    if (answers_left >= 0 && answers_left-- == 0) throw std::runtime_error("no answer");
  }
  /// What samples::make wrote, without allocating.
  static unsigned number_in(std::string_view digits) {
    unsigned n = 0;
    for (std::size_t i = 0; i < digits.size() && digits[i] != '.'; ++i)
      n = 10 * n + static_cast<unsigned>(digits[i] - '0');
    return n;
  }
};

using reference_value = hamt::referable<embedder>;
using reference_view = hamt::referable_view<embedder>;

/// A value on its way into a map, in one of its forms. Holds its id while it lives.
class offered {
 public:
  enum form { plain, encoded, reference, reference_with_bytes, attached };

  offered(unsigned n, form f) : form_(f) {
    if (f == plain) bytes_ = samples<hamt::bytes>::make(n);
    if (f == encoded || f == reference_with_bytes || f == attached) bytes_ = embedder::encode(n);
    if (f == plain || f == encoded) return;
    id_ = embedder::make(n);
    if (f != attached) return;
    try {
      embedder::table.attach(id_, bytes_);
    } catch (...) {
      embedder::table.release(id_);
      throw;
    }
  }
  offered(const offered& o) : form_(o.form_), bytes_(o.bytes_), id_(o.id_) {
    if (id_ != hamt::no_reference) embedder::table.retain(id_);
  }
  offered& operator=(const offered&) = delete;
  ~offered() {
    if (id_ != hamt::no_reference) embedder::table.release(id_);
  }

  operator reference_view() const {
    switch (form_) {
      case reference:
      case attached:
        return reference_view::of(id_);
      case reference_with_bytes:
        return reference_view::of(id_, bytes_);
      default:
        return bytes_;
    }
  }
  hamt::reference_id id() const { return id_; }

 private:
  form form_;
  std::string bytes_;
  hamt::reference_id id_ = hamt::no_reference;
};

/// Numbers that are multiples of three are plain bytes; the others are objects, which come in every
/// form. Now and then one who looks at an object's bytes gives them the object.
template <>
struct samples<reference_value> {
  using owned = offered;
  static owned make(unsigned id) {
    static unsigned turn = 0;
    if (id % 3 == 0) return {id, offered::plain};
    return {id, static_cast<offered::form>(1 + turn++ % 4)};
  }
  static unsigned id(const reference_view& v) {
    const auto bytes = v.encoded();
    if (v.is_reference()) {
      const unsigned n = embedder::object(v.id());
      require(!bytes || embedder::decode(*bytes) == n, "a reference with another object's bytes");
      return n;
    }
    require(bytes.has_value(), "a value without id and bytes");
    if (!embedder::resolvable(*bytes)) return samples<hamt::bytes>::id(*bytes);
    const unsigned n = embedder::decode(*bytes);
    static unsigned turn = 0;
    if (fuse::left < 0 && turn++ % 5 == 0 && v.is_resolvable()) {
      const hamt::reference_id i = embedder::make(n);
      require(hamt::resolve(v, i), "a resolvable value is not resolved");
      require(!hamt::resolve(v, i), "a value is resolved again");
      embedder::table.release(i);
    }
    return n;
  }
};

}  // namespace hamt_test
