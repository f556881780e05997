// Inputs of fuzz targets: bytes one by one, alterations that they choose, and requirements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzzing {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

class input {
 public:
  input(const std::uint8_t* data, std::size_t size) noexcept
      : rest_(reinterpret_cast<const char*>(data), size) {}
  std::uint8_t byte() noexcept {
    if (rest_.empty()) return 0;
    const auto b = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return b;
  }
  bool done() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }
  /// Alters bytes as the rest of the input says.
  void alter(std::string& bytes) {
    while (!done()) {
      const std::size_t at = (byte() * std::size_t{256} + byte()) % (bytes.size() + 1);
      const unsigned edit = byte();
      const auto with = static_cast<char>(byte());
      if (edit % 4 == 0)
        bytes.insert(at, 1, with);
      else if (at == bytes.size())
        continue;
      else if (edit % 4 == 1)
        bytes.erase(at, edit / 4);
      else
        bytes[at] = edit % 4 == 2 ? with : static_cast<char>(bytes[at] ^ with);
    }
  }

 private:
  std::string_view rest_;
};

}  // namespace fuzzing
