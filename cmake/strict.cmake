# Flags live here and nowhere else: warnings as errors, hardening, and the preset's sanitizers.
set(DRIFTLESS_SANITIZERS "" CACHE STRING "for -fsanitize=")

add_library(driftless_sanitizers INTERFACE)
add_library(driftless::sanitizers ALIAS driftless_sanitizers)
if(DRIFTLESS_SANITIZERS)
    set(sanitizer_flags -fsanitize=${DRIFTLESS_SANITIZERS} -fno-omit-frame-pointer)
    # clang 14 cannot check calls through function pointers in unoptimised coroutines.
    target_compile_options(driftless_sanitizers INTERFACE ${sanitizer_flags}
        $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
    target_link_options(driftless_sanitizers INTERFACE ${sanitizer_flags})
endif()
target_link_libraries(driftless_asio PRIVATE driftless::sanitizers)
if(DRIFTLESS_SANITIZERS MATCHES thread)  # which doesn't know fences; Asio's locks order what its fences do
    target_compile_definitions(driftless_asio PUBLIC BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

add_library(driftless_strict INTERFACE)
add_library(driftless::strict ALIAS driftless_strict)
target_link_libraries(driftless_strict INTERFACE driftless::sanitizers)
target_compile_options(driftless_strict INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror
    -fstack-protector-strong
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -UNDEBUG>  # asserts stay in
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-mismatched-new-delete>  # both wrong about coroutines
)
target_include_directories(driftless_strict INTERFACE ${PROJECT_SOURCE_DIR})
