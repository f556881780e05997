// What can be wrong with a snapshot: the rules of FORMAT.md, and the exception that says which one
// was broken where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>

namespace hamt::snapshot {

enum class rule : std::uint8_t {
  truncated,
  magic,
  unknown_format,
  unknown_hash,
  unknown_digest,
  checksum,
  varint,
  count,
  base,
  tree,
  size,
  listing,
  block,
  string,
  prefix,
  unsorted,
  utf8,
  bits,
  version,
  value,
  no_change,
  empty_version,
  unused_key,
  unused_value,
  trailing,
  needs_base,
  wrong_base,
  too_large,
};

struct rule_text {
  const char* name;  // as JavaScript sees it in `SnapshotError.code`
  const char* meaning;
};

inline const rule_text& text(rule r) noexcept {
  static constexpr rule_text texts[] = {
      {"truncated", "the bytes end too early"},
      {"magic", "this is not a snapshot"},
      {"unknown-format", "a format version that this reader does not know"},
      {"unknown-hash", "a key hash that this reader does not know"},
      {"unknown-digest", "a digest that this reader does not know"},
      {"checksum", "the bytes were damaged: the checksum is another"},
      {"varint", "a number that is too large or not in its shortest form"},
      {"count", "counts that contradict one another"},
      {"base", "the versions outside are not in the order of their use"},
      {"tree", "a version that stands on nothing"},
      {"size", "a version has another size than stated"},
      {"listing", "the list of versions is not in its one order, or leaves one out"},
      {"block", "a block of strings has another length than stated"},
      {"string", "a string that does not fit into its block or the one before"},
      {"prefix", "a string repeats bytes that it should share"},
      {"unsorted", "a string that is not greater than the one before"},
      {"utf8", "a key that is not UTF-8"},
      {"bits", "a row of bits with the wrong number of ones, or with ones after its end"},
      {"version", "a change at no version, or out of order"},
      {"value", "a change to no value"},
      {"no-change", "a change that changes nothing"},
      {"empty-version", "a version that equals what it stands on"},
      {"unused-key", "a key that no version has"},
      {"unused-value", "a value that no version has"},
      {"trailing", "bytes after the end"},
      {"needs-base", "this is a delta: apply it to the versions it was made for"},
      {"wrong-base", "this delta was made for other versions"},
      {"too-large", "the versions would take more memory than allowed"},
  };
  static_assert(sizeof(texts) / sizeof(*texts) == static_cast<std::size_t>(rule::too_large) + 1);
  return texts[static_cast<std::size_t>(r)];
}

/// Thrown for bytes that break a rule: which rule, and the offset at which it shows.
class error : public std::exception {
 public:
  error(rule r, std::size_t offset) noexcept : broken_(r), offset_(offset) {}
  rule broken() const noexcept { return broken_; }
  std::size_t offset() const noexcept { return offset_; }
  const char* what() const noexcept override { return text(broken_).meaning; }

 private:
  rule broken_;
  std::size_t offset_;
};

[[noreturn]] inline void fail(rule r, std::size_t offset) { throw error(r, offset); }

}  // namespace hamt::snapshot
