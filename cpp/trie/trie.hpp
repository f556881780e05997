// A CHAMP trie: find, set and erase along a path of nodes.
//
// CHAMP is the compressed hash-array mapped prefix tree of Steindorfer and Vinju ("Optimizing
// hash-array mapped tries for fast and lean immutable JVM collections", 2015): a node has one
// bitmap for entries and one for children, and erasing restores the form that inserting would have
// given.
//
// The shape is canonical, a function of the entries alone:
//   - an entry sits in the first node on its hash's path where no other entry's hash has the
//     same digits so far; so a node that is not the root has at least two entries beneath it;
//   - entries whose hashes are equal in all 64 bits share a collision node below the last digit;
//   - a map without entries has no node at all.
//
// One rule serves persistence and in-place change: `owned` says that the caller holds the only
// count of the node and of all nodes above it; an owned node changes in place, any other is copied.
// New parts are made from the bottom up and everything that can fail comes before the first change,
// so an exception leaves every map as it was.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "bits.hpp"
#include "node.hpp"

namespace hamt {

template <class V, class P>
struct trie {
  using node_type = node<V, P>;
  using view = slot_view<V, P>;
  using item = slot_item<V, P>;
  using row = slot_row<V, P>;
  using boxed = box<V, P>;
  using format = cell_format<V, P>;
  using argument = typename value_traits<V>::argument;
  using value_view = typename value_traits<V>::view;
  using digit = digits<P::bits>;
  static constexpr unsigned max_depth =
      digit::levels + 1;  ///< nodes on a path, collision node included

  static std::uint64_t hash(std::string_view key) noexcept { return typename P::hash{}(key); }

  /// The value of `key`. O(log size): one hash and at most one node a level; does not allocate.
  static std::optional<value_view> find(const node_type* n, std::string_view key) noexcept {
    if (n == nullptr) return std::nullopt;
    const std::uint64_t h = hash(key);
    for (unsigned shift = 0; shift < digit::end_shift; shift += P::bits) {
      const std::uint32_t bit = 1u << digit::at(h, shift);
      if (n->child_map() & bit) {
        n = n->child(popcount(n->child_map() & (bit - 1)));
        n->prefetch_cells();
        continue;
      }
      if (!(n->entry_map() & bit)) return std::nullopt;
      const view e = n->cell_at(popcount(n->entry_map() & (bit - 1)));
      if (!equal_bytes(e.key(), key)) return std::nullopt;
      return e.value();
    }
    const auto [i, found] = position(n, key);
    if (!found) return std::nullopt;
    return n->boxes()[i]->value();
  }

  /// Called with the value that an edit is about to replace or take out, before anything changes.
  /// It may throw; then nothing has changed.
  struct observer {
    void* context = nullptr;
    void (*call)(void*, const value_view&) = nullptr;
    void operator()(const value_view& old) const {
      if (call != nullptr) call(context, old);
    }
    template <class F>
    static observer of(F& f) noexcept {
      // The constness of F comes back with its type.
      return {const_cast<void*>(static_cast<const void*>(std::addressof(f))),
              [](void* c, const value_view& old) { (*static_cast<F*>(c))(old); }};
    }
  };

  /// An entry to be stored, made into a cell or box when its slot is known.
  class insertion {
   public:
    insertion(std::string_view k, argument v, observer o)
        : key(k), value(v), hash(trie::hash(k)), replacing(o) {}
    const std::string_view key;
    argument value;
    const std::uint64_t hash;
    const observer replacing;
    bool changed = true;  ///< false when the map already held just this entry

    /// Allocates if the entry is not to be packed.
    item make() { return item::make(cell_, key, value); }

   private:
    std::byte cell_[format::max_size];
  };

  /// A key to be taken out.
  struct removal {
    removal(std::string_view k, observer o) : key(k), hash(trie::hash(k)), removing(o) {}
    const std::string_view key;
    const std::uint64_t hash;
    const observer removing;
    bool changed = false;  ///< true when the key was there
  };

  /// The node with `in` set. An owned `n` is consumed, and its count passes to the result;
  /// otherwise the result has a count of its own. When `in.changed` turned false the result is `n`,
  /// as it was.
  static node_type* set(node_type* n, bool owned, unsigned shift, insertion& in) {
    if (shift >= digit::end_shift) return set_collision(n, owned, in);
    const unsigned slot = digit::at(in.hash, shift);
    const view at = n->at(slot);
    if (at.child != nullptr) {
      node_type* const child = at.child;
      const bool child_owned = owned && child->unique();
      const std::uint32_t others = n->size() - child->size();
      node_type* r = set(child, child_owned, shift + P::bits, in);
      if (!in.changed) return n;
      return replace_child(n, owned, slot, r, child_owned, others + r->size());
    }
    if (at.none()) return node_type::put(n, owned, slot, in.make());
    if (equal_bytes(at.key(), in.key)) {
      if (value_traits<V>::equal(at.value(), in.value)) {
        in.changed = false;
        return n;
      }
      in.replacing(at.value());
      item i = in.make();
      if (owned && node_type::overwrite(n, at, i)) return n;
      return node_type::put(n, owned, slot, std::move(i));
    }
    item old = item::keep(at), fresh = in.make();
    const std::uint64_t old_hash = hash(at.key());
    return node_type::put(n, owned, slot,
                          item::of_child(pair(old, old_hash, fresh, in.hash, shift + P::bits)));
  }

  /// A root for `in` alone.
  static node_type* single(insertion& in) {
    row one;
    one.push(digit::at(in.hash, 0), in.make());
    return node_type::make(one);
  }

  /// The node without a key; ownership as for `set`. When `out.changed` stayed false the result is
  /// `n`, as it was; null when no entry is left, which only a root can come to.
  static node_type* erase(node_type* n, bool owned, unsigned shift, removal& out) {
    if (shift >= digit::end_shift) {
      const auto [i, found] = position(n, out.key);
      if (!found) return n;
      out.removing(n->boxes()[i]->value());
      out.changed = true;
      return node_type::put_box(n, owned, i, 1, nullptr);
    }
    const unsigned slot = digit::at(out.hash, shift);
    const view at = n->at(slot);
    if (at.none()) return n;
    if (at.is_entry()) {
      if (!equal_bytes(at.key(), out.key)) return n;
      out.removing(at.value());
      node_type* r = nullptr;
      if (n->size() > 1)
        r = node_type::put(n, owned, slot, item());
      else if (owned)
        node_type::release(n);
      out.changed = true;
      return r;
    }
    node_type* const child = at.child;
    if (child->size() == 2) {
      // One entry is left, and it belongs here: no node below may hold fewer than two.
      const auto [gone, other] = split_pair(child, out.key);
      if (gone.none()) return n;
      out.removing(gone.value());
      node_type* r = node_type::put(n, owned, slot, item::keep(other));
      out.changed = true;
      return r;
    }
    const bool child_owned = owned && child->unique();
    const std::uint32_t size = n->size() - 1;
    node_type* r = erase(child, child_owned, shift + P::bits, out);
    if (!out.changed) return n;
    return replace_child(n, owned, slot, r, child_owned, size);
  }

  /// A node at `shift` that holds two entries with different keys, and the chain down to where
  /// their hashes part.
  static node_type* pair(item& a, std::uint64_t ha, item& b, std::uint64_t hb, unsigned shift) {
    if (shift >= digit::end_shift) {
      node_type* n = node_type::make_collision(2);
      boxed *x = nullptr, *y = nullptr;
      try {
        x = a.take_box();
        y = b.take_box();
      } catch (...) {
        if (x != nullptr) x->release();
        node_type::discard(n);
        throw;
      }
      if (y->key() < x->key()) std::swap(x, y);
      n->mutable_boxes()[0] = x;
      n->mutable_boxes()[1] = y;
      return n;
    }
    const unsigned sa = digit::at(ha, shift), sb = digit::at(hb, shift);
    row items;
    if (sa == sb) {
      items.push(sa, item::of_child(pair(a, ha, b, hb, shift + P::bits)));
    } else {
      items.push(sa < sb ? sa : sb, std::move(sa < sb ? a : b));
      items.push(sa < sb ? sb : sa, std::move(sa < sb ? b : a));
    }
    return node_type::make(items);
  }

  /// Where `key` is, or belongs, in a collision node, and whether it is there. O(log n)
  /// comparisons.
  static std::pair<unsigned, bool> position(const node_type* n, std::string_view key) noexcept {
    boxed* const* const begin = n->boxes();
    boxed* const* const end = begin + n->size();
    boxed* const* const p = std::lower_bound(
        begin, end, key, [](const boxed* b, std::string_view k) { return b->key() < k; });
    return {static_cast<unsigned>(p - begin), p != end && (*p)->key() == key};
  }

 private:
  static node_type* set_collision(node_type* n, bool owned, insertion& in) {
    const auto [i, found] = position(n, in.key);
    if (found && value_traits<V>::equal(n->boxes()[i]->value(), in.value)) {
      in.changed = false;
      return n;
    }
    if (found) in.replacing(n->boxes()[i]->value());
    boxed* b = boxed::make(in.key, in.value);
    try {
      return node_type::put_box(n, owned, i, found ? 1 : 0, b);
    } catch (...) {
      b->release();
      throw;
    }
  }

  /// Replaces a child by `r`, which is counted for the caller. `child_owned` says that the old
  /// child was consumed when `r` was made.
  static node_type* replace_child(node_type* n, bool owned, unsigned slot, node_type* r,
                                  bool child_owned, std::uint32_t size) {
    if (!owned) return node_type::copy_with_child(n, slot, item::of_child(r), size);
    node_type* old = n->exchange_child(slot, r, size);
    if (!child_owned) node_type::release(old);
    return n;
  }

  /// The two entries beneath `n`, that of `key` first; nothing when neither is.
  static std::pair<view, view> split_pair(const node_type* n, std::string_view key) {
    while (n->child_count() != 0) n = n->child(0);
    const view a = n->entry_at(0), b = n->entry_at(1);
    if (a.key() == key) return {a, b};
    if (b.key() == key) return {b, a};
    return {};
  }
};

/// A path from the root of a trie, or of several in lockstep: a frame for each level.
template <class Frame, class P>
class path {
  static_assert(std::is_trivial_v<Frame>, "frames beyond the end cost nothing");

 public:
  path() noexcept = default;
  path(const path& other) noexcept = default;
  path& operator=(const path& other) noexcept = default;
  /// Leaves the other one empty: a cursor that was moved from is at its end.
  path(path&& other) noexcept { *this = std::move(other); }
  path& operator=(path&& other) noexcept {
    const unsigned depth = std::exchange(other.depth_, 0);
    std::copy_n(other.frames_, depth, frames_);
    depth_ = depth;
    return *this;
  }

  bool empty() const noexcept { return depth_ == 0; }
  unsigned depth() const noexcept { return depth_; }
  Frame& back() noexcept { return frames_[depth_ - 1]; }
  void push(const Frame& f) noexcept { frames_[depth_++] = f; }
  void pop() noexcept { --depth_; }

 private:
  Frame frames_[digits<P::bits>::levels + 1];
  unsigned depth_ = 0;
};

/// A subtree or an entry on one side of a traversal of several tries; of an entry, the hash once it
/// was needed. Trivial, as slot_view is.
template <class V, class P>
struct hashed_view {
  using digit = digits<P::bits>;

  slot_view<V, P> at;
  std::uint64_t hash;
  bool hashed;

  /// The slots that it fills in a node at `shift`, where an entry counts as a node of one.
  std::uint32_t mask(unsigned shift) noexcept {
    if (at.none()) return 0;
    if (at.child != nullptr) return at.child->entry_map() | at.child->child_map();
    if (!hashed) hash = trie<V, P>::hash(at.key()), hashed = true;
    return 1u << digit::at(hash, shift);
  }
  /// What is in one of these slots.
  hashed_view sub(unsigned slot, unsigned shift) const noexcept {
    if (at.child != nullptr) return {at.child->at(slot), 0, false};
    return at.is_entry() && digit::at(hash, shift) == slot ? *this : hashed_view{};
  }
};

}  // namespace hamt
