// What the tests of the trie share: hashes that misbehave, a memory that counts and fails, kinds of
// values, and ways to look at a trie: is it the same tree, who holds which block, are its digests
// right.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trie/build.hpp"
#include "trie/check.hpp"
#include "trie/diff.hpp"
#include "trie/map.hpp"
#include "trie/merge.hpp"

namespace hamt_test {

/// Thrown when the trie does not do what its model does.
struct broken : std::logic_error {
  using std::logic_error::logic_error;
};
[[noreturn]] inline void fail(const std::string& what) { throw broken(what); }
inline void require(bool holds, const char* what) {
  if (!holds) fail(what);
}

// --- hashes ---

template <std::uint64_t Mask, std::uint64_t Base = 0>
struct masked_hash {
  std::uint64_t operator()(std::string_view key) const noexcept {
    return (hamt::hash_key(key) & Mask) | Base;
  }
};
using whole_hash = masked_hash<~std::uint64_t{0}>;
using two_bit_hash = masked_hash<3>;
using zero_hash = masked_hash<0>;
using constant_hash = masked_hash<0, 0x0123456789abcdef>;
using last_four_bits_hash = masked_hash<std::uint64_t{0xf} << 60, 0x0123456789abcdef>;
using top_bits_hash = masked_hash<std::uint64_t{0x1ff} << 55>;
using last_bit_hash = masked_hash<std::uint64_t{1} << 63>;
using sparse_hash = masked_hash<0x1084210842108421>;  // one bit in each digit of five

// --- memory ---

/// Lets the n-th allocation fail, if it is asked to.
struct fuse {
  static inline long long left = -1;  // -1: never
  static inline long long burned = 0;
  static bool blows() noexcept {
    ++burned;
    return left >= 0 && left-- == 0;
  }
};

/// No free lists and no spare room: a sanitizer sees every use of a freed block and every byte too
/// many. Checks that blocks are given back with the size that they were taken with.
struct strict_memory {
  static constexpr std::size_t capacity(std::size_t bytes) noexcept {
    return (bytes + 15) / 16 * 16;
  }
  static void* allocate(std::size_t capacity) {
    if (fuse::blows()) throw std::bad_alloc();
    auto* p = static_cast<std::size_t*>(std::malloc(capacity + 16));
    if (p == nullptr) throw std::bad_alloc();
    p[0] = capacity;
    p[1] = ~capacity;
    std::memset(p + 2, 0xa5, capacity);
    ++now.blocks;
    now.bytes += static_cast<std::int64_t>(capacity);
    ++taken;
    return p + 2;
  }
  static void release(void* block, std::size_t capacity) noexcept {
    auto* p = static_cast<std::size_t*>(block) - 2;
    if (p[0] != capacity || p[1] != ~capacity) std::abort();
    --now.blocks;
    now.bytes -= static_cast<std::int64_t>(capacity);
    std::free(p);
  }
  static hamt::memory_usage usage() noexcept { return now; }
  static std::size_t idle_bytes() noexcept { return 0; }
  static void trim() noexcept {}

  static inline hamt::memory_usage now;
  static inline std::int64_t taken = 0;
};

// --- policies ---

template <class Hash = whole_hash, unsigned Bits = 5, std::size_t Limit = 192,
          class Base = hamt::local_policy>
struct strict_policy : Base {
  using memory = strict_memory;
  using hash = Hash;
  static constexpr unsigned bits = Bits;
  static constexpr std::size_t inline_limit = Limit;
};

/// As shipped, with the free lists, but for the hash.
template <class Hash, class Base = hamt::local_policy>
struct pooled_policy : Base {
  using hash = Hash;
};

// --- values ---

/// A type that notices when it is moved as bytes, used after its end, or never destroyed, and that
/// can throw when it is copied.
class traced {
 public:
  explicit traced(unsigned id) : id_(id), self_(this) { ++alive; }
  traced(const traced& o) : id_(o.id()), self_(this) {
    ++copies;
    if (copies_left >= 0 && copies_left-- == 0) throw std::runtime_error("a copy fails");
    ++alive;
  }
  traced(traced&& o) noexcept : id_(o.id()), self_(this) { ++moves, ++alive; }
  traced& operator=(const traced&) = delete;
  ~traced() {
    if (self_ != this) std::abort();
    self_ = nullptr;
    --alive;
  }
  unsigned id() const {
    if (self_ != this) std::abort();
    return id_;
  }
  friend bool operator==(const traced& a, const traced& b) {
    ++compared;
    return a.id() == b.id();
  }

  static inline long long alive = 0, copies = 0, moves = 0, compared = 0, copies_left = -1;

 private:
  unsigned id_;
  const traced* self_;
};

/// Trivially copyable, with padding, and too large to be packed.
struct wide {
  std::uint64_t id = 0;
  char tag = 'w';
  std::uint64_t rest[30] = {};
  friend bool operator==(const wide& a, const wide& b) { return a.id == b.id; }
};

/// How a test makes a value of a kind from a number, and reads the number back.
template <class V>
struct samples;

template <>
struct samples<hamt::bytes> {
  using owned = std::string;
  static owned make(unsigned id) {
    if (id == 0) return {};
    std::string s = std::to_string(id);
    if (id % 7 == 0) s.append(400, '.');
    if (id % 5 == 0) s.append(185 - id % 16, '.');
    return s;
  }
  static unsigned id(std::string_view v) {
    unsigned n = 0;
    for (const char c : v) {
      if (c == '.') break;
      n = 10 * n + static_cast<unsigned>(c - '0');
    }
    require(v == make(n), "a value of other bytes than were put in");
    return n;
  }
};
template <>
struct samples<std::string> : samples<hamt::bytes> {
  static unsigned id(const std::string& v) { return samples<hamt::bytes>::id(v); }
};
template <>
struct samples<std::uint64_t> {
  using owned = std::uint64_t;
  static owned make(unsigned id) { return id * 0x100000001u; }
  static unsigned id(std::uint64_t v) {
    require(v == make(static_cast<unsigned>(v)), "an integer of other bits than were put in");
    return static_cast<unsigned>(v);
  }
};
template <>
struct samples<double> {
  using owned = double;
  static owned make(unsigned id) { return id * 0.25 - 3; }
  static unsigned id(double v) { return static_cast<unsigned>((v + 3) * 4); }
};
template <>
struct samples<traced> {
  using owned = traced;
  static owned make(unsigned id) { return traced(id); }
  static unsigned id(const traced& v) { return v.id(); }
};
template <>
struct samples<wide> {
  using owned = wide;
  static owned make(unsigned id) {
    wide w;
    w.id = id;
    w.rest[29] = id;
    return w;
  }
  static unsigned id(const wide& v) {
    require(v.id == v.rest[29] && v.tag == 'w', "a struct of other bytes than were put in");
    return static_cast<unsigned>(v.id);
  }
};

// --- models ---

/// A model of a map: what it holds; values by number.
using model = std::map<std::string, unsigned>;

using order_function = std::uint64_t (*)(std::string_view);
/// What a key is ordered by in iteration, from the definition; equal ones by the key itself.
template <class P>
std::uint64_t order_of(std::string_view key) {
  return hamt::digits<P::bits>::order(typename P::hash{}(key));
}

using model_entry = std::pair<std::string, unsigned>;
/// The entries of a model as iteration must visit them.
inline std::vector<model_entry> in_order(const model& m, order_function order) {
  std::vector<std::pair<std::uint64_t, const model::value_type*>> rows;
  for (const auto& e : m) rows.emplace_back(order(e.first), &e);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<model_entry> out;
  for (const auto& r : rows) out.push_back(*r.second);
  return out;
}

// --- looking at a trie ---

/// Why two subtrees are not the same tree, node by node and byte by byte; empty when they are.
template <class V, class P>
std::string difference_of_shape(const hamt::node<V, P>* a, const hamt::node<V, P>* b) {
  if (a == b) return {};
  if (a == nullptr || b == nullptr) return "one map has a root and the other none";
  if (a->is_collision() != b->is_collision()) return "a collision node on one side";
  if (a->size() != b->size()) return "sizes differ";
  if (a->entry_map() != b->entry_map()) return "other slots hold entries";
  if (a->child_map() != b->child_map()) return "other slots hold children";
  if (a->used_bytes() != b->used_bytes()) return "the cells take other room";
  for (unsigned i = 0; i < a->entry_count(); ++i) {
    const auto x = a->entry_at(i), y = b->entry_at(i);
    if ((x.boxed != nullptr) != (y.boxed != nullptr)) return "an entry is boxed on one side";
    if (x.cell_size != y.cell_size) return "cells of different sizes";
    if (x.key() != y.key()) return "different keys at one position";
    if constexpr (!std::is_same_v<V, wide>)  // whose padding may hold anything
      if (x.boxed == nullptr && std::memcmp(x.packed, y.packed, x.cell_size) != 0)
        return "packed cells of different bytes";
    if (samples<V>::id(x.value()) != samples<V>::id(y.value())) return "different values";
  }
  for (unsigned i = 0; i < a->child_count(); ++i)
    if (std::string d = difference_of_shape(a->child(i), b->child(i)); !d.empty()) return d;
  return {};
}

/// A stand-in for a digest: a function of the entries beneath a node.
template <class V, class P>
hamt::digest32 fingerprint(const hamt::node<V, P>* n) {
  std::uint64_t h = 0x9ae16a3b2f90404f ^ n->size();
  const auto stir = [&h](std::uint64_t x) { h = (h ^ x) * 0x9fb21c651e98df25, h ^= h >> 29; };
  for (unsigned i = 0; i < n->entry_count(); ++i) {
    const auto e = n->entry(i);
    stir(hamt::hash_key(e.key));
    stir(samples<V>::id(e.value));
  }
  hamt::digest32 d{};
  for (unsigned i = 0; i < n->child_count(); ++i) {
    d = fingerprint(n->child(i));
    std::uint64_t x;
    std::memcpy(&x, d.data(), sizeof x);
    stir(x);
  }
  std::memcpy(d.data(), &h, sizeof h);
  return d;
}
template <class V, class P>
void cache_fingerprints(const hamt::node<V, P>* n) {
  if (n->cached_digest() == nullptr) n->cache_digest(fingerprint(n));
  for (unsigned i = 0; i < n->child_count(); ++i) cache_fingerprints(n->child(i));
}
template <class V, class P>
bool fingerprints_hold(const hamt::node<V, P>* n) {
  if (n->cached_digest() != nullptr && *n->cached_digest() != fingerprint(n)) return false;
  for (unsigned i = 0; i < n->child_count(); ++i)
    if (!fingerprints_hold(n->child(i))) return false;
  return true;
}

/// Every block that is reachable from some roots, with the number of pointers to it.
template <class V, class P>
class census {
 public:
  using node_type = hamt::node<V, P>;
  using box_type = hamt::box<V, P>;

  /// One holder of a root (a map, a cursor, ...).
  void hold(const node_type* root) {
    if (root != nullptr) count(root);
  }

  std::int64_t blocks() const { return blocks_; }
  std::int64_t bytes() const { return bytes_; }
  std::size_t nodes() const { return nodes_.size(); }
  bool has(const node_type* n) const { return nodes_.count(n) != 0; }
  const std::unordered_map<const node_type*, std::uint32_t>& counted() const { return nodes_; }

  /// Checks every block's count, and that these blocks are all that the memory has given out since
  /// `before`.
  void check(const hamt::memory_usage& before) const {
    for (const auto& [n, held] : nodes_)
      require(n->count() == held, "a node's count is not the number of its holders");
    for (const auto& [b, held] : boxes_)
      require(b->count() == held, "a box's count is not the number of its holders");
    const hamt::memory_usage now = P::memory::usage();
    require(now.blocks - before.blocks == blocks_, "blocks in use that no map can reach");
    require(now.bytes - before.bytes == bytes_, "bytes in use that no map can reach");
  }

 private:
  void count(const node_type* n) {
    if (nodes_[n]++ != 0) return;
    take(n->capacity());
    if (n->cached_digest() != nullptr) take(P::memory::capacity(sizeof(hamt::digest32)));
    for (unsigned i = 0; i < n->entry_count(); ++i)
      if (const box_type* b = n->entry_at(i).boxed; b != nullptr && boxes_[b]++ == 0)
        take(b->capacity());
    for (unsigned i = 0; i < n->child_count(); ++i) count(n->child(i));
  }
  void take(std::size_t bytes) {
    ++blocks_;
    bytes_ += static_cast<std::int64_t>(bytes);
  }

  std::unordered_map<const node_type*, std::uint32_t> nodes_;
  std::unordered_map<const box_type*, std::uint32_t> boxes_;
  std::int64_t blocks_ = 0, bytes_ = 0;
};

/// Checks a map against its model: invariants, size, every entry by iteration and by lookup.
template <class V, class P>
void check_against(const hamt::map<V, P>& m, const model& expected) {
  if (const std::string bad = hamt::violated(m); !bad.empty()) throw broken(bad);
  require(m.size() == expected.size(), "size differs from the model's");
  require(m.empty() == expected.empty(), "emptiness differs from the model's");
  const std::vector<model_entry> rows = in_order(expected, order_of<P>);
  std::size_t i = 0;
  for (hamt::cursor<V, P> c(m); c; c.next(), ++i) {
    require(i < rows.size(), "iteration goes on beyond the model");
    const auto& [key, id] = rows[i];
    require(c.key() == key, "iteration yields another key than the model");
    require(samples<V>::id(c.value()) == id, "iteration yields another value");
    const auto found = m.find(key);
    require(found.has_value(), "a key that is there is not found");
    require(samples<V>::id(*found) == id, "a lookup yields another value");
  }
  require(i == rows.size(), "iteration ends before the model");
}

/// The map of a model, built in bulk.
template <class V, class P>
hamt::map<V, P> built(const model& of) {
  std::vector<typename samples<V>::owned> values;
  values.reserve(of.size());
  std::vector<std::pair<std::string_view, typename hamt::value_traits<V>::argument>> entries;
  entries.reserve(of.size());
  for (const auto& [key, id] : of) {
    values.push_back(samples<V>::make(id));
    entries.emplace_back(key, values.back());
  }
  return hamt::build<V, P>(entries);
}

}  // namespace hamt_test
