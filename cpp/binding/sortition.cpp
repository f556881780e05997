// Sortition across the boundary. Numbers cross as 32 big-endian bytes, addresses as 20 bytes;
// answers lie in the output buffer.
#include <emscripten.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/handles.hpp"
#include "digest/keccak.hpp"
#include "sortition/node_state.hpp"
#include "sortition/selection.hpp"
#include "trie/build.hpp"

using namespace hamt;
using namespace hamt::binding;

namespace {

namespace draws = hamt::sortition;

/// guarded(), and the errors of sortition as typed ones.
template <class F>
int answer(F f) noexcept {
  return guarded([&] {
    try {
      return f();
    } catch (const draws::too_many_tickets& e) {
      return fail(error_kind::range, "tickets", e.what());
    }
  });
}

void write(const draws::scored_ticket& t) {
  const auto ticket = t.ticket.to_bytes();
  const auto score = t.score.to_bytes();
  out().append({reinterpret_cast<const char*>(ticket.data()), ticket.size()});
  out().append({reinterpret_cast<const char*>(score.data()), score.size()});
}

/// Reads what JavaScript packed one after the other.
class arguments {
 public:
  explicit arguments(const std::uint8_t* at) noexcept : at_(at) {}
  template <std::size_t size = 32>
  draws::uint256 number() noexcept {
    at_ += size;
    return draws::uint256::from_bytes(at_ - size, size);
  }
  draws::address address() noexcept {
    draws::address a;
    for (auto& byte : a) byte = *at_++;
    return a;
  }
  std::uint8_t byte() noexcept { return *at_++; }
  draws::draw draw() noexcept {
    const draws::uint256 e3_id = number();
    return {e3_id, number()};
  }
  std::uint64_t word() noexcept { return number<8>().low_64(); }

 private:
  const std::uint8_t* at_;
};

// A candidate: operator, owner, 1 when the owner is known, first ticket, number of tickets.
constexpr std::size_t candidate_size = 20 + 20 + 1 + 32 + 32;
// A row of states: operator, flags, balance, owner, admitted since.
constexpr std::size_t row_size = 20 + 1 + 32 + 20 + 8;
enum flag : std::uint8_t { registered = 1, active = 2, owned = 4, gone = 8, admitted = 16 };

}  // namespace

extern "C" {

/// keccak-256 of `size` bytes; the answer is 32 bytes. A ticket's score is this over its 116 bytes.
EMSCRIPTEN_KEEPALIVE int hamt_keccak256(const char* bytes, std::size_t size) {
  return guarded([&] {
    const digest32 d = keccak256(bytes, size);
    out().assign({reinterpret_cast<const char*>(d.data()), d.size()});
    return 0;
  });
}

/// In: e3Id, seed, limit (8 bytes), then `count` candidates. Out: for each winner its index among them
/// (4 bytes, little-endian), ticket, score. Returns how many.
EMSCRIPTEN_KEEPALIVE int hamt_select(const std::uint8_t* packed, std::size_t count, std::size_t size,
                                     int owner_cap) {
  return answer([&] {
    arguments in(packed);
    const draws::draw of = in.draw();
    const std::uint64_t limit = in.word();
    std::vector<draws::candidate> candidates;
    candidates.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      draws::candidate& c = candidates.emplace_back();
      c.node = in.address();
      const draws::address owner = in.address();
      if (in.byte() != 0) c.owner = owner;
      c.first = in.number();
      c.count = in.number();
    }
    const auto by = owner_cap != 0 ? draws::policy::owner_cap : draws::policy::uncapped;
    const std::vector<draws::winner> winners = draws::select(candidates, of, size, by, limit);
    out().clear();
    for (const draws::winner& w : winners) {
      out().append(static_cast<std::uint32_t>(w.index));
      write(w.best);
    }
    return static_cast<int>(winners.size());
  });
}

/// Sets the states of `rows` different operators in a map, in place; a row that is `gone` takes its
/// operator out. An empty map is built in one go. After an error some rows may be applied.
EMSCRIPTEN_KEEPALIVE int hamt_put_states(handle h, const std::uint8_t* packed, std::size_t rows) {
  return guarded([&] {
    const bool from_nothing = at(h).empty();
    std::vector<std::pair<std::string_view, std::string_view>> entries;
    std::string text;
    if (from_nothing) {
      entries.reserve(rows);
      text.reserve(rows * draws::most_node_state_text);  // never moves: entries point into it
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint8_t* row = packed + i * row_size;
      const std::uint8_t flags = row[20];
      if (!from_nothing) text.clear();
      const std::size_t begin = text.size();
      draws::append_text(arguments(row).address(), text);
      const std::size_t key_size = text.size() - begin;
      if ((flags & gone) != 0) {
        at(h) = std::move(at(h)).erase(text);
        continue;
      }
      draws::node_state state;
      state.registered = (flags & registered) != 0;
      state.active = (flags & active) != 0;
      state.ticket_balance = arguments(row + 21).number();
      if ((flags & owned) != 0) state.owner = arguments(row + 53).address();
      if ((flags & admitted) != 0) state.admitted_since = arguments(row + 73).word();
      draws::append_node_state(state, text);
      const std::string_view all = std::string_view(text).substr(begin);
      const std::string_view key = all.substr(0, key_size), value = all.substr(key_size);
      if (from_nothing)
        entries.emplace_back(key, value);
      else
        at(h) = std::move(at(h)).set(key, value);
    }
    if (from_nothing) at(h) = build<bytes, local_policy>(entries);
    return 0;
  });
}

}  // extern "C"
