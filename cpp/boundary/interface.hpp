// The interface between JavaScript and C++: status codes, results, functions.
//
// Everything that crosses is an integer. Bytes go in through the input buffer, which JavaScript
// fills after `reserve`, and come out where the results say. Every function returns a status and
// leaves what it found in the fields of `results` that its comment names; these are valid until the
// next call. A handle stands for a map: 0 is the empty map, which is always there and never
// changes. JavaScript owns the other handles, each exactly once.
//
// Nothing that JavaScript passes is trusted: handles, ids, sizes and positions that are wrong give
// `bad_argument`. The functions are C but for the context that they all take; cpp/binding exports
// them for one static context. wasm-build/interface.mjs reads this file: js/generated/interface.ts
// holds the same numbers, so the form of declarations here is part of the build.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hamt::boundary {

/// A map, as an index into the context's table.
using handle = std::uint32_t;

/// What a call says. Below zero: it failed, and unless its comment says otherwise nothing changed.
enum class status : std::int32_t {
  ok = 0,
  absent = 1,     ///< no entry has the key
  unchanged = 2,  ///< an equal value is there, or the maps are equal
  partial = 3,    ///< there is more than was asked for
  out_of_memory = -1,
  too_large = -2,         ///< a key, a value or a map above 4 GiB
  bad_argument = -3,      ///< a handle, an id, a size or a position that is not valid
  invalid_snapshot = -4,  ///< `error` names the rule and the offset
  invalid_value = -5,     ///< `error` has a message
  out_of_range = -6,      ///< `error` has a message
  interrupted = -7,       ///< an earlier call was cut off while it changed what this one asks for
  internal_error = -8,
};

// Results. All fields have the size of a pointer, so a field's number is its offset in words.

struct buffer_result {
  char* data;
  std::size_t size;
};
/// A value's bytes, or the id of an object when `reference` is below `plain_bytes`.
struct value_result {
  const char* data;
  std::size_t size;
  std::size_t reference;
};
enum value_form : std::size_t {
  plain_bytes = 0x7fffffff,
  object_bytes = 0x80000000,  ///< an object's bytes: `resolve` takes it
};
struct map_result {
  std::size_t id;
  std::size_t size;  ///< entries
};
/// A record batch; see record_batch.hpp.
struct records_result {
  const char* keys;
  std::size_t keys_size;
  const char* values;
  std::size_t values_size;
  const char* ends;
  std::size_t count;
};
/// Where an iteration goes on: behind the first `index` entries of a hash.
struct position_result {
  std::size_t hash_low;
  std::size_t hash_high;
  std::size_t index;
};
struct cursor_result {
  std::size_t id;
};
struct usage_result {
  std::size_t maps;
  std::size_t blocks;
  std::size_t bytes;
  std::size_t references;  ///< ids that maps hold
  std::size_t cursors;     ///< open cursors of differences
};
struct error_result {
  const char* code;
  std::size_t code_size;
  const char* message;
  std::size_t message_size;
  std::size_t offset;  ///< all ones when no byte is to blame
};

struct results {
  buffer_result input;   ///< where the input buffer is, and its capacity; `reserve`, `shrink`
  buffer_result output;  ///< bytes that a call has made
  value_result value;
  value_result replaced;  ///< valid until the next `set` or `remove` with `keep`
  map_result map;
  records_result records;
  position_result position;
  cursor_result cursor;
  usage_result usage;
  error_result error;
};
inline constexpr std::size_t result_words = 32;
static_assert(sizeof(results) == result_words * sizeof(void*));

/// Handles, buffers, open cursors: everything behind the interface. One thread at a time.
class context;

// --- buffers -------------------------------------------------------------------------------------

/// Room for `size` bytes of input in all; what is in the buffer stays. Result: `input`.
[[gnu::noinline]] status reserve(context& c, std::size_t size);
/// Gives back what each buffer holds above `size` bytes, and what is in these. Result: `input`.
[[gnu::noinline]] status shrink(context& c, std::size_t size);

// --- entries: a key is the first bytes of the input, a value follows it --------------------------

/// Result: `value`, in the map itself; or absent.
[[gnu::noinline]] status get(context& c, handle map, std::size_t key_size);
/// ok or absent.
[[gnu::noinline]] status has(context& c, handle map, std::size_t key_size);
/// The values of `count` keys, in their order: records without keys, of one value each, which is
/// nothing where no entry has the key. Input as for `prove`. Ends with a full batch, but not before
/// the first record: partial when there are more keys. Result: `records`.
[[gnu::noinline]] status get_many(context& c, handle map, std::size_t size, std::uint32_t count);
/// Sets in place what only this handle holds: ok when a value was replaced, absent when there was
/// none, or unchanged. With `keep` the replaced value is copied first. Result: `replaced`.
[[gnu::noinline]] status set(context& c, handle map, std::size_t key_size, std::size_t value_size,
                             std::uint32_t keep);
/// As `set`, with the id of an object, which lives from now on until `drain` returns it, whatever
/// this says. The replaced value may be an object that dies: look at it before `drain`.
[[gnu::noinline]] status set_reference(context& c, handle map, std::size_t key_size,
                                       std::uint32_t id, std::uint32_t keep);
/// Gives an object's bytes their object, in all versions that hold the entry: ok, absent, or
/// unchanged when the entry has no such bytes. The id lives as with `set_reference`.
[[gnu::noinline]] status resolve(context& c, handle map, std::size_t key_size, std::uint32_t id);
/// Deletes in place: ok or absent. With `keep` as `set`.
[[gnu::noinline]] status remove(context& c, handle map, std::size_t key_size, std::uint32_t keep);
/// Applies the first `size` bytes of the input in place: entries of two words (sizes of key and
/// value; a value size of 2^32-1 deletes, of 2^32-2 says that the value is an id in four bytes),
/// the key, the value, and up to three bytes to the next multiple of four. An error leaves the
/// entries before it applied.
[[gnu::noinline]] status apply(context& c, handle map, std::size_t size);
/// As `apply`, for a handle of an empty map, and nothing is deleted. O(n), each node made once.
[[gnu::noinline]] status build(context& c, handle map, std::size_t size);
/// The next entries behind a position (all zero: the first ones), at most `most`; `columns` is 1
/// for keys, 2 for values, 3 for both. ok at the end, else partial. Results: `records`, `position`.
[[gnu::noinline]] status batch(context& c, handle map, std::uint32_t most, std::uint32_t columns,
                               std::uint32_t hash_low, std::uint32_t hash_high,
                               std::uint32_t index);

// --- objects by reference ------------------------------------------------------------------------

/// Makes an id that no map holds one that `drain` returns: for a call that was cut off before it
/// had looked at it. internal_error for one that waits to be drained.
[[gnu::noinline]] status touch(context& c, std::uint32_t id);
/// Ids that no map holds any more, some thousand at a time, as words: partial when there are more.
/// They may be used again. Result: `output`.
[[gnu::noinline]] status drain(context& c);
/// Ids without attached bytes that a map holds, as words, some of them several times; with
/// `only_undigested` those that its digest needs. Nodes that it shares with the map `shared` are
/// left out: 0 for none. O(nodes that are left). Result: `output`.
[[gnu::noinline]] status unencoded(context& c, handle map, handle shared,
                                   std::uint32_t only_undigested);
/// Attaches encodings: the first `size` bytes of the input are an id, a length, that many bytes, up
/// to three bytes to the next multiple of four, and so on. An id that is not live is passed over.
[[gnu::noinline]] status attach(context& c, std::size_t size);

// --- handles -------------------------------------------------------------------------------------

/// Result: `map.size`.
[[gnu::noinline]] status size(context& c, handle map);
/// A second handle of the same version. O(1). Result: `map.id`.
[[gnu::noinline]] status copy(context& c, handle map);
/// Gives a handle back, and frees what only it held. 0 stays.
[[gnu::noinline]] status drop(context& c, handle map);

// --- whole maps ----------------------------------------------------------------------------------

/// unchanged when both have equal contents, else ok. Shared parts are not visited.
[[gnu::noinline]] status compare(context& c, handle a, handle b);
/// All entries of both, those of `b` where both have one. Result: `map.id`.
[[gnu::noinline]] status merge(context& c, handle a, handle b);
/// The entries of `a` whose keys are in `b` (`common` is not 0), or are not. Result: `map.id`.
[[gnu::noinline]] status select_keys(context& c, handle a, handle b, std::uint32_t common);
/// The changes from `base` to `ours` and those to `theirs`. Where they clash the value is ours, and
/// there is a record: key, base's, our and their value. Results: `map.id`, `records`.
[[gnu::noinline]] status merge_changes(context& c, handle base, handle ours, handle theirs);
/// Records (key, value in `before`) of the differences if these are at most `most`, else partial
/// and no record. Result: `records`.
[[gnu::noinline]] status changes(context& c, handle before, handle after, std::uint32_t most);
/// The first differences, at most `most`, as records: key, before, after. Results: `records`, and
/// `cursor`: its id when there are more, to be given back to `diff_close`, else 0.
[[gnu::noinline]] status diff_open(context& c, handle before, handle after, std::uint32_t most);
/// The next ones; ok when none are left behind them, else partial. Result: `records`.
[[gnu::noinline]] status diff_next(context& c, std::uint32_t cursor, std::uint32_t most);
[[gnu::noinline]] status diff_close(context& c, std::uint32_t cursor);
/// What is alive. Result: `usage`.
[[gnu::noinline]] status usage(context& c);

// --- digests, snapshots: what they make is in `output` -------------------------------------------

/// The 32 bytes of the digest.
[[gnu::noinline]] status digest(context& c, handle map);
/// A proof about `count` keys, at least one. Input, `size` bytes: the keys' lengths as words, then
/// their UTF-8.
[[gnu::noinline]] status prove(context& c, handle map, std::size_t size, std::uint32_t count);

/// Loads the versions of a file; `snapshot_take` makes handles of them. Input: the file, zeros up
/// to a multiple of four, handles of `bases` maps among which are those that a delta names. Without
/// `is_delta` the file must be a snapshot. The versions may take `limit` bytes. Result: `map.size`,
/// how many they are.
[[gnu::noinline]] status snapshot_read(context& c, std::size_t file_size, std::uint32_t is_delta,
                                       std::uint32_t bases, std::size_t limit);
/// A handle of version `i` that was loaded, once; 0 for an empty one. Result: `map.id`.
[[gnu::noinline]] status snapshot_take(context& c, std::uint32_t i);
/// Frees the versions that were loaded and not taken.
[[gnu::noinline]] status snapshot_drop(context& c);
/// Whether a snapshot obeys every rule.
[[gnu::noinline]] status snapshot_validate(context& c, std::size_t file_size);
/// The meta of a snapshot or a delta.
[[gnu::noinline]] status snapshot_meta(context& c, std::size_t file_size);
/// The digest of a version of a snapshot, without making the version.
[[gnu::noinline]] status snapshot_digest(context& c, std::size_t file_size, std::uint32_t version);
/// The file of `count` maps. Input: handles of `bases` maps, which the reader has already (then the
/// file is a delta), handles of the maps, `meta_size` bytes of meta.
[[gnu::noinline]] status snapshot_write(context& c, std::uint32_t bases, std::uint32_t count,
                                        std::size_t meta_size);

// --- blocks: what they make is in `output` -------------------------------------------------------

/// The node table of `count` maps. Input: their handles, `meta_size` bytes of meta.
[[gnu::noinline]] status nodes_write(context& c, std::uint32_t count, std::size_t meta_size);
/// Begins to find the blocks of a map that a store lacks, which has all of `base`. Output: the
/// digests of the blocks that are asked about; none when nothing is lacking. Result: `cursor`, to
/// be given back to `blocks_close`.
[[gnu::noinline]] status blocks_open(context& c, handle map, handle base);
/// Tells which of the blocks asked about are lacking. Input: a byte for each, not 0 when it is.
/// Output: the digests asked about next; none when all is known. Result: `map.size`, blocks lacking
/// so far.
[[gnu::noinline]] status blocks_answer(context& c, std::uint32_t walk, std::size_t size);
/// The next blocks that are lacking, some `most` bytes, when all is known: digest, size (4 bytes),
/// block of each, which may be put in any order, but after those of the calls before. ok when there
/// are no more, else partial.
[[gnu::noinline]] status blocks_take(context& c, std::uint32_t walk, std::size_t most);
[[gnu::noinline]] status blocks_close(context& c, std::uint32_t walk);

// --- sortition: what they make is in `output` ----------------------------------------------------
// Numbers are 32 big-endian bytes, shorter ones 8, addresses 20 bytes. Fields of rows lie at these
// offsets; the last name is the row's size.

/// What a draw begins with, before its candidates.
enum draw_head : std::size_t {
  draw_e3_id = 0,
  draw_seed = 32,
  draw_limit = 64,  ///< 8 bytes
  draw_size = 72,
};
/// A candidate of a draw.
enum candidate_row : std::size_t {
  candidate_operator = 0,
  candidate_owner = 20,
  candidate_is_owned = 40,  ///< 1 when the owner is known
  candidate_first = 41,     ///< first ticket
  candidate_count = 73,     ///< number of tickets
  candidate_size = 105,
};
/// The state of an operator.
enum state_row : std::size_t {
  state_operator = 0,
  state_flags = 20,
  state_balance = 21,
  state_owner = 53,
  state_since = 73,  ///< admitted since, 8 bytes
  state_size = 81,
};
enum state_flag : std::size_t {
  state_is_registered = 1,
  state_is_active = 2,
  state_is_owned = 4,
  state_is_gone = 8,  ///< no state: the operator is taken out
  state_is_admitted = 16,
};

/// keccak-256 of the input.
[[gnu::noinline]] status keccak256(context& c, std::size_t size);
/// The best of a list. Input: a draw_head, candidate_rows. Output, for each winner: its index among
/// the candidates (4 bytes, little-endian), ticket, score.
[[gnu::noinline]] status select(context& c, std::size_t size, std::uint32_t winners,
                                std::uint32_t owner_cap);
/// Sets the states of different operators in a map, in place: state_rows. An empty map is built in
/// one go. After an error some rows may be applied.
[[gnu::noinline]] status put_states(context& c, handle map, std::size_t size);

// --- the context ---------------------------------------------------------------------------------

/// Where a context leaves its results: one address for its life.
const results& results_of(const context& c) noexcept;
/// Whether a call has begun and not ended. Between calls that is so only when the host has thrown
/// the call away (a JavaScript stack overflow or a termination while C++ ran).
bool is_interrupted(const context& c) noexcept;
/// Ends a call that was thrown away: the map and the cursor that it was changing stay in memory,
/// unreachable, and calls with their handles give `interrupted`. Everything else goes on: the heap
/// is consistent between any two calls (heap.hpp).
void recover(context& c) noexcept;

}  // namespace hamt::boundary
