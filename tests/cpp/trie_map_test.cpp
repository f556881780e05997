// The surface of the map for C++ programs: lists in braces, ranges, update; values of every
// copyable type.
#include <gtest/gtest.h>

#include <algorithm>
#include <any>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "trie/merge.hpp"
#include "trie_references.hpp"
#include "trie_testing.hpp"

namespace {

using namespace hamt_test;

// --- the surface ---

TEST(Map, IsMadeFromAList) {
  const hamt::map<int> m{{"one", 1}, {"two", 2}, {"one", 3}};
  EXPECT_EQ(m.size(), 2u);
  EXPECT_EQ(m.find("one"), 3);
  EXPECT_EQ(m, (hamt::map<int>{{"two", 2}, {"one", 3}}));
  const hamt::map<> text{{"a", "1"}, {"b", "2"}}, one{{"a", "1"}};
  EXPECT_EQ(text.find("b"), "2");
  EXPECT_EQ(one.size(), 1u);
  const hamt::map<std::string> strings{{"a", std::string(300, 'x')}};
  EXPECT_EQ(strings.find("a")->get().size(), 300u);
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the copy is what is tested
  const hamt::map<> copy{text}, none{}, empty = {};
  EXPECT_TRUE(copy.same(text));
  EXPECT_TRUE(none.empty() && empty.empty());
  EXPECT_EQ(hamt::violated(text), "");
}

TEST(Map, AListWhoseMapCannotBeMadeLeavesNothing) {
  using map_type = hamt::map<traced, strict_policy<whole_hash>>;
  const auto before = strict_memory::usage();
  const traced value(1);
  const auto make = [&] { return map_type{{"a", value}, {"b", value}, {"c", value}}; };
  long long n = 0;
  for (bool done = false; !done; ++n) {
    fuse::left = n;
    try {
      EXPECT_EQ(make().size(), 3u);
      done = true;
    } catch (const std::bad_alloc&) {
    }
    fuse::left = -1;
    EXPECT_EQ(strict_memory::usage().blocks, before.blocks);
  }
  EXPECT_GT(n, 3);
  EXPECT_EQ(traced::alive, 1);
}

using numbers = hamt::map<int, strict_policy<two_bit_hash>>;
static_assert(std::ranges::input_range<const numbers>);
static_assert(std::input_iterator<numbers::iterator>);

TEST(Map, IsARangeInTheOrderOfCursors) {
  numbers m;
  EXPECT_TRUE(m.begin() == m.end());
  for (int i = 0; i < 60; ++i) m = m.set("key " + std::to_string(i), i);
  hamt::cursor<int, strict_policy<two_bit_hash>> c(m);
  int sum = 0;
  for (const auto& [key, value] : m) {
    EXPECT_EQ(key, c.key());
    EXPECT_EQ(value, c.value());
    sum += value;
    c.next();
  }
  EXPECT_FALSE(c);
  EXPECT_EQ(sum, 59 * 60 / 2);
  EXPECT_EQ(std::ranges::count_if(m, [](const auto& e) { return e.value % 2 == 0; }), 30);
  const auto found = std::ranges::find_if(m, [](const auto& e) { return e.value == 33; });
  ASSERT_TRUE(found != m.end());
  EXPECT_EQ((*found).key, "key 33");
}

TEST(Map, UpdateReplacesAddsAndTakesOut) {
  const hamt::map<int> m{{"a", 1}};
  const auto count = [](std::optional<int> n) { return n.value_or(0) + 1; };
  EXPECT_EQ(m.update("a", count).find("a"), 2);
  EXPECT_EQ(m.update("b", count).find("b"), 1);
  EXPECT_EQ(m.find("a"), 1) << "the map itself stays";
  const auto none = [](auto) { return std::optional<int>(); };
  EXPECT_TRUE(m.update("a", none).empty());
  EXPECT_TRUE(m.update("b", none).same(m));
  EXPECT_TRUE(m.update("a", [](std::optional<int> n) { return n; }).same(m));
  const hamt::map<> text{{"a", "1"}};
  EXPECT_EQ(text.update("a", [](auto v) { return std::string(*v) + "!"; }).find("a"), "1!");
  EXPECT_EQ(hamt::map<>(text).update("a", [](auto v) { return v->substr(1); }).find("a"), "");
  const hamt::map<std::string> strings{{"a", "1"}};
  EXPECT_EQ(strings.update("a", [](auto v) { return v->get() + "!"; }).find("a")->get(), "1!");
  EXPECT_THROW((void)m.update("a", [](auto) -> int { throw 1; }), int);
  EXPECT_EQ(m.find("a"), 1);
}

/// Anything converts to it: optionals and views too.
struct greedy {
  greedy() = default;
  greedy(const greedy&) = default;
  greedy& operator=(const greedy&) = default;
  ~greedy() = default;
  // That is what is tested. NOLINTBEGIN(google-explicit-constructor,bugprone-forwarding-*)
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, greedy>) greedy(T&&)
      : made_of("something else") {}
  // NOLINTEND(google-explicit-constructor,bugprone-forwarding-*)
  std::string made_of = "nothing";
};

TEST(Map, UpdateTakesNoOptionalForAValueThatAnythingConvertsTo) {
  const hamt::map<std::any> m{{"a", std::any(1)}};
  EXPECT_TRUE(m.update("a", [](auto) -> std::optional<std::any> { return {}; }).empty());
  const auto same = m.update("a", [](auto v) { return v; });
  EXPECT_EQ(std::any_cast<int>(same.find("a")->get()), 1);
  const auto two = m.update("a", [](auto) { return std::optional(std::any(2)); });
  EXPECT_EQ(std::any_cast<int>(two.find("a")->get()), 2);
  EXPECT_EQ(std::any_cast<int>(m.update("a", [](auto) { return 3; }).find("a")->get()), 3);

  const hamt::map<greedy> g = hamt::map<greedy>{}.set("a", greedy());
  EXPECT_EQ(g.update("a", [](auto v) { return v; }).find("a")->get().made_of, "nothing");
  EXPECT_TRUE(g.update("a", [](auto) -> std::optional<greedy> { return {}; }).empty());

  // An optional of the map's own values is a value.
  const hamt::map<std::optional<int>> o{{"a", 1}};
  EXPECT_EQ(*o.update("a", [](auto) { return std::optional<int>(); }).find("a"), std::nullopt);
  EXPECT_TRUE(o.update("a", [](auto) { return std::optional<std::optional<int>>(); }).empty());
}

int plain_function_saw = 0;
void plain_function(const int& old) { plain_function_saw += old; }
/// A function object whose address is not what & gives.
struct odd_observer {
  int saw = 0;
  void operator()(const int& old) { saw += old; }
  odd_observer* operator&() { return nullptr; }  // NOLINT(google-runtime-operator)
};

TEST(Map, AnObserverMayBeAFunctionOrAnyObject) {
  hamt::map<int> m{{"a", 1}, {"b", 2}};
  m = std::move(m).set("a", 10, plain_function);
  m = std::move(m).set("a", 20, &plain_function);
  m = std::move(m).erase("b", plain_function);
  EXPECT_EQ(plain_function_saw, 1 + 10 + 2);
  odd_observer odd;
  m = std::move(m).set("a", 30, odd);
  int saw = 0;
  const auto constant = [&saw](const int& old) { saw += old; };
  m = std::move(m).erase("a", constant);
  EXPECT_EQ(odd.saw, 20);
  EXPECT_EQ(saw, 30);
}

// --- values ---

struct without_default {
  explicit without_default(int n) : n(n) {}
  int n;
  friend bool operator==(const without_default&, const without_default&) = default;
};
struct without_default_or_equality {
  explicit without_default_or_equality(int n) : n(n) {}
  int n;
};
/// Equal members, other padding: memcmp would tell them apart.
struct padded {
  char tag;
  int number;
};
struct padded_and_comparable {
  char tag;
  int number;
  friend bool operator==(const padded_and_comparable&, const padded_and_comparable&) = default;
};
struct alignas(16) aligned {
  double x[2];
  friend bool operator==(const aligned&, const aligned&) = default;
};
enum class color { red, green };
/// Trivially copyable, and & gives another address than its own.
struct odd_address {
  int v;
  bool operator==(const odd_address&) const = default;
  odd_address* operator&() const { return nullptr; }  // NOLINT(google-runtime-operator)
};
struct odd_address_without_equality {
  int v;
  odd_address_without_equality* operator&() const { return nullptr; }  // NOLINT
};
struct point {
  int x, y;
};
/// Padding makes its bits no measure of equality.
struct padded_point {
  char x;
  int y;
};
/// Trivially copyable, and too large for a stack.
struct huge {
  std::array<int, 1 << 21> v;
  bool operator==(const huge& o) const { return v[0] == o.v[0]; }
};
struct huge_without_equality {
  std::array<int, 1 << 21> v;
};

template <class T>
T with_padding(int fill, char tag, int number) {
  T t;
  std::memset(static_cast<void*>(&t), fill, sizeof t);
  t.tag = tag;
  t.number = number;
  return t;
}

TEST(Values, NeedNoDefaultConstructor) {
  const hamt::map<without_default> m{{"a", without_default(1)}};
  EXPECT_EQ(m.find("a")->n, 1);
  EXPECT_TRUE(m.set("a", without_default(1)).same(m));
  const hamt::map<without_default_or_equality> n{{"a", without_default_or_equality(1)}};
  EXPECT_EQ(n.find("a")->n, 1);
  EXPECT_TRUE(n.set("a", without_default_or_equality(1)).same(n)) << "without padding, bits tell";
}

TEST(Values, AreNeverComparedByTheirPadding) {
  const auto x = with_padding<padded_and_comparable>(0, 'a', 1);
  const auto y = with_padding<padded_and_comparable>(0xff, 'a', 1);
  const hamt::map<padded_and_comparable> m{{"a", x}};
  EXPECT_TRUE(m.set("a", y).same(m));
  EXPECT_TRUE(m == (hamt::map<padded_and_comparable>{{"a", y}}));

  // Without ==, a value is equal to itself only, whatever its padding holds.
  static_assert(!hamt::value_traits<padded>::packable);
  const hamt::map<padded> n{{"a", with_padding<padded>(0, 'a', 1)},
                            {"b", with_padding<padded>(0, 'b', 2)}};
  EXPECT_FALSE(n.set("a", with_padding<padded>(0, 'a', 1)).same(n));
  EXPECT_FALSE(n.set("a", with_padding<padded>(0xff, 'a', 1)).same(n));
  const auto edited = n.set("a", with_padding<padded>(0, 'a', 3));
  EXPECT_EQ(edited.find("a")->get().number, 3);
  std::vector<std::string> changed;
  for (hamt::diff_cursor<padded> d(n, edited); d; d.next()) changed.emplace_back(d.key());
  EXPECT_EQ(changed, std::vector<std::string>{"a"}) << "b is the same object in both";
}

TEST(Values, MayHaveAnAddressOfOperatorOfTheirOwn) {
  const auto check = [](auto of) {
    const auto m = hamt::map<decltype(of(1))>().set("a", of(1)).set("b", of(2));
    EXPECT_EQ(m.find("a")->v, 1);
    EXPECT_EQ(m.set("a", of(3)).find("a")->v, 3);
    EXPECT_TRUE(m.set("a", of(1)).same(m));
    EXPECT_FALSE(m == m.set("b", of(1)));
  };
  check([](int v) { return odd_address{v}; });
  check([](int v) { return odd_address_without_equality{v}; });
}

template <class V>
void expect_identity(const V& value) {
  static_assert(!hamt::has_equality<V>);
  const hamt::map<V> m = hamt::map<V>().set("a", value);
  EXPECT_FALSE(m.set("a", value).same(m)) << "equal to itself only";
  EXPECT_TRUE(m == hamt::map<V>(m));
  EXPECT_EQ(m.erase("a").size(), 0u);
}

// The == of standard containers is declared for all elements, whether these have one or not.
TEST(Values, MayBeContainersOfTypesWithoutEquality) {
  expect_identity(std::vector<point>{{1, 2}});
  expect_identity(std::list<point>{{1, 2}});
  expect_identity(std::map<std::string, point>{{"a", {1, 2}}});
  expect_identity(std::unordered_map<std::string, point>{{"a", {1, 2}}});
  expect_identity(std::pair<int, point>{1, {1, 2}});
  expect_identity(std::tuple<int, std::string, point>{1, "a", {1, 2}});
  expect_identity(std::variant<int, padded_point>{padded_point{'a', 2}});
  expect_identity(std::array<padded_point, 2>{{{'a', 1}, {'b', 2}}});
  expect_identity(std::optional<padded_point>{padded_point{'a', 2}});
  expect_identity(std::vector<std::pair<int, std::vector<point>>>{{1, {{1, 2}}}});
  const hamt::map<std::array<point, 2>> bits{{"a", {{{1, 2}, {3, 4}}}}};
  EXPECT_TRUE(bits.set("a", {{{1, 2}, {3, 4}}}).same(bits)) << "without padding, bits tell";

  static_assert(hamt::has_equality<std::vector<std::pair<int, std::string>>>);
  static_assert(hamt::has_equality<std::map<std::string, std::variant<int, std::vector<int>>>>);
  static_assert(hamt::has_equality<std::array<std::optional<int>, 3>>);
  static_assert(hamt::has_equality<std::tuple<>> && hamt::has_equality<std::string>);
}

// A view of a large value is no copy of it: that would overflow the stack.
TEST(Values, OfAnySizeAreFoundAndIteratedWithoutCopies) {
  const auto check = [](auto value) {
    using V = std::remove_cvref_t<decltype(*value)>;
    hamt::map<V> m = hamt::map<V>().set("x", *value);
    value->v[0] = 1;
    m = std::move(m).set("y", *value);
    EXPECT_TRUE(m.set("y", *value).same(m)) << "equal, by == or by bits";
    int sum = 0;
    for (const auto& [key, v] : m) sum += v.get().v[0];
    EXPECT_EQ(sum, 1);
    EXPECT_EQ(m.find("x")->get().v[0], 0);
    EXPECT_EQ(m.update("x", [](auto v) { return v; }).find("x")->get().v[0], 0);
    EXPECT_EQ(hamt::merge(m, m.set("x", *value)).find("x")->get().v[0], 1);
  };
  check(std::make_unique<huge>());
  check(std::make_unique<huge_without_equality>());
}

TEST(Values, OfEveryCopyableKind) {
  const hamt::map<std::vector<int>> vectors{{"a", {1, 2}}};
  EXPECT_EQ(vectors.find("a")->get(), (std::vector{1, 2}));
  EXPECT_TRUE(vectors.set("a", {1, 2}).same(vectors));
  const auto shared = std::make_shared<int>(7);
  {
    const hamt::map<std::shared_ptr<int>> pointers{{"a", shared}};
    EXPECT_EQ(pointers.set("b", nullptr).find("a")->get(), shared);
    EXPECT_GT(shared.use_count(), 1);
  }
  EXPECT_EQ(shared.use_count(), 1);
  const hamt::map<hamt::map<int>> maps{{"inner", {{"a", 1}}}};
  EXPECT_EQ(maps.find("inner")->get().find("a"), 1);
  const hamt::map<aligned> vectors2{{"a", {{1, 2}}}};
  EXPECT_EQ(vectors2.find("a")->x[1], 2);
  const hamt::map<color> colors{{"a", color::green}};
  EXPECT_EQ(colors.find("a"), color::green);
  const hamt::map<bool> flags{{"a", true}};
  EXPECT_EQ(flags.update("a", [](std::optional<bool> b) { return !*b; }).find("a"), false);
  const hamt::map<std::optional<int>> optionals{{"a", std::nullopt}};
  EXPECT_TRUE(optionals.contains("a"));
  EXPECT_TRUE(optionals.update("a", [](auto) { return std::optional<int>(); }).contains("a"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const hamt::map<double> reals{{"a", nan}};
  EXPECT_TRUE(reals.set("a", nan).same(reals));
  EXPECT_TRUE(std::signbit(*reals.set("a", 0.0).set("b", -0.0).find("b")));
}

}  // namespace
