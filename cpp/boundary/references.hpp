// Values by reference: ids of JavaScript objects in maps, and the maps of this boundary.
//
// JavaScript keeps a table of objects and hands their ids over; trie/reference.hpp says how maps
// hold them. No call goes back to JavaScript: two ids without attached bytes count as different
// here, and JavaScript looks at what these calls then report as a difference.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "../trie/reference.hpp"

namespace hamt::boundary {

using references = reference_table<local_memory>;

/// What trie/reference.hpp asks of an embedder, for the context whose call runs.
struct embedder {
  static inline references* table = nullptr;

  static void retain(reference_id id) { table->retain(id); }
  static void release(reference_id id) noexcept { table->release(id); }
  static std::optional<std::string_view> encoded(reference_id id) noexcept {
    return table->encoded(id);
  }
  static bool equal(reference_id, reference_id) noexcept { return false; }
  static bool equal(reference_id, std::string_view) noexcept { return false; }
  /// Arrays and maps of CBOR: what JavaScript has as an object.
  static bool resolvable(std::string_view bytes) noexcept {
    if (bytes.empty()) return false;
    const auto initial = static_cast<unsigned char>(bytes[0]);
    return initial >= 0x80 && initial < 0xc0;
  }
};

struct policy : local_policy {
  using byte_value = referable<embedder>;
};
using tree_value = policy::byte_value;
using tree = byte_map<policy>;
using value_view = referable_view<embedder>;

/// Keeps ids alive while a call hands them to a map, whatever happens.
class held_references {
 public:
  held_references() noexcept = default;
  held_references(const held_references&) = delete;
  held_references& operator=(const held_references&) = delete;
  ~held_references() {
    for (const reference_id id : ids_) embedder::release(id);
  }
  /// False for what can be no id.
  bool hold(reference_id id) {
    if (id >= no_reference) return false;
    if (ids_.size() == ids_.capacity()) ids_.reserve(2 * ids_.size() + 1);  // before it is alive
    embedder::retain(id);
    ids_.push_back(id);
    return true;
  }

 private:
  std::vector<reference_id> ids_;
};

}  // namespace hamt::boundary
