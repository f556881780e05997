// Snapshots from bytes. Whatever is read must be a map that could have been made by hand, and must
// survive being written again; what is not read must leave nothing behind. The mutator repairs
// checksums, or no input would get past the first rule.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_input.hpp"
#include "snapshot/snapshot.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

namespace files = hamt::snapshot;
using version = hamt::map<>;

using fuzzing::require;

std::string digest_of(const version& m) {
  std::string d(hamt::digest_size, '\0');
  std::uint64_t sum = m.size();
  for (hamt::cursor<> c(m); c; c.next())
    sum += hamt::hash_key(std::string(c.key()) + '=' + std::string(c.value()));
  std::memcpy(d.data(), &sum, sizeof sum);
  return d;
}

void seal(std::uint8_t* data, std::size_t size) {
  if (size < files::checksum_length) return;
  const std::size_t body = size - files::checksum_length;
  const std::uint64_t sum = hamt::hash_key({reinterpret_cast<const char*>(data), body});
  std::memcpy(data + body, &sum, sizeof sum);
}

/// An error names an offset in the file, or none for what all bytes break together.
void check_offset(const files::error& e, std::string_view file) {
  if (e.broken() == files::rule::checksum) {
    require(e.offset() == files::no_offset, "an offset of all bytes");
  } else {
    require(e.offset() <= file.size(), "an offset outside the file");
  }
}

/// Reads the file, as a delta on any base if it is one, and checks what came out.
void check(std::string_view file) {
  bool valid = true;
  try {
    files::validate(file);
  } catch (const files::error& e) {
    check_offset(e, file);
    valid = false;
  }
  files::loaded<hamt::local_policy> loaded;
  const version base = version{}.set("a", "1").set("b", "2").set("key0001", "3");
  bool delta = false;
  try {
    loaded = files::read_delta(file, [&](std::string_view) {
      delta = true;
      return &base;
    });
  } catch (const files::error& e) {
    check_offset(e, file);
    require(!valid || delta, "valid, but not read");
    return;
  }
  require(valid, "read, but not valid");
  try {
    const auto find = [&](std::string_view) { return &base; };
    files::read_delta(file, find, 4096);
  } catch (const files::error& e) {
    require(e.broken() == files::rule::too_large, "less room, and another error");
  }
  for (const version& m : loaded.versions) {
    version again;
    for (hamt::cursor<> c(m); c; c.next()) again = std::move(again).set(c.key(), c.value());
    require(again == m && again.size() == m.size(), "not a canonical map");
  }
  for (std::size_t i = 0; !delta && i < loaded.versions.size(); ++i) {
    files::with_entries(file, i, [&](auto entries, const auto&) {
      require(hamt::build<>(entries) == loaded.versions[i], "other entries without a map");
    });
  }
  const std::string once = files::write(loaded.versions, loaded.meta);
  const auto twice = files::read(once);
  require(twice.versions == loaded.versions && twice.meta == loaded.meta, "does not round trip");
  require(files::write(twice.versions, twice.meta) == once, "two encodings of the same versions");
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  files::append_hexadecimal(text, bytes);
  return text;
}

/// Versions out of bytes, so that the fuzzer also explores the writer: commands of set, erase, new
/// version, go back.
void write_from(std::string_view commands) {
  std::vector<version> versions;
  version now;
  for (std::size_t i = 0; i + 2 < commands.size(); i += 3) {
    const auto command = static_cast<std::uint8_t>(commands[i]);
    std::string key(commands.substr(i + 1, 1 + command % 2));
    for (char& c : key) c = static_cast<char>(c & 0x7f);
    if (command % 16 == 15) key.insert(0, 130, 'p');
    if (command % 16 >= 7 && command % 16 < 12) key = hexadecimal(key);
    switch (command / 16 % 4) {
      case 0:
      case 1:
        now = now.set(key, commands.substr(i + 2, 1));
        break;
      case 2:
        now = now.erase(key);
        break;
      default:
        versions.push_back(now);
        if (command > 128 && !versions.empty())
          now = versions[static_cast<std::uint8_t>(commands[i + 1]) % versions.size()];
    }
  }
  const std::string file = files::write(versions);
  files::validate(file);
  require(files::read(file).versions == versions, "the writer and the reader disagree");
  const std::size_t cut = versions.size() / 2;
  const std::vector<version> external(versions.begin(),
                                      versions.begin() + static_cast<std::ptrdiff_t>(cut));
  const std::vector<version> rest(versions.begin() + static_cast<std::ptrdiff_t>(cut),
                                  versions.end());
  const std::string delta =
      files::write_delta(external, rest, "", [&](std::size_t i) { return digest_of(external[i]); });
  const auto loaded = files::read_delta(delta, [&](std::string_view digest) -> const version* {
    for (const version& m : external) {
      if (digest_of(m) == digest) return &m;
    }
    return nullptr;
  });
  require(loaded.versions == rest, "a delta does not add up");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto before = hamt::local_memory::usage().blocks;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] == 'w')
    write_from(input.substr(1));
  else
    check(input);
  require(hamt::local_memory::usage().blocks == before, "nodes leaked");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 16 != 0) seal(data, size);
  return size;
}
