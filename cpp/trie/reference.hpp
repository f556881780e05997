// Values by reference: a value is a string of bytes, or an id that the embedding language resolves.
//
// A program in another language stores its objects under ids of its own (indices into a table) and
// hands the ids to a map. A value of a map of `referable<E>` is one of
//
//     plain bytes          packed into a node where small     a value that the embedder reads as
//     bytes resolvable bytes     boxed                              an object's encoding, no object
//     yet a reference          boxed                              an object; its encoding may be
//     attached
//
// An entry with an object lies in a box, which all versions share, so copying a node counts boxes
// and never looks into the embedder's table, and an object that is made for one version is there
// for all versions that hold the entry. In a box:
//
//     | id, and a bit that says whether bytes follow: 4 bytes | bytes |
//
// Equal contents stay equal whichever form they have: values with the same bytes, the same id, or
// ids (or an id and bytes) that the embedder calls equal.
//
// `E` is the embedder, a type with static members:
//
//     void retain(id)                        one more box holds id; may throw, then it does not
//     void release(id) noexcept              one less; must not call back into the map
//     optional<string_view> encoded(id)      id's bytes, if they are attached; noexcept
//     bool equal(id, id)                     whether two objects without attached bytes are equal
//     bool equal(id, string_view)            whether an object has this encoding
//     bool resolvable(string_view) noexcept  whether bytes are an object's encoding; others stay
//     bytes
//
// `reference_table` keeps the counts, the attached bytes and the ids that died.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "map.hpp"

namespace hamt {

/// Names an object of the embedding language. Below `no_reference`.
using reference_id = std::uint32_t;
inline constexpr reference_id no_reference = 0x7fffffff;

/// Value tag: values are bytes or references that `E` resolves.
template <class E>
struct referable {};

/// The bytes of a reference were needed and nobody has attached them.
struct unencoded_reference : std::logic_error {
  explicit unencoded_reference(reference_id of)
      : std::logic_error("hamt: a reference without attached bytes"), id(of) {}
  reference_id id;
};

/// A value that goes into a map or comes out of it: bytes, an id, or an id with bytes. Valid as
/// long as what it was made from or the map that it was taken from.
template <class E>
class referable_view {
 public:
  template <class B>
  requires std::is_convertible_v<const B&, std::string_view> referable_view(const B& bytes)
  noexcept  // NOLINT(google-explicit-constructor)
      : bytes_(bytes), has_bytes_(true) {}
  static referable_view of(reference_id id) noexcept { return referable_view(id); }
  /// An object whose encoding is known.
  static referable_view of(reference_id id, std::string_view bytes) noexcept {
    referable_view v(bytes);
    v.id_ = id;
    return v;
  }

  bool is_reference() const noexcept { return id_ != no_reference; }
  /// The id, or `no_reference`.
  reference_id id() const noexcept { return id_; }
  /// The value's bytes; nothing for a reference without attached bytes.
  std::optional<std::string_view> encoded() const noexcept {
    if (has_bytes_) return bytes_;
    return E::encoded(id_);
  }
  /// Whether this is an object's encoding without an object: what `resolve` takes.
  bool is_resolvable() const noexcept {
    return box_ != nullptr && !is_reference() && E::resolvable(bytes_);
  }

 private:
  friend struct boxed_traits<referable<E>>;
  template <class F>
  friend bool resolve(const referable_view<F>& value, reference_id id);

  explicit referable_view(reference_id id) noexcept : id_(id) {}

  std::string_view bytes_;
  reference_id id_ = no_reference;
  bool has_bytes_ = false;
  std::byte* box_ = nullptr;  // the value in its box, if it has one and is an object
};

/// Bytes, own or attached. Throws unencoded_reference.
template <class E>
std::string_view bytes_of(const referable_view<E>& v) {
  const std::optional<std::string_view> bytes = v.encoded();
  if (!bytes) throw unencoded_reference(v.id());
  return *bytes;
}

template <class E>
struct value_traits<referable<E>> {
  using argument = referable_view<E>;
  using view = referable_view<E>;
  static constexpr bool packable = true;
  static constexpr bool bytewise = true;
  static bool packs(const argument& v) noexcept {
    return !v.is_reference() && !E::resolvable(*v.encoded());
  }
  static std::size_t size(const argument& v) noexcept { return v.encoded()->size(); }
  static void write(void* to, const argument& v) noexcept {
    value_traits<bytes>::write(to, *v.encoded());
  }
  static view read(const void* from, std::size_t size) noexcept {
    return value_traits<bytes>::read(from, size);
  }
  /// Compares bytes where both have them, asks the embedder otherwise. May throw what it throws.
  static bool equal(const argument& a, const argument& b) {
    if (a.is_reference() && a.id() == b.id()) return true;
    const auto x = a.encoded(), y = b.encoded();
    if (x && y) return *x == *y;
    if (a.is_reference() && b.is_reference()) return E::equal(a.id(), b.id());
    return x ? E::resolvable(*x) && E::equal(b.id(), *x)
             : E::resolvable(*y) && E::equal(a.id(), *y);
  }
};

template <class E>
struct boxed_traits<referable<E>> {
  using argument = referable_view<E>;
  static constexpr std::uint32_t bytes_bit = std::uint32_t{1} << 31;
  static constexpr std::size_t head = sizeof(std::uint32_t);

  static std::size_t size(const argument& v) noexcept {
    return head + (v.has_bytes_ ? v.bytes_.size() : 0);
  }
  static void write(void* to, const argument& v) {
    if (v.is_reference()) E::retain(v.id());
    const std::uint32_t word = v.id() | (v.has_bytes_ ? bytes_bit : 0);
    std::memcpy(to, &word, head);
    if (v.has_bytes_) value_traits<bytes>::write(static_cast<std::byte*>(to) + head, v.bytes_);
  }
  static argument read(const void* from, std::size_t size) noexcept {
    const auto* at = static_cast<const std::byte*>(from);
    const std::uint32_t word = load(at);
    argument v(word & ~bytes_bit);
    if ((word & bytes_bit) != 0) {
      v.has_bytes_ = true;
      v.bytes_ = value_traits<bytes>::read(at + head, size - head);
    }
    // A box's contents never change but for the id, which says nothing about the value.
    v.box_ = const_cast<std::byte*>(at);
    return v;
  }
  static void destroy(void* p) noexcept {
    const reference_id id = load(static_cast<const std::byte*>(p)) & ~bytes_bit;
    if (id != no_reference) E::release(id);
  }

  static std::uint32_t load(const std::byte* at) noexcept {
    std::uint32_t word;
    std::memcpy(&word, at, head);
    return word;
  }
};

/// Gives resolvable bytes their object: from then on every version that holds this entry has the
/// reference `id`, and the bytes as its encoding. No version changes. False (and nothing happens)
/// when the value is plain bytes or has an object already. `value` comes from a map (find, a
/// cursor, ...) and is as before. Throws what E::retain throws. Not for maps that threads share.
template <class E>
bool resolve(const referable_view<E>& value, reference_id id) {
  using format = boxed_traits<referable<E>>;
  if (!value.is_resolvable() || (format::load(value.box_) & no_reference) != no_reference)
    return false;
  E::retain(id);
  const std::uint32_t resolved = id | format::bytes_bit;
  std::memcpy(value.box_, &resolved, sizeof resolved);
  return true;
}

namespace detail {

template <class E, class P, class F>
void unencoded_in(const node<referable<E>, P>* n, const node<referable<E>, P>* shared,
                  bool only_undigested, F& visit) {
  if (n == nullptr || n == shared || (only_undigested && n->cached_digest() != nullptr)) return;
  if (n->is_collision() || n->may_hold_boxes()) {
    for (unsigned i = 0; i < n->entry_count(); ++i) {
      const auto v = n->entry_at(i);
      if (v.boxed != nullptr && !v.value().encoded()) visit(v.value().id());
    }
  }
  unsigned i = 0;
  for (std::uint32_t rest = n->child_map(); rest != 0; rest &= rest - 1)
    unencoded_in(n->child(i++), shared == nullptr ? nullptr : shared->at(lowest(rest)).child,
                 only_undigested, visit);
}

}  // namespace detail

/// Calls `visit(id)` for the references of `m` that have no attached bytes; for an id that several
/// keys have, several times. With `only_undigested`, parts whose digest is cached are left out:
/// what `m.digest` needs. What `m` shares with `shared` is left out too: what a difference of the
/// two needs. O(nodes that are left); allocates nothing; as deep as the trie.
template <class E, class P, class F>
void each_unencoded(const map<referable<E>, P>& m, bool only_undigested, F&& visit,
                    const map<referable<E>, P>& shared = {}) {
  detail::unencoded_in(m.root(), shared.root(), only_undigested, visit);
}

/// Counts references, keeps the bytes that are attached to them and collects the ids that died, for
/// one thread. The embedder chooses ids (densely: a table as long as its largest id lies behind
/// them), and may use an id again when `drain` has returned it.
///
/// An id lives while its count is above zero. An embedder that hands an id to an edit retains it
/// before and releases it afterwards: whether the edit stored it, found an equal value or threw,
/// the id then lives as long as some map holds it, and dies once. `Memory` is a memory policy;
/// attached bytes come from there.
template <class Memory>
class reference_table {
 public:
  reference_table() noexcept = default;
  reference_table(const reference_table&) = delete;
  reference_table& operator=(const reference_table&) = delete;
  ~reference_table() { clear(); }

  /// One more holder. O(1) amortised. Throws std::bad_alloc, std::out_of_range for an id far beyond
  /// all others, std::logic_error for one that died and was not drained; then nothing has changed.
  void retain(reference_id id) {
    if (id >= entries_.size()) {
      if (id >= no_reference || id - entries_.size() > most_ids_skipped)
        throw std::out_of_range("hamt: a reference id far beyond all others");
      entries_.resize(std::size_t{id} + 1);
    }
    entry& e = entries_[id];
    if (e.count == dead_mark) throw std::logic_error("hamt: a dead reference is used again");
    if (e.count == dead_mark - 1) throw std::length_error("hamt: too many holders of a reference");
    if (e.count++ == 0) ++live_;
  }
  /// One holder less; with the last, the attached bytes are freed and the id waits to be drained.
  void release(reference_id id) noexcept {
    entry& e = entries_[id];
    if (--e.count != 0) return;
    free_bytes(e);
    e.count = dead_mark;
    e.next_dead = first_dead_;
    first_dead_ = id;
    ++dead_;
    --live_;
  }

  /// Keeps a copy of the encoding of a live id; the first one stays. O(bytes). Throws
  /// std::bad_alloc, std::out_of_range for an id that is not live.
  void attach(reference_id id, std::string_view bytes) {
    if (!is_live(id)) throw std::out_of_range("hamt: bytes for a reference that is not live");
    entry& e = entries_[id];
    if (e.bytes != nullptr) return;
    if (bytes.size() > UINT32_MAX - 64) throw std::length_error("hamt: a value of 4 GiB or more");
    void* const p = Memory::allocate(capacity(bytes.size()));
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    e.bytes = static_cast<char*>(p);
    e.size = static_cast<std::uint32_t>(bytes.size());
  }
  /// Valid while the id lives.
  std::optional<std::string_view> encoded(reference_id id) const noexcept {
    const entry& e = entries_[id];
    if (e.bytes == nullptr) return std::nullopt;
    return std::string_view(e.bytes, e.size);
  }

  bool is_live(reference_id id) const noexcept {
    return id < entries_.size() && entries_[id].count != 0 && entries_[id].count != dead_mark;
  }
  /// How many ids are live, and how many wait to be drained.
  std::size_t live() const noexcept { return live_; }
  std::size_t dead() const noexcept { return dead_; }

  /// Moves dead ids to `to`, as many as fit, the last that died first. Returns how many.
  std::size_t drain(std::span<reference_id> to) noexcept {
    std::size_t n = 0;
    for (; n < to.size() && dead_ != 0; ++n, --dead_) {
      const reference_id id = first_dead_;
      first_dead_ = entries_[id].next_dead;
      entries_[id] = {};
      to[n] = id;
    }
    return n;
  }

  /// Forgets all ids; no map may hold any.
  void clear() noexcept {
    for (entry& e : entries_)
      if (e.count != dead_mark) free_bytes(e);
    entries_.clear();
    live_ = dead_ = 0;
  }

 private:
  static constexpr std::uint32_t dead_mark = UINT32_MAX;
  static constexpr std::size_t most_ids_skipped = 65536;

  struct entry {
    std::uint32_t count = 0;
    union {
      std::uint32_t size = 0;  // of the attached bytes
      reference_id next_dead;  // of a dead one
    };
    char* bytes = nullptr;
  };

  static std::size_t capacity(std::size_t size) noexcept {
    return Memory::capacity(size == 0 ? 1 : size);
  }
  static void free_bytes(entry& e) noexcept {
    if (e.bytes != nullptr) Memory::release(e.bytes, capacity(e.size));
    e.bytes = nullptr;
  }

  std::vector<entry> entries_;
  reference_id first_dead_ = no_reference;
  std::size_t live_ = 0, dead_ = 0;
};

}  // namespace hamt
