// The map: the value that a user holds, a persistent map from strings.
//
//     const hamt::map<int> a{{"one", 1}, {"two", 2}};
//     const auto b = a.set("three", 3);        // a is as it was; both share what is equal
//     for (const auto& [key, value] : b) ...   // in the order of the hashes
//
// A map is one counted pointer. Copying it is one count; changing it copies one path of nodes, or
// nothing when the map is a temporary that alone owns the path.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cursor.hpp"
#include "trie.hpp"

namespace hamt {

/// A persistent map from strings to V, any copyable type, or `bytes` for strings of bytes. `P` says
/// how it counts, allocates and hashes.
///
/// | operation           | time                          | allocates          |
/// | ------------------- | ----------------------------- | ------------------ |
/// | copy, move, size    | O(1)                          | nothing            |
/// | find, contains      | O(log n), at most 13 nodes    | nothing            |
/// | set, erase          | O(log n): one path            | a node a level     |
/// | set, erase on &&    | the same                      | often nothing      |
/// | update              | a find and a set              | as set             |
/// | iterate             | O(1) a step                   | nothing            |
/// | ==                  | the parts that are not shared | nothing            |
///
/// Functions that allocate may throw std::bad_alloc; then every map is as it was.
template <class V = bytes, class P = local_policy>
class map {
 public:
  using node_type = node<V, P>;
  using trie_type = trie<V, P>;
  using argument = typename value_traits<V>::argument;
  using value_view = typename value_traits<V>::view;
  using policy = P;

  /// An entry as a list in braces holds it.
  using element = std::pair<std::string_view, std::remove_cvref_t<argument>>;
  class iterator;

  map() noexcept = default;
  /// The map of some entries; of equal keys the last counts. O(n log n).
  map(std::initializer_list<element> entries) : map() {
    for (const element& e : entries) put(e.first, e.second);
  }
  map(const map& o) noexcept : root_(o.root_) {
    if (root_ != nullptr) root_->retain();
  }
  map(map&& o) noexcept : root_(std::exchange(o.root_, nullptr)) {}
  map& operator=(map o) noexcept {
    std::swap(root_, o.root_);
    return *this;
  }
  ~map() {
    if (root_ != nullptr) node_type::release(root_);
  }

  std::size_t size() const noexcept { return root_ == nullptr ? 0 : root_->size(); }
  bool empty() const noexcept { return root_ == nullptr; }

  /// The value of `key`, or nothing. The view is valid while this map (or another version that
  /// holds the same node) lives and is not changed in place.
  std::optional<value_view> find(std::string_view key) const noexcept {
    return trie_type::find(root_, key);
  }
  bool contains(std::string_view key) const noexcept { return find(key).has_value(); }

  /// This map with `key` set to `value`; the same map (`same`) when an equal value is there.
  [[nodiscard]] map set(std::string_view key, argument value) const& {
    map m = *this;
    m.put(key, value);
    return m;
  }
  [[nodiscard]] map set(std::string_view key, argument value) && {
    put(key, value);
    return std::move(*this);
  }
  /// This map without `key`; the same map when it is absent.
  [[nodiscard]] map erase(std::string_view key) const& {
    map m = *this;
    m.remove(key);
    return m;
  }
  [[nodiscard]] map erase(std::string_view key) && {
    remove(key);
    return std::move(*this);
  }

  /// This map with what `f` makes of the value of `key` (an optional view, empty where the key is
  /// absent): a value, or an optional value, where empty means that the key is to be absent. An
  /// optional is taken for a value only where V is the same optional.
  template <class F>
  [[nodiscard]] map update(std::string_view key, F&& f) const& {
    return map(*this).update(key, std::forward<F>(f));
  }
  template <class F>
  [[nodiscard]] map update(std::string_view key, F&& f) && {
    auto&& value = std::forward<F>(f)(std::as_const(*this).find(key));
    // Anything converts to some types, such as std::any: an optional too.
    constexpr bool is_value = std::is_convertible_v<decltype(value), argument>;
    if constexpr (is_value && !is_optional_value<std::remove_cvref_t<decltype(value)>>::value) {
      put(key, value);
    } else if (value) {
      put(key, *value);
    } else {
      remove(key);
    }
    return std::move(*this);
  }

  /// As `set` and `erase` above; `seen` is called with the value that is about to be replaced or
  /// taken out, before anything changes. It is not called when there is none, or when an equal
  /// value is there. It may throw.
  template <class F>
  [[nodiscard]] map set(std::string_view key, argument value, F&& seen) && {
    callee<F> call = seen;
    put(key, value, trie_type::observer::of(call));
    return std::move(*this);
  }
  template <class F>
  [[nodiscard]] map erase(std::string_view key, F&& seen) && {
    callee<F> call = seen;
    remove(key, trie_type::observer::of(call));
    return std::move(*this);
  }

  /// The entries, as `entry_view`s, in the order of cursor.hpp. An input range; an iterator is
  /// valid while this map lives and is not changed (a `cursor` holds its version itself).
  iterator begin() const noexcept { return iterator(root_); }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Whether both are the same version: one pointer comparison. Equal maps may be different
  /// versions.
  bool same(const map& o) const noexcept { return root_ == o.root_; }
  /// Equal contents. Shared parts are not visited.
  friend bool operator==(const map& a, const map& b) {
    if (a.root_ == b.root_) return true;
    return a.root_ != nullptr && b.root_ != nullptr && node_type::equal(a.root_, b.root_);
  }

  /// The root, a counted pointer, or null for the empty map: for layers above and for tests.
  node_type* root() const noexcept { return root_; }
  /// The map that takes over a root with its count.
  static map adopt(node_type* root) noexcept {
    map m;
    m.root_ = root;
    return m;
  }

 private:
  template <class, class>
  friend class draft;

  /// Whether R is std::optional<T> for a T that is a value or a view of one.
  template <class R>
  struct is_optional_value : std::false_type {};
  template <class T>
  struct is_optional_value<std::optional<T>>
      : std::bool_constant<std::is_convertible_v<T&, argument> &&
                           !std::is_same_v<std::optional<T>, std::remove_cvref_t<argument>>> {};

  /// What an observer takes the address of: a function has none that is a pointer to an object.
  template <class F>
  using callee = std::conditional_t<std::is_function_v<std::remove_reference_t<F>>, std::decay_t<F>,
                                    std::remove_reference_t<F>&>;

  /// In place where this map is the only owner. False when nothing changed.
  bool put(std::string_view key, argument value, typename trie_type::observer seen = {}) {
    typename trie_type::insertion in(key, value, seen);
    if (root_ == nullptr) {
      root_ = trie_type::single(in);
      return true;
    }
    const bool owned = root_->unique();
    node_type* r = trie_type::set(root_, owned, 0, in);
    replace(r, owned, in.changed);
    return in.changed;
  }
  bool remove(std::string_view key, typename trie_type::observer seen = {}) {
    if (root_ == nullptr) return false;
    typename trie_type::removal out(key, seen);
    const bool owned = root_->unique();
    node_type* r = trie_type::erase(root_, owned, 0, out);
    replace(r, owned, out.changed);
    return out.changed;
  }
  void replace(node_type* r, bool owned, bool changed) noexcept {
    if (!changed) return;
    if (!owned) node_type::release(root_);
    root_ = r;
  }

  node_type* root_ = nullptr;
};

/// See map::begin.
template <class V, class P>
class map<V, P>::iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = entry_view<V>;
  using difference_type = std::ptrdiff_t;

  iterator() noexcept = default;
  explicit iterator(const node_type* root) noexcept : at_(root) {}

  value_type operator*() const noexcept { return {at_.key(), at_.value()}; }
  iterator& operator++() noexcept {
    at_.next();
    return *this;
  }
  void operator++(int) noexcept { at_.next(); }
  friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return !i.at_; }

 private:
  node_cursor<V, P> at_;
};

/// A map whose values are strings of bytes, under a policy that may represent them in its own way.
template <class P>
using byte_map = map<typename P::byte_value, P>;

/// A transient (Clojure's word): a map under change, for many edits that make one new version. It
/// changes in place what it alone owns and copies the rest, once; the version that it began with,
/// and open cursors, see nothing of it.
template <class V = bytes, class P = local_policy>
class draft {
 public:
  using map_type = map<V, P>;
  using argument = typename map_type::argument;

  draft() noexcept = default;
  explicit draft(map_type m) noexcept : map_(std::move(m)) {}

  /// Sets `key`; false when an equal value was there. Costs as map::set on a temporary.
  bool set(std::string_view key, argument value) { return map_.put(key, value); }
  /// Takes `key` out; false when it was absent.
  bool erase(std::string_view key) { return map_.remove(key); }
  /// Valid until the next change.
  std::optional<typename map_type::value_view> find(std::string_view key) const noexcept {
    return map_.find(key);
  }
  bool contains(std::string_view key) const noexcept { return map_.contains(key); }
  std::size_t size() const noexcept { return map_.size(); }
  /// The map as it is now, O(1). The draft may go on; what it then changes is copied first.
  map_type freeze() const noexcept { return map_; }

 private:
  map_type map_;
};

/// A cursor that holds the version it walks. See cursor.hpp for order, positions and costs.
template <class V = bytes, class P = local_policy>
class cursor : public node_cursor<V, P> {
 public:
  explicit cursor(map<V, P> m) noexcept : node_cursor<V, P>(m.root()), map_(std::move(m)) {}
  cursor(map<V, P> m, const cursor_position& from) noexcept
      : node_cursor<V, P>(m.root(), from), map_(std::move(m)) {}

 private:
  map<V, P> map_;
};

}  // namespace hamt
