// Keccak, digests and proofs, natively. Maps have keys of 42 characters, as addresses do.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "digest/prove.hpp"
#include "digest/verify.hpp"

namespace {

std::string key_of(std::uint64_t n) {
  char text[43];
  std::snprintf(text, sizeof text, "0x%08x%016llx%016llx", static_cast<unsigned>(n),
                static_cast<unsigned long long>((n + 1) * 0x9e3779b97f4a7c15u),
                static_cast<unsigned long long>((n + 1) * 0xd1342543de82ef95u));
  return text;
}

hamt::map<> map_of(std::int64_t entries) {
  hamt::draft<> d;
  for (std::int64_t i = 0; i < entries; ++i)
    d.set(key_of(static_cast<std::uint64_t>(i)), "value " + std::to_string(i));
  return d.freeze();
}

void keccak_one_block(benchmark::State& state) {
  hamt::keccak_block block(116);
  for (auto _ : state) block.put(0, block.hash());
}
BENCHMARK(keccak_one_block);

void keccak_long(benchmark::State& state) {
  const std::string message(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(hamt::keccak256(message));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(keccak_long)->Arg(1 << 20);

void digest_in_full(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const auto m = map_of(state.range(0));
    state.ResumeTiming();
    benchmark::DoNotOptimize(digest_of(m));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(digest_in_full)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void digest_after_an_edit(benchmark::State& state) {
  auto m = map_of(state.range(0));
  benchmark::DoNotOptimize(digest_of(m));
  std::uint64_t i = 0;
  for (auto _ : state) {
    i += 7919;
    m = m.set(key_of(i % static_cast<std::uint64_t>(state.range(0))), std::to_string(i));
    benchmark::DoNotOptimize(digest_of(m));
  }
}
BENCHMARK(digest_after_an_edit)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void prove_one_key(benchmark::State& state) {
  const auto m = map_of(state.range(0));
  benchmark::DoNotOptimize(digest_of(m));
  std::uint64_t i = 0;
  std::size_t largest = 0;
  for (auto _ : state) {
    i += 7919;
    const std::string proof = prove(m, key_of(i % static_cast<std::uint64_t>(state.range(0))));
    largest = std::max(largest, proof.size());
  }
  state.counters["largest"] = static_cast<double>(largest);
}
BENCHMARK(prove_one_key)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void verify_one_key(benchmark::State& state) {
  const auto m = map_of(state.range(0));
  const auto digest = digest_of(m);
  const std::string key = key_of(7), proof = prove(m, key);
  for (auto _ : state) benchmark::DoNotOptimize(hamt::verify_proof(digest, key, proof));
}
BENCHMARK(verify_one_key)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
