// tests/vectors/snapshots: every good file is read, every hostile one refused for the reason in its
// name.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace {

namespace files = hamt::snapshot;

struct corpus_file {
  std::string name, bytes;
};

std::vector<corpus_file> folder(const std::string& name) {
  std::vector<corpus_file> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(HAMT_VECTORS) + "/snapshots/" + name)) {
    std::ifstream in(entry.path(), std::ios::binary);
    found.push_back({entry.path().stem().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

TEST(SnapshotCorpus, GoodFilesAreReadAndWrittenBack) {
  const auto good = folder("good");
  ASSERT_GE(good.size(), 8u);
  for (const auto& [name, bytes] : good) {
    ASSERT_NO_THROW(files::validate(bytes)) << name;
    const auto loaded = files::read(bytes);
    EXPECT_EQ(files::write(loaded.versions, loaded.meta), bytes) << name;
  }
}

TEST(SnapshotCorpus, HostileFilesAreRefusedForTheirReason) {
  const auto hostile = folder("hostile");
  const auto before = hamt::local_memory::usage().blocks;
  std::set<std::string> seen;
  for (const auto& [name, bytes] : hostile) {
    const std::string wanted = name.substr(0, name.find("--"));
    std::string got = "nothing";
    std::size_t offset = 0;
    try {
      files::validate(bytes);
      files::read(bytes);
    } catch (const files::error& e) {
      got = files::text(e.broken()).name;
      offset = e.offset();
    }
    EXPECT_EQ(got, wanted) << name << " at " << offset;
    // The checksum is of all bytes: none is to blame.
    if (got == "checksum") {
      EXPECT_EQ(offset, files::no_offset) << name;
    } else {
      EXPECT_LE(offset, bytes.size()) << name;
    }
    seen.insert(got);
  }
  EXPECT_EQ(hamt::local_memory::usage().blocks, before);
  // Every rule but those that need a base at hand has a file.
  for (int r = 0; r <= static_cast<int>(files::rule::needs_base); ++r) {
    EXPECT_TRUE(seen.contains(files::text(static_cast<files::rule>(r)).name))
        << files::text(static_cast<files::rule>(r)).name;
  }
}

}  // namespace
