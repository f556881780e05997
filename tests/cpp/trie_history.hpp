// Random histories: many live versions of a map, each with a model, through all operations. The
// choices come from a random generator (model tests) or from a fuzzer's bytes.
#pragma once

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trie_expected.hpp"

namespace hamt_test {

/// `Choices` is callable with n and answers a number below n.
template <class P, class V, class Choices>
class history {
 public:
  using map_type = hamt::map<V, P>;
  using model_type = model;
  using sample = samples<V>;
  using owned = typename sample::owned;

  history(Choices& choose, history_limits limits)
      : choose_(choose), limits_(limits), before_(P::memory::usage()) {
    for (unsigned i = 0; i < limits.keys; ++i) keys_.push_back(key_of(i));
    versions_.push_back({});
  }

  /// One operation, chosen, done, and checked; now and then one that runs out of memory.
  void step() {
    if (choose_(16) == 0) return starve();
    operate();
  }
  /// Checks every version kept, finishes every open cursor, and accounts for every block and count.
  void finish() {
    for (const version& v : versions_) check(v);
    audit();
    while (!cursors_.empty()) advance(*cursors_.back(), ~0u), cursors_.pop_back();
    while (!diffs_.empty()) advance(*diffs_.back(), ~0u), diffs_.pop_back();
    audit();
    versions_.clear();
    audit();
  }

  /// Accounts for every block and count.
  void audit() const {
    census<V, P> c;
    for (const version& v : versions_) c.hold(v.map.root());
    for (const auto& o : cursors_) c.hold(o->root);
    for (const auto& o : diffs_) c.hold(o->roots[0]), c.hold(o->roots[1]);
    c.check(before_);
  }

 private:
  struct version {
    map_type map;
    model_type model;
  };
  struct open_walk {
    hamt::cursor<V, P> at;
    const hamt::node<V, P>* root;
    std::vector<model_entry> left;  // in reverse
  };
  struct open_difference {
    hamt::diff_cursor<V, P> at;
    const hamt::node<V, P>* roots[2];
    std::vector<change> left;  // in reverse
  };

  // --- choosing ---

  const std::string& any_key() { return keys_[choose_(static_cast<unsigned>(keys_.size()))]; }
  unsigned any_value() { return choose_(limits_.values); }
  version& any() {
    // Mostly late versions, so that maps grow.
    const auto n = static_cast<unsigned>(versions_.size());
    const unsigned back = choose_(4) != 0 ? choose_(std::min(n, 4u)) : choose_(n);
    return versions_[n - 1 - back];
  }
  /// Two versions that are related more often than not.
  std::pair<version, version> any_two() {
    version a = any();
    const unsigned kind = choose_(4);
    version b = kind == 0 ? scratch() : kind == 1 ? edited(a, 20) : any();
    return {std::move(a), std::move(b)};
  }
  /// A version without any history.
  version scratch() {
    version v;
    for (unsigned n = choose_(24); n != 0; --n) v.model[any_key()] = any_value();
    v.map = built<V, P>(v.model);
    return v;
  }

  // --- checking ---

  void check(const version& v) {
    check_against(v.map, v.model);
    if (v.map.root() != nullptr)
      require(fingerprints_hold(v.map.root()), "a digest of former contents");
  }
  void add(version v) {
    check(v);
    const std::string& absent = any_key();
    require(v.map.contains(absent) == (v.model.count(absent) != 0), "membership differs");
    if (choose_(limits_.rebuild_one_in) == 0) {
      const map_type other = built<V, P>(v.model);
      require_same_tree(v.map, other, "build");
      map_type step;
      std::vector<std::pair<std::string, unsigned>> mixed(v.model.begin(), v.model.end());
      for (std::size_t i = mixed.size(); i > 1; --i)
        std::swap(mixed[i - 1], mixed[(i * 2654435761u >> 7) % i]);
      for (const auto& [k, id] : mixed) step = std::move(step).set(k, sample::make(id));
      require_same_tree(v.map, step, "sets in another order");
    }
    versions_.push_back(std::move(v));
    if (limits_.versions != 0 && versions_.size() > limits_.versions)
      versions_.erase(versions_.begin() + choose_(static_cast<unsigned>(versions_.size() - 1)));
  }
  /// Where an operation left all as it was, it must have returned the very same map.
  static void same_if_equal(const version& result, const version& operand) {
    if (result.model == operand.model)
      require(result.map.same(operand.map), "nothing changed, but the root did");
  }

  // --- operations ---

  void operate() {
    switch (choose_(24)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return set();
      case 4:
      case 5:
      case 6:
        return erase();
      case 7:
        return temporaries();
      case 8:
      case 9:
        return drafts();
      case 10:
      case 11:
        return walk_on();
      case 12:
        return open_cursor();
      case 13:
        return open_diff();
      case 14:
        return merge();
      case 15:
        return merge_default();
      case 16:
        return merge3();
      case 17:
        return intersection();
      case 18:
        return difference();
      case 19:
        return filter();
      case 20:
        return map_values();
      case 21:
        return build();
      case 22:
        return digests();
      default:
        return compare();
    }
  }

  /// An operation whose n-th block cannot be had. It works on copies of the versions, which must
  /// not notice; and nothing may be left over.
  void starve() {
    fuse::left = choose_(12);
    try {
      operate();
    } catch (const std::bad_alloc&) {
    } catch (...) {
      fuse::left = -1;
      throw;
    }
    fuse::left = -1;
    check(any());
    audit();
  }

  void set() {
    version v = any();
    const std::string& k = any_key();
    const unsigned id = any_value();
    const map_type was = v.map;
    const bool equal = v.model.count(k) != 0 && v.model[k] == id;
    v.map = v.map.set(k, sample::make(id));
    require(v.map.same(was) == equal, "set: the same root if and only if nothing changed");
    v.model[k] = id;
    add(std::move(v));
  }
  void erase() {
    version v = any();
    if (v.model.empty()) return set();
    const std::string k =
        choose_(4) == 0
            ? any_key()
            : std::next(v.model.begin(), choose_(static_cast<unsigned>(v.model.size())))->first;
    const map_type was = v.map;
    v.map = v.map.erase(k);
    const bool there = v.model.erase(k) != 0;
    require(v.map.same(was) != there, "erase: the same root if and only if nothing changed");
    add(std::move(v));
  }
  /// Changes to a temporary, in place once it owns its path.
  void temporaries() {
    version v = any();
    for (unsigned n = 1 + choose_(8); n != 0; --n) {
      const std::string& k = any_key();
      // What is about to be replaced or taken out is told, once, and nothing else is.
      const std::optional<unsigned> was = value_in(v.model, k);
      std::optional<unsigned> told;
      const auto seen = [&](const auto& old) {
        require(!told, "an edit tells twice what it replaces");
        told = sample::id(old);
      };
      if (choose_(3) == 0) {
        v.map = std::move(v.map).erase(k, seen);
        v.model.erase(k);
        require(told == was, "erase tells another value than it takes out");
      } else {
        const unsigned id = any_value();
        if (choose_(2) == 0) {
          v.map = std::move(v.map).set(k, sample::make(id));
        } else {
          v.map = std::move(v.map).set(k, sample::make(id), seen);
          require(told == (was == id ? std::nullopt : was),
                  "set tells another value than it replaces");
        }
        v.model[k] = id;
      }
      check(v);
    }
    add(std::move(v));
  }
  void drafts() {
    version v = any();
    hamt::draft<V, P> d(std::move(v.map));
    for (unsigned n = 1 + choose_(12); n != 0; --n) {
      const std::string& k = any_key();
      const auto there = v.model.find(k);
      switch (choose_(8)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const unsigned id = any_value();
          const bool changes = there == v.model.end() || there->second != id;
          require(d.set(k, sample::make(id)) == changes, "draft: set tells another change");
          v.model[k] = id;
          break;
        }
        case 4:
        case 5:
          require(d.erase(k) == (there != v.model.end()), "draft: erase tells another change");
          v.model.erase(k);
          break;
        case 6:
          add({d.freeze(), v.model});
          break;
        default: {
          const auto found = d.find(k);
          require(found.has_value() == (there != v.model.end()), "draft: find differs");
          require(!found || sample::id(*found) == there->second, "draft: another value");
          if (choose_(2) == 0) open_cursor_on({d.freeze(), v.model});
          if (choose_(3) == 0 && d.freeze().root() != nullptr)
            cache_fingerprints(d.freeze().root());
        }
      }
      require(d.size() == v.model.size(), "draft: size differs");
    }
    v.map = d.freeze();
    add(std::move(v));
  }

  void open_cursor() { open_cursor_on(any()); }
  void open_cursor_on(const version& v) {
    auto o = std::make_unique<open_walk>(
        open_walk{hamt::cursor<V, P>(v.map), v.map.root(), in_order(v.model, order_of<P>)});
    std::reverse(o->left.begin(), o->left.end());
    advance(*o, choose_(16));
    cursors_.push_back(std::move(o));
    if (cursors_.size() > 8) cursors_.erase(cursors_.begin());
  }
  void open_diff() {
    const auto [a, b] = any_two();
    auto o =
        std::make_unique<open_difference>(open_difference{hamt::diff_cursor<V, P>(a.map, b.map),
                                                          {a.map.root(), b.map.root()},
                                                          changes(a.model, b.model, order_of<P>)});
    advance(*o, choose_(8));
    diffs_.push_back(std::move(o));
    if (diffs_.size() > 8) diffs_.erase(diffs_.begin());
  }
  void walk_on() {
    if (!cursors_.empty() && choose_(2) == 0) {
      open_walk& o = *cursors_[choose_(static_cast<unsigned>(cursors_.size()))];
      if (choose_(4) == 0)
        o.at = hamt::cursor<V, P>(o.at);  // a copy goes on from the same position
      return advance(o, choose_(16));
    }
    if (diffs_.empty()) return open_diff();
    open_difference& o = *diffs_[choose_(static_cast<unsigned>(diffs_.size()))];
    if (choose_(4) == 0) o.at = hamt::diff_cursor<V, P>(o.at);
    advance(o, choose_(16));
  }
  static void advance(open_walk& o, unsigned steps) {
    for (; steps != 0 && o.at; --steps, o.at.next()) {
      require(!o.left.empty(), "an open cursor goes on beyond its version");
      require(o.at.key() == o.left.back().first, "an open cursor yields another key");
      require(sample::id(o.at.value()) == o.left.back().second, "an open cursor: another value");
      o.left.pop_back();
    }
    require(static_cast<bool>(o.at) == !o.left.empty(), "an open cursor ends at another position");
  }
  static void advance(open_difference& o, unsigned steps) {
    for (; steps != 0 && o.at; --steps, o.at.next()) {
      require(!o.left.empty(), "a diff yields more than the difference");
      const change& c = o.left.back();
      require(o.at.key() == c.key, "a diff yields another key");
      require(id_of(o.at.before()) == c.before, "a diff yields another value before");
      require(id_of(o.at.after()) == c.after, "a diff yields another value after");
      o.left.pop_back();
    }
    require(static_cast<bool>(o.at) == !o.left.empty(), "a diff ends at another position");
  }

  static std::optional<unsigned> id_of(const std::optional<typename map_type::value_view>& v) {
    if (!v) return std::nullopt;
    return sample::id(*v);
  }
  void merge() {
    const auto [a, b] = any_two();
    const decision decide{choose_(4), limits_.values};
    const auto expected = merged(a.model, b.model, decide, order_of<P>);
    std::vector<std::string> asked;
    version r{hamt::merge(a.map, b.map,
                          [&](std::string_view k, const auto& x, const auto& y) {
                            asked.emplace_back(k);
                            return sample::make(decide(sample::id(x), sample::id(y)));
                          }),
              expected.first};
    require(asked == expected.second, "merge asks about other keys, or in another order");
    same_if_equal(r, a);
    add(std::move(r));
  }
  void merge_default() {
    const auto [a, b] = any_two();
    version r{hamt::merge(a.map, b.map), b.model};
    r.model.insert(a.model.begin(), a.model.end());
    same_if_equal(r, a);
    add(std::move(r));
  }
  void merge3() {
    version base = any(), ours = choose_(3) == 0 ? any() : edited(base),
            theirs = choose_(3) == 0 ? any() : edited(base);
    const decision decide{choose_(5), limits_.values};
    const auto expected = merged(base.model, ours.model, theirs.model, decide, order_of<P>);
    std::vector<std::string> asked;
    version r{hamt::merge3(base.map, ours.map, theirs.map,
                           [&](std::string_view k, const auto& b, const auto& x,
                               const auto& y) -> std::optional<owned> {
                             asked.emplace_back(k);
                             const auto v = decide(id_of(b), id_of(x), id_of(y));
                             if (!v) return std::nullopt;
                             return sample::make(*v);
                           }),
              expected.first};
    require(asked == expected.second, "merge3 asks about other keys, or in another order");
    if (ours.map.same(base.map)) require(r.map.same(theirs.map), "merge3: only theirs changed");
    if (theirs.map.same(base.map)) require(r.map.same(ours.map), "merge3: only ours changed");
    if (ours.map.same(theirs.map)) require(r.map.same(ours.map), "merge3: both changed alike");
    add(std::move(r));
  }
  version edited(const version& from, unsigned most = 4) {
    version v = from;
    for (unsigned n = choose_(most + 1); n != 0; --n) {
      const std::string& k = any_key();
      if (choose_(3) == 0) {
        v.map = std::move(v.map).erase(k);
        v.model.erase(k);
      } else {
        const unsigned id = any_value();
        v.map = v.map.set(k, sample::make(id));
        v.model[k] = id;
      }
    }
    return v;
  }
  void intersection() {
    const auto [a, b] = any_two();
    version r{hamt::intersection(a.map, b.map), {}};
    for (const auto& [k, id] : a.model)
      if (b.model.count(k) != 0) r.model.emplace(k, id);
    same_if_equal(r, a);
    add(std::move(r));
  }
  void difference() {
    const auto [a, b] = any_two();
    version r{hamt::difference(a.map, b.map), {}};
    for (const auto& [k, id] : a.model)
      if (b.model.count(k) == 0) r.model.emplace(k, id);
    same_if_equal(r, a);
    add(std::move(r));
  }
  void filter() {
    const version a = any();
    const unsigned keep = 1 + choose_(8), salt = choose_(16);
    const auto keeps = [&](std::string_view k, unsigned id) {
      return keep == 8 || (hamt::hash_key(k) + id + salt) % 8 < keep;
    };
    std::vector<std::string> asked, to_ask;
    version r;
    r.map = hamt::filter(a.map, [&](std::string_view k, const auto& v) {
      asked.emplace_back(k);
      return keeps(k, sample::id(v));
    });
    for (const auto& [k, id] : in_order(a.model, order_of<P>)) {
      to_ask.push_back(k);
      if (keeps(k, id)) r.model.emplace(k, id);
    }
    require(asked == to_ask, "filter asks in another order than iteration's");
    same_if_equal(r, a);
    add(std::move(r));
  }
  void map_values() {
    const version a = any();
    const unsigned mode = choose_(3), by = choose_(limits_.values);
    const auto transform = [&](std::string_view k, unsigned id) {
      if (mode == 0) return id;
      if (mode == 1) return (id + by) % limits_.values;
      return hamt::hash_key(k) % 4 == 0 ? by : id;
    };
    std::vector<std::string> asked, to_ask;
    version r;
    r.map = hamt::map_values(a.map, [&](std::string_view k, const auto& v) {
      asked.emplace_back(k);
      return sample::make(transform(k, sample::id(v)));
    });
    for (const auto& [k, id] : in_order(a.model, order_of<P>)) {
      to_ask.push_back(k);
      r.model.emplace(k, transform(k, id));
    }
    require(asked == to_ask, "map_values asks in another order than iteration's");
    same_if_equal(r, a);
    add(std::move(r));
  }
  /// From unsorted entries with repeated keys, of which the last counts.
  void build() {
    std::vector<std::pair<std::string, owned>> from;
    version r;
    const unsigned n = choose_(limits_.keys);
    from.reserve(n);
    for (unsigned i = 0; i < n; ++i) {
      const std::string& k = any_key();
      const unsigned id = any_value();
      from.emplace_back(k, sample::make(id));
      r.model[k] = id;
    }
    std::vector<std::pair<std::string_view, typename hamt::value_traits<V>::argument>> entries(
        from.begin(), from.end());
    r.map = hamt::build<V, P>(entries);
    add(std::move(r));
  }
  void digests() {
    const version& v = any();
    if (v.map.root() != nullptr) cache_fingerprints(v.map.root());
  }
  void compare() {
    const auto [a, b] = any_two();
    require((a.map == b.map) == (a.model == b.model), "== tells other than the models");
    require((b.map == a.map) == (a.map == b.map), "== is not symmetric");
    open_difference all{
        hamt::diff_cursor<V, P>(a.map, b.map), {}, changes(a.model, b.model, order_of<P>)};
    advance(all, ~0u);
  }

  Choices& choose_;
  history_limits limits_;
  hamt::memory_usage before_;
  std::vector<std::string> keys_;
  std::vector<version> versions_;
  std::vector<std::unique_ptr<open_walk>> cursors_;
  std::vector<std::unique_ptr<open_difference>> diffs_;
};

}  // namespace hamt_test
