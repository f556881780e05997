// What can be wrong with a snapshot: the rules of FORMAT.md, and the exception that says which one was broken where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>

namespace hamt::snapshot {

enum class rule : std::uint8_t {
  truncated,        // the bytes end before the section that is being read
  bad_magic,        // does not begin with "HAMT"
  unknown_format,   // a format version that this reader does not know
  unknown_hash,     // a key hash that this reader does not know
  unknown_digest,   // a digest that this reader does not know
  bad_checksum,     // the last eight bytes are not the SipHash-1-3 of all bytes before them
  bad_varint,       // longer than its value needs, or above 2^32 - 1
  bad_count,        // a count in the header that the other counts contradict
  bad_base,         // a base that is named twice, or out of the order of use, or not used
  bad_tree,         // a version that climbs above the root of its tree
  bad_size,         // a version's size is not what its changes make it
  bad_listing,      // the list of versions names none of them, or not in canonical order
  bad_block,        // a block of strings is not as long as stated
  bad_string,       // a string longer than its block, empty where it may not be, or not coded minimally
  bad_prefix,       // a string repeats bytes that it should share
  unsorted,         // a string is not greater than the one before
  bad_utf8,         // a key that is not well-formed UTF-8
  bad_bits,         // a bit vector with the wrong number of ones, or with padding that is not zero
  bad_version,      // a change at a version that does not exist, or out of order
  bad_value,        // a change to a value that does not exist
  no_change,        // a change that leaves its key as it was
  empty_version,    // a version that is equal to its base
  unused_key,       // a key that no version has
  unused_value,     // a value that no change sets
  trailing,         // bytes after the end
  needs_base,       // a delta where a snapshot was expected
  wrong_base,       // none of the given versions has the digest that the delta names
  wrong_digest,     // the versions are not the ones that were asked for
};

/// The rule's name, as JavaScript sees it in `SnapshotError.code`.
inline const char* name(rule r) noexcept {
  static constexpr const char* names[] = {
      "truncated",   "bad_magic",     "unknown_format", "unknown_hash", "unknown_digest",
      "bad_checksum", "bad_varint",   "bad_count",      "bad_base",     "bad_tree",
      "bad_size",    "bad_listing",   "bad_block",      "bad_string",   "bad_prefix",
      "unsorted",    "bad_utf8",      "bad_bits",       "bad_version",  "bad_value",
      "no_change",   "empty_version", "unused_key",     "unused_value", "trailing",
      "needs_base",  "wrong_base",    "wrong_digest"};
  static_assert(sizeof(names) / sizeof(*names) == static_cast<std::size_t>(rule::wrong_digest) + 1);
  return names[static_cast<std::size_t>(r)];
}

/// Thrown for bytes that break a rule: which rule, and the offset of the first byte that shows it.
class error : public std::exception {
 public:
  error(rule r, std::size_t offset) noexcept : broken_(r), offset_(offset) {}
  rule broken() const noexcept { return broken_; }
  std::size_t offset() const noexcept { return offset_; }
  const char* what() const noexcept override { return name(broken_); }

 private:
  rule broken_;
  std::size_t offset_;
};

[[noreturn]] inline void fail(rule r, std::size_t offset) { throw error(r, offset); }

}  // namespace hamt::snapshot
