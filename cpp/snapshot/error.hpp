// The rules of FORMAT.md, and the exception that names the one that is broken, and where.
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
  empty_base,
  listing,
  form,
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

constexpr rule_text text(rule r) noexcept {
  switch (r) {
    case rule::truncated:
      return {"truncated", "the bytes end too early"};
    case rule::magic:
      return {"magic", "this is not a snapshot"};
    case rule::unknown_format:
      return {"unknown-format", "a format version that this reader does not know"};
    case rule::unknown_hash:
      return {"unknown-hash", "a key hash that this reader does not know"};
    case rule::unknown_digest:
      return {"unknown-digest", "a digest that this reader does not know"};
    case rule::checksum:
      return {"checksum", "the bytes are damaged: their checksum does not match"};
    case rule::varint:
      return {"varint", "a number that is too large or not in its shortest form"};
    case rule::count:
      return {"count", "counts that contradict one another"};
    case rule::base:
      return {"base", "external bases that repeat, are not used, or are out of order"};
    case rule::tree:
      return {"tree", "a version whose base does not exist"};
    case rule::size:
      return {"size", "a version has another size than stated"};
    case rule::empty_base:
      return {"empty-base", "a version whose base has no entries"};
    case rule::listing:
      return {"listing", "the list of versions is not in its one order, or leaves one out"};
    case rule::form:
      return {"form", "a table of strings in another form than its strings call for"};
    case rule::block:
      return {"block", "a block of strings has another length than stated"};
    case rule::string:
      return {"string", "a string that does not fit into its block or the one before"};
    case rule::prefix:
      return {"prefix", "a string repeats bytes that it should share"};
    case rule::unsorted:
      return {"unsorted", "a string that is not greater than the one before"};
    case rule::utf8:
      return {"utf8", "a key that is not UTF-8"};
    case rule::bits:
      return {"bits", "a row of bits with the wrong number of ones, or with ones after its end"};
    case rule::version:
      return {"version", "a change at no version, or out of order"};
    case rule::value:
      return {"value", "a change to no value"};
    case rule::no_change:
      return {"no-change", "a change that changes nothing"};
    case rule::empty_version:
      return {"empty-version", "a version that is equal to its base"};
    case rule::unused_key:
      return {"unused-key", "a key that no version has"};
    case rule::unused_value:
      return {"unused-value", "a value that no version has"};
    case rule::trailing:
      return {"trailing", "bytes after the end"};
    case rule::needs_base:
      return {"needs-base", "this is a delta: apply it to the versions it was made for"};
    case rule::wrong_base:
      return {"wrong-base", "this delta was made for other versions"};
    case rule::too_large:
      return {"too-large", "the versions would take more memory than allowed"};
  }
  return {"unknown", "an unknown rule"};
}

/// The offset of a rule that all bytes break together.
inline constexpr std::size_t no_offset = static_cast<std::size_t>(-1);

/// Thrown for bytes that break a rule: which rule, and the offset at which it shows (or none).
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
