// The context: errors into statuses, buffers, handles, recovery after a call that was thrown away.
#include "context.hpp"

#include <new>
#include <stdexcept>
#include <string_view>

#include "../snapshot/error.hpp"
#include "../sortition/errors.hpp"

namespace hamt::boundary {

context::context() {
  maps.add(tree());
  cursors.add(nullptr);  // ids begin at 1
  walks.add(nullptr);
}

status context::fail(status s, std::string_view code, std::string_view message,
                     std::size_t offset) noexcept {
  words.error = {code_, code.copy(code_, sizeof code_), message_,
                 message.copy(message_, sizeof message_), offset};
  return s;
}

namespace {

/// A message that is cut at its size.
class message {
 public:
  message& operator<<(std::string_view text) noexcept {
    size_ += text.copy(text_ + size_, sizeof text_ - size_);
    return *this;
  }
  message& operator<<(std::size_t number) noexcept {
    char digits[20];
    char* const end = digits + sizeof digits;
    char* first = end;
    do {
      *--first = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this << std::string_view(first, static_cast<std::size_t>(end - first));
  }
  operator std::string_view() const noexcept { return {text_, size_}; }

 private:
  char text_[256];
  std::size_t size_ = 0;
};

status report(context& c, const snapshot::error& e) noexcept {
  const auto [name, meaning] = snapshot::text(e.broken());
  message m;
  m << meaning << " (" << name;
  if (e.offset() != snapshot::no_offset) m << ", at byte " << e.offset();
  m << ")";
  return c.fail(status::invalid_snapshot, name, m, e.offset());
}

}  // namespace

status status_of_exception(context& c) noexcept {
  try {
    try {
      throw;
    } catch (const snapshot::error& e) {
      return report(c, e);
    } catch (const sortition::too_many_tickets& e) {
      return c.fail(status::out_of_range, "tickets", e.what());
    }
  } catch (const std::bad_alloc&) {
    return status::out_of_memory;
  } catch (const std::length_error&) {
    return status::too_large;
  } catch (const std::out_of_range&) {  // an id far beyond all others
    return status::bad_argument;
  } catch (...) {
    return status::internal_error;
  }
}

status reserve(context& c, std::size_t size) {
  return run(c, [&] {
    c.input.reserve(size);
    c.report_input();
    return status::ok;
  });
}

status shrink(context& c, std::size_t size) {
  return run(c, [&] {
    c.input.shrink(size);
    c.output.shrink(size);
    c.records.shrink(size);
    if (c.file != nullptr && c.file->size() > size) c.file.reset();
    c.report_input();
    return status::ok;
  });
}

status size(context& c, handle map) {
  return run_reading(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    c.words.map.size = m->size();
    return status::ok;
  });
}

status copy(context& c, handle map) {
  return run(c, [&] {
    const tree* const m = c.maps.find(map);
    if (m == nullptr) return c.no_map(map);
    c.words.map = {c.maps.add(*m), m->size()};
    return status::ok;
  });
}

status drop(context& c, handle map) {
  return run(c, [&] {
    if (map == 0) return status::ok;
    return c.maps.drop(map) ? status::ok : status::bad_argument;
  });
}

status usage(context& c) {
  return run_reading(c, [&] {
    const memory_usage u = local_memory::usage();
    c.words.usage = {c.maps.live() - 1, static_cast<std::size_t>(u.blocks),
                     static_cast<std::size_t>(u.bytes), c.objects.live(), c.cursors.live() - 1};
    return status::ok;
  });
}

const results& results_of(const context& c) noexcept { return c.words; }

bool is_interrupted(const context& c) noexcept { return c.at != context::phase::idle; }

void recover(context& c) noexcept {
  if (!is_interrupted(c)) return;
  if (c.at == context::phase::changing) local_memory::abandon();
  if (c.edited != 0) c.maps.tear(c.edited);
  if (c.stepped != 0) c.cursors.tear(c.stepped);
  if (c.walked != 0) c.walks.tear(c.walked);
  c.edited = 0;
  c.stepped = 0;
  c.walked = 0;
  c.at = context::phase::idle;
}

}  // namespace hamt::boundary
