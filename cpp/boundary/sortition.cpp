// Sortition: scores, selection, states of operators.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../digest/keccak.hpp"
#include "../sortition/node_state.hpp"
#include "../sortition/selection.hpp"
#include "../trie/build.hpp"
#include "context.hpp"

namespace hamt::boundary {

namespace {

namespace draws = hamt::sortition;

void write(buffer& out, const draws::scored_ticket& t) {
  const auto ticket = t.ticket.to_bytes();
  const auto score = t.score.to_bytes();
  out.append({reinterpret_cast<const char*>(ticket.data()), ticket.size()});
  out.append({reinterpret_cast<const char*>(score.data()), score.size()});
}

/// Reads what JavaScript packed one after the other; the caller has checked the size.
class arguments {
 public:
  explicit arguments(const char* at) noexcept : at_(reinterpret_cast<const std::uint8_t*>(at)) {}
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

}  // namespace

status keccak256(context& c, std::size_t size) {
  return run(c, [&] {
    if (!c.has_input(size)) return status::bad_argument;
    const digest32 d = hamt::keccak256(c.input.data(), size);
    return c.give({reinterpret_cast<const char*>(d.data()), d.size()});
  });
}

status select(context& c, std::size_t size, std::uint32_t winners, std::uint32_t owner_cap) {
  return run(c, [&] {
    if (!c.has_input(size) || size < draw_size || (size - draw_size) % candidate_size != 0)
      return status::bad_argument;
    arguments in(c.input.data());
    const draws::draw of = in.draw();
    const std::uint64_t limit = in.word();
    std::vector<draws::candidate> candidates((size - draw_size) / candidate_size);
    for (draws::candidate& x : candidates) {
      x.node = in.address();
      const draws::address owner = in.address();
      if (in.byte() != 0) x.owner = owner;
      x.first = in.number();
      x.count = in.number();
    }
    const auto by = owner_cap != 0 ? draws::policy::owner_cap : draws::policy::uncapped;
    c.output.clear();
    for (const draws::winner& w : draws::select(candidates, of, winners, by, limit)) {
      c.output.append(static_cast<std::uint32_t>(w.index));
      write(c.output, w.best);
    }
    return c.give_output();
  });
}

status put_states(context& c, handle map, std::size_t size) {
  return run_edit(c, map, [&](tree& m) {
    if (!c.has_input(size) || size % state_size != 0) return status::bad_argument;
    const std::size_t rows = size / state_size;
    if (rows > SIZE_MAX / draws::most_node_state_text) return status::too_large;
    const bool from_nothing = m.empty();
    std::vector<std::pair<std::string_view, value_view>> entries;
    std::string text;
    if (from_nothing) {
      entries.reserve(rows);
      text.reserve(rows * draws::most_node_state_text);  // never moves: entries point into it
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const char* row = c.input.data() + i * state_size;
      const auto flags = static_cast<std::uint8_t>(row[state_flags]);
      if (!from_nothing) text.clear();
      const std::size_t begin = text.size();
      draws::append_text(arguments(row).address(), text);
      const std::size_t key_size = text.size() - begin;
      if ((flags & state_is_gone) != 0) {
        m = std::move(m).erase(std::string_view(text).substr(begin));
        text.resize(begin);
        continue;
      }
      draws::node_state state;
      state.registered = (flags & state_is_registered) != 0;
      state.active = (flags & state_is_active) != 0;
      state.ticket_balance = arguments(row + state_balance).number();
      if ((flags & state_is_owned) != 0) state.owner = arguments(row + state_owner).address();
      if ((flags & state_is_admitted) != 0)
        state.admitted_since = arguments(row + state_since).word();
      draws::append_node_state(state, text);
      const std::string_view all = std::string_view(text).substr(begin);
      const std::string_view key = all.substr(0, key_size), value = all.substr(key_size);
      if (from_nothing)
        entries.emplace_back(key, value);
      else
        m = std::move(m).set(key, value);
    }
    if (from_nothing) m = hamt::build<tree_value, policy>(entries);
    return status::ok;
  });
}

}  // namespace hamt::boundary
