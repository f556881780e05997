// The blocks of a map that a store lacks: found from the root down, given out from the leaves up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "address.hpp"
#include "encode.hpp"

namespace hamt::blocks {

/// Finds the blocks of `m` that a store may lack, a level of blocks at a time. What the store has,
/// it has with all beneath it, so only the children of what it lacks are asked about; and nothing
/// is asked about that `base` has at the same position, a map that the store is known to have.
///
///     missing_blocks walk(m, base);
///     while (!walk.asked().empty()) walk.answer(bit i: the store lacks block i);
///     while (walk.take(bytes, [](digest, block) { ... }));    // children before parents
///
/// Holds both maps. O(blocks that are lacking).
template <class P>
class missing_blocks {
  using node_type = byte_node<P>;

 public:
  missing_blocks(byte_map<P> m, byte_map<P> base) : map_(std::move(m)), base_(std::move(base)) {
    if (base_.empty() || !map_.same(base_)) {
      piece root{digest_of(map_), nullptr, nullptr, {}, 0, 0};
      if (base_.empty() || digest_of(base_) != root.digest) asked_.push_back(root);
    }
  }

  struct piece {
    digest32 digest;
    const node_type* at;    // null: a text, or the map's own block
    const node_type* base;  // what the base has at this position, or null
    std::string_view text;
    unsigned level;
    std::uint64_t prefix;
  };

  /// The blocks that are asked about now; none when all is known.
  const std::vector<piece>& asked() const noexcept { return asked_; }

  /// Tells which of them the store lacks, and asks about their children.
  template <class Lacks>
  void answer(Lacks&& lacks) {
    std::vector<piece> lacking, next;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (!lacks(i)) continue;
      const piece& p = asked_[i];
      ++count_;
      if (!p.text.empty()) {
        texts_.push_back(p);
        continue;
      }
      lacking.push_back(p);
      if (p.at == nullptr)
        expand(map_.root(), base_.root(), 0, 0, next);
      else
        expand(p.at, p.base, p.level, p.prefix, next);
    }
    levels_.push_back(std::move(lacking));
    asked_ = std::move(next);
  }

  /// How many blocks are lacking, of what is known.
  std::size_t count() const noexcept { return count_; }

  /// Calls `put(digest, block)` for the next blocks, until they have `most` bytes or those of a
  /// level of blocks are done: each only after all beneath it. False when there are no more.
  template <class F>
  bool take(std::size_t most, F&& put) {
    std::size_t bytes = 0;
    const auto give = [&](const piece& p) {
      const std::string block = p.at != nullptr   ? node_block(p.at)
                                : !p.text.empty() ? text_block(p.text)
                                                  : map_block(map_);
      bytes += block.size();
      put(p.digest, std::string_view(block));
    };
    // Texts first: nodes on several levels may name the same one.
    if (!texts_.empty()) {
      for (; !texts_.empty() && bytes < most; texts_.pop_back()) give(texts_.back());
      return true;
    }
    while (!levels_.empty() && levels_.back().empty()) levels_.pop_back();
    if (levels_.empty()) return false;
    for (auto& level = levels_.back(); !level.empty() && bytes < most; level.pop_back())
      give(level.back());
    return true;
  }

 private:
  struct collected {
    std::vector<piece>* found;
    void child(const node_type* n, unsigned level, std::uint64_t prefix) {
      found->push_back({subtree_digest(n), n, nullptr, {}, level, prefix});
    }
    void text(std::string_view bytes, const digest32& name) {
      found->push_back({name, nullptr, nullptr, bytes, 0, 0});
    }
    std::size_t count() const noexcept { return found->size(); }
    void cut(std::size_t count) {
      found->erase(found->begin() + std::ptrdiff_t(count), found->end());
    }
  };

  /// The node among what a base's block names that has the position of `p`, or null.
  static const node_type* node_at(const piece& p, const std::vector<piece>& before) noexcept {
    for (const piece& other : before)
      if (other.at != nullptr && other.level == p.level && other.prefix == p.prefix)
        return other.at;
    return nullptr;
  }

  /// Collects what the block of `n` names and that of `base` does not.
  void expand(const node_type* n, const node_type* base, unsigned level, std::uint64_t prefix,
              std::vector<piece>& next) {
    if (n == nullptr) return;
    std::vector<piece> now, before;
    std::string body;
    collected refs{&now};
    append_body(body, n, level, prefix, refs);
    if (base != nullptr) {
      collected base_refs{&before};
      body.clear();
      append_body(body, base, level, prefix, base_refs);
    }
    detail::addresses known;
    for (const piece& p : before) known.try_emplace(p.digest);
    for (piece& p : now) {
      if (known.count(p.digest) != 0) continue;
      if (p.at == nullptr && !asked_texts_.try_emplace(p.digest).second) continue;
      if (p.at != nullptr) p.base = node_at(p, before);
      next.push_back(p);
    }
  }

  byte_map<P> map_, base_;
  std::vector<piece> asked_;
  std::vector<std::vector<piece>> levels_;
  std::vector<piece> texts_;
  detail::addresses asked_texts_;
  std::size_t count_ = 0;
};

}  // namespace hamt::blocks
