// Objects by number, for a caller that can be cut off: every step leaves the table consistent.
//
// Slots never move, so what a slot holds needs no moving when the table grows. A slot is unused,
// holds an object, or is torn: its object was being changed when the host threw the call away, and
// is never looked at again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

namespace hamt::boundary {

template <class T>
class id_table {
 public:
  id_table() = default;
  id_table(const id_table&) = delete;
  id_table& operator=(const id_table&) = delete;
  ~id_table() {
    for (std::uint32_t id = 0; id < size_; ++id)
      if (at(id).state == use::object) std::destroy_at(&at(id).object);
    for (std::size_t i = 0; i < size_; i += chunk_slots) delete[] chunks_[i / chunk_slots];
    delete[] chunks_;
  }

  /// The object with this number, or null. O(1).
  T* find(std::uint32_t id) noexcept {
    if (id >= size_) return nullptr;
    slot& s = at(id);
    return s.state == use::object ? &s.object : nullptr;
  }
  bool is_torn(std::uint32_t id) noexcept { return id < size_ && at(id).state == use::torn; }
  /// Objects in the table.
  std::size_t live() const noexcept { return live_; }

  /// Takes an object over and gives its number: the one that was given back last, else the next.
  /// O(1) amortised. Throws std::bad_alloc, and then nothing has changed.
  std::uint32_t add(T object) {
    if (unused_ == none) add_slot();
    const std::uint32_t id = unused_;
    slot& s = at(id);
    std::construct_at(&s.object, std::move(object));
    unused_ = s.next_unused;
    s.state = use::object;
    ++live_;
    return id;
  }
  /// Destroys an object, or forgets a torn one; the number is used again. False when there is
  /// neither.
  bool drop(std::uint32_t id) noexcept {
    if (id >= size_ || at(id).state == use::unused) return false;
    slot& s = at(id);
    if (s.state == use::torn) {
      release(s, id);
      return true;
    }
    T object = std::move(s.object);
    std::destroy_at(&s.object);
    --live_;
    release(s, id);
    return true;
  }
  /// Forgets an object without destroying it.
  void tear(std::uint32_t id) noexcept {
    if (find(id) == nullptr) return;
    at(id).state = use::torn;
    --live_;
  }

 private:
  enum class use : std::uint8_t { unused, object, torn };
  struct slot {
    slot() noexcept {}
    ~slot() {}
    slot(const slot&) = delete;
    slot& operator=(const slot&) = delete;
    union {
      T object;
    };
    std::uint32_t next_unused = 0;
    use state = use::unused;
  };
  static constexpr std::uint32_t chunk_slots = 256, none = UINT32_MAX;

  slot& at(std::uint32_t id) noexcept { return chunks_[id / chunk_slots][id % chunk_slots]; }

  void release(slot& s, std::uint32_t id) noexcept {
    s.state = use::unused;
    s.next_unused = unused_;
    unused_ = id;
  }
  void add_slot() {
    if (size_ == none) throw std::bad_alloc();
    if (size_ % chunk_slots == 0) add_chunk();
    slot& s = at(size_);
    s.next_unused = none;
    unused_ = size_++;
  }
  void add_chunk() {
    const std::size_t count = size_ / chunk_slots;
    auto chunk = std::make_unique<slot[]>(chunk_slots);
    if (count == capacity_) {
      const std::size_t room = capacity_ == 0 ? 8 : 2 * capacity_;
      slot** const more = new slot*[room];
      slot** const old = chunks_;
      if (count != 0) std::memcpy(more, old, count * sizeof *old);
      chunks_ = more;
      capacity_ = room;
      delete[] old;
    }
    chunks_[count] = chunk.release();
  }

  slot** chunks_ = nullptr;
  std::size_t capacity_ = 0, live_ = 0;
  std::uint32_t size_ = 0, unused_ = none;
};

}  // namespace hamt::boundary
