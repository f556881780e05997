// Operations on whole maps: merge, merge3, select (intersection, difference), filter, map_values.
//
// Each is a rule for the traversal in lockstep.hpp. Each costs O(slots in which the maps are not
// the same nodes), shares every subtree that it leaves as it is, and returns the very same map when
// nothing changes. Callbacks may throw: nothing leaks, and no map has changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "lockstep.hpp"
#include "map.hpp"

namespace hamt {

namespace detail {

template <class V, class P, unsigned N>
struct rule {
  using view = slot_view<V, P>;
  using item = slot_item<V, P>;
  using views = std::array<view, N>;
  using decision = std::optional<item>;
  using value_view = typename value_traits<V>::view;

  static bool equal(const view& a, const view& b) {
    return a.same(b) || (a.is_entry() && b.is_entry() && a.key() == b.key() &&
                         value_traits<V>::equal(a.value(), b.value()));
  }
  static decision nothing() { return decision(std::in_place); }
  static decision keep(const view& v) { return decision(item::keep(v)); }
  static std::optional<value_view> value(const view& v) {
    if (!v.is_entry()) return std::nullopt;
    return v.value();
  }
  static item make(std::string_view key, typename value_traits<V>::argument value) {
    return item::of_box(box<V, P>::make(key, value));
  }
  /// `key` with a new value, or one of the sides where it already has that value.
  static item choose(std::string_view key, typename value_traits<V>::argument value,
                     const views& v) {
    for (const view& x : v)
      if (x.is_entry() && value_traits<V>::equal(x.value(), value)) return item::keep(x);
    return make(key, value);
  }
};

template <class V, class P, class Resolve>
struct merge_rule : rule<V, P, 2> {
  using base = rule<V, P, 2>;
  Resolve& resolve;
  explicit merge_rule(Resolve& r) : resolve(r) {}
  typename base::decision decide(const typename base::views& v) {
    if (v[1].none() || v[0].same(v[1])) return base::keep(v[0]);
    if (v[0].none()) return base::keep(v[1]);
    return std::nullopt;
  }
  typename base::item entry(const typename base::views& v) {
    if (base::equal(v[0], v[1])) return base::item::keep(v[0]);
    auto&& value = resolve(v[0].key(), v[0].value(), v[1].value());
    return base::choose(v[0].key(), value, v);
  }
};

template <class V, class P, class Resolve>
struct merge3_rule : rule<V, P, 3> {
  using base = rule<V, P, 3>;
  Resolve& resolve;
  explicit merge3_rule(Resolve& r) : resolve(r) {}
  typename base::decision decide(const typename base::views& v) {
    if (v[1].same(v[2])) return base::keep(v[1]);
    if (v[0].same(v[1])) return base::keep(v[2]);
    if (v[0].same(v[2])) return base::keep(v[1]);
    return std::nullopt;
  }
  typename base::item entry(const typename base::views& v) {
    if (base::equal(v[1], v[2]) || base::equal(v[0], v[2])) return base::item::keep(v[1]);
    if (base::equal(v[0], v[1])) return base::item::keep(v[2]);
    std::string_view key;
    for (const auto& x : v)
      if (x.is_entry()) key = x.key();
    auto&& value = resolve(key, base::value(v[0]), base::value(v[1]), base::value(v[2]));
    if (!value) return {};
    return base::choose(key, *value, v);
  }
};

template <class V, class P>
struct select_rule : rule<V, P, 2> {
  using base = rule<V, P, 2>;
  bool keeps_common;
  explicit select_rule(bool common) : keeps_common(common) {}
  typename base::decision decide(const typename base::views& v) {
    if (v[0].none()) return base::nothing();
    if (v[1].none()) return keeps_common ? base::nothing() : base::keep(v[0]);
    if (v[0].same(v[1])) return keeps_common ? base::keep(v[0]) : base::nothing();
    return std::nullopt;
  }
  typename base::item entry(const typename base::views& v) {
    return keeps_common ? base::item::keep(v[0]) : typename base::item();
  }
};

template <class V, class P, class Predicate>
struct filter_rule : rule<V, P, 1> {
  using base = rule<V, P, 1>;
  Predicate& keeps;
  explicit filter_rule(Predicate& p) : keeps(p) {}
  typename base::decision decide(const typename base::views& v) {
    return v[0].none() ? base::nothing() : std::nullopt;
  }
  typename base::item entry(const typename base::views& v) {
    return keeps(v[0].key(), v[0].value()) ? base::item::keep(v[0]) : typename base::item();
  }
};

template <class V, class P, class Transform>
struct transform_rule : rule<V, P, 1> {
  using base = rule<V, P, 1>;
  Transform& transform;
  explicit transform_rule(Transform& t) : transform(t) {}
  typename base::decision decide(const typename base::views& v) {
    return v[0].none() ? base::nothing() : std::nullopt;
  }
  typename base::item entry(const typename base::views& v) {
    auto&& value = transform(v[0].key(), v[0].value());
    return base::choose(v[0].key(), value, v);
  }
};

}  // namespace detail

/// All entries of both; where both have a key with different values, `resolve(key, a's, b's)` gives
/// the value (anything that converts to the value's argument type).
template <class V, class P, class Resolve>
[[nodiscard]] map<V, P> merge(const map<V, P>& a, const map<V, P>& b, Resolve&& resolve) {
  detail::merge_rule<V, P, std::remove_reference_t<Resolve>> rule(resolve);
  return map<V, P>::adopt(lockstep<V, P, 2>::run({a.root(), b.root()}, rule));
}
/// All entries of both; those of `b` win.
template <class V, class P>
[[nodiscard]] map<V, P> merge(const map<V, P>& a, const map<V, P>& b) {
  return merge(a, b, [](std::string_view, const auto&, const auto& theirs) { return theirs; });
}

/// Three-way merge: the changes from `base` to `ours` and those from `base` to `theirs`, both. Only
/// where both changed a key differently, `resolve(key, base's, ours, theirs)` decides; its
/// arguments are optional values (absent = no such entry), and so is its result (absent = take the
/// key out).
template <class V, class P, class Resolve>
[[nodiscard]] map<V, P> merge3(const map<V, P>& base, const map<V, P>& ours,
                               const map<V, P>& theirs, Resolve&& resolve) {
  detail::merge3_rule<V, P, std::remove_reference_t<Resolve>> rule(resolve);
  return map<V, P>::adopt(lockstep<V, P, 3>::run({base.root(), ours.root(), theirs.root()}, rule));
}

/// The entries of `a` whose keys are in `b` (with `common`), or are not.
template <class V, class P>
[[nodiscard]] map<V, P> select(const map<V, P>& a, const map<V, P>& b, bool common) {
  return map<V, P>::adopt(
      lockstep<V, P, 2>::run({a.root(), b.root()}, detail::select_rule<V, P>(common)));
}
/// The entries of `a` whose keys are in `b`.
template <class V, class P>
[[nodiscard]] map<V, P> intersection(const map<V, P>& a, const map<V, P>& b) {
  return select(a, b, true);
}
/// The entries of `a` whose keys are not in `b`.
template <class V, class P>
[[nodiscard]] map<V, P> difference(const map<V, P>& a, const map<V, P>& b) {
  return select(a, b, false);
}

/// The entries for which `keeps(key, value)` is true, asked in iteration order. O(n).
template <class V, class P, class Predicate>
[[nodiscard]] map<V, P> filter(const map<V, P>& m, Predicate&& keeps) {
  detail::filter_rule<V, P, std::remove_reference_t<Predicate>> rule(keeps);
  return map<V, P>::adopt(lockstep<V, P, 1>::run({m.root()}, rule));
}

/// The same keys, each with the value `transform(key, value)`, asked in iteration order. O(n).
template <class V, class P, class Transform>
[[nodiscard]] map<V, P> map_values(const map<V, P>& m, Transform&& transform) {
  detail::transform_rule<V, P, std::remove_reference_t<Transform>> rule(transform);
  return map<V, P>::adopt(lockstep<V, P, 1>::run({m.root()}, rule));
}

}  // namespace hamt
