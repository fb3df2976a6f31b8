#include "providers/cloudflare/blake3.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace driftless::cloudflare {
namespace {

using Word = std::uint32_t;
using Words = std::array<Word, 8>;   ///< a chaining value
using Block = std::array<Word, 16>;  ///< 64 bytes

constexpr std::size_t block_bytes = 64;
constexpr std::size_t chunk_bytes = 1024;
constexpr std::size_t rounds = 7;

constexpr Word chunk_start = 1;
constexpr Word chunk_end = 2;
constexpr Word parent = 4;
constexpr Word root = 8;

constexpr Words start_value{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
/// Where each word of a block comes from in the next round.
constexpr std::array<std::size_t, 16> permutation{2, 6,  3,  10, 7, 0,  4,  13,
                                                  1, 11, 12, 5,  9, 14, 15, 8};
/// Which words of the state a quarter of a round mixes: first the columns, then the diagonals.
constexpr std::array<std::array<std::size_t, 4>, 8> quarters{{{0, 4, 8, 12},
                                                              {1, 5, 9, 13},
                                                              {2, 6, 10, 14},
                                                              {3, 7, 11, 15},
                                                              {0, 5, 10, 15},
                                                              {1, 6, 11, 12},
                                                              {2, 7, 8, 13},
                                                              {3, 4, 9, 14}}};

/// The last block of a chunk or of a parent: whether it is the root is known only at the end.
struct Last {
    Words value;
    Block block{};
    std::uint64_t counter = 0;
    Word length = block_bytes;
    Word flags = 0;
};

void mix(Block& state, const std::array<std::size_t, 4>& at, Word x, Word y) {
    Word& a = state[at[0]];
    Word& b = state[at[1]];
    Word& c = state[at[2]];
    Word& d = state[at[3]];
    a += b + x;
    d = std::rotr(d ^ a, 16);
    c += d;
    b = std::rotr(b ^ c, 12);
    a += b + y;
    d = std::rotr(d ^ a, 8);
    c += d;
    b = std::rotr(b ^ c, 7);
}

/// The compression function; of its sixteen words the eight that a hash needs.
Words compress(const Last& last) {
    Block state{};
    std::copy(last.value.begin(), last.value.end(), state.begin());
    std::copy_n(start_value.begin(), 4, state.begin() + 8);
    state[12] = static_cast<Word>(last.counter);
    state[13] = static_cast<Word>(last.counter >> 32);
    state[14] = last.length;
    state[15] = last.flags;
    Block words = last.block;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t q = 0; q < quarters.size(); ++q) {
            mix(state, quarters[q], words[2 * q], words[2 * q + 1]);
        }
        Block next;
        for (std::size_t i = 0; i < next.size(); ++i) next[i] = words[permutation[i]];
        words = next;
    }
    Words value;
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = state[i] ^ state[i + 8];
    return value;
}

/// Up to 64 bytes as words, the first byte lowest; what is missing is zero.
Block words_of(std::string_view bytes) {
    Block block{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        block[i / 4] |= Word{static_cast<unsigned char>(bytes[i])} << (8 * (i % 4));
    }
    return block;
}

/// All blocks of a chunk but its last.
Last chunk_of(std::string_view bytes, std::uint64_t number) {
    Last last{start_value, {}, number, 0, chunk_start};
    while (bytes.size() > block_bytes) {
        last.block = words_of(bytes.substr(0, block_bytes));
        last.length = block_bytes;
        last.value = compress(last);
        last.flags = 0;
        bytes.remove_prefix(block_bytes);
    }
    last.block = words_of(bytes);
    last.length = static_cast<Word>(bytes.size());
    last.flags |= chunk_end;
    return last;
}

Last parent_of(const Words& left, const Words& right) {
    Last last{start_value, {}, 0, block_bytes, parent};
    std::copy(left.begin(), left.end(), last.block.begin());
    std::copy(right.begin(), right.end(), last.block.begin() + 8);
    return last;
}

}  // namespace

std::array<std::uint8_t, 32> blake3(std::string_view bytes) {
    std::vector<Words> waiting;  // whole subtrees to the left, each larger than the next
    std::uint64_t done = 0;      // chunks
    while (bytes.size() > chunk_bytes) {
        Words value = compress(chunk_of(bytes.substr(0, chunk_bytes), done));
        bytes.remove_prefix(chunk_bytes);
        ++done;
        for (std::uint64_t rest = done; rest % 2 == 0; rest /= 2) {
            value = compress(parent_of(waiting.back(), value));
            waiting.pop_back();
        }
        waiting.push_back(value);
    }
    Last last = chunk_of(bytes, done);
    for (; !waiting.empty(); waiting.pop_back()) {
        last = parent_of(waiting.back(), compress(last));
    }
    last.flags |= root;
    const Words value = compress(last);
    std::array<std::uint8_t, 32> hash{};
    for (std::size_t i = 0; i < hash.size(); ++i) {
        hash[i] = static_cast<std::uint8_t>(value[i / 4] >> (8 * (i % 4)));
    }
    return hash;
}

}  // namespace driftless::cloudflare
