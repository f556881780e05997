// Verification of inclusion and exclusion proofs. Needs no map: a digest, the keys, and the proof's
// bytes, which may be anything. DIGEST.md, "Proofs".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "../trie/integers.hpp"
#include "../trie/policy.hpp"
#include "messages.hpp"

namespace hamt {

/// Why a proof was refused.
enum class proof_rule : std::uint8_t {
  version,    ///< a format version that this code does not know
  truncated,  ///< it ends too early
  malformed,  ///< a field breaks a rule of the format
  trailing,   ///< bytes follow it
  mismatch,   ///< well formed, but it leads to another digest: altered, or for another map or other
              ///< keys
};

/// A proof that does not prove what was asked: the rule it breaks, and the byte at which that was
/// noticed.
class proof_error : public std::exception {
 public:
  proof_error(proof_rule rule, const char* message, std::size_t offset) noexcept
      : rule_(rule), message_(message), offset_(offset) {}
  proof_rule rule() const noexcept { return rule_; }
  std::size_t offset() const noexcept { return offset_; }
  const char* what() const noexcept override { return message_; }

 private:
  proof_rule rule_;
  const char* message_;
  std::size_t offset_;
};

namespace digest_detail {

/// A key that is asked about; `value` is set when its entry has been read.
struct question {
  std::string_view key;
  std::uint64_t hash;
  std::optional<std::string_view> value;
};

/// Reads one proof from front to back and computes the digest that it leads to.
class proof_reader {
  using questions = std::vector<question*>;

 public:
  explicit proof_reader(std::string_view proof) noexcept : proof_(proof) {}

  /// The questions are sorted by key and all different.
  digest32 read(const questions& keys) {
    if (byte() != 1) fail(proof_rule::version, "unknown version of the proof format", 0);
    const std::uint64_t size = varint();
    if (size == 0) {
      expect_end();
      return empty_map_digest();
    }
    const digest32 root = node(0, keys);
    expect_end();
    return map_digest(size, root);
  }

 private:
  static constexpr unsigned levels = digits<local_policy::bits>::levels;

  /// A node's slots while it is read.
  struct asked_slots {
    unsigned level;
    std::uint32_t entry_map, child_map;
    std::uint32_t asked = 0;  // occupied slots into which keys fall
    questions keys;           // those keys
  };

  digest32 node(unsigned level, const questions& keys) {
    const std::size_t start = at_;
    asked_slots row;
    row.level = level;
    row.entry_map = u32();
    row.child_map = u32();
    const std::uint32_t occupied = row.entry_map | row.child_map;
    if (occupied == 0) malformed("a node without slots", start);
    if ((row.entry_map & row.child_map) != 0)
      malformed("a slot with both an entry and a child", start);
    if (level == levels - 1 && occupied >> 16 != 0)
      malformed("a slot that the last level does not have", start);
    for (question* q : keys) {
      const unsigned slot = slot_of(*q, level);
      if ((occupied >> slot & 1) == 0) continue;  // absent: the maps say so
      row.asked |= std::uint32_t{1} << slot;
      row.keys.push_back(q);
    }
    if (std::has_single_bit(occupied))
      return node_digest(row.entry_map, row.child_map, *range(row, first_slot(occupied), 1));
    const unsigned width = top_half_width(occupied);
    const unsigned from = first_slot(occupied) & ~(2 * width - 1);
    const digest32 left = *range(row, from, width);
    return node_digest(row.entry_map, row.child_map, left, *range(row, from + width, width));
  }

  /// Nothing for a range without occupied slots.
  std::optional<digest32> range(const asked_slots& row, unsigned from, unsigned width) {
    const std::uint32_t all = ((std::uint32_t{1} << width) - 1) << from;
    if (((row.entry_map | row.child_map) & all) == 0) return std::nullopt;
    if ((row.asked & all) == 0) return digest();
    if (width == 1) return slot(row, from);
    const auto left = range(row, from, width / 2);
    const auto right = range(row, from + width / 2, width / 2);
    if (left && right) return pair_digest(*left, *right);
    return left ? left : right;
  }

  digest32 slot(const asked_slots& row, unsigned slot) {
    questions here;
    for (question* q : row.keys)
      if (slot_of(*q, row.level) == slot) here.push_back(q);
    if ((row.entry_map >> slot & 1) != 0) return entry(here);
    return row.level < levels - 1 ? node(row.level + 1, here) : collision(here);
  }

  digest32 entry(const questions& here) {
    const std::size_t start = at_;
    const std::uint64_t index = varint();
    if (index > here.size()) malformed("an entry for a key that was not asked", start);
    if (index > 0) {
      question& asked = *here[static_cast<std::size_t>(index - 1)];
      asked.value = blob();
      return entry_digest(asked.key, *asked.value);
    }
    const std::string_view key = brief_field();
    for (const question* q : here)
      if (brief(q->key).view() == key) malformed("a key that was asked, shown as another", start);
    return entry_digest_of_briefs(key, brief_field());
  }

  /// An entry of a collision node that is shown: `asked`, if it is one of the keys asked about.
  struct shown_entry {
    std::uint32_t index;
    question* asked;
    std::string_view key;
  };

  digest32 collision(const questions& keys) {
    const std::size_t start = at_;
    const std::uint32_t count = u32();
    if (count < 2) malformed("a collision node with fewer than two entries", start);
    std::vector<shown_entry> shown;  // rising indices
    const auto show = [&](std::uint32_t index, question* asked) {
      if (shown.empty() || shown.back().index < index) {
        if (index < count) shown.push_back({index, asked, {}});
      } else if (asked != nullptr) {
        shown.back().asked =
            asked;  // beside an absent key before it, and only now known to be asked about
      }
    };
    struct gap {
      std::string_view key;
      std::uint32_t rank;
    };
    std::vector<gap> absent;
    std::uint32_t least = 0;  // the smallest rank that the next key can have
    for (question* q : keys) {
      const std::size_t here = at_;
      const std::uint64_t position = varint();
      const bool present = position % 2 == 1;
      if (position / 2 < least || position / 2 > count || (present && position / 2 == count))
        malformed("a key out of order", here);
      const auto rank = static_cast<std::uint32_t>(position / 2);
      if (!present) {
        absent.push_back({q->key, rank});
        if (rank > 0) show(rank - 1, nullptr);
      }
      show(rank, present ? q : nullptr);
      least = rank + present;
    }

    const std::uint32_t half = std::bit_floor(count - 1);
    const digest32 left = ranks(shown, 0, half);
    const digest32 digest = collision_digest(count, left, ranks(shown, half, count - half));

    for (const gap& g : absent) {
      const shown_entry* before = g.rank == 0 ? nullptr : find(shown, g.rank - 1);
      const shown_entry* after = find(shown, g.rank);
      if ((before != nullptr && before->key >= g.key) || (after != nullptr && after->key <= g.key))
        malformed("an absent key that is not between its neighbours", start);
    }
    return digest;
  }

  /// The shown entry at an index, or null. O(log shown).
  static const shown_entry* find(std::span<const shown_entry> shown, std::uint32_t index) noexcept {
    const auto at =
        std::lower_bound(shown.begin(), shown.end(), index,
                         [](const shown_entry& e, std::uint32_t i) { return e.index < i; });
    return at == shown.end() || at->index != index ? nullptr : &*at;
  }

  digest32 ranks(std::span<shown_entry> shown, std::uint32_t from, std::uint32_t size) {
    const auto next =
        std::lower_bound(shown.begin(), shown.end(), from,
                         [](const shown_entry& e, std::uint32_t index) { return e.index < index; });
    if (next == shown.end() || next->index - from >= size) return digest();
    if (size > 1) {
      const std::uint32_t half = std::bit_floor(size - 1);
      const digest32 left = ranks(shown, from, half);
      return pair_digest(left, ranks(shown, from + half, size - half));
    }
    if (next->asked != nullptr) {
      next->key = next->asked->key;
      next->asked->value = blob();
      return entry_digest(next->key, *next->asked->value);
    }
    next->key = blob();
    return entry_digest_of_briefs(brief(next->key).view(), brief_field());
  }

  static unsigned slot_of(const question& q, unsigned level) noexcept {
    return static_cast<unsigned>(q.hash >> (5 * level) & 31);
  }
  static unsigned first_slot(std::uint32_t occupied) noexcept {
    return static_cast<unsigned>(std::countr_zero(occupied));
  }

  // --- fields ------------------------------------------------------------------------------------

  [[noreturn]] static void fail(proof_rule rule, const char* message, std::size_t offset) {
    throw proof_error(rule, message, offset);
  }
  [[noreturn]] static void malformed(const char* message, std::size_t offset) {
    fail(proof_rule::malformed, message, offset);
  }
  void expect_end() const {
    if (at_ != proof_.size()) fail(proof_rule::trailing, "bytes after the proof", at_);
  }
  std::string_view take(std::uint64_t size) {
    if (size > proof_.size() - at_) fail(proof_rule::truncated, "the proof ends too early", at_);
    const std::string_view bytes = proof_.substr(at_, static_cast<std::size_t>(size));
    at_ += bytes.size();
    return bytes;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(take(4))); }
  std::uint64_t varint() {
    const std::size_t start = at_;
    return read_varint<53>(
        [this] { return byte(); },
        [start] { malformed("a number too large or not in its shortest form", start); });
  }
  std::string_view blob() { return take(varint()); }
  std::string_view brief_field() {
    const std::size_t start = at_;
    const std::uint8_t size = byte();
    if (size > brief::longest_inline && size != brief::hashed_mark)
      malformed("a brief field that is neither short nor a digest", start);
    take(size == brief::hashed_mark ? sizeof(digest32) : size);
    return proof_.substr(start, at_ - start);
  }
  digest32 digest() {
    digest32 d;
    std::memcpy(d.data(), take(d.size()).data(), d.size());
    return d;
  }

  std::string_view proof_;
  std::size_t at_ = 0;
};

}  // namespace digest_detail

/// What `proof` says about `keys` (those for which it was made, in any order) in the map with this
/// digest: for each its value, a view into the proof, or nothing: the key is absent. The digest
/// must come from a trusted source; the proof may come from anywhere. Throws proof_error
/// when the proof is malformed or leads to another digest, std::invalid_argument when there are no
/// keys. O(keys * (log entries + proof)), about 25 hashes for one key of 100,000; recursion is
/// bounded. `Hash` is for tests.
template <class Hash = key_hash>
std::vector<std::optional<std::string_view>> verify_proof(const digest32& digest,
                                                          std::span<const std::string_view> keys,
                                                          std::string_view proof) {
  using namespace digest_detail;
  if (keys.empty()) throw std::invalid_argument("hamt: a proof needs at least one key");
  std::vector<question> asked;
  asked.reserve(keys.size());
  for (const std::string_view key : keys) asked.push_back({key, Hash{}(key), {}});
  const auto by_key = [](const question& a, const question& b) { return a.key < b.key; };
  std::sort(asked.begin(), asked.end(), by_key);
  asked.erase(std::unique(asked.begin(), asked.end(),
                          [](const question& a, const question& b) { return a.key == b.key; }),
              asked.end());
  std::vector<question*> sorted;
  sorted.reserve(asked.size());
  for (question& q : asked) sorted.push_back(&q);
  if (proof_reader(proof).read(sorted) != digest)
    throw proof_error(proof_rule::mismatch, "the proof does not lead to this digest", proof.size());
  std::vector<std::optional<std::string_view>> values;
  values.reserve(keys.size());
  for (const std::string_view key : keys)
    values.push_back(
        std::lower_bound(asked.begin(), asked.end(), question{key, 0, {}}, by_key)->value);
  return values;
}
template <class Hash = key_hash>
std::optional<std::string_view> verify_proof(const digest32& digest, std::string_view key,
                                             std::string_view proof) {
  return verify_proof<Hash>(digest, std::span(&key, 1), proof)[0];
}

}  // namespace hamt
