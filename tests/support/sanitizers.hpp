#pragma once

namespace driftless::testing {

#if defined(__has_feature)
#define DRIFTLESS_TEST_HAS(feature) __has_feature(feature)
#else
#define DRIFTLESS_TEST_HAS(feature) 0
#endif

/// Measures of memory say nothing under a sanitizer, which keeps what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    DRIFTLESS_TEST_HAS(address_sanitizer) || DRIFTLESS_TEST_HAS(thread_sanitizer)
inline constexpr bool under_sanitizer = true;
#else
inline constexpr bool under_sanitizer = false;
#endif

}  // namespace driftless::testing
