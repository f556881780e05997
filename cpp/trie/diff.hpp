// Diff cursors: the difference of two maps, lazily and in iteration order. Nodes that both share
// are skipped, which canonical form makes exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "map.hpp"

namespace hamt {

/// Walks what differs between two versions; it holds both. All steps together cost O(nodes that are
/// not shared); nothing is allocated.
///
///     for (diff_cursor d(a, b); d; d.next()) use(d.key(), d.before(), d.after());
///
/// `before` is absent for an added key, `after` for a removed one.
template <class V = bytes, class P = local_policy>
class diff_cursor {
  using node_type = node<V, P>;
  using view = slot_view<V, P>;
  using side = hashed_view<V, P>;
  using digit = digits<P::bits>;
  using value_view = typename value_traits<V>::view;

 public:
  diff_cursor(map<V, P> before, map<V, P> after)
      : before_(std::move(before)), after_(std::move(after)) {
    if (before_.same(after_)) return;
    side a{}, b{};
    a.at.child = before_.root();
    b.at.child = after_.root();
    enter(a, b);
    next();
  }

  explicit operator bool() const noexcept { return !path_.empty(); }
  std::string_view key() const noexcept { return a_.is_entry() ? a_.key() : b_.key(); }
  std::optional<value_view> before() const noexcept { return value(a_); }
  std::optional<value_view> after() const noexcept { return value(b_); }

  void next() {
    while (!path_.empty()) {
      frame& f = path_.back();
      if (path_.depth() > digit::levels) {
        if (next_colliding(f)) return;
        path_.pop();
        continue;
      }
      if (f.rest == 0) {
        path_.pop();
        continue;
      }
      const unsigned slot = lowest(f.rest), shift = (path_.depth() - 1) * P::bits;
      f.rest &= f.rest - 1;
      const side a = f.a.sub(slot, shift), b = f.b.sub(slot, shift);
      if (a.at.same(b.at)) continue;
      const bool entries = a.at.child == nullptr && b.at.child == nullptr;
      if (entries && (a.at.none() || b.at.none() || a.at.key() == b.at.key())) {
        if (stop_at(a.at, b.at)) return;
        continue;
      }
      enter(a, b);
    }
  }

 private:
  struct frame {
    side a, b;
    std::uint32_t rest;            // slots not yet visited
    std::uint32_t next_a, next_b;  // in collision nodes: the next box of each side
  };

  static std::optional<value_view> value(const view& v) noexcept {
    if (!v.is_entry()) return std::nullopt;
    return v.value();
  }

  void enter(side a, side b) noexcept {
    const unsigned shift = path_.depth() * P::bits;
    std::uint32_t rest = 0;
    if (path_.depth() < digit::levels)
      rest = a.at.child != nullptr && b.at.child != nullptr
                 ? node_type::differing_slots(a.at.child, b.at.child)
                 : a.mask(shift) | b.mask(shift);
    path_.push({a, b, rest, 0, 0});
  }
  /// Makes this pair of entries the current difference, unless they are equal.
  bool stop_at(const view& a, const view& b) {
    if (a.is_entry() && b.is_entry() && value_traits<V>::equal(a.value(), b.value())) return false;
    a_ = a;
    b_ = b;
    return true;
  }

  static view colliding(const side& p, std::uint32_t i) noexcept {
    if (p.at.child != nullptr) return i < p.at.child->size() ? p.at.child->entry_at(i) : view{};
    return i == 0 ? p.at : view{};
  }
  bool next_colliding(frame& f) {
    for (;;) {
      view a = colliding(f.a, f.next_a), b = colliding(f.b, f.next_b);
      if (a.none() && b.none()) return false;
      if (!a.none() && !b.none()) {
        const int order = a.key().compare(b.key());
        if (order < 0) b = {};
        if (order > 0) a = {};
      }
      f.next_a += !a.none();
      f.next_b += !b.none();
      if (!a.same(b) && stop_at(a, b)) return true;
    }
  }

  map<V, P> before_, after_;
  path<frame, P> path_;
  view a_{}, b_{};
};

}  // namespace hamt
