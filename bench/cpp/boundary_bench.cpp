// The boundary against the map behind it: lookups and edits in place, through the interface and
// without it.
//
// Keys are 42 characters, values 8 bytes, of 1,000 entries; an edit replaces a value by another.
// The interface gets the key and the value as JavaScript writes them, in the input buffer.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "boundary/context.hpp"

namespace {

using namespace hamt::boundary;

constexpr std::size_t entries = 1000, key_size = 42, value_size = 8;

std::vector<std::string> make_keys() {
  static const char hex[] = "0123456789abcdef";
  std::mt19937_64 random(1);
  std::vector<std::string> keys(entries);
  for (std::string& k : keys) {
    k = "0x";
    while (k.size() != key_size) k += hex[random() & 15];
  }
  return keys;
}

/// Calls `f(key, value)` with all keys in turn and values that change from turn to turn.
template <class F>
void over(benchmark::State& state, F f) {
  const std::vector<std::string> keys = make_keys();
  std::string value(value_size, '0');
  for (const std::string& k : keys) f(k, value);
  std::size_t i = 0;
  for (auto _ : state) {
    if (i == 0) ++value[0];
    f(keys[i], value);
    if (++i == entries) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

/// A map, and how to edit it without the interface.
struct direct {
  references objects;
  tree m;
  direct() { embedder::table = &objects; }
};

/// The interface, as the exports call it.
struct through {
  std::unique_ptr<context> c = std::make_unique<context>();
  handle h;
  through() {
    reserve(*c, 4096);
    copy(*c, 0);
    h = static_cast<handle>(results_of(*c).map.id);
  }
  void write(const std::string& key, const std::string& value) {
    char* const to = results_of(*c).input.data;
    std::memcpy(to, key.data(), key_size);
    std::memcpy(to + key_size, value.data(), value_size);
  }
};

void map_set(benchmark::State& state) {
  direct d;
  over(state, [&](const std::string& k, const std::string& v) {
    d.m = std::move(d.m).set(k, std::string_view(v));
  });
}
void map_set_and_keep(benchmark::State& state) {
  direct d;
  std::string replaced;
  over(state, [&](const std::string& k, const std::string& v) {
    const auto keep = [&](const value_view& old) { replaced = *old.encoded(); };
    d.m = std::move(d.m).set(k, std::string_view(v), keep);
  });
}
void boundary_set(benchmark::State& state) {
  through t;
  over(state, [&](const std::string& k, const std::string& v) {
    t.write(k, v);
    benchmark::DoNotOptimize(set(*t.c, t.h, key_size, value_size, 0));
  });
}
void boundary_set_and_keep(benchmark::State& state) {
  through t;
  over(state, [&](const std::string& k, const std::string& v) {
    t.write(k, v);
    benchmark::DoNotOptimize(set(*t.c, t.h, key_size, value_size, 1));
  });
}
void map_get(benchmark::State& state) {
  direct d;
  over(state, [&](const std::string& k, const std::string& v) {
    if (d.m.size() != entries) d.m = std::move(d.m).set(k, std::string_view(v));
    benchmark::DoNotOptimize(d.m.find(k));
  });
}
void boundary_get(benchmark::State& state) {
  through t;
  over(state, [&](const std::string& k, const std::string& v) {
    t.write(k, v);
    if (size(*t.c, t.h); results_of(*t.c).map.size != entries)
      set(*t.c, t.h, key_size, value_size, 0);
    benchmark::DoNotOptimize(get(*t.c, t.h, key_size));
  });
}

BENCHMARK(map_set);
BENCHMARK(boundary_set);
BENCHMARK(map_set_and_keep);
BENCHMARK(boundary_set_and_keep);
BENCHMARK(map_get);
BENCHMARK(boundary_get);

}  // namespace
