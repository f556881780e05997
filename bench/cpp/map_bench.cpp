// The map against std::unordered_map, operation by operation.
//
// Keys are 42 characters like "0x52908400098527886e0f7030069857d2e4169ee7"; looked-up keys are
// equal strings in other memory, in another order. Every figure is per operation (per key, per
// diff, per equality), as items_per_second; the script beside this file turns them into ratios to
// unordered_map's find at the same size.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "trie/build.hpp"
#include "trie/diff.hpp"
#include "trie/map.hpp"

namespace {

#ifdef HAMT_BENCH_INLINE_LIMIT
struct policy : hamt::local_policy {
  static constexpr std::size_t inline_limit = HAMT_BENCH_INLINE_LIMIT;
};
#else
using policy = hamt::local_policy;
#endif
using map = hamt::map<std::uint64_t, policy>;
using draft = hamt::draft<std::uint64_t, policy>;
using cursor = hamt::cursor<std::uint64_t, policy>;
using diff_cursor = hamt::diff_cursor<std::uint64_t, policy>;
using yardstick = std::unordered_map<std::string, std::uint64_t>;

std::string random_key(std::mt19937_64& random) {
  static const char hex[] = "0123456789abcdef";
  std::string s = "0x";
  for (int i = 0; i < 40; ++i) s += hex[random() & 15];
  return s;
}

/// `n` keys, and the same keys as other string objects in random order.
struct fixture {
  std::vector<std::string> keys, lookups, absent;
  map full;
  yardstick table;

  explicit fixture(std::size_t n) {
    std::mt19937_64 random(n);
    for (std::size_t i = 0; i < n; ++i) keys.push_back(random_key(random));
    for (std::size_t i = 0; i < n; ++i) absent.push_back(random_key(random));
    // Copied in the order of use: what is measured is the map's memory, not the question's.
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) lookups.push_back(keys[i]);
    draft d;
    std::uint64_t value = 0;
    for (const std::string& k : keys) {
      d.set(k, value);
      table.emplace(k, value++);
    }
    full = d.freeze();
  }
  std::size_t size() const { return keys.size(); }
};

fixture& fixture_of(std::size_t n) {
  static std::unordered_map<std::size_t, std::unique_ptr<fixture>> all;
  auto& f = all[n];
  if (!f) f = std::make_unique<fixture>(n);
  return *f;
}

template <class F>
void over(benchmark::State& state, const std::vector<std::string>& keys, F f) {
  std::size_t i = 0;
  for (auto _ : state) {
    f(keys[i]);
    if (++i == keys.size()) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

void unordered_map_find(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  over(state, x.lookups,
       [&](const std::string& k) { benchmark::DoNotOptimize(x.table.find(k)->second); });
}
void hamt_find(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  over(state, x.lookups, [&](const std::string& k) { benchmark::DoNotOptimize(*x.full.find(k)); });
}
void unordered_map_find_absent(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  over(state, x.absent,
       [&](const std::string& k) { benchmark::DoNotOptimize(x.table.find(k) == x.table.end()); });
}
void hamt_find_absent(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  over(state, x.absent,
       [&](const std::string& k) { benchmark::DoNotOptimize(x.full.contains(k)); });
}

void unordered_map_insert(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    yardstick m;
    std::uint64_t value = 0;
    for (const std::string& k : x.keys) m.emplace(k, value++);
    benchmark::DoNotOptimize(m.size());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
/// Every step makes a version while the one before is still held, so every step copies a path.
void hamt_persistent_insert(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    map m;
    std::uint64_t value = 0;
    for (const std::string& k : x.keys) {
      map next = m.set(k, value++);
      m = std::move(next);
    }
    benchmark::DoNotOptimize(m.size());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
void hamt_persistent_erase(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    map m = x.full;
    for (const std::string& k : x.lookups) {
      map next = m.erase(k);
      m = std::move(next);
    }
    benchmark::DoNotOptimize(m.size());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
void hamt_draft_build(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    draft d;
    std::uint64_t value = 0;
    for (const std::string& k : x.keys) d.set(k, value++);
    benchmark::DoNotOptimize(d.size());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
void hamt_bulk_build(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  std::vector<std::uint64_t> values(x.size());
  std::vector<std::pair<std::string_view, const std::uint64_t&>> entries;
  for (std::size_t i = 0; i < x.size(); ++i) entries.emplace_back(x.keys[i], values[i]);
  for (auto _ : state) {
    const map m = hamt::build<std::uint64_t, policy>(entries);
    benchmark::DoNotOptimize(m.size());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}

void unordered_map_iterate(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const auto& [k, v] : x.table) sum += k.size() + v;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
void hamt_iterate(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (cursor c(x.full); c; c.next()) sum += c.key().size() + c.value();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}

/// Pairs of versions ten edits apart.
std::vector<std::pair<map, map>> relatives(const fixture& x) {
  std::mt19937_64 random(7);
  std::vector<std::pair<map, map>> pairs;
  for (int i = 0; i < 64; ++i) {
    map m = x.full;
    for (int j = 0; j < 10; ++j) m = m.set(x.keys[random() % x.size()], random());
    pairs.emplace_back(x.full, m);
  }
  return pairs;
}
void hamt_diff_10_edits(benchmark::State& state) {
  const auto pairs = relatives(fixture_of(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [a, b] = pairs[i++ % pairs.size()];
    std::size_t n = 0;
    for (diff_cursor d(a, b); d; d.next()) ++n;
    benchmark::DoNotOptimize(n);
  }
  state.SetItemsProcessed(state.iterations());
}
/// Equal contents, each with ten paths of its own: the costly answer is "equal".
void hamt_equal_10_edits(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  auto pairs = relatives(x);
  for (auto& [a, b] : pairs) {
    map back = b;
    for (diff_cursor d(b, a); d; d.next()) back = back.set(d.key(), *d.after());
    b = back;
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [a, b] = pairs[i++ % pairs.size()];
    benchmark::DoNotOptimize(a == b);
  }
  state.SetItemsProcessed(state.iterations());
}

/// The same keys, every value another: the first entry that is compared tells.
void hamt_unequal(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  draft d;
  for (const std::string& k : x.keys) d.set(k, *x.full.find(k) + 1);
  const map other = d.freeze();
  for (auto _ : state) benchmark::DoNotOptimize(x.full == other);
  state.SetItemsProcessed(state.iterations());
}
/// One edit apart: the shared parts are stepped over until the edit is found.
void hamt_unequal_1_edit(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  std::vector<map> others;
  for (std::size_t i = 0; i < 64; ++i)
    others.push_back(x.full.set(x.lookups[i * 37 % x.size()], 1'000'000'000 + i));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(x.full == others[i++ % others.size()]);
  state.SetItemsProcessed(state.iterations());
}

/// The benchmark of the crate that this project reimplements: n inserts, then 1,000 versions that
/// are all kept, each one update from the same base. The copying rival keeps 50 copies; the script
/// scales to 1,000.
void hamt_1000_kept_versions(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    draft d;
    std::uint64_t value = 0;
    for (const std::string& k : x.keys) d.set(k, value++);
    const map base = d.freeze();
    std::vector<map> kept;
    for (std::size_t i = 0; i < 1000; ++i)
      kept.push_back(base.set(x.lookups[i * 37 % x.size()], i + 1'000'000'000));
    benchmark::DoNotOptimize(kept.data());
  }
}
void unordered_map_insert_once(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    yardstick m;
    std::uint64_t value = 0;
    for (const std::string& k : x.keys) m.emplace(k, value++);
    benchmark::DoNotOptimize(m.size());
  }
}
void unordered_map_50_copies(benchmark::State& state) {
  fixture& x = fixture_of(state.range(0));
  for (auto _ : state) {
    std::vector<yardstick> kept;
    for (std::size_t i = 0; i < 50; ++i) {
      kept.push_back(x.table);
      kept.back()[x.lookups[i * 37 % x.size()]] = i;
    }
    benchmark::DoNotOptimize(kept.data());
  }
}

#define SIZES ->Arg(1'000)->Arg(100'000)->Arg(1'000'000)
BENCHMARK(unordered_map_find) SIZES;
BENCHMARK(hamt_find) SIZES;
BENCHMARK(unordered_map_find_absent) SIZES;
BENCHMARK(hamt_find_absent) SIZES;
BENCHMARK(unordered_map_insert) SIZES;
BENCHMARK(hamt_persistent_insert) SIZES;
BENCHMARK(hamt_persistent_erase) SIZES;
BENCHMARK(hamt_draft_build) SIZES;
BENCHMARK(hamt_bulk_build) SIZES;
BENCHMARK(unordered_map_iterate) SIZES;
BENCHMARK(hamt_iterate) SIZES;
BENCHMARK(hamt_diff_10_edits) SIZES;
BENCHMARK(hamt_equal_10_edits) SIZES;
BENCHMARK(hamt_unequal) SIZES;
BENCHMARK(hamt_unequal_1_edit) SIZES;
BENCHMARK(hamt_1000_kept_versions)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(unordered_map_insert_once)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(unordered_map_50_copies)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
