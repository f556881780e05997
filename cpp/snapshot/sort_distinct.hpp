// Distinct strings in ascending order, and the number that each of a list of strings has among
// them.
//
// A radix sort by seven bytes at a time, so that no choice of strings makes it slow: it reads every
// string once, and moves it a bounded number of times for each seven bytes that it shares with
// another.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hamt::snapshot {

struct distinct_strings {
  std::vector<std::string_view> strings;  // ascending by unsigned bytes, a prefix first
  std::vector<std::uint32_t> numbers;     // for each string given, its index in `strings`
  std::uint64_t steps = 0;                // words read and items moved, for tests of the bound
};

namespace detail {

class string_sorter {
 public:
  explicit string_sorter(std::span<const std::string_view> strings) : strings_(strings) {
    items_.reserve(strings.size());
    for (std::uint32_t i = 0; i < strings.size(); ++i) items_.push_back({0, i, false});
  }

  distinct_strings run() {
    std::vector<range> waiting{{0, items_.size(), common_prefix()}};
    while (!waiting.empty()) {
      const range r = waiting.back();
      waiting.pop_back();
      if (r.end - r.begin < 2) continue;
      sort_by_word(r);
      for (std::size_t begin = r.begin, end; begin < r.end; begin = end) {
        for (end = begin + 1; end < r.end && items_[end].word == items_[begin].word;) ++end;
        if ((items_[begin].word & 0xff) != longer)
          for (std::size_t i = begin + 1; i < end; ++i) items_[i].repeated = true;
        else if (end - begin > 1)
          waiting.push_back({begin, end, r.from + 7});
      }
    }
    return number();
  }

 private:
  struct item {
    std::uint64_t word;
    std::uint32_t index;
    bool repeated;  // equal to the item before; set when both are in their final positions
  };
  /// Items whose strings agree before byte `from`.
  struct range {
    std::size_t begin, end, from;
  };
  static constexpr std::uint64_t longer = 8;  // the low byte of a word that more bytes follow
  static constexpr std::size_t few = 24;      // up to here insertion is faster than counting

  /// How many bytes all strings share at the front, so that the first words tell most apart.
  std::size_t common_prefix() noexcept {
    if (strings_.empty()) return 0;
    std::size_t common = strings_[0].size();
    for (const std::string_view s : strings_) {
      std::size_t n = 0;
      while (n < common && n < s.size() && s[n] == strings_[0][n]) ++n;
      common = n;
      steps_ += n / 7;
    }
    return common;
  }

  /// Seven bytes from `from` on, highest first, then how many bytes are left there: 8 for more than
  /// seven. Words compare as the strings do as far as they go; equal words without more are equal
  /// strings.
  std::uint64_t word_of(std::string_view s, std::size_t from) const noexcept {
    const std::size_t left = s.size() - from;
    std::uint64_t word = 0;
    if (left >= 8) {
      std::memcpy(&word, s.data() + from, 8);
      word = __builtin_bswap64(word);
      return (word & ~std::uint64_t{0xff}) | longer;
    }
    for (std::size_t i = 0; i < 7; ++i)
      word = word << 8 | (i < left ? static_cast<std::uint8_t>(s[from + i]) : 0);
    return word << 8 | left;
  }

  void sort_by_word(const range& r) {
    const std::span<item> items(items_.data() + r.begin, r.end - r.begin);
    std::uint64_t differing = 0;
    for (item& i : items) {
      i.word = word_of(strings_[i.index], r.from);
      differing |= i.word ^ items[0].word;
    }
    steps_ += items.size();
    if (items.size() <= few) return insert(items);
    for (unsigned shift = 0; shift < 64; shift += 8) {
      if ((differing >> shift & 0xff) != 0) scatter(items, shift);
    }
  }

  void insert(std::span<item> items) noexcept {
    for (std::size_t i = 1; i < items.size(); ++i) {
      const item moved = items[i];
      std::size_t at = i;
      for (; at > 0 && moved.word < items[at - 1].word; --at) items[at] = items[at - 1];
      items[at] = moved;
      steps_ += i - at + 1;
    }
  }

  /// One stable pass by one byte of the words.
  void scatter(std::span<item> items, unsigned shift) {
    if (other_.empty()) other_.resize(items_.size());
    std::array<std::size_t, 257> starts{};
    for (const item& i : items) ++starts[(i.word >> shift & 0xff) + 1];
    for (std::size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
    for (const item& i : items) other_[starts[i.word >> shift & 0xff]++] = i;
    std::memcpy(items.data(), other_.data(), items.size_bytes());
    steps_ += items.size();
  }

  distinct_strings number() {
    distinct_strings result;
    result.numbers.resize(items_.size());
    result.steps = steps_;
    std::size_t count = 0;
    for (const item& i : items_) count += !i.repeated;
    result.strings.reserve(count);
    for (const item& i : items_) {
      if (!i.repeated) result.strings.push_back(strings_[i.index]);
      result.numbers[i.index] = static_cast<std::uint32_t>(result.strings.size() - 1);
    }
    return result;
  }

  std::span<const std::string_view> strings_;
  std::vector<item> items_, other_;
  std::uint64_t steps_ = 0;
};

}  // namespace detail

/// O(bytes + count), whatever the strings are. Allocates 52 bytes a string, 20 of which are the
/// result (in WebAssembly 44 and 12). Throws std::bad_alloc.
[[gnu::noinline]] inline distinct_strings sort_distinct(std::span<const std::string_view> strings) {
  return detail::string_sorter(strings).run();
}

}  // namespace hamt::snapshot
