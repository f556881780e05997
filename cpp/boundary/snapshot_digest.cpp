// The digest of a version in a snapshot.
#include "../digest/entries.hpp"
#include "context.hpp"

namespace hamt::boundary {

status snapshot_digest(context& c, std::size_t file_size, std::uint32_t version) {
  return run(c, [&] {
    if (!c.has_input(file_size)) return status::bad_argument;
    const digest32 d = digest_of_version({c.input.data(), file_size}, version);
    return c.give({reinterpret_cast<const char*>(d.data()), d.size()});
  });
}

}  // namespace hamt::boundary
