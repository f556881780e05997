// tests/vectors/digest.txt: maps, their digests and proofs, as the reference in tests/js says.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "digest/keccak.hpp"

namespace vectors {

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  if (hex == "-") return bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

inline std::string_view view(const hamt::digest32& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

struct proof_vector {
  std::vector<std::string> keys;
  std::string proof;
};

struct map_vector {
  std::string hash;  // the name of a policy in weak_hashes.hpp
  std::vector<std::pair<std::string, std::string>> entries;
  std::string digest;
  std::vector<proof_vector> proofs;
};

inline std::vector<map_vector> read() {
  std::ifstream file(HAMT_VECTORS "/digest.txt");
  if (!file) throw std::runtime_error("cannot read " HAMT_VECTORS "/digest.txt");
  std::vector<map_vector> maps;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, a, b;
    words >> kind >> a >> b;
    if (kind == "map") {
      maps.push_back({a, {}, {}, {}});
    } else if (kind == "entry") {
      maps.back().entries.emplace_back(from_hex(a), from_hex(b));
    } else if (kind == "digest") {
      maps.back().digest = from_hex(a);
    } else if (kind == "proof") {
      proof_vector p;
      std::istringstream keys(a);
      for (std::string key; std::getline(keys, key, ',');) p.keys.push_back(from_hex(key));
      p.proof = from_hex(b);
      maps.back().proofs.push_back(std::move(p));
    }
  }
  return maps;
}

}  // namespace vectors
