// Replays what the fuzzer of the trie has found worth keeping; needs no libFuzzer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "../fuzz/trie_fuzz.cpp"

namespace {

TEST(Corpus, OfTheTrieIsReplayed) {
  const std::filesystem::path corpus = HAMT_VECTORS "/../fuzz/corpus/trie_fuzz";
  unsigned inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(corpus)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    SCOPED_TRACE(file.path().filename());
    // A finding aborts, like in the fuzzer.
    EXPECT_EQ(
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
        0);
    ++inputs;
  }
  EXPECT_GT(inputs, 20u);
}

}  // namespace
