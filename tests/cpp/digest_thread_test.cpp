// Threads that share a map compute and keep its digests at the same time. Meaningful under
// ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "digest/prove.hpp"
#include "digest/verify.hpp"

namespace {

using shared_map = hamt::map<hamt::bytes, hamt::atomic_policy>;

TEST(DigestThreads, AgreeOnAMapThatTheyShare) {
  for (int round = 0; round < 5; ++round) {
    shared_map m;
    for (int i = 0; i < 2000; ++i)
      m = std::move(m).set("k" + std::to_string(i), std::to_string(round));
    std::atomic<bool> start = false;
    std::vector<hamt::digest32> whole(4), edited(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < whole.size(); ++t) {
      threads.emplace_back([&, t, mine = m]() mutable {
        while (!start) std::this_thread::yield();
        whole[t] = digest_of(mine);
        for (int i = 0; i < 50; ++i) {
          mine = std::move(mine).set("k" + std::to_string(i * 37 % 2000), "changed");
          edited[t] = digest_of(mine);
        }
        const std::string proof = prove(mine, "k37");
        EXPECT_EQ(hamt::verify_proof(edited[t], "k37", proof), "changed");
      });
    }
    start = true;
    for (std::thread& t : threads) t.join();
    for (std::size_t t = 0; t < whole.size(); ++t) {
      EXPECT_EQ(whole[t], digest_of(m));
      EXPECT_EQ(edited[t], edited[0]);
    }
    EXPECT_NE(edited[0], whole[0]);
  }
}

}  // namespace
