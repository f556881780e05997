// Freeing of nodes. Iterative: dead nodes wait in a list that is threaded through their own
// headers, instead of their digests; their maps and contents are still needed.
#pragma once

#include <memory>

#include "node.hpp"

namespace hamt {

/// Frees a node whose count has reached zero.
template <class V, class P>
void node<V, P>::destroy(node* n) noexcept {
  node* waiting = nullptr;
  n->drop_digest();
  for (;;) {
    if (n->is_collision()) {
      for (unsigned i = 0; i < n->size_; ++i) n->boxes()[i]->release();
    } else {
      if (n->block_ & boxes_flag) {
        const unsigned entries = n->entry_count();
        for (unsigned i = 0; i < entries; ++i) item::adopt(n->cell_at(i));
      }
      node* const* c = n->children();
      const unsigned children_n = n->child_count();
      for (unsigned i = 0; i < children_n; ++i) {
        if (!c[i]->count_.release()) continue;
        c[i]->drop_digest();
        std::construct_at(&c[i]->next_dead_, waiting);
        waiting = c[i];
      }
    }
    free_block(n);
    if (waiting == nullptr) return;
    n = waiting;
    waiting = n->next_dead_;
  }
}

}  // namespace hamt
