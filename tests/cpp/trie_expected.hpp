// Random histories: their limits, their keys, and what operations must give by definition:
// differences, merges, one shape.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trie_testing.hpp"

namespace hamt_test {

struct history_limits {
  unsigned keys = 120;          // different keys
  unsigned values = 60;         // different values
  std::size_t versions = 0;     // versions kept; 0 for all
  unsigned rebuild_one_in = 8;  // how often a result is compared with one built from scratch
};

/// Different keys for small numbers: none, zeros, short ones, and ones that nodes do not hold
/// packed.
inline std::string key_of(unsigned i) {
  if (i == 0) return {};
  if (i == 1) return std::string(70, '\0');
  if (i == 2) return std::string(71, '\0');
  std::string k = "key " + std::to_string(i);
  if (i % 11 == 3) k.append(150 + i % 64, 'k');  // around the limit of what is packed
  if (i % 29 == 5) k.append(1000, '\xff');
  return k;
}

/// One row of the difference of two models.
struct change {
  std::string key;
  std::optional<unsigned> before, after;
};
inline std::optional<unsigned> value_in(const model& m, const std::string& key) {
  const auto i = m.find(key);
  if (i == m.end()) return std::nullopt;
  return i->second;
}
/// The difference of two models in reverse order of iteration.
inline std::vector<change> changes(const model& a, const model& b, order_function order) {
  model all = a;
  all.insert(b.begin(), b.end());
  std::vector<change> out;
  for (const auto& [k, unused] : in_order(all, order)) {
    change c{k, value_in(a, k), value_in(b, k)};
    if (c.before != c.after) out.push_back(std::move(c));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// How a test decides conflicts.
struct decision {
  unsigned mode, values;
  unsigned operator()(unsigned x, unsigned y) const {
    return mode == 0 ? x : mode == 1 ? y : mode == 2 ? (x + y) % values : 1;
  }
  std::optional<unsigned> operator()(std::optional<unsigned> b, std::optional<unsigned> x,
                                     std::optional<unsigned> y) const {
    switch (mode) {
      case 0:
        return std::nullopt;
      case 1:
        return x;
      case 2:
        return y;
      case 3:
        return b;
      default:
        return (x.value_or(7) + y.value_or(9)) % values;
    }
  }
};

/// The result of a merge, by definition, and the keys that it must ask about.
inline std::pair<model, std::vector<std::string>> merged(const model& a, const model& b,
                                                         decision decide, order_function order) {
  std::pair<model, std::vector<std::string>> out{a, {}};
  for (const auto& [k, id] : in_order(b, order)) {
    const auto [at, fresh] = out.first.emplace(k, id);
    if (fresh || at->second == id) continue;
    out.second.push_back(k);
    at->second = decide(at->second, id);
  }
  return out;
}
inline std::pair<model, std::vector<std::string>> merged(const model& base, const model& ours,
                                                         const model& theirs, decision decide,
                                                         order_function order) {
  model all = base;
  all.insert(ours.begin(), ours.end());
  all.insert(theirs.begin(), theirs.end());
  std::pair<model, std::vector<std::string>> out;
  for (const auto& [k, unused] : in_order(all, order)) {
    const auto b = value_in(base, k), x = value_in(ours, k), y = value_in(theirs, k);
    std::optional<unsigned> v = x;
    if (x == b) v = y;
    if (x != b && y != b && x != y) {
      out.second.push_back(k);
      v = decide(b, x, y);
    }
    if (v) out.first[k] = *v;
  }
  return out;
}

/// Equal maps have one tree, whatever made them.
template <class Map>
void require_same_tree(const Map& a, const Map& b, const char* by) {
  require(a == b && b == a, "equal contents are not ==");
  if (const std::string d = difference_of_shape(a.root(), b.root()); !d.empty())
    fail(d + ", after " + by);
}

}  // namespace hamt_test
